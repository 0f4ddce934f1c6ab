"""What ``allyship check --report`` tells: length and plainness of each module, in figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..spec import Exercise, Written, load_module, module_folders, read_text
from ..spec.joined import joined_share
from ..spec.reading import SOURCES, plain_text, reading_grade

HEADINGS = ("module", "minutes", "words", "to write", "grade", "joined", "in exercises")
_SENTENCE = (".", "?", "…", ".”", "?”", "…”", ".)", ".*")


class Measured(NamedTuple):
    """A module's figures: minutes, words of its reading, required boxes to write in, plainness."""

    module: str
    minutes: int
    words: int
    to_write: int
    grade: float
    joined: float
    joined_exercises: float

    def cells(self) -> tuple[str, ...]:
        """Return the figures as they are shown."""
        shares = (f"{share:.0%}" for share in (self.joined, self.joined_exercises))
        numbers = (self.minutes, self.words, self.to_write, f"{self.grade:.1f}")
        return (self.module, *map(str, numbers), *shares)


def measure(book: Path) -> list[Measured]:
    """Return the figures of each module of ``book``."""
    return [_measured(folder) for folder in module_folders(book)]


def _measured(folder: Path) -> Measured:
    module = load_module(folder)
    page = read_text(folder / "index.md", "Each module has a reading")
    reading = plain_text(page.partition(SOURCES)[0])
    told = "\n\n".join(text for exercise in module.exercises for text in _told(exercise))
    fields = [field for exercise in module.exercises for field in exercise.all_fields()]
    return Measured(
        module=module.module,
        minutes=module.minutes,
        words=len(reading.split()),
        to_write=sum(isinstance(field, Written) and not field.optional for field in fields),
        grade=reading_grade(reading),
        joined=joined_share(reading),
        joined_exercises=joined_share(told),
    )


def _told(exercise: Exercise) -> Iterator[str]:
    """Return what an exercise tells in whole sentences: no labels, names or lists of words."""
    yield from (text for text in _texts(exercise.model_dump()) if text.rstrip().endswith(_SENTENCE))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def table(rows: list[Measured]) -> str:
    """Return the figures as lines of text, a module a line, in columns."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
