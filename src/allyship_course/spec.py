"""Module, Exercise and the field types: what an author writes in ``exercises.yml``.

A module's exercises are data. This room turns the YAML into checked objects and, when
something is wrong, says in which file and line, in which exercise, what is wrong and
what would be right. It knows nothing of how a form looks or where answers are kept.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

EXERCISES_FILE = "exercises.yml"
MODULES_FOLDER = "modules"
JOURNAL = "journal"
END = "end"

Loc = tuple[str | int, ...]
Finding = tuple[Loc, str, str]  # where, what is wrong, what would be right
NONE = "none"
RATINGS = {"knew": "I had it", "partly": "Some of it", "not-yet": "Not yet"}
_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_PHRASE = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\)")
_PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\}")

# Ids become parts of HTML ids, file names and nbgrader cell ids.
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]

# One word: a run of characters without white space; a letter of a script that is written
# without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) counts by itself. The
# classes are spelt out because "\s" differs between Python and JavaScript.
SPACE = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(f"[{UNSPACED}]|[^{SPACE}{UNSPACED}]+")


def count_words(text: str) -> int:
    """Return how many words ``text`` has, by the same rule as ``countWords`` in words.mjs."""
    return len(_WORD.findall(text))


class Part(BaseModel):
    """A part of what an author writes: unknown keys are errors, texts are stripped."""

    # defer_build: a kernel imports this before it knows whether it will read a module.
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True
    )


class Answer(Part):
    """An answer shown after one's own; ``by`` says whose it might be, and that we wrote it."""

    by: Text
    text: Text


class _FieldBase(Part):
    """What every field has. ``rule()`` is all that completion needs to know of it."""

    id: Id
    label: Text
    hint: str = ""
    optional: bool = False
    private: Literal["always"] | None = None
    earlier: str = ""  # "module/exercise/field" whose answer is shown above this field
    ours: str = ""  # the authors' own answer, shown after an attempt or on request
    others: list[Answer] = []

    def rule(self) -> dict[str, Any]:
        return {"type": self.type, "required": not self.optional}  # type: ignore[attr-defined]

    def answered(self, value: object) -> bool:
        """Tell whether ``value``, which may be anything at all, answers this field."""
        raise NotImplementedError


class Effect(Part):
    """What a choice does to one person: they gain, they pay, or they were not asked."""

    who: Text
    gains: str = ""
    pays: str = ""
    unasked: str = ""


class Option(Part):
    """One answer of a choice; ``next`` names the step it leads to.

    ``plainly`` tells in about three sentences what happened, where the way ends here.
    """

    id: Id
    label: Text
    consequence: str = ""
    effects: list[Effect] = []
    plainly: str = ""
    next: Id | None = None


class Choice(_FieldBase):
    """One of several (radio buttons). The answer is the option's id."""

    type: Literal["choice"]
    options: Annotated[list[Option], Field(min_length=2)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "options": [o.id for o in self.options]}

    def answered(self, value: object) -> bool:
        return any(o.id == value for o in self.options)


class Scale(_FieldBase):
    """Labelled steps from one end to the other. The answer is the step's number, from 1."""

    type: Literal["scale"]
    steps: Annotated[list[Text], Field(min_length=2, max_length=11)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "steps": len(self.steps)}

    def answered(self, value: object) -> bool:
        return _is_number(value) and value in range(1, len(self.steps) + 1)


class Category(Part):
    """One of the places that cards are sorted into."""

    id: Id
    label: Text


class Card(Part):
    """Something to sort. Once it has a place, the reply for that category is shown, then why.

    ``replies`` maps category ids to what is said to who chose that category.
    """

    id: Id
    text: Text
    replies: dict[Id, Text] = {}
    reasoning: str = ""


class Sort(_FieldBase):
    """Cards, each put into a category. The answer maps card ids to category ids."""

    type: Literal["sort"]
    categories: Annotated[list[Category], Field(min_length=2, max_length=6)]
    cards: Annotated[list[Card], Field(min_length=1)]

    def rule(self) -> dict[str, Any]:
        return {
            **super().rule(),
            "cards": [c.id for c in self.cards],
            "categories": [c.id for c in self.categories],
        }

    def answered(self, value: object) -> bool:
        categories = {c.id for c in self.categories}
        return isinstance(value, dict) and all(
            isinstance(value.get(c.id), str) and value[c.id] in categories for c in self.cards
        )


