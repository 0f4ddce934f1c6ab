"""A database may hold several courses: which assignments and which students are of this one.

What is asked here decides whose names a class sees and whose rows a purge deletes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Select, func, select

from ..spec import EXERCISES_FILE
from .folder import source_of

Ids = Collection[str] | Select[Any]
"""Assignments by their ids, or a query that selects these."""


def is_ours(assignment: Any, where: CourseDirectory) -> bool:
    """Tell whether an assignment, or a row with its name and course, is of this course.

    A module that was made here is, even if an older nbgrader entered it under another name.
    """
    made_here = (source_of(where, assignment.name) / EXERCISES_FILE).exists()
    return made_here or bool(assignment.course_id == where.course_id)


def students_here(ours: Ids) -> Select[Any]:
    """Select who has handed in to these assignments of our course."""
    work = SubmittedAssignment
    return select(work.student_id).where(work.assignment_id.in_(ours))


def students_of_other_courses(ours: Ids) -> Select[Any]:
    """Select who has handed in to any assignment that is not among ours; perhaps here as well."""
    work = SubmittedAssignment
    return select(work.student_id).where(work.assignment_id.not_in(ours))


def other_courses(gradebook: Gradebook, where: CourseDirectory) -> dict[str, int]:
    """Return the other courses that have assignments in the same database, with their submissions.

    In nbgrader, no two courses in one database can have an assignment of the same name.
    """
    counted = (
        select(Assignment.course_id, func.count(SubmittedAssignment.id))
        .outerjoin(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.course_id != where.course_id)
        .group_by(Assignment.course_id)
        .order_by(Assignment.course_id)
    )
    submissions = {row[0]: row[1] for row in gradebook.db.execute(counted)}
    gradebook.db.commit()
    return submissions
