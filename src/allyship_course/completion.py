"""Completion: a pure function of the exercise and of which of its fields are answered.

Nothing here sees what somebody wrote except :func:`answered`, which reduces answers to
names of fields and numbers of words. ``form/rule.mjs`` carries the same two functions;
both run against the vectors in ``tests/vectors``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .spec import END, Exercise


@dataclass(frozen=True)
class Answered:
    """Which fields hold an answer, in the order of the page, and the words of each text."""

    fields: tuple[str, ...]
    words: dict[str, int]


@dataclass(frozen=True)
class Completion:
    """How far somebody has come with one exercise.

    ``done`` of ``required`` counts the required fields along the route that is nearest to
    its end; an exercise that was passed on is complete with nothing answered.
    """

    complete: bool
    passed: bool
    done: int
    required: int

    @property
    def in_words(self) -> str:
        """Say it to a learner or an instructor in a few words."""
        if self.passed:
            return "Complete: left out by choice"
        if self.complete:
            return "Complete"
        if not self.done:
            return "Open: nothing answered yet"
        return f"Open: {self.done} of {self.required} answered"


def answered(exercise: Exercise, answers: Mapping[str, Any]) -> Answered:
    """Reduce ``answers`` (field id to value) to what completion needs.

    Values of fields that the exercise does not have, or that are no answer to their field
    (an option that is gone, too few words), count as not answered; nothing raises.
    """
    values = [(field, answers.get(field.id)) for field in exercise.all_fields()]
    return Answered(
        tuple(field.id for field, value in values if field.answered(value)),
        {field.id: n for field, value in values if (n := field.counted_words(value))},
    )


def completion(
    exercise: Exercise, answered_fields: Collection[str], passed: bool = False
) -> Completion:
    """Return how complete ``exercise`` is when ``answered_fields`` hold answers.

    A branching exercise is complete when some route from its first step to an end is
    answered throughout: which option somebody chose is not known here, and need not be.
    """
    required = {f.id for f in exercise.all_fields() if not f.optional}
    routes = exercise.routes()
    cost = {
        route["id"]: (
            sum(f in required and f not in answered_fields for f in route["fields"]),
            sum(f in required for f in route["fields"]),
        )
        for route in routes
    }
    # Least (open, required) from each step to the end, settled from the end backwards. Most
    # steps lead downwards, so that the second round changes nothing.
    to_end: dict[str, tuple[int, int]] = {END: (0, 0)}
    settled: dict[str, tuple[int, int]] = {}
    while settled != to_end:
        settled = dict(to_end)
        for route in reversed(routes):
            onward = [to_end[step] for step in route["next"] if step in to_end]
            if onward:
                here, best = cost[route["id"]], min(onward)
                to_end[route["id"]] = (here[0] + best[0], here[1] + best[1])
    left, total = to_end[routes[0]["id"]]
    return Completion(passed or left == 0, passed, total - left, total)
