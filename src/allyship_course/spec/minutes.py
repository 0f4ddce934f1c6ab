"""How long an exercise and a reading take: the one rule by which minutes are stated.

A minute is 130 words to read, or 10 taps, or one text; a line is half a text. 130 words a minute
is slow on purpose: it is a tired adult who reads a second language on a phone (most adults read
some 240 words of their own language; Brysbaert, 2019, doi:10.1016/j.jml.2019.104047). Of a case,
somebody reads one way, so each way counts by how likely it is when all options are equally so.
"""

from __future__ import annotations

from functools import cache

from .exercise import END, Exercise, Step
from .field import Effort, FieldType, to_read

WORDS_A_MINUTE = 130
TAPS_A_MINUTE = 10
MINUTES_A_TEXT = 1


def reading_minutes(words: int) -> float:
    """Return how many minutes a text of so many words takes."""
    return words / WORDS_A_MINUTE


def exercise_minutes(exercise: Exercise) -> float:
    """Return how many minutes an exercise takes, not rounded."""
    effort = exercise_effort(exercise)
    taps, texts = effort.taps / TAPS_A_MINUTE, effort.texts * MINUTES_A_TEXT
    return effort.words / WORDS_A_MINUTE + taps + texts


def exercise_effort(exercise: Exercise) -> Effort:
    """Return what an exercise asks of somebody who goes through it once."""
    people = [f"{person.name} {person.who}" for person in exercise.people]
    told = to_read(exercise.note, exercise.intro, exercise.closing, *people)
    return told + _fields(exercise.fields) + _steps(exercise)


def _fields(fields: list[FieldType]) -> Effort:
    return sum((field.effort() for field in fields), Effort())


def _steps(exercise: Exercise) -> Effort:
    """Return the effort of a way through the steps: the mean of those that lead on from each."""
    steps = {step.id: step for step in exercise.steps}
    exits = {route["id"]: route["next"] for route in exercise.routes()}

    @cache
    def from_here(name: str) -> Effort:
        if name == END:
            return Effort()
        ways = [from_here(one) for one in exits[name]]
        return _step(steps[name]) + sum(ways, Effort()).part(1 / len(ways))

    return from_here(exercise.steps[0].id) if steps else Effort()


def _step(step: Step) -> Effort:
    return to_read(step.title, step.text, step.plainly) + _fields(step.fields)
