"""Module and Exercise: what an author writes in ``exercises.yml``, but for the fields."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from .chosen import Choice
from .field import Id, Part, Text
from .fields import AnyField
from .findings import Loc, did_you_mean

EXERCISES_FILE = "exercises.yml"
EARLIER_FILE = "earlier.yml"
"""Beside it: what earlier editions asked and this one does not, see :class:`Earlier`."""
MODULES_FOLDER = "modules"
JOURNAL = "journal"
RETURN = "return"
BESIDE = (JOURNAL, RETURN)
"""Folders of the book with exercises that belong to no module: nothing of them is collected."""
END = "end"
PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\}")


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
        return PLACEHOLDER.sub("__________", self.template)


class Drawing(Part):
    """A picture made of the learner's own answers to ``field``.

    ``rings`` of a sort, ``seats`` around a table of a list whose column ``seat`` says where
    somebody sits, ``slope`` of a profile before and after, ``access`` lent to whom of a list.
    ``apart`` is a step of a slope's scales that is no amount, such as "There was no occasion":
    who chose it is not drawn, only said.
    """

    kind: Literal["rings", "seats", "slope", "access"]
    title: Text
    field: Id | None = None
    seat: Id | None = None
    apart: str = ""


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
    """A calendar file (.ics) of follow-ups.

    They lead back to ``page``, named from the book's folder and without an ending, or else to the
    page on which the exercise stands.
    """

    title: Text
    page: str = ""
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


COMPOSED = "compose"
"""Instead of a field's id: the text that an exercise puts together, to begin a field with."""
EXTRAS = ("steps", "profile", "compose", "calendar")
"""What an exercise may have besides fields."""


class Exercise(Part):
    """One form: either ``fields`` in a row, or ``steps`` that branch.

    ``again`` is for what somebody comes back to: on another day there is a new answer beside the
    earlier ones, to each question by itself (``by-prompt``) or to all at once (``as-a-whole``).
    """

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
    again: Literal["by-prompt", "as-a-whole"] | None = None
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
                if isinstance(f, Choice) and f.branches
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
    """A module's end: three lines of one's own ("exercise/field"), and the day that was chosen.

    ``prompts`` are questions of the journal that fit, each as "exercise/field".
    """

    lines: Annotated[list[Text], Field(max_length=3)] = []
    day: str = ""
    prompts: list[Text] = []
    text: str = ""


class EarlierField(Part):
    """The words of a field that is gone, or of an answer's ids that are gone from a field."""

    type: Text
    label: Text
    labels: dict[str, str] = {}
    parts: dict[str, str] = {}


class EarlierExercise(Part):
    """An exercise that is gone, or has lost fields: what its answers' ids stood for."""

    id: Id
    title: Text
    fields: dict[Id, EarlierField]


class Earlier(Part):
    """What earlier editions of a module asked, so that what was answered can still be read."""

    exercises: list[EarlierExercise]


class Module(Part):
    """One topic: the exercises of one folder.

    ``edition`` goes up when exercises come or go, so that a term that has begun keeps its own.
    ``earlier`` comes from :data:`EARLIER_FILE`.

    What stands beside the modules, as the journal does, is not ``collected``: no completion
    record is written of it, nothing of it can be shared, and no certificate counts it.
    ``mirror`` stands in a class's own copy only: from how many people on what they share may be
    shown to the class; 0 is never.
    """

    module: Id
    title: Text
    minutes: Annotated[int, Field(ge=1, le=240)]
    edition: Annotated[int, Field(ge=1)] = 1
    collected: bool = True
    mirror: Annotated[int, Field(ge=0)] = 0
    scene: Id | None = None
    ending: Ending | None = None
    exercises: list[Exercise]
    earlier: list[EarlierExercise] = []

    def earlier_fields(self, exercise_id: str) -> dict[str, EarlierField]:
        """Return the fields that an exercise had in earlier editions."""
        return next((e.fields for e in self.earlier if e.id == exercise_id), {})

    def exercise(self, exercise_id: str) -> Exercise:
        """Return the exercise called ``exercise_id``; a KeyError names those there are."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        hint = did_you_mean(exercise_id, [e.id for e in self.exercises])
        raise KeyError(f"module {self.module} has no exercise '{exercise_id}'. {hint}")
