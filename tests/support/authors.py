"""What an author is told of a mistake: made from a good file by one change to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from allyship_course.spec import Problem, SpecError, load_module


class Error(NamedTuple):
    """One author error, where it must be found and what must be said."""

    name: str
    old: str
    new: str
    at: str  # the text of the line, as it stands after the change
    exercise: str | None
    what: str
    remedy: str


def problems(folder: Path, text: str | bytes) -> tuple[Problem, ...]:
    """Load ``text`` as a module's exercises and return what its author is told."""
    raw = text.encode() if isinstance(text, str) else text
    (folder / "exercises.yml").write_bytes(raw)
    with pytest.raises(SpecError) as caught:
        load_module(folder)
    told = str(caught.value)
    assert told.splitlines() == [str(p) for p in caught.value.problems]
    assert_plain(told)
    return caught.value.problems


def assert_plain(told: str) -> None:
    """Nobody who writes exercises should have to know Python."""
    jargon = (
        r"pydantic|Traceback|Error\b|Input should|\bNone\b|True|False|validation|datetime|dict|loc="
    )
    assert not re.search(jargon, told), told
    for line in told.splitlines():
        assert "?." not in line, line
        assert ".." not in line.split("exercises.yml")[-1], line


def assert_told(error: Error, good: str, folder: Path) -> None:
    """Make the error in the ``good`` file and look that it is told where it is, and plainly."""
    assert error.old in good
    text = good.replace(error.old, error.new, 1)
    # The line that reads like ``at``; of two alike, the one that the change brought in.
    lines = text.split("\n")
    line = max(n for n, t in enumerate(lines, 1) if t == error.at)
    told = problems(folder, text)
    found = [p for p in told if error.what in p.what]
    assert [(p.file, p.line, p.exercise) for p in found] == [
        (folder / "exercises.yml", line, error.exercise)
    ], told
    assert error.remedy in found[0].remedy
    where = f"{folder / 'exercises.yml'}:{line}"
    assert str(found[0]).startswith(
        f"{where}, exercise '{error.exercise}': " if error.exercise else f"{where}: "
    )
