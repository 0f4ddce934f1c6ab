"""The completion table: who has completed how much of what, as a pandas DataFrame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..grading.gradebook import open_gradebook

COLUMNS = ["student", "module", "state", "complete", "of", "late"]


def completion_table(course: Path) -> pd.DataFrame:
    """Read ``course/gradebook.db`` into one row for each student and module.

    Columns: ``student``, ``module``, ``state`` ("graded" or "nothing handed in"),
    ``complete`` (exercises complete), ``of`` (exercises there are), ``late`` (bool).
    """
    rows = []
    with open_gradebook(course) as gradebook:
        submissions = {
            (s.student_id, s.assignment.name): s
            for a in gradebook.assignments
            for s in a.submissions
        }
        for student in sorted(gradebook.students, key=lambda s: s.id):
            for assignment in sorted(gradebook.assignments, key=lambda a: a.name):
                submission = submissions.get((student.id, assignment.name))
                rows.append(
                    {
                        "student": student.id,
                        "module": assignment.name,
                        "state": "graded" if submission else "nothing handed in",
                        "complete": int(submission.score) if submission else 0,
                        "of": int(assignment.max_score),
                        "late": bool(submission and submission.total_seconds_late > 0),
                    }
                )
    return pd.DataFrame(rows, columns=COLUMNS)
