"""Stock nbgrader, the plugin and ``allyship grade`` give the same points, comments and flags.

Hypothesis draws modules with any exercises and classes with any records. What is known to
differ is named in decision 10 and tested in ``test_same_scores.py`` and ``tests/grading/hostile``.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from allyship_course.grading.folder import find_alembic
from allyship_course.grading.gradebook import open_gradebook
from allyship_course.notebook.assignments import Terms, make_assignment
from allyship_course.spec import Module, load_module
from allyship_course.store.record import RECORD_FILE
from tests.support.classroom import STOCK_CONFIG, nbgrader, ours
from tests.support.paths import COURSE_CONFIG
from tests.support.strategies import any_json, exercise_dicts, ids

STUDENTS = 5
DUE = "2026-11-21 12:00:00 UTC"
LATE = "2026-11-22 12:00:00 UTC"


def records(module: Module) -> st.SearchStrategy[bytes]:
    """Honest records, records with anything in them, and damaged ones."""
    honest = st.fixed_dictionaries(
        {
            exercise.id: st.fixed_dictionaries(
                {
                    "answered": st.lists(st.sampled_from([f.id for f in exercise.all_fields()])),
                    "words": st.just({}),
                    "passed": st.booleans(),
                }
            )
            for exercise in module.exercises
        }
    )
    odd = st.dictionaries(st.sampled_from([e.id for e in module.exercises]), any_json)

    def whole(exercises: dict[str, Any]) -> bytes:
        data = {"schema": 1, "module": module.module, "exercises": exercises}
        return json.dumps(data).encode()

    cut = st.tuples(honest.map(whole), st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
    return honest.map(whole) | odd.map(whole) | any_json.map(lambda d: json.dumps(d).encode()) | cut


def results(course: Path) -> dict[str, Any]:
    """Points, comments and flags of each student."""
    with open_gradebook(course) as gradebook:
        return {
            s.student_id: (
                sorted(
                    (g.name, g.score, g.needs_manual_grade) for n in s.notebooks for g in n.grades
                ),
                [(c.manual_comment) for n in s.notebooks for c in n.comments],
                [n.flagged for n in s.notebooks],
                s.total_seconds_late,
                [n.late_submission_penalty for n in s.notebooks],
            )
            for s in gradebook.assignment_submissions("01-drawn")
        }


@pytest.mark.slow
@settings(
    max_examples=4,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_three_graders_give_one_result(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        drawn = root / "01-drawn"
        drawn.mkdir()
        names = data.draw(st.lists(ids, min_size=1, max_size=3, unique=True))
        exercises = [data.draw(exercise_dicts(name)) for name in names]
        module = {"module": "01-drawn", "title": "Drawn", "minutes": 5, "exercises": exercises}
        (drawn / "exercises.yml").write_text(yaml.safe_dump(module, allow_unicode=True))
        cells = "".join(
            f'\n```{{code-cell}} python\nexercise("{e["id"]}")\n```\n' for e in exercises
        )
        (drawn / "index.md").write_text(READING + cells)
        terms = Terms({name: data.draw(st.sampled_from([0.5, 1, 3])) for name in names})
        handed_in = [data.draw(records(load_module(drawn))) for _ in range(STUDENTS)]
        late = [data.draw(st.booleans()) for _ in range(STUDENTS)]
        found = {
            grader: results(graded(root / grader, drawn, grader, handed_in, late, terms))
            for grader in ("stock", "plugin", "grade")
        }
    assert len(found["grade"]) == STUDENTS
    assert found["stock"] == found["plugin"] == found["grade"]


READING = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# Drawn

```{code-cell} python
:tags: [remove-cell]
from allyship_course import exercise
```
"""


def graded(
    course: Path,
    drawn: Path,
    grader: str,
    handed_in: list[bytes],
    late: list[bool],
    terms: Terms,
) -> Path:
    course.mkdir()
    find_alembic()  # stock nbgrader needs it on PATH
    config = STOCK_CONFIG if grader == "stock" else COURSE_CONFIG.read_text()
    config += '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    (course / "nbgrader_config.py").write_text(config)
    make_assignment(drawn, course / "source", terms)
    nbgrader(course, "generate_assignment", "01-drawn")
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment("01-drawn", duedate=parse_utc(DUE))
    for number, record in enumerate(handed_in):
        folder = course / "submitted" / f"student-{number}" / "01-drawn"
        shutil.copytree(course / "release" / "01-drawn", folder)
        (folder / RECORD_FILE).write_bytes(record)
        (folder / "timestamp.txt").write_text(LATE if late[number] else DUE)
    if grader == "grade":
        ours(course, "grade")
    else:
        nbgrader(course, "autograde", "01-drawn")
    return course
