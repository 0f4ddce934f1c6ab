"""What an instructor does with the files in ``tests/lms``, and what is then to be seen.

The files have the shapes of real exports, and people who are made up.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from allyship_course.grading.gradebook import open_gradebook
from tests.support.classroom import ours
from tests.support.paths import ROOT
from tests.support.platforms import page_file
from tests.support.spring import apply

FILES = ROOT / "tests" / "lms"


def file_of(name: str) -> Path:
    """A file of ``tests/lms`` by the number of its folder and its own name."""
    number, _, own = name.partition("/")
    (file,) = FILES.glob(f"{number}-*/{own}")
    return file


def packed(course: Path, number: str) -> Path:
    """The ZIP whose names are those in a case: everybody has one exercise of three."""
    names = [name for name in file_of(f"{number}/zip-entries.txt").read_text().splitlines() if name]
    file = course.parent / "submissions.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, page_file(["all-types"]))
    return file


def collect(course: Path, lms: str, number: str, class_list: Path, ok: bool = True) -> str:
    file = packed(course, number)
    where = ["--lms", lms, "--class", str(class_list), "--module", "01-tiny"]
    return ours(course, "collect", str(file), *where, ok=ok)


def export(course: Path, lms: str, gradebook: Path, *more: str, ok: bool = True) -> str:
    to = ("--to", str(course.parent / "out.csv"))
    where = ("--lms", lms, "--gradebook", str(gradebook), "--module", "01-tiny", *to, *more)
    return ours(course, "export", *where, ok=ok)


def written(course: Path, delimiter: str = ",") -> list[list[str]]:
    text = (course.parent / "out.csv").read_text("utf-8-sig")
    return [*csv.reader(io.StringIO(text), delimiter=delimiter)]


def nothing_written(course: Path) -> bool:
    return not (course.parent / "out.csv").exists()


def handed_in(course: Path) -> set[str]:
    return {folder.name for folder in (course / "submitted").iterdir()}


def teach(folder: Path, class_list: Path | str) -> list[str]:
    """Put a class list in the place of the one before, and set up; return what was said."""
    content = class_list.read_bytes() if isinstance(class_list, Path) else class_list.encode()
    (folder / "students.csv").write_bytes(content)
    return apply(folder)


def students(folder: Path) -> dict[str, tuple[str, str, str, str]]:
    with open_gradebook(folder) as gradebook:
        return {
            s.id: (s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
            for s in gradebook.students
        }


def graded(course: Path, points: Mapping[str, list[str]]) -> None:
    """Let people have handed in, with the exercises that are complete, and grade them."""
    for student, complete in points.items():
        folder = course / "submitted" / student / "01-tiny"
        folder.mkdir(parents=True)
        (folder / "01-tiny.ipynb").write_bytes(page_file(complete))
    ours(course, "grade")


ONE = {name: ["all-types"] for name in ("zelda", "maria.jose", "mt61", "dave")}
