"""A course that has other assignments too: nbgrader's own quickstart, beside modules of ours."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from allyship_course.grading.folder import find_alembic
from tests.support.classroom import STOCK_CONFIG, make_class, nbgrader, rows_of
from tests.support.once import once
from tests.support.quickstart import PS1, RIGHT, WRONG, add_ps1, hand_in_ps1, tree

STUDENTS = {"ada": RIGHT, "bob": WRONG}
_TIMES = re.compile(rb'"20\d\d-\d\d-\d\dT[\d:.]+Z"')
"""When a cell was run, which a kernel notes."""


def _without_times(raw: bytes) -> bytes:
    return _TIMES.sub(b'"then"', raw)


def _graded(course: Path, scratch: Path) -> None:
    add_ps1(course, scratch)
    nbgrader(course, "generate_assignment", PS1)
    for student, answer in STUDENTS.items():
        hand_in_ps1(course, student, answer)
    nbgrader(course, "autograde", PS1)
    nbgrader(course, "generate_feedback", PS1)


def _make_both(folder: Path) -> None:
    find_alembic()  # a stock configuration does not
    stock = folder / "stock" / "course"
    stock.mkdir(parents=True)
    (stock / "nbgrader_config.py").write_text(STOCK_CONFIG)
    (stock / "source").mkdir()
    mixed = make_class(folder / "mixed", {"ada": lambda _: None, "cleo": lambda _: None})
    for course in (stock, mixed):
        _graded(course, folder)
    nbgrader(mixed, "autograde", "01-tiny")
    nbgrader(mixed, "generate_feedback", "01-tiny")


@pytest.fixture(scope="session")
def both(shared: Path) -> Path:
    """Two courses, ``stock`` and ``mixed``, that have the same problem set. For looking at."""
    return once(shared, "both-kinds", _make_both)


@pytest.fixture
def stock(both: Path) -> Path:
    return both / "stock" / "course"


@pytest.fixture
def mixed(both: Path, tmp_path: Path) -> Path:
    """The course with both kinds, to change."""
    return shutil.copytree(both / "mixed" / "course", tmp_path / "course")


@pytest.mark.parametrize("step", ["source", "release", "submitted", "autograded", "feedback"])
def test_another_assignment_has_the_files_that_stock_nbgrader_gives_it(
    stock: Path, both: Path, step: str
) -> None:
    mixed = both / "mixed" / "course"
    theirs, mine = (
        {
            name: raw
            for name, raw in tree(course / step, but=_without_times).items()
            if PS1 in name.split("/")
        }
        for course in (stock, mixed)
    )
    assert theirs, "there is something to compare"
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []


def test_another_assignment_has_the_grades_that_stock_nbgrader_gives_it(
    stock: Path, both: Path
) -> None:
    theirs, mine = (_rows_of_ps1(course) for course in (stock, both / "mixed" / "course"))
    assert mine == theirs
    points = {(who, cell): auto for who, cell, auto, *_ in mine["grades"]}
    assert (points["ada", "correct_squares"], points["bob", "correct_squares"]) == (1, 0)


def _rows_of_ps1(course: Path) -> dict[str, list[tuple[object, ...]]]:
    found = rows_of(course, [*STUDENTS])
    return {t: [r for r in rows if t == "students" or _of_ps1(r)] for t, rows in found.items()}


def _of_ps1(row: tuple[object, ...]) -> bool:
    name = str(row[1])
    return name not in {"01-tiny", "comment"} and not name.startswith("check-")


def test_the_module_beside_it_is_graded_and_answered_as_ever(both: Path) -> None:
    mixed = both / "mixed" / "course"
    points = {row[1]: row[2] for row in rows_of(mixed, ["cleo"])["grades"]}
    assert sorted(points.values()) == [0, 1, 1]
    page = (mixed / "feedback" / "cleo" / "01-tiny" / "01-tiny.html").read_text()
    assert "2 of 3, for the exercises" in " ".join(page.split())
