"""A course that has other assignments too: nbgrader's own quickstart, beside modules of ours."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config.loader import PyFileConfigLoader

from allyship_course.grading.folder import find_alembic
from tests.support.classroom import STOCK_CONFIG, make_class, nbgrader, ours, rows_of
from tests.support.once import once
from tests.support.quickstart import PS1, RIGHT, WRONG, add_ps1, hand_in_ps1, tree

STEPS = ("submitted", "autograded", "feedback")
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


def test_formgrader_shows_formulas_of_the_one_and_notes_of_the_other_as_text(both: Path) -> None:
    mixed = both / "mixed" / "course"
    page = in_formgrader(mixed, "ada", PS1, "problem1")
    assert "$\\sum_{i=1}^n i^2$" in page
    assert "<b>bold</b>" in page
    assert page == in_formgrader(both / "stock" / "course", "ada", PS1, "problem1")
    assert "<b>" not in shown_note(in_formgrader(mixed, "cleo", "01-tiny", "01-tiny"))


def in_formgrader(course: Path, student: str, assignment: str, notebook: str) -> str:
    """The page that Formgrader shows of a graded copy, made the way it makes it."""
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = dict.fromkeys(("submission_id", "base_url", "student", "notebook_path"), "x")
    resources |= {"assignment_id": assignment, "notebook_id": notebook}
    named = {**resources, "last_name": "", "first_name": "", "index": 0, "total": 1}
    file = course / "autograded" / student / assignment / f"{notebook}.ipynb"
    page, _ = HTMLExporter(config=config).from_filename(str(file), resources=named)
    return str(page)


def shown_note(page: str) -> str:
    return page[page.index("A note to my instructor") :]


def test_commands_of_ours_leave_another_assignment_alone_and_say_so(mixed: Path) -> None:
    for command in ("grade", "feedback", "remind"):
        said = ours(mixed, command, PS1, ok=False)
        assert "ps1 is no module of this course but an assignment of another kind" in said
        assert "nbgrader autograde ps1" in said
    before = tree(mixed / "autograded" / "ada" / PS1)
    ours(mixed, "grade")
    ours(mixed, "feedback")
    assert tree(mixed / "autograded" / "ada" / PS1) == before
    ours(mixed, "report")
    page = mixed / "report" / "report.html"
    assert PS1 not in page.read_text()


def test_points_of_both_kinds_are_in_nbgraders_export(mixed: Path, stock: Path) -> None:
    lines = {}
    for course in (mixed, stock):
        nbgrader(course, "export")
        with (course / "grades.csv").open(encoding="utf-8-sig") as file:
            rows = [row for row in csv.DictReader(file) if row["student_id"] in STUDENTS]
        lines[course] = [
            (r["student_id"], float(r["raw_score"]), float(r["score"]), float(r["max_score"]))
            for r in rows
            if r["assignment"] == PS1
        ]
    assert lines[mixed] == lines[stock]


def test_a_purge_takes_modules_and_names_what_it_leaves(mixed: Path) -> None:
    before = {step: tree(mixed / step / "ada" / PS1) for step in STEPS}
    rows = _rows_of_ps1(mixed)
    said = ours(mixed, "purge", "--all", "--yes")
    assert "left as they are: ps1" in said
    assert "no row of its modules is left" in said
    assert {step: tree(mixed / step / "ada" / PS1) for step in STEPS} == before
    assert _rows_of_ps1(mixed) == rows
    assert not any(_of_module(row) for rows in rows_of(mixed).values() for row in rows)
    for step in STEPS:
        assert [p for p in (mixed / step).rglob("*") if "01-tiny" in p.name] == []


def _of_module(row: tuple[object, ...]) -> bool:
    return len(row) > 1 and row[0] is not None and not _of_ps1(row)