class WordLimit(Part):
    """A number of words: a hint speaks above ``more_than`` or below ``fewer_than``."""

    more_than: int | None = Field(default=None, ge=1)
    fewer_than: int | None = Field(default=None, ge=1)


class When(Part):
    """What of a text makes a hint speak; all that are given must hold.

    ``word`` is one of these as a whole word, ``phrase`` one of these words in a row, ``starts``
    one of these at the beginning of a sentence, ``ends`` one of these at the text's end,
    ``lacks`` none of a named list of words, ``words`` a number of words.
    """

    word: list[Text] = []
    phrase: list[Text] = []
    starts: list[Text] = []
    ends: list[Text] = []
    lacks: Literal["day-or-moment", "first-person"] | None = None
    words: WordLimit | None = None


class Hint(Part):
    """A question about what was written, shown on the learner's device and nowhere kept."""

    when: When
    say: Text


class _Written(_FieldBase):
    """A field that is written in: it may have hints, and begin with an earlier answer."""

    hints: list[Hint] = []
    prefill: str = ""  # "module/exercise/field" whose answer this one begins with
    folded: bool = False  # an optional field that opens at "Write more"


class TextField(_Written):
    """An open reflection. The answer is what was written; only its words are counted."""

    type: Literal["text"]
    starters: list[Text] = []
    rows: Annotated[int, Field(ge=2, le=20)] = 4
    min_words: Annotated[int, Field(ge=1, le=200)] = 1

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "min_words": self.min_words}

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and count_words(value) >= self.min_words


class ManyOption(Part):
    """One box of ``choices``."""

    id: Id
    label: Text
    consequence: str = ""


class Choices(_FieldBase):
    """Any of several (checkboxes). The answer lists the options' ids, or just ``"none"``.

    ``none`` is the label of a last box that excludes the others, such as "None of these".
    """

    type: Literal["choices"]
    options: Annotated[list[ManyOption], Field(min_length=2)]
    at_least: Annotated[int, Field(ge=1)] = 1
    none: str = ""
    unticked: str = ""  # what is said to who ticks none, once they have looked at all

    def rule(self) -> dict[str, Any]:
        return {
            **super().rule(),
            "options": [o.id for o in self.options],
            "at_least": self.at_least,
            "none": bool(self.none),
        }

    def answered(self, value: object) -> bool:
        if self.none and value == [NONE]:
            return True
        return _known(value, [o.id for o in self.options]) >= self.at_least


class Item(Part):
    """One thing of an order; ``first`` is what comes of it when this one stands first."""

    id: Id
    text: Text
    first: str = ""


class Order(_FieldBase):
    """Things to put in an order. The answer maps each item's id to its place, from 1."""

    type: Literal["order"]
    items: Annotated[list[Item], Field(min_length=2, max_length=9)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "items": [i.id for i in self.items]}

    def answered(self, value: object) -> bool:
        if not isinstance(value, dict):
            return False
        places = [value.get(i.id) for i in self.items]
        return all(map(_is_number, places)) and {*places} == {*range(1, len(places) + 1)}


class Line(_Written):
    """One line of text."""

    type: Literal["line"]

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and count_words(value) > 0


class Date(_FieldBase):
    """A day. The answer is YYYY-MM-DD."""

    type: Literal["date"]

    def answered(self, value: object) -> bool:
        if not (isinstance(value, str) and _DATE.match(value)):
            return False
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True


class Column(Part):
    """One column of a ``list``; ``options`` are texts to press in place of typing them."""

    id: Id
    label: Text
    options: list[Text] = []
    hints: list[Hint] = []


