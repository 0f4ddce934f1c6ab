"""What grading says of a submission: its points, what was refused, and the sum of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CourseError

if TYPE_CHECKING:
    from datetime import datetime, timedelta


BATCH = 250
"""Submissions in one transaction."""


Progress = Callable[[str, int, int], None]
"""Called with the module, how many of its submissions are done, and how many there are."""


class Held(NamedTuple):
    """What the gradebook has of a submission: when it was handed in, and the extension."""

    timestamp: datetime | None
    extension: timedelta | None


class Item(NamedTuple):
    """One submission to look at. ``held`` is ``None`` where the gradebook has no row of it."""

    student: str
    held: Held | None


class Graded(NamedTuple):
    """One submission's result: the points of each grade cell by its id."""

    student: str
    timestamp: datetime | None
    points: dict[str, float]


class Notice(NamedTuple):
    """What an instructor should know of one submission."""

    module: str
    student: str
    what: str


@dataclass
class Summary:
    """What a run did. A refused submission has no grade, one with a remark has."""

    graded: int = 0
    unchanged: int = 0
    refused: list[Notice] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)

    def add(self, other: Summary) -> None:
        self.graded += other.graded
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.remarks += other.remarks


class GradeError(CourseError):
    """Grading can't go on; the message says what happened and what to do."""


class Result(NamedTuple):
    """What the gradebook holds of one submission: the score of each grade cell by its id."""

    student: str
    scores: Mapping[str, float]
    max_score: float
    penalty: float | None
    comments: tuple[str, ...]

    @property
    def score(self) -> float:
        """What was earned, before lateness."""
        return sum(self.scores.values())

    @property
    def net(self) -> float:
        """What is left after lateness: what counts."""
        return after_lateness(self.score, self.penalty)


def after_lateness(score: float, penalty: float | None) -> float:
    """Return what is left of a score. Nobody has less than nothing.

    A penalty may be more than the score: when a person has lowered a grade since it was worked out.
    """
    return max(0.0, score - (penalty or 0.0))
