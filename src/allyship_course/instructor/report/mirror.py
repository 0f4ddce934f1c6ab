"""The class mirror: what people chose to share, gathered for the class to talk about.

Only answers from the records that were collected with *Share* ticked, whose form told of the
mirror, count. :mod:`.disclosure` has the rule by which nobody's own answer can be told; what was
shown is remembered in ``mirror/shown.json``, without which a later mirror could give one away.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from filelock import FileLock, Timeout
from markupsafe import Markup

from ...errors import CourseError
from ...exchange.kinds import is_module
from ...grading.folder import course_directory, source_of
from ...notebook.page import Page
from ...spec import (
    AnyField,
    Choice,
    Choices,
    Exercise,
    Mark,
    Module,
    Order,
    Scale,
    Sort,
    TextField,
    load_module,
)
from ...store.files import RecordError, encode_json, read_json, replace_file
from .disclosure import LOWEST, Counted, Gathered, count, gather
from .page import render_page
from .table import records

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

FOLDER = "mirror"
"""In the course folder: the pages, and what was shown in them."""
SHOWN_FILE = "shown.json"
_SCHEMA = 1
_MOST = 100_000_000
YES, NO = "yes", "no"


class MirrorError(CourseError):
    """There can be no mirror; the message says why and what to do."""


class Question(NamedTuple):
    """One thing that people chose among options, by id."""

    key: str
    label: str
    options: Mapping[str, str]


class Line(NamedTuple):
    """One line of a table as it is shown: how many of ``people``; ``None`` where it is not.

    Rare options stand in one line together.
    """

    labels: Sequence[str]
    chose: int | None
    people: int

    @property
    def percent(self) -> int:
        return round(100 * (self.chose or 0) / max(self.people, 1))


class Shown(NamedTuple):
    """What is shown of one field: lines under a heading each, or texts in random order.

    ``step`` is the title of the step of a case that it stands in, if it stands in one.
    """

    step: str
    label: str
    tables: Sequence[tuple[str, Sequence[Line]]]
    texts: Sequence[str]
    people: int


class Mirror(Page):
    """A mirror: as a page of its own in ``file``, and as what a notebook's cell shows.

    ``exercises`` pairs the title of each exercise with what is shown of it; ``waiting`` counts
    those of which nothing can be shown.
    """

    def __init__(
        self, file: Path, exercises: Sequence[tuple[str, Sequence[Shown]]], waiting: int, html: str
    ) -> None:
        self.file, self.exercises, self.waiting = file, exercises, waiting
        super().__init__(html, f"The mirror is in {file}")


def mirror(course: Path, module: str, exercise: str | None = None) -> Mirror:
    """Gather what was shared of a module, or of one exercise, into ``mirror/<module>.html``.

    Returns a :class:`Mirror`, which a notebook shows. Raises MirrorError where the class has no
    mirror, there is no such module or exercise, or what was shown before can't be read.
    """
    where = course_directory(course)
    spec = _spec(where, module)
    chosen = _chosen(spec, exercise)
    folder = Path(where.root) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=10, mode=0o600):
            memory = _Memory(folder / SHOWN_FILE)
            answers = _shared(Path(where.root) / where.submitted_directory, spec)
            made = [(e.title, _exercise(memory, spec, e, answers.get(e.id, {}))) for e in chosen]
            memory.write()  # first, so that nothing is ever shown that is not remembered
    except Timeout:
        raise MirrorError("another mirror is just being made. Wait until it is there") from None
    shown = [(title, [field for field in fields if field.people]) for title, fields in made]
    shown = [(title, fields) for title, fields in shown if fields]
    name = f"{module}-{exercise}" if exercise else module
    file = folder / f"{name}.html"
    content: dict[str, Any] = {
        "title": spec.title,
        "exercises": shown,
        "at_least": spec.mirror,
        "bar": _bar,
    }
    content["waiting"] = waiting = len(chosen) - len(shown)
    replace_file(file, render_page("mirror.html.jinja", **content).encode())
    part = render_page("mirror-part.html.jinja", **content)
    return Mirror(file, shown, waiting, part)


def _spec(where: CourseDirectory, module: str) -> Module:
    source = source_of(where, module)
    if not is_module(where, module):
        raise MirrorError(f"there is no module {module} in this course: {source} is missing")
    spec = load_module(source)
    if not spec.mirror:
        raise MirrorError(
            f"the class has no mirror of {module}, and its students were not told of any. Write "
            "'mirror: {on: true}' into course.yml and run 'allyship teach', before they begin"
        )
    if spec.mirror < LOWEST:
        raise MirrorError(f"a mirror begins with {LOWEST} people at least, not {spec.mirror}")
    return spec


def _chosen(spec: Module, exercise: str | None) -> list[Exercise]:
    try:
        return [spec.exercise(exercise)] if exercise else list(spec.exercises)
    except KeyError as e:
        raise MirrorError(str(e.args[0])) from None


def _shared(submitted: Path, spec: Module) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Return by exercise what each person shared who was told of a mirror like this one."""
    names = sorted(f.name for f in submitted.iterdir()) if submitted.is_dir() else []
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for student, record in records(submitted, spec.module, names):
        if record.module != spec.module:
            continue
        for name, entry in record.exercises.items():
            told = 0 < entry.mirror <= spec.mirror
            if told and entry.shared is not None and not entry.passed:
                found.setdefault(name, {})[student] = entry.shared
    return found