class Rows(_FieldBase):
    """Rows to add and remove. The answer is a list of rows, each column id to text.

    ``at_least`` so many rows must have something in them.
    """

    type: Literal["list"]
    columns: Annotated[list[Column], Field(min_length=1, max_length=4)]
    at_least: Annotated[int, Field(ge=1, le=10)] = 1

    def rule(self) -> dict[str, Any]:
        columns = [c.id for c in self.columns]
        return {**super().rule(), "columns": columns, "at_least": self.at_least}

    def answered(self, value: object) -> bool:
        if not isinstance(value, list):
            return False
        rows = [[row.get(c.id) for c in self.columns] for row in value if isinstance(row, dict)]
        filled = [any(isinstance(v, str) and count_words(v) > 0 for v in row) for row in rows]
        return sum(filled) >= self.at_least


class Phrase(Part):
    """A phrase of a passage that can be pressed; ``note`` is what we would say of it."""

    id: Id
    note: Text


class Mark(_FieldBase):
    """Press the phrases that... In ``passage``, plain text, ``[a phrase](its-id)`` can be pressed.

    The answer lists the ids of the pressed phrases, or just ``"none"``.
    """

    type: Literal["mark"]
    passage: Text
    phrases: Annotated[list[Phrase], Field(min_length=2)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "phrases": [p.id for p in self.phrases]}

    def answered(self, value: object) -> bool:
        return value == [NONE] or _known(value, [p.id for p in self.phrases]) > 0

    def parts(self) -> list[tuple[str, str]]:
        """Return the passage as (text, phrase id) in a row; the id is empty for plain text."""
        # Split by a pattern with two groups: text, phrase, id, text, phrase, id, ..., text.
        pieces = _PHRASE.split(self.passage)
        parts = [(pieces[0], "")]
        for phrase, one, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            parts += [(phrase, one), (after, "")]
        return [(text, one) for text, one in parts if text]


class Recall(_FieldBase):
    """A card turned over: a question (the label), what we would say, and how well one knew it."""

    type: Literal["recall"]
    back: Text

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "ratings": list(RATINGS)}

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and value in RATINGS


def _is_number(value: object) -> bool:
    """Tell numbers from all else: JSON has one kind (1.0 is 1), and its true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(value: object, ids: Sequence[str]) -> int:
    """Count the different ids that stand in a list that may hold anything."""
    return len({v for v in value if isinstance(v, str)} & {*ids}) if isinstance(value, list) else 0


AnyField = Annotated[
    Choice | Choices | Scale | Sort | Order | TextField | Line | Date | Rows | Mark | Recall,
    Field(discriminator="type"),
]
FIELD_TYPES: dict[str, type[_FieldBase]] = {
    get_args(shape.model_fields["type"].annotation)[0]: shape
    for shape in get_args(get_args(AnyField)[0])
}


class Profile(Part):
    """The exercise's scales as a chart, with the numbers in a table.

    ``compare`` names a ``module/exercise`` with the same field ids, taken earlier.
    """

    title: Text
    compare: str = ""


class Compose(Part):
    """The fields put together as a text to copy; ``{field-id}`` stands for its answer."""

    title: Text
    template: Text

    def blank(self) -> str:
        """Return the text with gaps to fill in by hand."""
        return _PLACEHOLDER.sub("__________", self.template)


class Drawing(Part):
    """A picture made of the learner's own answers to ``field``.

    ``rings`` of a sort, ``seats`` around a table of a list whose column ``seat`` says where
    somebody sits, ``slope`` of a profile before and after, ``access`` lent to whom of a list.
    """

    kind: Literal["rings", "seats", "slope", "access"]
    title: Text
    field: Id | None = None
    seat: Id | None = None


class Person(Part):
    """One of a case's people, for its who is who."""

    name: Text
    who: Text


class Event(Part):
    """A follow-up: in so many ``weeks`` from today, or on the day of a date ``field``."""

    title: Text
    weeks: Annotated[int, Field(ge=1, le=104)] | None = None
    field: Id | None = None


class Calendar(Part):
    """A calendar file (.ics) of follow-ups."""

    title: Text
    events: Annotated[list[Event], Field(min_length=1)]


class Step(Part):
    """A stretch of a branching exercise. Without ``next`` it leads to the step below it."""

    id: Id
    title: Text
    scene: Id | None = None
    text: str = ""
    fields: list[AnyField] = []
    plainly: str = ""
    next: Id | None = None


