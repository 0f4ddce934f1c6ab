"""nbgrader's gradebook, read and written for many students at once, with nbgrader's own models."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import bindparam, func, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError

from ..exchange.kinds import is_module
from ..messages import Tell
from .folder import CONFIG_FILE, course_directory, find_alembic
from .results import Graded, GradeError, Held, Result, after_lateness
from .waiting import _locked, _patiently

SQLITE_WAITS = 5
"""Seconds that SQLite itself waits, saying nothing, for another program such as Formgrader."""


_SOME = 500
_log = logging.getLogger(__name__)


def open_gradebook(course: Path | CourseDirectory, tell: Tell = _log.warning) -> Gradebook:
    """Open the gradebook of a course, with nbgrader's own API.

    Waits while another program has locked it. Raises GradeError when it can't be opened.
    """
    find_alembic()
    where = course_directory(course) if isinstance(course, Path) else course
    try:
        url = make_url(where.db_url)
        if url.get_backend_name() == "sqlite" and "timeout" not in url.query:
            url = url.update_query_dict({"timeout": str(SQLITE_WAITS)})
        full = url.render_as_string(hide_password=False)
        return _patiently(lambda: Gradebook(full, where.course_id), _locked, tell, "opened")
    except (ArgumentError, ModuleNotFoundError) as e:
        # SQLAlchemy's own words for it may hold the password.
        why = e.name if isinstance(e, ModuleNotFoundError) else "it is no address"
        raise GradeError(
            f"c.CourseDirectory.db_url in {CONFIG_FILE} can't be used ({why}). For PostgreSQL, "
            "install the extra 'hub' of the course and write postgresql+psycopg://USER@HOST/DATABASE"
        ) from None


@dataclass(frozen=True)
class Rules:
    """What the configuration says about grades.

    ``penalty(student, score, seconds)`` is nbgrader's late submission plugin; ``best`` keeps
    the better result of each exercise when somebody hands in again.
    """

    penalty: Callable[[str, float, float], float | None]
    best: bool
    create_student: bool
    described: tuple[str, ...]  # what a run knows them by that comes later
    until: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    """By module and student, until when somebody may hand in (UTC, as nbgrader has it)."""


class ModuleGrades:
    """The rows of one module's assignment in the gradebook.

    ``rules`` are needed to write, not to read.
    """

    def __init__(self, gradebook: Gradebook, module: str, rules: Rules | None = None) -> None:
        self._db = gradebook.db
        self._rules = rules or Rules(
            lambda *_: None, best=False, create_student=False, described=()
        )
        row = self._db.execute(
            select(Assignment.id, Assignment.duedate, Notebook.id, Notebook.name)
            .join(Notebook, Notebook.assignment_id == Assignment.id)
            .where(Assignment.name == module)
        ).all()
        if [name for *_, name in row] != [module]:
            raise GradeError(
                f"the gradebook has no assignment {module} with the one notebook {module}. "
                f"Run: nbgrader generate_assignment {module}"
            )
        ((self._assignment, self.due, self._notebook, _),) = row
        self._until = self._rules.until.get(module, {})
        cells = self._db.execute(
            select(BaseCell.id, BaseCell.name, BaseCell.type)
            .where(BaseCell.notebook_id == self._notebook)
            .order_by(BaseCell.name)
        ).all()
        self._grade_cells = {name: i for i, name, kind in cells if kind == "GradeCell"}
        self._comment_cells = [i for i, _, kind in cells if kind == "SolutionCell"]
        self.max_score = float(
            self._db.scalar(
                select(func.coalesce(func.sum(GradeCell.max_score), 0.0)).where(
                    GradeCell.notebook_id == self._notebook
                )
            )
        )
        self._db.commit()

    @property
    def grade_ids(self) -> tuple[str, ...]:
        return tuple(self._grade_cells)

    def extend(self) -> None:
        """Give who has handed in the time that the rules give them."""
        rows = self._submission_rows([*self._until])
        changed = [
            {"row": row.id, "extension": extension}
            for student, row in rows.items()
            if (extension := self._extension_of(student)) != row.extension
        ]
        if changed:
            change = update(SubmittedAssignment.__table__).where(
                SubmittedAssignment.__table__.c.id == bindparam("row")
            )
            self._db.execute(change.values(extension=bindparam("extension")), changed)
        self._db.commit()

    def _extension_of(self, student: str) -> timedelta | None:
        until = self._until.get(student)
        return None if until is None or self.due is None else until - self.due

    def held(self) -> dict[str, Held]:
        """Return what there is of each student who has a row."""
        rows = self._db.execute(
            select(
                SubmittedAssignment.student_id,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
            ).where(SubmittedAssignment.assignment_id == self._assignment)
        ).all()
        self._db.commit()
        return {row.student_id: Held(row.timestamp, row.extension) for row in rows}

    def results(self, students: Sequence[str]) -> Iterator[Result]:
        """Yield what the gradebook holds of some students, a person's changes included."""
        rows = self._submission_rows(students)
        if not rows:
            return
        grades = self._grade_rows([row.notebook for row in rows.values()])
        comments: dict[str, list[str]] = {}
        for notebook, text in self._db.execute(
            select(Comment.notebook_id, Comment.manual_comment).where(
                Comment.notebook_id.in_([row.notebook for row in rows.values()]),
                Comment.manual_comment.is_not(None),
            )
        ):
            comments.setdefault(notebook, []).append(text)
        self._db.commit()
        for student in students:
            if row := rows.get(student):
                held = grades.get(row.notebook, {})
                scores = {
                    name: held[cell].score if cell in held else 0.0
                    for name, cell in self._grade_cells.items()
                }
                said = tuple(comments.get(row.notebook, ()))
                yield Result(student, scores, self.max_score, row.penalty, said)

    def losses(self, due: datetime | None) -> Iterator[tuple[str, float, float]]:
        """Yield of each student who was graded what lateness costs, and what it would cost.

        In points; by this object's rules and, of the whole class, ``due`` (UTC, as nbgrader has
        it). What a person typed in counts as it stands.
        """
        students = list(
            self._db.scalars(
                select(SubmittedAssignment.student_id).where(
                    SubmittedAssignment.assignment_id == self._assignment
                )
            )
        )
        for first in range(0, len(students), _SOME):
            rows = self._submission_rows(students[first : first + _SOME])
            grades = self._grade_rows([row.notebook for row in rows.values()])
            for student, row in rows.items():
                score = sum(grade.score for grade in grades.get(row.notebook, {}).values())
                late = _late(due, row.timestamp, row.extension)
                earned = after_lateness(score, row.penalty)
                would_lose = self._penalty(student, late, score, earned) or 0.0
                yield student, row.penalty or 0.0, would_lose
        self._db.commit()

    def store(self, graded: Sequence[Graded]) -> set[str]:
        """Write results in one transaction; return the students who are in no class list.

        What a person entered (manual scores, extra credit, comments, extensions) stays.
        """
        unknown = self._add_students([g.student for g in graded])
        graded = [g for g in graded if g.student not in unknown]
        rows = self._submission_rows([g.student for g in graded])
        old = self._grade_rows([row.notebook for row in rows.values()])
        fresh: dict[Any, list[dict[str, Any]]] = {
            t: [] for t in (SubmittedAssignment, SubmittedNotebook, Grade, Comment)
        }
        changed: dict[Any, list[dict[str, Any]]] = {t: [] for t in fresh}
        for result in graded:
            row = rows.get(result.student)
            if row is None:
                self._add(result, fresh)
            else:
                self._change(result, row, old.get(row.notebook, {}), fresh, changed)
        for table, values in fresh.items():
            if values:
                self._db.execute(insert(table.__table__), values)
        for table, values in changed.items():
            if values:
                names = [name for name in values[0] if name != "row"]
                change = update(table.__table__).where(table.__table__.c.id == bindparam("row"))
                self._db.execute(change.values({n: bindparam(n) for n in names}), values)
        self._db.commit()
        return unknown

    def _add_students(self, ids: Sequence[str]) -> set[str]:
        known = set(self._db.scalars(select(Student.id).where(Student.id.in_(ids))))
        missing = set(ids) - known
        if not self._rules.create_student:
            return missing
        if missing:
            self._db.execute(insert(Student.__table__), [{"id": i} for i in sorted(missing)])
        return set()

    def _submission_rows(self, ids: Sequence[str]) -> dict[str, Any]:
        rows = self._db.execute(
            select(
                SubmittedAssignment.student_id,
                SubmittedAssignment.id,
                SubmittedAssignment.extension,
                SubmittedAssignment.timestamp,
                SubmittedNotebook.id.label("notebook"),
                SubmittedNotebook.late_submission_penalty.label("penalty"),
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .where(
                SubmittedAssignment.assignment_id == self._assignment,
                SubmittedNotebook.notebook_id == self._notebook,
                SubmittedAssignment.student_id.in_(ids),
            )
        )
        return {row.student_id: row for row in rows}

    def _grade_rows(self, notebooks: Sequence[str]) -> dict[str, dict[str, Any]]:
        if not notebooks:
            return {}  # SQLite reads the whole table to find that none of it is in an empty list
        grades = self._db.execute(
            select(
                Grade.id,
                Grade.notebook_id,
                Grade.cell_id,
                Grade.auto_score,
                Grade.manual_score,
                Grade.extra_credit,
                Grade.score,
            ).where(Grade.notebook_id.in_(notebooks))
        )
        rows: dict[str, dict[str, Any]] = {}
        for row in grades:
            rows.setdefault(row.notebook_id, {})[row.cell_id] = row
        return rows

    def _add(self, result: Graded, fresh: dict[Any, list[dict[str, Any]]]) -> None:
        submission, notebook = _new_id(), _new_id()
        fresh[SubmittedAssignment].append(
            {
                "id": submission,
                "assignment_id": self._assignment,
                "student_id": result.student,
                "timestamp": result.timestamp,
                "extension": self._extension_of(result.student),
            }
        )
        fresh[SubmittedNotebook].append(
            {
                "id": notebook,
                "assignment_id": submission,
                "notebook_id": self._notebook,
                "flagged": False,
                "late_submission_penalty": self._penalty(
                    result.student,
                    _late(self.due, result.timestamp, self._extension_of(result.student)),
                    sum(result.points.values()),
                    earned=0,
                ),
            }
        )
        fresh[Grade] += [
            _new_grade(notebook, cell, result.points[name])
            for name, cell in self._grade_cells.items()
        ]
        fresh[Comment] += [
            {"id": _new_id(), "notebook_id": notebook, "cell_id": cell}
            for cell in self._comment_cells
        ]

    def _change(
        self,
        result: Graded,
        row: Any,
        old: Mapping[str, Any],
        fresh: dict[Any, list[dict[str, Any]]],
        changed: dict[Any, list[dict[str, Any]]],
    ) -> None:
        earned = after_lateness(sum(grade.score for grade in old.values()), row.penalty)
        score = 0.0
        for name, cell in self._grade_cells.items():
            points = result.points[name]
            grade = old.get(cell)
            if grade is None:
                fresh[Grade].append(_new_grade(row.notebook, cell, points))
                score += points
                continue
            if self._rules.best:
                points = max(points, grade.auto_score or 0)
            needs_manual = grade.manual_score is not None  # as nbgrader: look at it again
            changed[Grade].append(
                {"row": grade.id, "auto_score": points, "needs_manual_grade": needs_manual}
            )
            score += _score_with(points, grade)
        changed[SubmittedAssignment].append({"row": row.id, "timestamp": result.timestamp})
        late = _late(self.due, result.timestamp, row.extension)
        penalty = self._penalty(result.student, late, score, earned)
        changed[SubmittedNotebook].append({"row": row.notebook, "late_submission_penalty": penalty})

    def _penalty(self, student: str, late: float, score: float, earned: float) -> float | None:
        if late <= 0:
            return None
        penalty = self._rules.penalty(student, score, late)
        return bounded(penalty, score, earned if self._rules.best else 0)


def _late(
    due: datetime | None, handed_in: datetime | None, extension: timedelta | None = None
) -> float:
    """Return how many seconds late something is; 0 or less where it is not."""
    if due is None or handed_in is None:
        return 0.0
    return (handed_in - due - (extension or timedelta())).total_seconds()


def _new_id() -> str:
    """Return an id such as nbgrader's, of 32 hex digits, that is greater than the earlier ones.

    Rows then go to the end of their tables' indexes. With nbgrader's random ids, each row of a
    large class goes to another page of the file.
    """
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"


def _new_grade(notebook: str, cell: str, points: float) -> dict[str, Any]:
    return {
        "id": _new_id(),
        "notebook_id": notebook,
        "cell_id": cell,
        "auto_score": points,
        "needs_manual_grade": False,
    }


def _score_with(points: float, grade: Any) -> float:
    """Return what a grade's score will be, with these points, by the rule of ``Grade.score``."""
    score = points if grade.manual_score is None else grade.manual_score
    return float(score + (grade.extra_credit or 0))


def bounded(penalty: float | None, score: float, earned: float) -> float | None:
    """Keep a late penalty such that what is left is at least ``earned``, and at most the score."""
    return None if penalty is None else max(0.0, min(penalty, score - earned))


def known_modules(
    gradebook: Gradebook, where: CourseDirectory, wanted: Sequence[str]
) -> Sequence[str]:
    """Return the modules that are wanted, or all that are in the gradebook and are of this course.

    Assignments of another kind are left to nbgrader. Raises GradeError for one of these that is
    wanted, and for one that is not known.
    """
    known = sorted(gradebook.db.scalars(select(Assignment.name)))
    gradebook.db.commit()
    if unknown := sorted(set(wanted) - set(known)):
        raise GradeError(
            f"there is no assignment {', '.join(unknown)} in the gradebook. "
            f"There are: {', '.join(known) or 'none yet; run nbgrader generate_assignment'}"
        )
    if others := [name for name in wanted if not is_module(where, name)]:
        raise GradeError(
            f"{', '.join(others)} is no module of this course but an assignment of another kind, "
            f"which this command leaves alone. Use nbgrader's own for it, such as: nbgrader "
            f"autograde {others[0]}"
        )
    return wanted or [m for m in known if is_module(where, m)]
