"""Where a class is: read from the gradebook and the collected records, as pandas DataFrames."""

from __future__ import annotations

import contextlib
import functools
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nbgrader.api import (
    Assignment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from ...grading.folder import course_directory, source_of
from ...grading.gradebook import open_gradebook
from ...grading.other_courses import (
    is_ours,
    other_kinds,
    students_here,
    students_of_other_courses,
)
from ...spec import EXERCISES_FILE, load_module
from ...store.record import Record
from ...store.submission import (
    CHECK_PREFIX,
    RefusedError,
    left_out,
    open_folder,
    read_record_of,
)
from ..course import COURSE_FILE, load_course

if TYPE_CHECKING:
    import pandas as pd
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

State = Literal["graded", "not graded yet", "nothing handed in"]

COLUMNS = [
    "student", "name", "module", "state", "complete", "of", "late", "handed_in", "due",
]  # fmt: skip
_STATES = 10_000
EXERCISE_COLUMNS = ["module", "exercise", "title", "handed_in", "complete", "stopped_here"]


class Work(NamedTuple):
    """One student's graded work on one module. Times are in UTC; ``due`` has the extension."""

    done: tuple[bool, ...]  # of the module's exercises, in their order
    handed_in: datetime | None
    due: datetime | None

    @property
    def late(self) -> bool:
        return bool(self.handed_in and self.due and self.handed_in > self.due)


@dataclass(frozen=True)
class ModuleState:
    """One module in the gradebook. ``waiting`` have handed in and are not graded yet."""

    id: str
    title: str
    due: datetime | None
    exercises: tuple[tuple[str, str], ...]  # id and title, in the order of the page
    work: Mapping[str, Work]
    waiting: frozenset[str]
    until: Mapping[str, datetime] = field(default_factory=dict)
    """Until when somebody may hand in who has more time than others."""

    def due_for(self, student: str) -> datetime | None:
        """Return until when a student may hand in."""
        return self.until.get(student, self.due)

    def state(self, student: str) -> State:
        if student in self.work:
            return "graded"
        return "not graded yet" if student in self.waiting else "nothing handed in"


@dataclass(frozen=True)
class ClassState:
    """A class: each student's name by their id, and the modules in the gradebook."""

    names: Mapping[str, str]
    modules: tuple[ModuleState, ...]
    submitted: Path = field(repr=False)


def read_class(course: Path) -> ClassState:
    """Read the gradebook of a course folder, a person's changes in it included."""
    where = course_directory(course)
    submitted = Path(where.root) / where.submitted_directory
    with open_gradebook(where) as gradebook:
        assignments = gradebook.db.execute(
            select(
                Assignment.id, Assignment.name, Assignment.duedate, Assignment.course_id
            ).order_by(Assignment.name)
        ).all()
        others = other_kinds(gradebook, where)
        found = [row for row in assignments if row.name not in others and is_ours(row, where)]
        students = select(Student.id, Student.first_name, Student.last_name).order_by(Student.id)
        here = [row.id for row in assignments if row in found or row.name in others]
        if len(here) < len(assignments):
            only_elsewhere = students_of_other_courses(here).where(
                SubmittedAssignment.student_id.not_in(students_here(here))
            )
            students = students.where(Student.id.not_in(only_elsewhere))
        names = {
            row.id: f"{row.first_name or ''} {row.last_name or ''}".strip()
            for row in gradebook.db.execute(students)
        }
        until = load_course(course).until() if (course / COURSE_FILE).exists() else {}
        modules = tuple(
            replace(_module(gradebook, where, row, names, submitted), until=until.get(row.name, {}))
            for row in found
        )
    return ClassState(names, modules, submitted)


def completion_table(course: Path) -> pd.DataFrame:
    """Read a course's gradebook into one row for each student and module.

    Columns: ``student`` (id), ``name`` (as the gradebook has it, perhaps empty), ``module``,
    ``state`` ("graded", "not graded yet", "nothing handed in"), ``complete`` (exercises complete
    or left out by choice; points that a person changed count), ``of`` (exercises there are),
    ``late`` (bool), ``handed_in`` and ``due`` (UTC, NaT where there is none; ``due`` has the
    student's own extension). Raises GradeError when the gradebook can't be read.
    """
    return table_of(read_class(course))


def table_of(state: ClassState) -> pd.DataFrame:
    """Return the completion table of a class that was read; see :func:`completion_table`."""
    import pandas as pd  # slow to load, and not all that reads a class makes tables of it

    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for student, name in state.names.items():
        for module in state.modules:
            work = module.work.get(student)
            row = (
                student,
                name,
                module.id,
                module.state(student),
                sum(work.done) if work else 0,
                len(module.exercises),
                work.late if work else False,
                work.handed_in if work else None,
                work.due if work else module.due_for(student),
            )
            for column, value in zip(COLUMNS, row, strict=True):
                columns[column].append(value)
    table = pd.DataFrame(columns, columns=COLUMNS)
    for name in ("handed_in", "due"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return table


def exercise_table(state: ClassState) -> pd.DataFrame:
    """Return one row for each module and exercise, in the order of the page.

    Columns: ``module``, ``exercise`` (id), ``title``, ``handed_in`` (whose work is graded),
    ``complete`` (who has it complete or left it out), ``stopped_here`` (for whom it is the last
    complete one, though it is not the module's last).
    """
    import pandas as pd

    rows = []
    for module in state.modules:
        done = [work.done for work in module.work.values()]
        last = Counter(max((i for i, d in enumerate(one) if d), default=-1) for one in done)
        for place, (exercise, title) in enumerate(module.exercises):
            stopped = 0 if place == len(module.exercises) - 1 else last[place]
            complete = sum(one[place] for one in done)
            rows.append((module.id, exercise, title, len(done), complete, stopped))
    return pd.DataFrame(rows, columns=EXERCISE_COLUMNS)


def passes(submitted: Path, module: str, students: Collection[str]) -> Counter[str]:
    """Count by exercise who left it out by choice, from the records as they were collected.

    Records are read as data, within limits and without following links; what can't be read
    counts for nothing. Who it was is not kept.
    """
    count: Counter[str] = Counter()
    for _, folder in _folders(submitted, module, students):
        count.update(left_out(folder, module))
    return count


def records(
    submitted: Path, module: str, students: Collection[str]
) -> Iterator[tuple[str, Record]]:
    """Yield the record of each student who handed in ``module`` and whose record can be read."""
    for student, folder in _folders(submitted, module, students):
        record = read_record_of(folder, module)
        if isinstance(record, Record):
            yield student, record


def _folders(submitted: Path, module: str, students: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield what each of the students handed in of ``module``, as an open folder."""
    if not submitted.is_dir():
        return
    with open_folder(submitted.resolve()) as root:
        for student in students:
            # An id from a gradebook may be anything; a folder's name has no "/" in it.
            if "/" in student or student in {"", ".", ".."}:
                continue
            with (
                contextlib.suppress(RefusedError),
                open_folder(f"{student}", root) as home,
                open_folder(module, home) as folder,
            ):
                yield student, folder


def _module(
    gradebook: Gradebook,
    where: CourseDirectory,
    row: Any,
    students: Collection[str],
    submitted: Path,
) -> ModuleState:
    title, exercises = _exercises(where, row.name)
    cells = _cells(gradebook, row.id)
    names = sorted(name.removeprefix(CHECK_PREFIX) for name, _ in cells.values())
    # A cell of an exercise that is gone from the source still stands in the gradebook.
    exercises = [e for e in exercises if e[0] in names]
    exercises += [(name, name) for name in names if name not in dict(exercises)]
    places = {name: place for place, (name, _) in enumerate(exercises)}
    done = _done(gradebook, cells, places)
    # Not joined: the database has no index for it.
    copies = gradebook.db.execute(
        select(SubmittedNotebook.assignment_id, SubmittedNotebook.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .where(Notebook.assignment_id == row.id)
    )
    notebooks = {row[0]: row[1] for row in copies}
    handed_in = gradebook.db.execute(
        select(
            SubmittedAssignment.id,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
        ).where(SubmittedAssignment.assignment_id == row.id)
    )
    work = {}
    for submission, student, timestamp, extension in handed_in:
        mine = done.get(notebooks.get(submission, ""), 0)
        work[student] = Work(
            _each_of(mine, len(exercises)), _utc(timestamp), _utc(row.duedate, extension)
        )
    waiting = frozenset(s for s in students if s not in work and _is_there(submitted, s, row.name))
    return ModuleState(row.name, title, _utc(row.duedate), tuple(exercises), work, waiting)


def _done(
    gradebook: Gradebook, cells: Mapping[str, tuple[str, float]], places: Mapping[str, int]
) -> dict[str, int]:
    """Return by submitted notebook which exercises are done: one bit for each, at its place.

    A large class has a million grades: they are compared by the database, and come as plain rows.
    """
    connection = gradebook.db.connection()
    done: dict[str, int] = {}
    for cell, (name, points) in cells.items():
        bit = 1 << places[name.removeprefix(CHECK_PREFIX)]
        enough = select(Grade.notebook_id).where(Grade.cell_id == cell, Grade.score >= points)
        for notebook in connection.scalars(enough):
            done[notebook] = done.get(notebook, 0) | bit
    return done


@functools.lru_cache(_STATES)
def _each_of(bits: int, count: int) -> tuple[bool, ...]:
    return tuple(bool(bits >> place & 1) for place in range(count))


def _exercises(where: CourseDirectory, module: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a module's title and exercises; of one whose source is gone, only its id."""
    source = source_of(where, module)
    if not (source / EXERCISES_FILE).exists():
        return module, []
    spec = load_module(source)
    return spec.title, [(e.id, e.title) for e in spec.exercises]


def _cells(gradebook: Gradebook, assignment: str) -> dict[str, tuple[str, float]]:
    """Return the name and the points of each grade cell by its id."""
    rows = gradebook.db.execute(
        select(GradeCell.id, GradeCell.name, GradeCell.max_score)
        .join(Notebook, Notebook.id == GradeCell.notebook_id)
        .where(Notebook.assignment_id == assignment)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _utc(time: datetime | None, extension: timedelta | None = None) -> datetime | None:
    """Nbgrader keeps times in UTC and without saying so."""
    return None if time is None else time.replace(tzinfo=UTC) + (extension or timedelta())


def _is_there(submitted: Path, student: str, module: str) -> bool:
    return "/" not in student and os.path.isdir(submitted / student / module)  # noqa: PTH112
