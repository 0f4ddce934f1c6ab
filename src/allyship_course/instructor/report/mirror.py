"""The class mirror: what people chose to share, gathered for the class to talk about.

Only answers from the records that were collected with *Share* ticked, whose form told of the
mirror, count. :mod:`.disclosure` has the rule by which nobody's own answer can be told; what was
shown is remembered in ``mirror/shown.json``, without which a later mirror could give one away.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from filelock import FileLock, Timeout

from ...errors import CourseError
from ...exchange.kinds import is_module
from ...grading.folder import course_directory, source_of
from ...notebook.page import Page
from ...spec import (
    TICKED,
    AnyField,
    Exercise,
    Module,
    Question,
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
_MAX_SHOWN_BYTES = 100_000_000


class MirrorError(CourseError):
    """There can be no mirror; the message says why and what to do."""


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
    by_exercise: dict[str, dict[str, Mapping[str, Any]]] = {}
    for student, record in records(submitted, spec.module, names):
        if record.module != spec.module:
            continue
        for name, entry in record.exercises.items():
            knew_of_it = 0 < entry.mirror <= spec.mirror
            if knew_of_it and entry.shared is not None and not entry.passed:
                by_exercise.setdefault(name, {})[student] = entry.shared
    return by_exercise


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
        if field.texts_in_mirror:
            texts = memory.gather(key, answers, spec.mirror)
            made.append(Shown(steps.get(field.id, ""), field.label, (), texts, len(texts)))
            continue
        counted = []
        for question in field.questions():
            options = {person: question.chosen(answer) for person, answer in answers.items()}
            counts = memory.count(f"{key}/{question.key}", question, options, spec.mirror)
            counted.append((question, counts))
        made.append(_tables(steps.get(field.id, ""), field, counted))
    return made


def _tables(step: str, field: AnyField, counted: Sequence[tuple[Question, Counted]]) -> Shown:
    """Return what is shown of a field whose answers are counted.

    Boxes stand in one table, each a line with how many ticked it; other questions have one each.
    """
    boxes: list[Line] = []
    tables: list[tuple[str, Sequence[Line]]] = []
    for question, counts in counted:
        by_group = dict(zip(counts.groups, counts.counts, strict=True))
        if question.is_box:
            boxes.append(Line((question.label,), by_group.get((TICKED,)), counts.people))
            continue
        lines = [
            Line([question.options[option] for option in group], n, counts.people)
            for group, n in by_group.items()
        ]
        tables.append(("" if question.label == field.label else question.label, lines))
    people = max((counts.people for _, counts in counted), default=0)
    return Shown(step, field.label, [("", boxes), *tables] if boxes else tables, (), people)


class _Memory:
    """What was shown so far. It holds ids and numbers, and of texts a mark that can't be read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._key = secrets.token_hex(16)
        self._counted: dict[str, Counted] = {}
        self._gathered: dict[str, Gathered] = {}
        try:
            data = read_json(file, _MAX_SHOWN_BYTES)
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
