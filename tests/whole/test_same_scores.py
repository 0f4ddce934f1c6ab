"""Grading without running code gives the scores that stock nbgrader gives by running it.

Stock nbgrader: a configuration that names the course only, and a kernel for each submission.
Where stock nbgrader can't say a score (checks deleted or doubled), a test says what it does.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.demo import STUDENTS, Demo
from tests.support.classroom import STOCK_CONFIG, nbgrader, scores

# complete, partial, and a damaged record; the rest of the class is slow
QUICK = ("student-01", "student-02", "student-06")
DAMAGED_CELLS = "student-12"
REST = [s.id for s in STUDENTS if s.submits and s.id not in (*QUICK, DAMAGED_CELLS)]


def stock_course(demo: Demo, folder: Path) -> Path:
    """The demo's course with its submissions, ungraded, and none of our configuration."""
    course = folder / "stock"
    course.mkdir()
    (course / "nbgrader_config.py").write_text(STOCK_CONFIG)
    for name in ("source", "submitted"):
        shutil.copytree(demo.course / name, course / name)
    nbgrader(course, "generate_assignment", "01-tiny")
    return course


def keep_only(course: Path, students: tuple[str, ...]) -> None:
    for folder in (course / "submitted").iterdir():
        if folder.name not in students:
            shutil.rmtree(folder)


@pytest.mark.parametrize(
    "students", [QUICK, pytest.param(REST, marks=pytest.mark.slow)], ids=["quick", "rest"]
)
def test_every_exercise_has_the_same_score_in_stock_nbgrader(
    demo_class: Demo, tmp_path: Path, students: tuple[str, ...]
) -> None:
    course = stock_course(demo_class, tmp_path)
    keep_only(course, students)
    nbgrader(course, "autograde", "01-tiny")
    ours = scores(demo_class.course)
    assert scores(course) == {student: ours[student] for student in students}


@pytest.mark.slow
def test_where_checks_are_deleted_or_doubled_stock_nbgrader_has_no_score(
    demo_class: Demo, tmp_path: Path
) -> None:
    course = stock_course(demo_class, tmp_path)
    submitted = course / "submitted"
    before, after = "a-check-deleted", "z-neighbour"
    for copied in (before, after):
        shutil.copytree(submitted / "student-01", submitted / copied)
    notebook = submitted / before / "01-tiny" / "01-tiny.ipynb"
    nb = nbformat.read(notebook, as_version=4)
    nb.cells.remove(next(c for c in nb.cells if "nbgrader" in c.metadata))
    nbformat.write(nb, notebook)
    keep_only(course, (before, DAMAGED_CELLS, after))

    said = nbgrader(course, "autograde", "01-tiny", ok=False)
    assert "old version of the nbgrader metadata" in " ".join(said.split()).replace(" \\n", " ")
    with open_gradebook(course) as gradebook:
        found = {s.student_id: s for s in gradebook.assignment_submissions("01-tiny")}
        assert found[before].needs_manual_grade, "a deleted check waits for a person"
        assert after not in found, "a doubled check stops the class: the next one is not graded"

    ours = tmp_path / "ours"
    shutil.copytree(course, ours)
    shutil.copy(demo_class.course / "nbgrader_config.py", ours)
    nbgrader(ours, "autograde", "01-tiny", "--force")
    assert [sum(points.values()) for points in scores(ours).values()] == [3, 3, 3]
