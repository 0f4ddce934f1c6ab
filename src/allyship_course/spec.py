"""Module, Exercise and the field types: what an author writes in ``exercises.yml``.

A module's exercises are data. This room turns the YAML into checked objects and, when
something is wrong, says in which file and line, in which exercise, what is wrong and
what would be right. It knows nothing of how a form looks or where answers are kept.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

EXERCISES_FILE = "exercises.yml"
END = "end"

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
    """Return how many words ``text`` has, by the same rule as ``countWords`` in exercise.mjs."""
    return len(_WORD.findall(text))


class Part(BaseModel):
    """A part of what an author writes: unknown keys are errors, texts are stripped."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _FieldBase(Part):
    """What every field has. ``rule()`` is all that completion needs to know of it."""

    id: Id
    label: Text
    hint: str = ""
    optional: bool = False
    private: Literal["always"] | None = None

    def rule(self) -> dict[str, Any]:
        return {"type": self.type, "required": not self.optional}  # type: ignore[attr-defined]

    def answered(self, value: object) -> bool:
        raise NotImplementedError


class Option(Part):
    id: Id
    label: Text
    consequence: str = ""
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
        # bool is an int in Python; JSON's true is no step.
        return type(value) is int and 1 <= value <= len(self.steps)


class Category(Part):
    id: Id
    label: Text


class Card(Part):
    id: Id
    text: Text
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


class TextField(_FieldBase):
    """An open reflection. The answer is what was written; only its words are counted."""

    type: Literal["text"]
    starters: list[Text] = []
    rows: Annotated[int, Field(ge=2, le=20)] = 4
    min_words: Annotated[int, Field(ge=1, le=200)] = 1

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "min_words": self.min_words}

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and count_words(value) >= self.min_words


AnyField = Annotated[Choice | Scale | Sort | TextField, Field(discriminator="type")]
FIELD_TYPES: dict[str, type[_FieldBase]] = {
    "choice": Choice,
    "scale": Scale,
    "sort": Sort,
    "text": TextField,
}


class Step(Part):
    """A stretch of a branching exercise. Without ``next`` it leads to the step below it."""

    id: Id
    title: Text
    text: str = ""
    fields: list[AnyField] = []
    next: Id | None = None


class Exercise(Part):
    """One form: either ``fields`` in a row, or ``steps`` that branch."""

    id: Id
    title: Text
    minutes: Annotated[int, Field(ge=1, le=60)]
    sources: list[str] = []
    evidence: list[str] = []
    practice_wisdom: bool = Field(default=False, alias="practice-wisdom")
    intro: str = ""
    fields: list[AnyField] = []
    steps: list[Step] = []
    closing: str = ""

    def all_fields(self) -> list[AnyField]:
        """Return every field, in the order of the page."""
        return [*self.fields, *(f for s in self.steps for f in s.fields)]

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
        """Return what completion needs, as JSON: the same object that exercise.mjs reads."""
        return {"fields": {f.id: f.rule() for f in self.all_fields()}, "steps": self.routes()}


class Module(Part):
    """One topic: the exercises of one folder."""

    module: Id
    title: Text
    minutes: Annotated[int, Field(ge=1, le=240)]
    exercises: list[Exercise]

    def exercise(self, exercise_id: str) -> Exercise:
        """Return the exercise called ``exercise_id``; a KeyError names those there are."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        known = [e.id for e in self.exercises]
        raise KeyError(
            f"module {self.module} has no exercise '{exercise_id}'.{_did_you_mean(exercise_id, known)}"
        )


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


Loc = tuple[str | int, ...]
Finding = tuple[Loc, str, str]  # where, what is wrong, what would be right
Shape = TypeVar("Shape", bound=BaseModel)


def load_module(folder: Path) -> Module:
    """Load ``folder/exercises.yml``; raise :class:`SpecError` with every problem found in it."""
    return load_checked(folder / EXERCISES_FILE, Module, _cross_check)


def load_checked(
    file: Path, shape: type[Shape], cross_check: Callable[[Shape], Iterable[Finding]]
) -> Shape:
    """Read YAML into ``shape``; raise :class:`SpecError` with every problem, each with its line."""
    text = _read_text(file)
    node, data = _parse_yaml(file, text)

    def problem(finding: Finding) -> Problem:
        loc, what, remedy = finding
        return Problem(file, _line(node, loc), _exercise_id(data, loc), what, remedy)

    findings = list(_duplicate_keys(node))
    try:
        loaded = shape.model_validate(data)
    except ValidationError as e:
        findings += [_in_words(error, shape) for error in e.errors()]
    else:
        findings += cross_check(loaded)
    if findings:
        raise SpecError([problem(f) for f in findings])
    return loaded


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        what, line, remedy = "there is no such file", 1, "Each module has one"
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        what, remedy = "the file is not UTF-8", "Save it as UTF-8 text"
    raise SpecError([Problem(file, line, None, what, remedy)])


def _parse_yaml(file: Path, text: str) -> tuple[yaml.Node | None, object]:
    """Return the YAML twice: as nodes, which know their lines, and as plain data."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        line = mark.line + 1 if mark else 1
        what = f"this is not valid YAML ({e.problem or e.context})"
        remedy = (
            "Look at the indentation here and just above; quote a text that contains ': ' "
            "or starts with a symbol"
        )
    except (yaml.YAMLError, RecursionError, ValueError) as e:
        line, what, remedy = 1, f"this is not valid YAML ({type(e).__name__})", "Simplify it"
    raise SpecError([Problem(file, line, None, what, remedy)])


