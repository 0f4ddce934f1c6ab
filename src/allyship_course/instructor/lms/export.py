"""Points back to a learning platform: one column of the instructor's own gradebook export.

The file that is written holds the cells by which the platform knows people, letter by letter as
they were, and numbers in one column. Nothing that a student wrote is in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook

from ...grading.folder import course_directory, load_config
from ...grading.gradebook import ModuleGrades, known_modules, open_gradebook
from ...grading.results import BATCH, GradeError
from ...grading.waiting import persist
from ...messages import Tell
from ...store.files import replace_file
from ...store.submission import visible
from ..course import COURSE_FILE, load_course
from .class_list import System, read_class_list, source_of
from .csvfile import Cell, Row, Table, TableError, read_table
from .names import NAMES

# canvas-lms, lib/gradebook_importer.rb: a column without a number in brackets is a new assignment.
_CANVAS = re.compile(r"(?P<title>.*)\s\(\d+\)", re.DOTALL)
_CANVAS_NO_ASSIGNMENT = re.compile(
    r"(?:Current|Final) (?:Score|Points|Grade)|Override (?:Score|Grade|Status)"
)
_CANVAS_POINTS = "points possible"
_READ_ONLY = "read only"
_BLACKBOARD = re.compile(
    r"(?P<title>.*?)\s*\[[^\]\d]*(?P<most>\d+(?:[.,]\d+)?)[^\]]*\]\s*\|\s*\d+", re.DOTALL
)
_CALCULATED = "up to"
_BRIGHTSPACE = re.compile(
    r"(?P<title>.*) Points Grade(?:\s*<(?:.*?MaxPoints:\s*(?P<most>\d+(?:\.\d+)?))?.*>)?",
    re.DOTALL,
)
_WORKSHEET = ("Identifier", "Grade", "Last modified (grade)")
_KEPT: dict[System, tuple[str, ...]] = {
    "canvas": (
        *("student", "id", "sis user id", "sis login id", "integration id", "root account"),
        "section",
    ),
    "moodle": (*("first name", "last name", "surname", "id number", "email address", "username"),),
    "blackboard": ("last name", "first name", "username", "student id"),
    "brightspace": ("orgdefinedid", "username", "end-of-line indicator"),
}


class Score(NamedTuple):
    """What somebody has of what there is, late penalties taken off."""

    points: float
    most: float


@dataclass
class Exported:
    """What was written. Students are named by their ids in the course."""

    file: Path
    column: str
    most: float
    scaled_to: float | None
    modules: Sequence[str]
    filled: int = 0
    nothing: list[str] = field(default_factory=list)
    not_in_gradebook: list[str] = field(default_factory=list)
    not_in_export: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        """Say what was written, and of whom there is nothing."""
        scale = f"0 to {_number(self.most)}, as the column names no maximum"
        if self.scaled_to is not None:
            scale = f"{_number(self.most)} points here are {_number(self.scaled_to)} there"
        lines = [f"{self.filled:,} grades written to {self.file}, column {self.column!r}: {scale}."]
        if len(self.modules) > 1:
            lines.append(f"Added up: {', '.join(self.modules)}.")
        for title, ids, most in (
            ("Nothing graded here, the cell left as it was:", self.nothing, 50),
            ("In the export, and not in the course's gradebook:", self.not_in_gradebook, 50),
            # Where a class is on several platforms, that is most of it.
            ("In the course's gradebook, and not in the export:", self.not_in_export, 5),
            ("The platform says that the grade can't be changed:", self.locked, 50),
            ("More than the column's maximum, cut to it:", self.cut, 50),
        ):
            if ids:
                shown = ", ".join(visible(i) for i in sorted(ids)[:most])
                more = f" and {len(ids) - most:,} more" if len(ids) > most else ""
                lines.append(f"{title} {shown}{more}.")
        return "\n".join(lines)


def export_lms(
    course: Path,
    system: System,
    export: Path,
    modules: Sequence[str],
    column: str | None,
    to: Path,
    *,
    tell: Tell,
) -> Exported:
    """Fill one column of a platform's own gradebook export from the course's gradebook.

    ``modules`` are added up; without any, all that ``course.yml`` names, or that the gradebook
    has where there is no such file. ``column`` is the column's title, or
    all of its heading; without it, there must be only one that can be filled. If the platform
    states the column's maximum, points are scaled to it. Who has handed nothing in keeps the cell
    as it was. Raises GradeError, TableError or ClassListError, and then writes nothing.
    """
    if to.absolute() == export.absolute():
        raise GradeError(f"{to} is the export itself. Name another file to write to")
    table = read_table(export)
    if (source := source_of(table)) != system:
        kind = "a list of your own" if source == "plain" else f"an export of {NAMES[source]}"
        raise TableError(
            f"{export} looks like {kind}, not like a gradebook export of {NAMES[system]}. "
            "Download it from the platform's gradebook and give it as it came"
        )
    target = _find(_columns(table, system), column, table, export)
    where = course_directory(course, load_config(course))
    with open_gradebook(where, tell) as gradebook:
        known = persist(gradebook, lambda: {s.id: s.email or "" for s in gradebook.students}, tell)
        names = persist(gradebook, lambda: known_modules(gradebook, where, modules), tell)
        if not modules:
            names = _of_the_term(course, names, tell)
        scores, most = _scores(gradebook, names, sorted(known), tell)
    if not names:
        raise GradeError("no module is in the gradebook yet. Run: allyship grade")
    students = read_class_list(export, known)
    for note in students.notes:
        tell(f"{export.name}, {note}.")
    by_line = {s.line: s.id for s in students.students}
    done = Exported(to, target.heading, most, target.most, names)
    done.not_in_export = sorted({*known} - {*by_line.values()})
    rows = [_Filled(table, target, by_line, {*known}, scores, done).row(row) for row in table.rows]
    keep = _kept(table, system, target)
    lines = [[cell.raw for cell in table.header.cells], *rows]
    raw = table.encode([[line[at] for at in keep] for line in lines])
    replace_file(to, raw)
    return done


def _of_the_term(course: Path, known: Sequence[str], tell: Tell) -> list[str]:
    """Leave out modules that ``course.yml`` does not name: nobody was asked to do them."""
    if not (course / COURSE_FILE).exists():
        return [*known]
    used = {entry.module for entry in load_course(course).modules}
    if others := [name for name in known if name not in used]:
        tell(f"Not added up, as {COURSE_FILE} does not name it: {', '.join(others)}.")
    return [name for name in known if name in used]


class _Target(NamedTuple):
    """A column that can be filled; ``most`` is its maximum, if the platform states one."""

    at: int
    heading: str
    title: str
    most: float | None = None
    most_at: int | None = None
    locked_at: int | None = None


def _columns(table: Table, system: System) -> list[_Target]:
    """Return the columns that the platform would take for what they are."""
    headings = [cell.text.strip() for cell in table.header.cells]
    if system == "moodle" and {*_WORKSHEET} <= {*headings}:
        most, locked = "Maximum Grade", "Grade can be changed"
        return [
            _Target(
                headings.index("Grade"),
                "Grade",
                "Grade",
                most_at=headings.index(most) if most in headings else None,
                locked_at=headings.index(locked) if locked in headings else None,
            )
        ]
    found = []
    for at, heading in enumerate(headings):
        if target := _column(table, system, at, heading):
            found.append(target)
    return found


def _column(table: Table, system: System, at: int, heading: str) -> _Target | None:
    match system:
        case "canvas":
            match = _CANVAS.fullmatch(heading)
            points = _points_possible(table, at)
            if not match or _CANVAS_NO_ASSIGNMENT.search(heading) or _READ_ONLY in points:
                return None
            return _Target(at, heading, match["title"], _maximum(points))
        case "blackboard":
            match = _BLACKBOARD.fullmatch(heading)
            if not match or _CALCULATED in heading.casefold():
                return None
            return _Target(at, heading, match["title"], _maximum(match["most"]))
        case "brightspace":
            match = _BRIGHTSPACE.fullmatch(heading)
            return _Target(at, heading, match["title"], _maximum(match["most"])) if match else None
        case "moodle":
            known = {"identifier", "grade", *_KEPT["moodle"]}
            return None if heading.casefold() in known else _Target(at, heading, heading)


def _points_possible(table: Table, at: int) -> str:
    for row in table.rows[:3]:
        if _CANVAS_POINTS in row.text(0).casefold():
            return row.text(at).casefold()
    return ""


def _maximum(text: str | None) -> float | None:
    try:
        most = float((text or "").replace(",", "."))
    except ValueError:
        return None
    return most if most > 0 else None


def _find(found: Sequence[_Target], column: str | None, table: Table, export: Path) -> _Target:
    wanted = column.strip() if column else None
    fits = [t for t in found if wanted is None or wanted in {t.heading, t.title}]
    exact = [t for t in fits if t.heading == wanted]
    if len(exact or fits) == 1:
        return (exact or fits)[0]
    headings = ", ".join(repr(t.heading) for t in found[:30]) or "none"
    if fits:
        raise TableError(
            f"{export}: which column is to be filled? Name one with --column: {headings}"
        )
    there = wanted in {cell.text.strip() for cell in table.header.cells}
    why = (
        f"the column {wanted!r} can't be filled: the platform would take it for a new assignment, "
        "calculates it itself, or does not let it be changed"
        if there
        else f"there is no column {wanted!r}"
        if wanted
        else "no column can be filled"
    )
    raise TableError(
        f"{export}: {why}. Columns that can be filled: {headings}. Make the assignment in the "
        "platform first, download the export in the platform's English version, and try again"
    )


def _kept(table: Table, system: System, target: _Target) -> list[int]:
    """Return which columns are written. A whole worksheet, for Moodle knows it by all of it."""
    every = range(len(table.header.cells))
    if target.most_at is not None or target.locked_at is not None:
        return [*every]
    names = [
        " ".join(cell.text.strip().removeprefix("#").casefold().split())
        for cell in table.header.cells
    ]
    if system == "moodle" and "identifier" in names:
        return [*every]
    return [at for at in every if at == target.at or names[at] in _KEPT[system]]


class _Filled:
    """Fills rows; says in ``done`` what it did."""

    def __init__(
        self,
        table: Table,
        target: _Target,
        by_line: Mapping[int, str],
        known: set[str],
        scores: Mapping[str, Score],
        done: Exported,
    ) -> None:
        self._width, self._target, self._by_line = len(table.header.cells), target, by_line
        self._known, self._scores, self._done = known, scores, done

    def row(self, row: Row) -> list[str]:
        """Return the raw cells of a row, as many as there are columns."""
        empty = Cell("", "")
        cells = [*row.cells[: self._width], *[empty] * (self._width - len(row.cells))]
        raws = [cell.raw for cell in cells]
        student = self._by_line.get(row.line)
        if student is None:
            return raws
        score = self._scores.get(student)
        if student not in self._known:
            self._done.not_in_gradebook.append(student)
        elif score is None:
            self._done.nothing.append(student)
        elif row.text(self._target.locked_at).casefold() == "no":
            self._done.locked.append(student)
        else:
            raws[self._target.at] = self._written(student, score, row)
            self._done.filled += 1
        return raws

    def _written(self, student: str, score: Score, row: Row) -> str:
        points = score.points
        most = self._target.most or _maximum(row.text(self._target.most_at))
        if most is not None:
            self._done.scaled_to = most
            points = points / score.most * most if score.most else 0.0
            if points > most:
                self._done.cut.append(student)
                points = most
        there = row.cells[self._target.at].raw if self._target.at < len(row.cells) else ""
        quote = '"' if there.startswith('"') else ""
        return f"{quote}{_number(points)}{quote}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _scores(
    gradebook: Gradebook, modules: Sequence[str], students: Sequence[str], tell: Tell
) -> tuple[dict[str, Score], float]:
    """Return each student's points, all modules together, and how many there are."""
    points: dict[str, float] = {}
    most = 0.0
    for module in modules:
        grades = persist(gradebook, partial(ModuleGrades, gradebook, module), tell)
        most += grades.max_score
        for first in range(0, len(students), BATCH):
            some = students[first : first + BATCH]
            for student, score in persist(gradebook, partial(_of_some, grades, some), tell):
                points[student] = points.get(student, 0.0) + score
    return {student: Score(score, most) for student, score in points.items()}, most


def _of_some(grades: ModuleGrades, students: Sequence[str]) -> list[tuple[str, float]]:
    return [(result.student, result.net) for result in grades.results(students)]
