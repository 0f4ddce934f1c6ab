"""Points back to a learning platform: one column of the instructor's own gradebook export.

The file that is written holds the cells by which the platform knows people, letter by letter as
they were, and numbers in one column. Nothing that a student wrote is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook

from ...grading.folder import course_directory, load_settings
from ...grading.gradebook import ModuleGrades, known_modules, open_gradebook
from ...grading.results import BATCH, GradeError
from ...grading.waiting import persist
from ...messages import Tell
from ...store.files import replace_file
from ...store.submission import visible
from ..course import COURSE_FILE, load_course
from .class_list import read_class_list
from .columns import Target, find_column, kept_columns
from .csvfile import Cell, Row, Table, TableError, read_table
from .exports import Layout, layout_of, maximum
from .labels import label
from .numbers import read_number
from .platforms import NAMES, System
from .roster import nobody_joined, people_in, with_class_list

# What a platform writes for somebody who need not do the work; a number would take that back.
# Blackboard writes it in the site's language.
_EXCUSED = {
    *("ex", "excused", "exempt", "exempted", "befreit", "freigestellt", "exento", "exenta"),
    *("exempté", "exemptée", "dispensé", "isento", "esente", "esentato", "vrijgesteld", "fritatt"),
    *("undantagen", "zwolniony", "muaf", "освобожден", "معفى", "免除", "豁免", "免修", "면제"),
}
_NO_GRADE = {"", "-"}


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
    excused: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        """Say what was written, and of whom there is nothing."""
        scale = (
            f"0 to {_number(self.most)}, as such a file names no maximum. Check that the "
            "platform's goes as far"
        )
        if self.scaled_to is not None:
            scale = f"{_number(self.most)} points here are {_number(self.scaled_to)} there"
        grades = "grade" if self.filled == 1 else "grades"
        lines = [
            f"{self.filled:,} {grades} written to {self.file}, column {self.column!r}: {scale}."
        ]
        if len(self.modules) > 1:
            lines.append(f"Added up: {', '.join(self.modules)}.")
        return "\n".join([*lines, *self._of_whom_nothing()])

    def why_nothing(self) -> str:
        """Say why not one grade was written."""
        lines = [f"no grade can be written into the column {self.column!r}. Nothing was written"]
        return "\n".join([*lines, *self._of_whom_nothing()])

    def _of_whom_nothing(self) -> Iterator[str]:
        for title, ids, most in (
            ("Nothing graded here, the cell left as it was:", self.nothing, 50),
            ("In the export, and not in the course's gradebook:", self.not_in_gradebook, 50),
            # Where a class is on several platforms, that is most of it.
            ("In the course's gradebook, and not in the export:", self.not_in_export, 5),
            ("The platform says that the grade can't be changed:", self.locked, 50),
            ("Excused there, or not asked to do it, the cell left as it was:", self.excused, 50),
            ("More than the column's maximum, cut to it:", self.cut, 50),
        ):
            if ids:
                shown = ", ".join(visible(i) for i in sorted(ids)[:most])
                more = f" and {len(ids) - most:,} more" if len(ids) > most else ""
                yield f"{title} {shown}{more}."


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
    layout = layout_of(table, export)
    if layout.source != system:
        kind = "a list of your own"
        if layout.source != "plain":
            kind = f"an export of {NAMES[layout.source]}"
        raise TableError(
            f"{export} looks like {kind}, not like a gradebook export of {NAMES[system]}. "
            "Set the platform's language to English, download it from its gradebook, and give it "
            "as it came"
        )
    target = find_column(table, layout, system, column, export)
    where = course_directory(course, load_settings(course))
    with open_gradebook(where, tell) as gradebook:
        people = persist(gradebook, lambda: people_in(gradebook), tell)
        members = sorted(person.id for person in people)
        names = persist(gradebook, lambda: known_modules(gradebook, where, modules), tell)
        if not modules:
            names = _of_the_term(course, names, tell)
        scores, most = _scores(gradebook, names, members, tell)
    if not names:
        raise GradeError("no module is in the gradebook yet. Run: allyship grade")
    known = with_class_list(course, people, tell)
    students = read_class_list(export, known)
    for note in students.notes:
        tell(f"{export.name}, {note}.")
    if why := nobody_joined(students, export, known):
        raise GradeError(f"{why}. Nothing was written")
    by_line = {s.line: s.id for s in students.students}
    done = Exported(to, target.heading, most, target.most, names)
    done.not_in_export = sorted({*members} - {*by_line.values()})
    fill = _Filled(table, layout, target, by_line, {*members}, scores, done)
    rows = [fill.row(row) for row in table.rows]
    if not done.filled:
        raise GradeError(done.why_nothing())
    keep = kept_columns(table, layout, system, target)
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


class _Filled:
    """Fills rows; says in ``done`` what it did."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        target: Target,
        by_line: Mapping[int, str],
        known: set[str],
        scores: Mapping[str, Score],
        done: Exported,
    ) -> None:
        self._width, self._target, self._by_line = len(table.header.cells), target, by_line
        self._known, self._scores, self._done = known, scores, done
        self._no, self._source = layout.language.words["no"], layout.source

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
        elif label(row.text(self._target.locked_at)) in self._no:
            self._done.locked.append(student)
        elif self._is_excused(row.text(self._target.at)):
            self._done.excused.append(student)
        else:
            raws[self._target.at] = self._written(student, score, row)
            self._done.filled += 1
        return raws

    def _is_excused(self, text: str) -> bool:
        """Tell whether a cell says that somebody need not do it. Canvas has other such words."""
        if self._source == "canvas":
            return text not in _NO_GRADE and read_number(text) is None
        return text.strip(" ()[]").casefold() in _EXCUSED

    def _written(self, student: str, score: Score, row: Row) -> str:
        points = score.points
        most = self._target.most or maximum(row.text(self._target.most_at))
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
