"""A database may hold several courses, and a course other assignments: what is of our modules.

What is asked here decides whose names a class sees and whose rows a purge deletes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nbgrader.api import Assignment, Gradebook, GradeCell, Notebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Select, func, select

from ..exchange.kinds import is_module, other_assignments
from ..store.submission import CHECK_PREFIX

Ids = Collection[str] | Select[Any]
"""Assignments by their ids, or a query that selects these."""


def is_ours(assignment: Any, where: CourseDirectory) -> bool:
    """Tell whether an assignment, or a row with its name and course, is of this course.

    A module that was made here is, even if an older nbgrader entered it under another name.
    """
    return is_module(where, assignment.name) or bool(assignment.course_id == where.course_id)


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


def other_kinds(gradebook: Gradebook, where: CourseDirectory) -> set[str]:
    """Return the assignments of this course that are no modules: in the gradebook, or a source.

    Of one whose files are gone, the names of its checks in the gradebook say it.
    """
    rows = gradebook.db.execute(
        select(Assignment.name, GradeCell.name)
        .join(Notebook, Notebook.assignment_id == Assignment.id, isouter=True)
        .join(GradeCell, GradeCell.notebook_id == Notebook.id, isouter=True)
        .where(Assignment.course_id == where.course_id)
    ).all()
    gradebook.db.commit()
    foreign = {name for name, cell in rows if not (cell or "").startswith(CHECK_PREFIX)}
    return {n for n in foreign if not is_module(where, n)} | other_assignments(where)
