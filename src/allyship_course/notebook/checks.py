"""The completion checks at a notebook's end: what a person reads and what nbgrader counts."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Self

from ..completion import Completion, completion
from ..spec import Exercise, Module
from ..store.files import RecordError
from ..store.record import RECORD_FILE, Record, record_or_error


class Check(float):
    """The points of one exercise: all if complete, else 0.0, with a line that says why.

    nbgrader reads a cell's last number as its score; a person reads the line.
    """

    def __new__(
        cls, found: Completion | None, title: str, trouble: str = "", points: float = 1
    ) -> Self:
        self = super().__new__(cls, points if found and found.complete else 0)
        self.line = f"{title}: {trouble or (found.in_words if found else '')}"
        return self

    line: str

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.line)}</p>"


def check_record(
    module: Module, found: Exercise, record: Record | RecordError | None, points: float = 1
) -> Check:
    """Check one exercise against a record; one that can't be used earns nothing, and says why."""
    if isinstance(record, RecordError):
        return Check(None, found.title, f"not counted. {record}.")
    if record is not None and record.module != module.module:
        return Check(None, found.title, f"not counted. {RECORD_FILE} is of another module.")
    entry = record.exercises.get(found.id) if record else None
    if entry is None:
        return Check(completion(found, ()), found.title)
    return Check(completion(found, entry.answered, entry.passed), found.title, points=points)


def check_in(module: Module, found: Exercise, folder: Path, points: float) -> Check:
    """Check one exercise against the record in ``folder``."""
    return check_record(module, found, record_or_error(folder, module.module), points)
