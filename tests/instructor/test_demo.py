"""The demo class: twelve students in twelve states, made again at will, harming nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from allyship_course.cli import main
from allyship_course.instructor.demo import (
    STUDENTS,
    Demo,
    DemoError,
    demo_table,
    make_demo,
)
from allyship_course.spec import EXERCISES_FILE, load_module
from tests.support.paths import COURSE_CONFIG, ROOT, TINY, TINY_MODULE

# student, what they did, state, complete exercises of three, late
EXPECTED = [
    ("student-01", "complete", "graded", 3, False),
    ("student-02", "partial", "graded", 2, False),
    ("student-03", "passed on one prompt", "graded", 3, False),
    ("student-04", "opened, nothing written", "graded", 0, False),
    ("student-05", "complete, handed in late", "graded", 3, True),
    ("student-06", "record damaged", "graded", 0, False),
    ("student-07", "answers shared", "graded", 3, False),
    ("student-08", "private answers, none shared", "graded", 3, False),
    ("student-09", "passed on every prompt", "graded", 3, False),
    ("student-10", "fetched, never handed in", "nothing handed in", 0, False),
    ("student-11", "handed in twice", "graded", 3, False),
    ("student-12", "check cells deleted and doubled", "graded", 3, False),
]


def rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    assert set(table["module"]) == {"01-tiny"}
    assert set(table["of"]) == {3}
    columns = ["student", "did", "state", "complete", "late"]
    return list(table[columns].itertuples(index=False, name=None))


def test_the_table_says_of_each_student_what_they_completed(demo_class: Demo) -> None:
    assert rows(demo_table(demo_class)) == EXPECTED
    assert rows(pd.read_csv(demo_class.root / "completion.csv")) == EXPECTED


def test_shared_answers_are_collected_from_those_who_share_and_from_nobody_else(
    demo_class: Demo,
) -> None:
    records = (demo_class.course / "submitted").glob("*/*/completion.json")
    sharing = {r.parents[1].name for r in records if '"shared"' in r.read_text()}
    assert sharing == {"student-07"}
    private = demo_class.journal("student-08") / "01-tiny.json"
    assert "made-up" in private.read_text()


def test_who_handed_in_twice_is_graded_on_the_second(demo_class: Demo) -> None:
    inbound = list(demo_class.exchange.glob("allyship/inbound/student-11+*"))
    assert len(inbound) == 2
    assert sum((f / "completion.json").read_bytes().count(b"answered") for f in inbound) == 1 + 3


def test_everybody_who_handed_in_has_feedback_in_the_exchange(demo_class: Demo) -> None:
    made = list(demo_class.course.glob("feedback/*/01-tiny/01-tiny.html"))
    assert {page.parents[1].name for page in made} == {s.id for s in STUDENTS if s.submits}
    released = (demo_class.exchange / "allyship" / "feedback").glob("*.html")
    assert sorted(p.read_bytes() for p in made) == sorted(p.read_bytes() for p in released)


def test_whoever_looks_finds_a_fetched_assignment_with_nothing_in_it(demo_class: Demo) -> None:
    home = demo_class.home("you") / "01-tiny"
    assert {p.name for p in home.iterdir()} == {"01-tiny.ipynb", "exercises.yml", "posters.yml"}


@pytest.mark.parametrize(
    "exercises",
    [TINY_MODULE / EXERCISES_FILE, *sorted(ROOT.glob(f"book/modules/*/{EXERCISES_FILE}"))],
    ids=lambda file: file.parent.name,
)
def test_made_up_answers_answer_every_field_of_every_module(exercises: Path) -> None:
    for exercise in load_module(exercises.parent).exercises:
        for field in exercise.all_fields():
            assert field.answered(field.made_up()), f"{exercise.id}: {field.id}"


def test_a_demo_is_replaced_by_the_command_which_prints_the_table(
    demo_class: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "repo"
    (root / "course").mkdir(parents=True)
    shutil.copy(COURSE_CONFIG, root / "course")
    shutil.copy(ROOT / "_config.yml", root)
    shutil.copytree(TINY, root / "book")
    shutil.copytree(demo_class.root, root / "class")
    left_over = root / "class" / "course" / "submitted" / "left-over"
    left_over.mkdir()
    monkeypatch.chdir(root / "book")  # anywhere in the course's folder will do

    done = CliRunner().invoke(main, ["demo", "--into", str(root / "class")])
    assert done.exit_code == 0, done.output
    assert not left_over.exists()
    printed = [line.split() for line in done.output.splitlines() if "student-" in line]
    assert [(p[0], *p[-3:]) for p in printed] == [
        (student, str(complete), "3", str(late)) for student, _, _, complete, late in EXPECTED
    ]
    assert rows(demo_table(Demo(root / "class"))) == EXPECTED


@pytest.mark.parametrize("name", ["thesis.txt", "course"])
def test_a_folder_that_is_not_a_demo_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("years of work")
    with pytest.raises(DemoError, match=rf"not a demo folder.*{name}.*empty folder"):
        make_demo(tmp_path, TINY, COURSE_CONFIG, print)
    assert mine.read_text() == "years of work"
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("folder", "arguments", "message"),
    [
        (Path("/"), ["check"], "this is not a folder of the course"),
        (ROOT, ["demo", "--into", str(ROOT / "tests")], "is not a demo folder"),
        (ROOT, ["start", "--demo", str(ROOT / "no-such-demo")], "first, or 'make start'"),
    ],
)
def test_what_a_person_can_mend_is_said_in_one_line(
    folder: Path, arguments: list[str], message: str
) -> None:
    command: list[str | Path] = [Path(sys.executable).with_name("allyship"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert message in line
