"""Field types whose answer is chosen: one option, several, a step, phrases, a rating."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from .field import (
    NOT_TICKED,
    TICKED,
    TICKS,
    TO_WRITE,
    Effort,
    FieldType,
    Id,
    Part,
    Question,
    Text,
    is_number,
    one_of,
    to_read,
)
from .findings import Finding, Loc, twice

NONE = "none"
RATINGS = {"knew": "I had it", "partly": "Some of it", "not-yet": "Not yet"}
_PHRASE = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\)")


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


def _told(option: Option) -> str:
    """Return all that is said to who chooses the option."""
    effects = [f"{e.who} {e.gains}{e.pays}{e.unasked}" for e in option.effects]
    return " ".join([option.consequence, *effects, option.plainly])


class Choice(FieldType):
    """One of several (radio buttons). The answer is the option's id."""

    type: Literal["choice"]
    options: Annotated[list[Option], Field(min_length=2)]

    doing: ClassVar[str] = "decides"
    shown_again: ClassVar[bool] = True
    sample: ClassVar[str] = f"""\
label: What do you do?
options:
  - id: speak
    label: Say it now
    consequence: "{TO_WRITE} who gains, who pays, what opens and what closes."
    # effects:
    #   - {{who: Amina, gains: "{TO_WRITE} what she gets"}}
    #   - {{who: Amina, pays: "{TO_WRITE} what it costs her"}}
    #   - {{who: Piet, unasked: "{TO_WRITE} what happens to him"}}
    # plainly: "{TO_WRITE} in three sentences what happened, where a way ends here."
  - id: wait
    label: Wait until afterwards
    consequence: "{TO_WRITE} the same, from at least two points of view."
"""

    @property
    def branches(self) -> bool:
        """Whether an option leads to a step of its own."""
        return any(o.next for o in self.options)

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "options": [o.id for o in self.options]}

    def answered(self, value: object) -> bool:
        return any(o.id == value for o in self.options)

    def labels(self) -> dict[str, str]:
        return {o.id: o.label for o in self.options}

    def own_effort(self) -> Effort:
        return Effort(taps=1) + to_read(*self.labels().values()) + one_of(*map(_told, self.options))

    def made_up(self) -> str:
        return self.options[0].id

    def questions(self) -> Iterator[Question]:
        yield Question("choice", self.label, self.labels(), str)

    def check(self, loc: Loc) -> Iterator[Finding]:
        yield from twice([o.id for o in self.options], (*loc, "options"), "option")
        for i, option in enumerate(self.options):
            for j, effect in enumerate(option.effects):
                yield from _one_effect(effect, (*loc, "options", i, "effects", j))

    def unfinished(self, loc: Loc) -> Iterator[Finding]:
        for i, option in enumerate(self.options):
            if not option.consequence:
                problem = f"option '{option.id}' of '{self.id}' has no consequence"
                yield (*loc, "options", i), problem, "Add one"


class ManyOption(Part):
    """One box of ``choices``."""

    id: Id
    label: Text
    consequence: str = ""


class Choices(FieldType):
    """Any of several (checkboxes). The answer lists the options' ids, or just ``"none"``.

    ``none`` is the label of a last box that excludes the others, such as "None of these".
    """

    type: Literal["choices"]
    options: Annotated[list[ManyOption], Field(min_length=2)]
    at_least: Annotated[int, Field(ge=1)] = 1
    none: str = ""
    unticked: str = ""  # what is said to who ticks none, once they have looked at all

    doing: ClassVar[str] = "ticks"
    sample: ClassVar[str] = f"""\
label: Which of these have you seen?
options:
  - {{id: once, label: A question that nobody answered}}
  - {{id: often, label: An answer that nobody had asked for}}
none: None of these
# unticked: "{TO_WRITE} what you say to whoever ticks the last one."
"""

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

    def labels(self) -> dict[str, str]:
        return {o.id: o.label for o in self.options} | {NONE: self.none}

    def own_effort(self) -> Effort:
        # Of several boxes people tick about half, and read what those say.
        told = [o.consequence for o in self.options]
        half = to_read(*told).part(0.5) + Effort(taps=max(self.at_least, len(self.options) / 2))
        return to_read(*self.labels().values()) + half

    def made_up(self) -> list[str]:
        return [o.id for o in self.options]

    def questions(self) -> Iterator[Question]:
        for option in self.options:
            yield _tick(option.id, option.label)

    def check(self, loc: Loc) -> Iterator[Finding]:
        ids = [o.id for o in self.options]
        yield from twice(ids, (*loc, "options"), "option")
        yield from _not_none(ids, (*loc, "options"), "option")
        if self.at_least > len(ids):
            problem = f"'at_least' is {self.at_least}, but there are {len(ids)} options"
            yield (*loc, "at_least"), problem, "Nobody could complete it: write less"


