"""Reading a class of 10,000 in nine modules: the completion table, and the report made of it."""

from __future__ import annotations

import random
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.support.paths import COURSE_CONFIG, ROOT

from allyship_course.grading.folder import find_alembic
from allyship_course.grading.gradebook import ModuleGrades, Rules, open_gradebook
from allyship_course.grading.results import Graded
from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import load_module, module_folders
from allyship_course.store.record import RECORD_FILE

from .grading import _peak_memory, _records, _timed
from .row import Row

STUDENTS = 10_000
TABLE = """
from pathlib import Path
from allyship_course.instructor import completion_table
assert len(completion_table(Path("."))) == {rows}
"""


def run(students: int = STUDENTS) -> list[Row]:
    """Measure both from the start of a program to its end."""
    with tempfile.TemporaryDirectory() as folder:
        find_alembic()
        course = make_graded_class(Path(folder) / "course", students)
        modules = len(list((course / "source").iterdir()))
        table = TABLE.format(rows=students * modules)
        size = f"{students:,} students, {modules} modules"
        rows = []
        with _peak_memory() as peak:
            seconds = _timed(course, "python", "-c", table)
        rows += [
            Row(f"{size}: completion_table()", seconds, "s", 10),
            Row(f"{size}: its memory", peak(), "MB", 1000),
        ]
        with _peak_memory() as peak:
            seconds = _timed(course, "allyship", "report")
        page = course / "report" / "report.html"
        return [
            *rows,
            Row(f"{size}: allyship report", seconds, "s", 8),
            Row(f"{size}: its memory", peak(), "MB", 1000),
            Row(f"{size}: the page", page.stat().st_size / 1e6, "MB", 2),
        ]


def make_graded_class(course: Path, students: int) -> Path:
    """Make a course folder in which all of them have handed in most of the modules, graded."""
    course.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(COURSE_CONFIG.read_text())
    chance = random.Random(3)  # noqa: S311  for variety, not for secrecy
    for folder in module_folders(ROOT / "book"):
        make_assignment(folder, course / "source")
    for place, folder in enumerate(sorted((course / "source").iterdir())):
        module = load_module(folder)
        _timed(course, "nbgrader", "generate_assignment", module.module)
        records = _records(module, chance)
        graded = []
        with open_gradebook(course) as gradebook:
            grades = ModuleGrades(gradebook, module.module, Rules(lambda *_: None, False, True, ()))
            for number in range(students):
                if chance.random() < place / 20:
                    continue
                student = f"student-{number:06}"
                at = course / "submitted" / student / module.module
                at.mkdir(parents=True)
                (at / RECORD_FILE).write_bytes(records[number % len(records)])
                points = {name: float(chance.random() < 0.9) for name in grades.grade_ids}
                graded.append(Graded(student, datetime(2026, 11, 1, 12), points))  # noqa: DTZ001
            for first in range(0, len(graded), 500):
                grades.store(graded[first : first + 500])
    return course


if __name__ == "__main__":
    make_graded_class(Path(sys.argv[1]), int(sys.argv[2]))
