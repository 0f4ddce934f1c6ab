"""The students of a gradebook, and what a class list changes of them.

What a list does not say, for want of a column or of a word in a cell, stays as it is known. All
of a class is written in one transaction: a commit for each person takes seconds for hundreds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.api import Student as Row
from sqlalchemy import (
    bindparam,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy import text as sql

from ...grading.folder import CONFIG_FILE, course_directory
from ...grading.results import GradeError
from .class_list import ClassList, Student
from .people import Person, folded

_COLUMNS = ("first_name", "last_name", "email", "lms_user_id")
_NAMES = ("first_name", "last_name")
_SOME = 500  # ids in one statement; SQLite takes no more than some thousands


def people_of(folder: Path) -> tuple[Person, ...]:
    """Return whom the gradebook of a course folder has; nobody where there is none yet.

    The gradebook may be of an older nbgrader, and is not made.
    """
    if not (folder / CONFIG_FILE).exists():
        return ()
    try:
        where = course_directory(folder)
    except GradeError:  # course.yml is wrong, and that is said anyway
        return ()
    url = make_url(where.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return ()
    engine = create_engine(url)
    with engine.connect() as db:
        there = inspect(engine)
        if not there.has_table("student"):
            return ()
        has_lms_ids = any(
            column["name"] == "lms_user_id" for column in there.get_columns("student")
        )
        lms_id = "lms_user_id" if has_lms_ids else "NULL"
        rows = db.execute(sql(f"SELECT id, email, {lms_id} FROM student"))  # noqa: S608  no input
        return tuple(Person(row[0], email=row[1] or "", lms_id=row[2] or "") for row in rows)


def enrolled(found: ClassList) -> tuple[Student, ...]:
    """Return the students as they are to be known for the whole term.

    Moodle's worksheet has numbers that are other people's in the next assignment.
    """
    if found.source != "moodle":
        return found.students
    return tuple(replace(student, lms_id="") for student in found.students)


def changes(student: Student, before: Row | None) -> dict[str, str]:
    """Return what is other in the gradebook once a list is followed; empty if nothing is."""
    now = _columns(student)
    if before is not None and not (student.first_name or student.last_name):
        known = Student("", before.first_name or "", before.last_name or "")
        is_known = folded(student.name) in map(folded, known.names)
        # A whole name can't be told apart into two that would be better than those known.
        if is_known or (known.names and ", " not in student.name):
            now = {key: text for key, text in now.items() if key not in _NAMES}
    return {
        key: text for key, text in now.items() if text and text != (getattr(before, key, "") or "")
    }


def _columns(student: Student) -> dict[str, str]:
    first, last = student.first_name, student.last_name
    if not (first or last):
        last, _, first = student.name.partition(", ")
    both = {"first_name": first, "last_name": last}
    return {**both, "email": student.email, "lms_user_id": student.lms_id}


def graded_counts(gradebook: Gradebook) -> dict[str, int]:
    """Return how many submissions there are of each student who has handed in."""
    who = SubmittedAssignment.student_id
    counts = gradebook.db.execute(select(who, func.count()).group_by(who))
    return {row[0]: row[1] for row in counts}


def write_students(gradebook: Gradebook, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Add students, or change those who are there: by id, the columns that are other."""
    there = {row.id: row for row in gradebook.students}
    new: list[dict[str, str | None]] = []
    other: list[dict[str, str | None]] = []
    for student, columns in wanted.items():
        before = there.get(student)
        rows = new if before is None else other
        full = {key: getattr(before, key, None) for key in _COLUMNS} | dict(columns)
        rows.append({"id" if before is None else "row": student, **full})
    table = Row.__table__
    if new:
        gradebook.db.execute(insert(table), new)
    if other:
        change = update(table).where(table.c.id == bindparam("row"))
        gradebook.db.execute(change.values({key: bindparam(key) for key in _COLUMNS}), other)
    gradebook.db.commit()


def remove_students(gradebook: Gradebook, ids: Collection[str]) -> None:
    """Take students out of the gradebook, with all that is graded of them."""
    graded = graded_counts(gradebook)
    for student in ids:
        if student in graded:
            gradebook.remove_student(student)
    rest: Sequence[str] = [student for student in ids if student not in graded]
    for first in range(0, len(rest), _SOME):
        some = rest[first : first + _SOME]
        gradebook.db.execute(delete(Row).where(Row.id.in_(some)))
    gradebook.db.commit()
