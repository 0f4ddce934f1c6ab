"""How far somebody is with a module and with the course, and where they go on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .completion import Completion, answered, completion
from .spec import Exercise, Module
from .store.journal import Note
from .store.moments import now_in_ms, sound_moment
from .store.record import Entry, Record


def progress_by_record(module: Module, record: Record | None) -> Progress:
    """Return how far a student is with a module by what would be collected: as it is graded."""
    entries = record.exercises if record is not None and record.module == module.module else {}
    return Progress(
        module,
        tuple(
            completion(exercise, entry.answered, entry.passed)
            for exercise in module.exercises
            for entry in (entries.get(exercise.id, Entry()),)
        ),
    )


@dataclass(frozen=True)
class Progress:
    """How far somebody has come with a module: the completion of each exercise, in order."""

    module: Module
    of: tuple[Completion, ...]

    @property
    def done(self) -> int:
        """How many exercises are complete."""
        return sum(one.complete for one in self.of)

    @property
    def complete(self) -> bool:
        return all(one.complete for one in self.of)

    @property
    def minutes_left(self) -> int:
        """About how long the rest takes: of the module's minutes, the open exercises' share."""
        minutes = [exercise.minutes for exercise in self.module.exercises]
        pairs = zip(minutes, self.of, strict=True)
        still_open = sum(length for length, one in pairs if not one.complete)
        return math.ceil(self.module.minutes * still_open / sum(minutes))

    @property
    def next(self) -> Exercise | None:
        """The first exercise that is still open."""
        pairs = zip(self.module.exercises, self.of, strict=True)
        return next((exercise for exercise, one in pairs if not one.complete), None)

    @property
    def in_words(self) -> str:
        """Say it to a learner in a line."""
        count = f"{self.done} of {len(self.of)} exercises complete."
        if self.next is None:
            return count
        return f"{count} {about(self.minutes_left)} left. Next: {self.next.title}"


def about(minutes: int) -> str:
    """Say a length of time that nobody has measured."""
    if minutes < 120:
        return f"About {minutes} {'minute' if minutes == 1 else 'minutes'}"
    return f"About {round(minutes / 60)} hours"


def in_all(course: Sequence[Progress], onward: tuple[Module, Exercise] | None) -> str:
    """Say in a line how far somebody is with all modules; ``onward`` is where they go on."""
    done, of = sum(one.done for one in course), sum(len(one.of) for one in course)
    count = f"{done} of {of} exercises complete."
    if onward is None:
        return count
    module, exercise = onward
    left = about(sum(one.minutes_left for one in course))
    return f"{count} {left} left. Go on at: {module.title}, {exercise.title}"


def progress_by_notes(module: Module, notes: Mapping[str, Note]) -> Progress:
    """Return how far a learner is with a module by their own notes.

    The rule of the certificate; ``rule.mjs`` has the same for what a browser keeps.
    """
    return Progress(
        module,
        tuple(
            completion(exercise, answered(exercise, note.answers).fields, note.passed)
            for exercise in module.exercises
            for note in (notes.get(exercise.id, Note()),)
        ),
    )


def where_to_go_on(
    modules: Iterable[Module], journal: Mapping[str, Mapping[str, Note]], now: int | None = None
) -> tuple[Module, Exercise] | None:
    """Return the exercise worked at last or the next one that is open; ``None`` if none is.

    ``journal`` holds each module's notes. ``go-on.mjs`` has the same rule for the website; both run
    against ``tests/vectors/go-on.yml``.
    """
    clock = now_in_ms() if now is None else now

    def worked_at(module: Module, exercise: Exercise) -> int:
        note = journal.get(module.module, {}).get(exercise.id, Note())
        return sound_moment(note.saved, clock) or 0

    course = [
        (worked_at(module, exercise), one, module, exercise)
        for module in modules
        if module.collected
        for progress in (progress_by_notes(module, journal.get(module.module, {})),)
        for exercise, one in zip(module.exercises, progress.of, strict=True)
    ]
    last = max(range(len(course)), key=lambda i: course[i][0], default=0)
    onward = (*course[last:], *course)
    return next(((m, e) for _, one, m, e in onward if not one.complete), None)