class Scale(FieldType):
    """Labelled steps from one end to the other. The answer is the step's number, from 1."""

    type: Literal["scale"]
    steps: Annotated[list[Text], Field(min_length=2, max_length=11)]

    doing: ClassVar[str] = "rates"
    sample: ClassVar[str] = """\
label: How sure are you?
steps: [Not at all, A little, Fairly, Quite]
"""

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "steps": len(self.steps)}

    def answered(self, value: object) -> bool:
        return is_number(value) and value in range(1, len(self.steps) + 1)

    def labels(self) -> dict[str, str]:
        return {str(number): step for number, step in enumerate(self.steps, 1)}

    def made_up(self) -> int:
        return len(self.steps)

    def questions(self) -> Iterator[Question]:
        yield Question("step", self.label, self.labels(), lambda answer: str(int(answer)))


class Phrase(Part):
    """A phrase of a passage that can be pressed; ``note`` is what we would say of it."""

    id: Id
    note: Text


class Mark(FieldType):
    """Press the phrases that... In ``passage``, plain text, ``[a phrase](its-id)`` can be pressed.

    The answer lists the ids of the pressed phrases, or just ``"none"``.
    """

    type: Literal["mark"]
    passage: Text
    phrases: Annotated[list[Phrase], Field(min_length=2)]

    doing: ClassVar[str] = "presses phrases"
    sample: ClassVar[str] = f"""\
label: Press what you would say otherwise.
passage: You did well, [considering](considering), and [we](we) are glad.
phrases:
  - {{id: considering, note: "{TO_WRITE} what this does."}}
  - {{id: we, note: "{TO_WRITE} who is meant."}}
"""

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

    def labels(self) -> dict[str, str]:
        return {phrase: text for text, phrase in self.parts() if phrase} | {
            NONE: "None of the phrases"
        }

    def own_effort(self) -> Effort:
        half = to_read(*(p.note for p in self.phrases)).part(0.5) + Effort(
            taps=len(self.phrases) / 2
        )
        return to_read(*(text for text, _ in self.parts())) + half

    def made_up(self) -> list[str]:
        return [self.phrases[0].id]

    def questions(self) -> Iterator[Question]:
        for text, phrase in self.parts():
            if phrase:
                yield _tick(phrase, f"“{text}”")

    def check(self, loc: Loc) -> Iterator[Finding]:
        ids = [p.id for p in self.phrases]
        yield from twice(ids, (*loc, "phrases"), "phrase")
        yield from _not_none(ids, (*loc, "phrases"), "phrase")
        placed = [phrase for _, phrase in self.parts() if phrase]
        for one in sorted({*ids} ^ {*placed}):
            problem = f"the phrase '{one}' stands in only one of 'passage' and 'phrases'"
            yield loc, problem, f"Mark it as [its words]({one}) in the passage and give it a note"


class Recall(FieldType):
    """A card turned over: a question (the label), what we would say, and how well one knew it."""

    type: Literal["recall"]
    back: Text

    doing: ClassVar[str] = "recalls"
    sample: ClassVar[str] = f"""\
label: What was the difference?
back: "{TO_WRITE} what we would say."
"""

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "ratings": list(RATINGS)}

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and value in RATINGS

    def labels(self) -> dict[str, str]:
        return RATINGS

    def own_effort(self) -> Effort:
        return to_read(self.back) + Effort(taps=2)  # one turns the card, one says how it went

    def made_up(self) -> str:
        return next(iter(RATINGS))


def _one_effect(effect: Effect, loc: Loc) -> Iterator[Finding]:
    """Find an effect that is none, or that is two."""
    given = [f"'{key}'" for key in ("gains", "pays", "unasked") if getattr(effect, key)]
    if not given:
        problem = f"the effect on {effect.who} says nothing"
        yield loc, problem, "Write one of 'gains', 'pays' and 'unasked'"
    elif len(given) > 1:
        problem = f"the effect on {effect.who} says both {' and '.join(given[:2])}"
        yield loc, problem, "Write one effect for each"


def _tick(box: str, label: str) -> Question:
    """Return the question whether a box, or a phrase, was ticked."""
    return Question(box, label, TICKS, lambda answer: TICKED if box in answer else NOT_TICKED)


def _known(value: object, ids: Sequence[str]) -> int:
    """Count the different ids that stand in a list that may hold anything."""
    return len({v for v in value if isinstance(v, str)} & {*ids}) if isinstance(value, list) else 0


def _not_none(ids: Sequence[str], loc: Loc, kind: str) -> Iterator[Finding]:
    """Find an option or phrase that could not be told from "none of these"."""
    if NONE in ids:
        where: Loc = (*loc, ids.index(NONE), "id")
        yield where, f"{kind} '{NONE}' would mean 'none of these'", "Give it another id"