EXTRAS = ("steps", "profile", "compose", "calendar")
"""What an exercise may have besides fields."""


class Exercise(Part):
    """One form: either ``fields`` in a row, or ``steps`` that branch."""

    id: Id
    title: Text
    minutes: Annotated[int, Field(ge=1, le=60)]
    sources: list[str] = []
    evidence: list[str] = []
    practice_wisdom: bool = Field(default=False, alias="practice-wisdom")
    scene: Id | None = None
    note: str = ""  # what is coming, where somebody may rather not meet it
    intro: str = ""
    people: list[Person] = []
    fields: list[AnyField] = []
    steps: list[Step] = []
    closing: str = ""
    own_line: Id | None = None  # the field whose answer its end shows
    drawing: Drawing | None = None
    profile: Profile | None = None
    compose: Compose | None = None
    calendar: Calendar | None = None

    def all_fields(self) -> list[AnyField]:
        """Return every field, in the order of the page."""
        return [field for _, field in self.places()]

    def places(self, here: Loc = ()) -> list[tuple[Loc, AnyField]]:
        """Return every field with where it stands in the YAML, below ``here``."""
        return [((*here, "fields", j), f) for j, f in enumerate(self.fields)] + [
            ((*here, "steps", s, "fields", j), f)
            for s, step in enumerate(self.steps)
            for j, f in enumerate(step.fields)
        ]

    def routes(self) -> list[dict[str, Any]]:
        """Return the steps as ``{id, fields, next}``; an exercise without steps is one step.

        ``next`` lists the ids that a learner may come to from there; ``"end"`` is the end.
        """
        if not self.steps:
            return [{"id": "only", "fields": [f.id for f in self.fields], "next": [END]}]
        routes = []
        default_next = self.default_next()
        for step in self.steps:
            default = default_next[step.id]
            exits = [
                o.next or default
                for f in step.fields
                if isinstance(f, Choice) and any(o.next for o in f.options)
                for o in f.options
            ]
            routes.append(
                {
                    "id": step.id,
                    "fields": [f.id for f in step.fields],
                    "next": list(dict.fromkeys(exits or [default])),
                }
            )
        return routes

    def default_next(self) -> dict[str, str]:
        """Return where each step leads unless an option says otherwise: the step below it."""
        below = [*(s.id for s in self.steps[1:]), END]
        return {s.id: s.next or b for s, b in zip(self.steps, below, strict=False)}

    def rule(self) -> dict[str, Any]:
        """Return what completion needs, as JSON: the same object that rule.mjs reads."""
        return {"fields": {f.id: f.rule() for f in self.all_fields()}, "steps": self.routes()}


class Ending(Part):
    """A module's end: three lines of one's own ("exercise/field"), and the day that was chosen."""

    lines: Annotated[list[Text], Field(max_length=3)] = []
    day: str = ""
    prompts: list[Id] = []  # of the journal
    text: str = ""


class Module(Part):
    """One topic: the exercises of one folder.

    What stands beside the modules, as the journal does, is not ``collected``: no completion
    record is written of it, nothing of it can be shared, and no certificate counts it.
    ``mirror`` stands in a class's own copy only: from how many people on what they share may be
    shown to the class; 0 is never.
    """

    module: Id
    title: Text
    minutes: Annotated[int, Field(ge=1, le=240)]
    collected: bool = True
    mirror: Annotated[int, Field(ge=0)] = 0
    scene: Id | None = None
    ending: Ending | None = None
    exercises: list[Exercise]

    def exercise(self, exercise_id: str) -> Exercise:
        """Return the exercise called ``exercise_id``; a KeyError names those there are."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        hint = did_you_mean(exercise_id, [e.id for e in self.exercises])
        raise KeyError(f"module {self.module} has no exercise '{exercise_id}'. {hint}")


class Problem(NamedTuple):
    """One thing for an author to mend."""

    file: Path
    line: int
    exercise: str | None
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        if self.exercise:
            where += f", exercise '{self.exercise}'"
        return f"{where}: {self.what}. {self.remedy}"


class SpecError(ValueError):
    """Everything that is wrong with one ``exercises.yml``, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