def _exercise(
    memory: _Memory, spec: Module, exercise: Exercise, shared: Mapping[str, Mapping[str, Any]]
) -> list[Shown]:
    made = []
    steps = {field.id: step.title for step in exercise.steps for field in step.fields}
    for field in exercise.all_fields():
        # "private": never, whatever a record that somebody wrote by hand may hold.
        if field.private == "always":
            continue
        key = f"{spec.module}/{exercise.id}/{field.id}"
        answers = {
            person: mine[field.id]
            for person, mine in shared.items()
            if field.id in mine and field.answered(mine[field.id])
        }
        if isinstance(field, TextField):
            texts = memory.gather(key, answers, spec.mirror)
            made.append(Shown(steps.get(field.id, ""), field.label, (), texts, len(texts)))
            continue
        tables = []
        for question in questions(field):
            chose = {person: option_of(field, question, one) for person, one in answers.items()}
            counted = memory.count(f"{key}/{question.key}", question, chose, spec.mirror)
            tables.append((question, counted))
        made.append(_tables(steps.get(field.id, ""), field, tables))
    return made


def questions(field: AnyField) -> Iterator[Question]:
    """Return what people chose in a field, each with its options; nothing where it is written."""
    yes_no = {YES: YES, NO: NO}
    match field:
        case Choice():
            yield Question("choice", field.label, {o.id: o.label for o in field.options})
        case Scale():
            steps = {str(n): step for n, step in enumerate(field.steps, 1)}
            yield Question("step", field.label, steps)
        case Choices():
            for option in field.options:
                yield Question(option.id, option.label, yes_no)
        case Mark():
            for text, phrase in field.parts():
                if phrase:
                    yield Question(phrase, f"“{text}”", yes_no)
        case Sort():
            categories = {c.id: c.label for c in field.categories}
            for card in field.cards:
                yield Question(card.id, card.text, categories)
        case Order():
            yield Question("first", "Put first", {i.id: i.text for i in field.items})
        case _:
            return


def option_of(field: AnyField, question: Question, answer: Any) -> str:
    """Return which option of a question an answer, which answers the field, stands for."""
    match field:
        case Choices() | Mark():
            return YES if question.key in answer else NO
        case Sort():
            return str(answer[question.key])
        case Order():
            return next(i.id for i in field.items if answer[i.id] == 1)
        case Scale():
            return str(int(answer))
        case _:
            return str(answer)


def _tables(step: str, field: AnyField, found: Sequence[tuple[Question, Counted]]) -> Shown:
    people = max((counted.people for _, counted in found), default=0)
    if isinstance(field, Choices | Mark):
        lines = []
        for question, counted in found:
            chose = dict(zip(counted.groups, counted.counts, strict=True)).get((YES,))
            lines.append(Line((question.label,), chose, counted.people))
        return Shown(step, field.label, [("", lines)], (), people)
    tables = []
    for question, counted in found:
        shown = [
            Line([question.options[o] for o in group], n, counted.people)
            for group, n in zip(counted.groups, counted.counts, strict=True)
        ]
        heading = "" if isinstance(field, Choice | Scale) else question.label
        tables.append((heading, shown))
    return Shown(step, field.label, tables, (), people)


def _bar(percent: int) -> Markup:
    """Return a bar as SVG, which repeats the number beside it."""
    return Markup(
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="4"/><rect width="{}" height="4"/></svg>'
    ).format(percent)


class _Memory:
    """What was shown so far. It holds ids and numbers, and of texts a mark that can't be read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._key = secrets.token_hex(16)
        self._counted: dict[str, Counted] = {}
        self._gathered: dict[str, Gathered] = {}
        try:
            data = read_json(file, _MOST)
            if data is not None:
                self._take(data)
        except (RecordError, KeyError, TypeError, ValueError, AttributeError):
            raise MirrorError(
                f"{file} can't be read, and says what was shown before. Without it a new mirror "
                "could show somebody's own answer. Put it back from a backup. Only if nobody has "
                "seen a mirror yet, delete it"
            ) from None

    def count(
        self, key: str, question: Question, chose: Mapping[str, str], at_least: int
    ) -> Counted:
        options = tuple(question.options)
        before = self._counted.get(key, Counted(options))
        if before.options != options:
            return Counted(options)  # another question since: it can't be compared with the first
        self._counted[key] = count(before, chose, at_least)
        return self._counted[key]

    def gather(self, key: str, texts: Mapping[str, str], at_least: int) -> list[str]:
        before = self._gathered.get(key, Gathered())
        now = self._gathered[key] = gather(before, texts, at_least, self._mark)
        shown = [texts[person].strip() for person in sorted(now.people)]
        secrets.SystemRandom().shuffle(shown)
        return shown

    def _mark(self, text: str) -> str:
        raw = text.encode("utf-8", "replace")
        return hashlib.blake2b(raw, key=bytes.fromhex(self._key), digest_size=16).hexdigest()

    def write(self) -> None:
        data = {
            "schema": _SCHEMA,
            "key": self._key,
            "counted": {key: _plain(asdict(one)) for key, one in self._counted.items()},
            "gathered": {key: _plain(asdict(one)) for key, one in self._gathered.items()},
        }
        replace_file(self._file, encode_json(data))

    def _take(self, data: Mapping[str, Any]) -> None:
        if data["schema"] != _SCHEMA:
            raise ValueError
        self._key = data["key"]
        for key, one in data["counted"].items():
            self._counted[key] = Counted(
                tuple(one["options"]),
                tuple(tuple(group) for group in one["groups"]),
                tuple(int(n) for n in one["counts"]),
                frozenset(one["seen"]),
            )
        for key, one in data["gathered"].items():
            blocks = tuple(dict(block) for block in one["blocks"])
            self._gathered[key] = Gathered(blocks, frozenset(one["seen"]))


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return sets as sorted lists, which JSON can hold and which tell no order of coming."""
    return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in data.items()}
