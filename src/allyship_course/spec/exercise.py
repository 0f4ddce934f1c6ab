"""Module, Exercise and the field types: what an author writes in ``exercises.yml``.

A module's exercises are data. This room turns the YAML into checked objects and, when
something is wrong, says in which file and line, in which exercise, what is wrong and
what would be right. It knows nothing of how a form looks or where answers are kept.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from .fields import (
    NONE,
    AnyField,
    Choice,
    Choices,
    Date,
    Id,
    Mark,
    Order,
    Part,
    Rows,
    Scale,
    Sort,
    Text,
)
from .yamlfile import Finding, Loc, did_you_mean, load_checked, read_text, twice

EXERCISES_FILE = "exercises.yml"
MODULES_FOLDER = "modules"
JOURNAL = "journal"
END = "end"
_PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\}")


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


def load_module(folder: Path) -> Module:
    """Load ``folder/exercises.yml``; raise :class:`SpecError` with every problem found in it."""
    file = folder / EXERCISES_FILE
    return _module(file, read_text(file, "Each module has one"))


@functools.lru_cache(maxsize=64)
def _module(file: Path, _text: str) -> Module:
    """Load a module once for every text of its file: each cell of a notebook asks for it."""
    return load_checked(file, Module, _cross_check)


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
