"""Where the files of somebody go who was removed from a class: out of grading's way, not away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from ..exchange.refused import REMOVED_FOLDER


def folders_of(where: CourseDirectory, student: str) -> list[Path]:
    """Return the folders of a student in a course folder."""
    root = Path(where.root)
    steps = (where.submitted_directory, where.autograded_directory, where.feedback_directory)
    return [root / step / student for step in steps if (root / step / student).is_dir()]


def moved_in_words(where: CourseDirectory, students: Iterable[str]) -> str:
    """Say what becomes of the files of students who are removed."""
    found = [folder for one in students for folder in folders_of(where, one)]
    if not found:
        return ""
    files = sum(path.is_file() for folder in found for path in folder.rglob("*"))
    count = f"{files:,} {'file' if files == 1 else 'files'}"
    return f"{count} of theirs are moved there, to delete or to put back"


def move_away(where: CourseDirectory, students: Iterable[str]) -> None:
    """Move what there is of students to ``removed/``, where nothing is graded."""
    root = Path(where.root)
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    for one in students:
        for folder in folders_of(where, one):
            place = root / REMOVED_FOLDER / one / folder.parent.name
            if place.exists():
                place = place.with_name(f"{place.name}.{stamp}")
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.rename(place)
