"""``nbgrader export`` as a table that a spreadsheet takes apart rightly, and does not run.

nbgrader's own joins the cells with commas: a comma in a name moves all that follows.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from ...grading.results import after_lateness
from ...store.files import replace_file
from ..lms.csvfile import plain

# As nbgrader's own has them.
_COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


class PointsTable(ExportPlugin):
    """Writes everybody's points of each assignment, late penalties beside them, as CSV."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the table to ``--to``; without it, to ``grades.csv``."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(_COLUMNS)
        named, of = {*map(str, self.student)}, {*map(str, self.assignment)}
        students = [s for s in gradebook.students if not named or s.id in named]
        for assignment in gradebook.assignments:
            if of and assignment.name not in of:
                continue
            handed_in = {s.student_id: s for s in assignment.submissions}
            most = assignment.max_score
            writer.writerows(_row(assignment, s, handed_in.get(s.id), most) for s in students)
        file = Path(self.to or "grades.csv")
        replace_file(file, out.getvalue().encode("utf-8-sig", "replace"))
        self.log.info("Points written to %s", file)


def _row(
    assignment: Assignment, student: Student, work: SubmittedAssignment | None, most: float
) -> list[object]:
    """Return a line of the table; who has handed nothing in has 0 points."""
    score, penalty = (work.score, work.late_submission_penalty) if work else (0.0, 0.0)
    texts = (student.id, student.last_name, student.first_name, student.email)
    return [
        plain(assignment.name),
        assignment.duedate or "",
        (work and work.timestamp) or "",
        *(plain(text or "") for text in texts),
        *(score, penalty, after_lateness(score, penalty), most),
    ]