Shape = TypeVar("Shape", bound=BaseModel)


def load_module(folder: Path) -> Module:
    """Load ``folder/exercises.yml``; raise :class:`SpecError` with every problem found in it."""
    file = folder / EXERCISES_FILE
    return _module(file, read_text(file, "Each module has one"))


@functools.lru_cache(maxsize=64)
def _module(file: Path, _text: str) -> Module:
    """Load a module once for every text of its file: each cell of a notebook asks for it."""
    return load_checked(file, Module, _cross_check)


def load_checked(
    file: Path, shape: type[Shape], cross_check: Callable[[Shape], Iterable[Finding]]
) -> Shape:
    """Read YAML into ``shape``; raise :class:`SpecError` with every problem, each with its line."""
    source = Source(file)
    findings = list(source.repeated)
    loaded: Shape | None = None
    try:
        loaded = shape.model_validate(source.data)
    except ValidationError as e:
        findings += [in_words(error, shape) for error in e.errors()]
    else:
        findings += cross_check(loaded)
    if loaded is None or findings:
        raise SpecError([source.problem(f) for f in findings])
    return loaded


def _without_dates(loader: Any) -> Any:
    """Let a date stay the text that its author wrote."""
    loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return loader


# libyaml's loader, where PyYAML has it, is many times faster; PyYAML's own says better what is
# wrong.
_PLAIN_LOADER = _without_dates(type("PlainLoader", (yaml.SafeLoader,), {}))
_FAST_LOADER = _without_dates(
    type("FastLoader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
)


class Source:
    """A YAML file as data, and as nodes, which know their lines."""

    def __init__(self, file: Path) -> None:
        self.file = file
        text = read_text(file, "Each module has one")
        self.node, self.repeated, self.data = _parse_yaml(file, text)

    def problem(self, finding: Finding) -> Problem:
        """Say in which line and exercise a finding is."""
        loc, what, remedy = finding
        return Problem(self.file, _line(self.node, loc), self._exercise_id(loc), what, remedy)

    def _exercise_id(self, loc: Loc) -> str | None:
        if len(loc) < 2 or loc[0] != "exercises":
            return None
        data: Any = self.data
        try:
            return str(data["exercises"][loc[1]]["id"])
        except (LookupError, TypeError):
            return None


def read_text(file: Path, needed: str) -> str:
    """Read UTF-8 text; ``needed`` says why the file should be there."""
    line = 1
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        what, remedy = "there is no such file", needed
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        what, remedy = "the file is not UTF-8", "Save it as UTF-8 text"
    except OSError as e:
        what, remedy = f"the file can't be read: {e.strerror}", needed
    raise SpecError([Problem(file, line, None, what, remedy)])


_Parsed = tuple[yaml.Node | None, tuple[Finding, ...], object]


def _parse(text: str, loader_type: Any) -> _Parsed:
    """Return YAML as nodes, which know their lines, the keys that stand twice, and the data."""
    loader = loader_type(text)
    try:
        node = loader.get_single_node()
        # Before the data: making it writes merged keys ("<<") into the nodes.
        repeated = tuple(_duplicate_keys(node))
        return node, repeated, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _parse_yaml(file: Path, text: str) -> _Parsed:
    line = 1
    try:
        with contextlib.suppress(yaml.YAMLError):
            return _parse(text, _FAST_LOADER)
        return _parse(text, _PLAIN_LOADER)
    except yaml.MarkedYAMLError as e:
        line, what, remedy = _yaml_trouble(e)
    except yaml.reader.ReaderError as e:
        line = text.count("\n", 0, e.position) + 1
        what, remedy = "here stands a control character, which nobody can see", "Remove it"
    except RecursionError:
        what, remedy = "lists and keys are nested too deep to read", "Simplify it"
    except ValueError as e:
        what, remedy = f"a value can't be read ({e})", "Put it in quotes"
    raise SpecError([Problem(file, line, None, what, remedy)])


def _yaml_trouble(error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """Return line, what is wrong and what would be right, of broken YAML."""
    mark = error.problem_mark or error.context_mark
    what = f"this is not valid YAML ({error.problem or error.context})"
    remedy = (
        "Look at the indentation here and just above; quote a text that contains ': ' "
        "or starts with a symbol"
    )
    if "'\\t'" in (error.problem or ""):
        what, remedy = "here stands a tab", "Indent with spaces: YAML takes no tabs"
    elif error.problem == "found unexpected end of stream":
        # YAML notices at the end of the file; what is to be mended stands where it began.
        mark = error.context_mark or mark
        what, remedy = "a quotation mark opens here and never closes", "Close it, or remove it"
    return mark.line + 1 if mark else 1, what, remedy


def _line(node: yaml.Node | None, loc: Loc) -> int:
    """Return the 1-based line of the deepest part of ``loc`` that the YAML has."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for part in _without_tags(loc):
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part]
            line = found.start_mark.line + 1
        node = found or node
    return line


def _without_tags(loc: Loc) -> Loc:
    """Leave out the field types that pydantic puts behind a field's place: the YAML has none."""
    return tuple(
        part
        for i, part in enumerate(loc)
        if not (part in FIELD_TYPES and loc[i - 2 : i - 1] == ("fields",))
    )


def _duplicate_keys(
    node: yaml.Node | None, loc: Loc = (), seen: set[int] | None = None
) -> Iterator[Finding]:
    """YAML lets a key stand twice and the last one win: a lost text that nobody notices."""
    seen = set() if seen is None else seen
    if id(node) in seen:  # an alias: looked at where it was defined
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        last: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # a list for a key: refused when the data are made
            if key.value in last:
                what = f"the key '{key.value}' stands here twice"
                yield (*loc, key.value), what, "Keep one of them"
            last[key.value] = value
        for name, value in last.items():
            yield from _duplicate_keys(value, (*loc, name), seen)
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _duplicate_keys(item, (*loc, i), seen)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Say which of the known words is meant; where none is near, which there are."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}"


def _keys_of(loc: Loc, shape: type[BaseModel]) -> list[str]:
    """Return the keys that are allowed at ``loc``, for an unknown key's message."""
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        shape = FIELD_TYPES.get(part) or _part_type(shape, part) or shape
    return sorted(f.alias or name for name, f in shape.model_fields.items())


def _part_type(shape: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return what the entries of the list ``key`` of ``shape`` are, if they are parts."""
    field = shape.model_fields.get(key)
    entries = get_args(field.annotation) if field else ()
    return next((e for e in entries if isinstance(e, type) and issubclass(e, BaseModel)), None)


# pydantic's errors about one value: what is wrong and what would be right.
_KEYS = ("here stands '{given}' where keys are expected", "Write 'key: value' lines")
_WHOLE = ("{name} must be a whole number, not '{given}'", "Write it in digits, as in 5")
_NUMBER = ("{name} must be a number, not '{given}'", "Write it in digits, as in 1.5")
_TRUTH = ("{name} must be true or false, not '{given}'", "Write true, or remove the line")
_BAD_VALUES = {
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "dict_type": _KEYS,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than": ("{name} is {given}, which is too small", "Write more than {gt}"),
    "greater_than_equal": ("{name} is {given}, which is too small", "The least is {ge}"),
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "less_than_equal": ("{name} is {given}, which is too large", "The most is {le}"),
    "list_type": (
        "{name} must be a list, not '{given}'",
        "Begin each entry on a line of its own with '- '",
    ),
    "literal_error": ("{name} can't be '{given}'", "Write {expected}, or remove the line"),
    "model_attributes_type": _KEYS,
    "model_type": _KEYS,
    "string_pattern_mismatch": (
        "'{given}' can't be an id",
        "Use small letters, digits and single hyphens, as in 'passed-over'",
    ),
    "string_too_long": ("{name} is longer than {max_length} characters", "Shorten it"),
    "string_too_short": ("{name} is empty", "Write its text"),
    "string_type": ("{name} must be a text, not '{given}'", "Put it in quotes"),
    "too_long": ("{name} has {actual_length} entries", "It can have {max_length} at most"),
    "too_short": ("{name} has {actual_length} of at least {min_length} entries", "Add the rest"),
}


def in_words(error: Any, shape: type[BaseModel]) -> Finding:
    """Turn one of pydantic's errors into where, what is wrong and what would be right."""
    loc: Loc = error["loc"]
    types = ", ".join(FIELD_TYPES)
    match error["type"]:
        case "extra_forbidden":
            key = str(loc[-1])
            return loc, f"unknown key '{key}'", did_you_mean(key, _keys_of(loc, shape))
        case "invalid_key":
            return loc, f"unknown key '{loc[-1]}'", did_you_mean("", _keys_of(loc, shape))
        case "missing":
            return loc[:-1], f"'{loc[-1]}' is missing", f"Add a line '{loc[-1]}: …'"
        case "union_tag_not_found":
            return loc, "this field has no type", f"Add 'type:' with one of: {types}"
        case "union_tag_invalid":
            tag = str(error["ctx"]["tag"])
            return (*loc, "type"), f"unknown field type '{tag}'", did_you_mean(tag, [*FIELD_TYPES])
    if error["input"] is None:
        return loc, f"{_name(loc)} is empty", "Write something here, or remove it"
    words = {"name": _name(loc), "given": _as_yaml(error["input"]), **error.get("ctx", {})}
    what, remedy = _BAD_VALUES.get(error["type"], ("{name} can't be '{given}'", "Correct it"))
    return loc, what.format_map(words), remedy.format_map(words)


def _name(loc: Loc) -> str:
    """Name a place for an author: a key, an entry of a list, or the whole file."""
    if not loc:
        return "the file"
    return f"entry {loc[-1] + 1} of '{loc[-2]}'" if isinstance(loc[-1], int) else f"'{loc[-1]}'"


def _as_yaml(value: object) -> str:
    """Show a value as its author wrote it, or nearly, and not all of a long one."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000)
    text = text.removesuffix("\n...\n").strip()
    return text if len(text) <= 60 else f"{text[:59]}…"


def _cross_check(module: Module) -> Iterator[Finding]:
    """Find what no single part can know: ids that stand twice, steps that lead nowhere."""
    yield from twice([e.id for e in module.exercises], ("exercises",), "exercise")
    for i, exercise in enumerate(module.exercises):
        here: Loc = ("exercises", i)
        if bool(exercise.fields) == bool(exercise.steps):
            what = "has both 'fields' and 'steps'" if exercise.fields else "has nothing to do"
            yield here, f"the exercise {what}", "Give it either 'fields' or 'steps'"
        seen: set[str] = set()
        for loc, field in exercise.places(here):
            if field.id in seen:
                what = f"the field '{field.id}' stands here twice"
                yield (*loc, "id"), what, "Rename one of them"
            seen.add(field.id)
            if isinstance(field, Choice):
                yield from twice([o.id for o in field.options], (*loc, "options"), "option")
                if not exercise.steps and any(o.next for o in field.options):
                    remedy = "Remove it, or give the exercise 'steps'"
                    yield loc, "'next' needs steps to lead to", remedy
            yield from _check_parts(field, loc)
        yield from _check_extras(exercise, here)
        if exercise.steps:
            yield from _check_steps(exercise, here)


def _check_parts(field: AnyField, loc: Loc) -> Iterator[Finding]:
    """Find ids that stand twice among a field's parts, and phrases without a place."""
    match field:
        case Choices():
            options = [o.id for o in field.options]
            yield from twice(options, (*loc, "options"), "option")
            yield from _not_none(options, (*loc, "options"), "option")
            if field.at_least > len(options):
                what = f"'at_least' is {field.at_least}, but there are {len(options)} options"
                yield (*loc, "at_least"), what, "Nobody could complete it: write less"
        case Order():
            yield from twice([i.id for i in field.items], (*loc, "items"), "item")
        case Rows():
            yield from twice([c.id for c in field.columns], (*loc, "columns"), "column")
        case Sort():
            yield from twice([c.id for c in field.cards], (*loc, "cards"), "card")
            yield from twice([c.id for c in field.categories], (*loc, "categories"), "category")
        case Mark():
            ids = [p.id for p in field.phrases]
            yield from twice(ids, (*loc, "phrases"), "phrase")
            yield from _not_none(ids, (*loc, "phrases"), "phrase")
            placed = [one for _, one in field.parts() if one]
            for one in sorted({*ids} ^ {*placed}):
                what = f"the phrase '{one}' stands in only one of 'passage' and 'phrases'"
                yield loc, what, f"Mark it as [its words]({one}) in the passage and give it a note"


def _not_none(ids: Sequence[str], loc: Loc, what: str) -> Iterator[Finding]:
    """Find an option or phrase that could not be told from "none of these"."""
    if NONE in ids:
        where: Loc = (*loc, ids.index(NONE), "id")
        yield where, f"{what} '{NONE}' would mean 'none of these'", "Give it another id"


def _check_extras(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find a chart without scales, a composed text or a calendar of fields that are not there."""
    fields = {f.id: f for f in exercise.all_fields()}
    if exercise.profile and not any(isinstance(f, Scale) for f in fields.values()):
        yield (*here, "profile"), "there is no scale to draw", "Give the exercise scales"
    for name in _PLACEHOLDER.findall(exercise.compose.template) if exercise.compose else []:
        if name not in fields:
            what = f"'{{{name}}}' names no field"
            yield (*here, "compose", "template"), what, did_you_mean(name, [*fields])
    for i, event in enumerate(exercise.calendar.events if exercise.calendar else []):
        loc: Loc = (*here, "calendar", "events", i)
        if (event.weeks is None) == (event.field is None):
            yield loc, "an event has either 'weeks' or 'field'", "Keep one of them"
        elif event.field and not isinstance(fields.get(event.field), Date):
            yield (*loc, "field"), f"'{event.field}' is no date field", "Name a field of type date"


def _check_steps(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    ids = [s.id for s in exercise.steps]
    yield from twice(ids, (*here, "steps"), "step")
    lost = False
    for s, step in enumerate(exercise.steps):
        loc: Loc = (*here, "steps", s)
        if step.id == END:
            what = f"a step can't be called '{END}'"
            yield (*loc, "id"), what, "The word stands for the end: rename it"
        branching = [
            f for f in step.fields if isinstance(f, Choice) and any(o.next for o in f.options)
        ]
        if len(branching) > 1:
            what = f"two choices of step '{step.id}' branch"
            yield loc, what, "Let one choice a step carry 'next'"
        for f in branching:
            if f.optional:
                what = f"the choice '{f.id}' branches and is optional"
                yield loc, what, "A choice that leads on must be answered"
        targets: list[tuple[Loc, str]] = [((*loc, "next"), step.next)] if step.next else []
        for j, f2 in enumerate(step.fields):
            if isinstance(f2, Choice):
                targets += [
                    ((*loc, "fields", j, "options", k, "next"), o.next)
                    for k, o in enumerate(f2.options)
                    if o.next
                ]
        for target_loc, target in targets:
            if target not in (*ids, END):
                lost = True
                what = f"'next: {target}' leads nowhere"
                yield target_loc, what, did_you_mean(target, [*ids, END])
    if not lost:  # else half of the steps would seem out of reach
        yield from _check_reach(exercise, here)


def _check_reach(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    routes = {r["id"]: r["next"] for r in exercise.routes()}

    def reach(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            step = todo.pop()
            if step not in seen:
                seen.add(step)
                todo += routes.get(step, [])
        return seen

    reached = reach(exercise.steps[0].id)
    for s, step in enumerate(exercise.steps):
        if step.id not in reached:
            what = f"no way leads to step '{step.id}'"
            yield (*here, "steps", s), what, "Point a 'next' at it, or remove it"
        elif END not in reach(step.id):
            what = f"from step '{step.id}' no way leads to the end"
            yield (*here, "steps", s), what, "Give it 'next: end'"


def twice(ids: Sequence[str], loc: Loc, what: str) -> Iterator[Finding]:
    """Find ids that stand twice in the list of ``what`` at ``loc``."""
    seen: set[str] = set()
    for i, one in enumerate(ids):
        if one in seen:
            yield (*loc, i, "id"), f"the {what} '{one}' stands here twice", "Rename one of them"
        seen.add(one)