def _line(node: yaml.Node | None, loc: Loc) -> int:
    """Return the 1-based line of the deepest part of ``loc`` that the YAML has."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for part in loc:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part]
            line = found.start_mark.line + 1
        # pydantic puts the field type into the path of a union: not in the YAML, skip it.
        node = found or node
    return line


def _exercise_id(data: object, loc: Loc) -> str | None:
    if len(loc) < 2 or loc[0] != "exercises" or not isinstance(data, dict):
        return None
    entry = data["exercises"][loc[1]]
    return str(entry["id"]) if isinstance(entry, dict) and "id" in entry else None


def _duplicate_keys(node: yaml.Node | None, loc: Loc = ()) -> Iterator[Finding]:
    """YAML lets a key stand twice and the last one win: a lost text that nobody notices."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            here = (*loc, key.value)
            if key.value in seen:
                yield here, f"the key '{key.value}' stands here twice", "Keep one of them"
            seen.add(key.value)
            yield from _duplicate_keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _duplicate_keys(item, (*loc, i))


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(known)}"


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


def _in_words(error: Any, shape: type[BaseModel]) -> Finding:
    """Turn one of pydantic's errors into where, what is wrong and what would be right."""
    loc: Loc = error["loc"]
    key = loc[-1] if loc else "the file"
    given = error.get("input")
    match error["type"]:
        case "extra_forbidden":
            return loc, f"unknown key '{key}'.{_did_you_mean(str(key), _keys_of(loc, shape))}", (
                "Correct or remove it"
            )
        case "missing":
            return loc[:-1], f"'{key}' is missing", f"Add a line '{key}: …'"
        case "union_tag_not_found":
            types = ", ".join(FIELD_TYPES)
            return loc, "this field has no type", f"Add 'type:' with one of: {types}"
        case "union_tag_invalid":
            tag = str(error["ctx"]["tag"])
            return (*loc, "type"), f"unknown field type '{tag}'", (
                f"Known types: {', '.join(FIELD_TYPES)}.{_did_you_mean(tag, list(FIELD_TYPES))}"
            )
        case "string_pattern_mismatch":
            return loc, f"'{given}' can't be an id", (
                "Use small letters, digits and single hyphens, as in 'passed-over'"
            )
        case "string_type":
            return loc, f"'{key}' must be a text, not {given!r}", "Put it in quotes"
        case "model_type" | "model_attributes_type" | "dict_type":
            return loc, f"here stands {given!r} where keys are expected", "Write 'key: value' lines"
        case "list_type":
            return loc, f"'{key}' must be a list", "Begin each entry on a line of its own with '- '"
        case _:
            return loc, f"'{key}': {error['msg']}", "See the authors' guide"


def _cross_check(module: Module) -> Iterator[Finding]:
    """Find what no single part can know: ids that stand twice, steps that lead nowhere."""
    yield from twice([e.id for e in module.exercises], ("exercises",), "exercise")
    for i, exercise in enumerate(module.exercises):
        here: Loc = ("exercises", i)
        if bool(exercise.fields) == bool(exercise.steps):
            what = "has both 'fields' and 'steps'" if exercise.fields else "has nothing to do"
            yield here, f"the exercise {what}", "Give it either 'fields' or 'steps'"
        places = [((*here, "fields", j), f) for j, f in enumerate(exercise.fields)] + [
            ((*here, "steps", s, "fields", j), f)
            for s, step in enumerate(exercise.steps)
            for j, f in enumerate(step.fields)
        ]
        seen: set[str] = set()
        for loc, field in places:
            if field.id in seen:
                yield (*loc, "id"), f"two fields have the id '{field.id}'", "Rename one of them"
            seen.add(field.id)
            if isinstance(field, Choice):
                yield from twice([o.id for o in field.options], (*loc, "options"), "option")
                if not exercise.steps and any(o.next for o in field.options):
                    yield loc, "'next' needs steps to lead to", "Remove it, or give the exercise 'steps'"
            if isinstance(field, Sort):
                yield from twice([c.id for c in field.cards], (*loc, "cards"), "card")
                yield from twice([c.id for c in field.categories], (*loc, "categories"), "category")
        if exercise.steps:
            yield from _check_steps(exercise, here)


def _check_steps(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    ids = [s.id for s in exercise.steps]
    yield from twice(ids, (*here, "steps"), "step")
    for s, step in enumerate(exercise.steps):
        loc: Loc = (*here, "steps", s)
        if step.id == END:
            yield (*loc, "id"), f"a step can't be called '{END}'", "The word stands for the end: rename it"
        branching = [
            f for f in step.fields if isinstance(f, Choice) and any(o.next for o in f.options)
        ]
        if len(branching) > 1:
            yield loc, f"two choices of step '{step.id}' branch", "Let one choice a step carry 'next'"
        for f in branching:
            if f.optional:
                yield loc, f"the choice '{f.id}' branches and is optional", "A choice that leads on must be answered"
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
                yield target_loc, f"'next: {target}' leads nowhere.{_did_you_mean(target, [*ids, END])}", (
                    "Name a step of this exercise, or 'end'"
                )
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
            yield (*here, "steps", s), f"no way leads to step '{step.id}'", "Point a 'next' at it, or remove it"
        elif END not in reach(step.id):
            yield (*here, "steps", s), f"from step '{step.id}' no way leads to the end", "Give it 'next: end'"


def twice(ids: Sequence[str], loc: Loc, what: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for i, one in enumerate(ids):
        if one in seen:
            yield (*loc, i, "id"), f"two {what}s have the id '{one}'", "Rename one of them"
        seen.add(one)
