"""``allyship export``: points into a platform's own gradebook export, and nothing else."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.lms.export import export_lms
from allyship_course.instructor.lms.platforms import System
from tests.support.classroom import ours, scores
from tests.support.once import once
from tests.support.platforms import (
    ADA,
    BEN,
    CLEO,
    PEOPLE,
    SECRET,
    SYSTEMS,
    Person,
    export,
    export_rows,
    graded_course,
    taken_in,
)

DAN = Person("dan", "Dan", "Nothing Yet", 4)
EVE = Person("eve", "Eve", "=Elsewhere", 5)
IN_EXPORT = (*PEOPLE, DAN, EVE)


@pytest.fixture(scope="session")
def graded(shared: Path) -> Path:
    """Ada has 1 of 3, Ben 2, Cleo 3, Dan handed nothing in; nobody knows Eve; Fay left."""

    def make(root: Path) -> None:
        course = graded_course(shared, root, (*PEOPLE, DAN))
        with open_gradebook(course) as gradebook:
            gradebook.add_student("fay")

    return once(shared, "lms-graded", make) / "course"


def own_id(system: str, who: Person) -> str:
    return {"canvas": f"{who.canvas}", "moodle": f"Participant {who.participant}"}.get(
        system, who.id
    )


def run(course: Path, system: str, file: Path, *more: str, ok: bool = True) -> str:
    where = more if "--all" in more else ("--module", "01-tiny", *more)
    return ours(course, "export", "--lms", system, "--gradebook", str(file), *where, ok=ok)


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_platform_takes_in_what_was_written(graded: Path, tmp_path: Path, system: str) -> None:
    file = export(system, tmp_path / "export.csv", IN_EXPORT, points=30)
    said = run(graded, system, file, "--column", "Grade" if system == "moodle" else "Module 1")
    raw = (tmp_path / "export-01-tiny.csv").read_bytes()
    grades = taken_in(system, raw)
    wanted = {ADA: "10", BEN: "20", CLEO: "30", DAN: "", EVE: ""}
    assert grades == {
        **({"99": ""} if system == "canvas" else {}),
        **{own_id(system, who): grade for who, grade in wanted.items()},
    }
    assert "3 grades written" in said
    assert "3 points here are 30 there" in said
    assert "left as it was: dan." in said
    assert f"not in the course's gradebook: eve{'@example.org' * (system == 'moodle')}." in said
    assert "not in the export: fay." in said
    assert SECRET not in said
    assert SECRET.encode() not in raw


@pytest.mark.parametrize("system", SYSTEMS)
def test_everything_but_the_column_stays_to_the_byte(
    graded: Path, tmp_path: Path, system: str
) -> None:
    """Byte order mark, encoding, line ends and quotation marks too."""
    file = export(system, tmp_path / "export.csv", PEOPLE)
    run(graded, system, file, "--column", "Grade" if system == "moodle" else "Module 1")
    encoding = {"blackboard": "utf-16-le"}.get(system, "utf-8")
    before = file.read_bytes()
    after = (tmp_path / "export-01-tiny.csv").read_bytes()
    assert after[:3] == before[:3]
    text, was = after.decode(encoding), before.decode(encoding)
    assert text.count("\r\n") == was.count("\r\n")
    for line in text.splitlines():
        mark = "\t" if system == "blackboard" else ","
        cells = line.rsplit(mark, 1) if system == "canvas" else line.split(mark, 2)
        assert all(part in was for part in cells[: 1 if system == "canvas" else 2])
    if system == "blackboard":
        assert '"Cleo"\t"cleo_x"\t"000003"\t"3"' in text
    if system == "moodle":
        whole = list(csv.reader(io.StringIO(text)))
        assert [row[:4] + row[5:] for row in whole] == [
            row[:4] + row[5:] for row in csv.reader(io.StringIO(was))
        ]


ODD = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\"',;\t=+-@\n"),
    min_size=1,
    max_size=12,
).filter(lambda name: name.strip() and "points possible" not in name.casefold())


@pytest.mark.parametrize("system", SYSTEMS)
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(names=st.lists(st.tuples(ODD, ODD), min_size=3, max_size=3))
def test_whatever_people_are_called_the_grades_reach_them(
    graded: Path, tmp_path: Path, system: System, names: list[tuple[str, str]]
) -> None:
    people = [
        Person(p.id, first, last, p.number) for p, (first, last) in zip(PEOPLE, names, strict=True)
    ]
    file = export(system, tmp_path / "odd.csv", people)
    to = tmp_path / "out.csv"
    column = "Grade" if system == "moodle" else "Module 1"
    export_lms(graded, system, file, ["01-tiny"], column, to, tell=print)
    grades = taken_in(system, to.read_bytes())
    assert [grades[own_id(system, p)] for p in people] == ["1", "2", "3"]
    was = [cell for row in export_rows(system, people, "Module 1", 3)[1:] for cell in row[:4]]
    delimiter = "\t" if system == "blackboard" else ","
    encoding = "utf-16" if system == "blackboard" else "utf-8-sig"
    text = io.StringIO(to.read_bytes().decode(encoding), newline="")
    cells = [cell for row in [*csv.reader(text, delimiter=delimiter)][1:] for cell in row]
    kept = 2 if system == "brightspace" else 4
    wanted = [c for at, c in enumerate(was) if at % 4 < kept]
    assert [c for c in wanted if c not in cells] == []


@pytest.mark.parametrize("points", ["", "0", "many"])
def test_a_column_whose_maximum_is_not_said_is_refused(
    graded: Path, tmp_path: Path, points: str
) -> None:
    """Whoever has 3 of 3 would get 3 of a hundred there."""
    rows = export_rows("canvas", PEOPLE, "Module 1", 3)
    rows[1][6] = points
    file = tmp_path / "export.csv"
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    said = run(graded, "canvas", file, "--all", "--column", "Module 1", ok=False)
    assert "does not say how many points there are" in said or "can't be filled" in said
    assert [p.name for p in tmp_path.iterdir()] == ["export.csv"]


def test_modules_that_the_term_leaves_out_are_not_added_up(graded: Path, tmp_path: Path) -> None:
    course = shutil.copytree(graded, tmp_path / "course")
    more = course / "source" / "02-more"
    shutil.copytree(course / "source" / "01-tiny", more)
    (more / "01-tiny.ipynb").rename(more / "02-more.ipynb")
    with open_gradebook(course) as gradebook:
        gradebook.add_assignment("02-more")
        gradebook.add_notebook("02-more", "02-more")
        gradebook.add_grade_cell("c", "02-more", "02-more", max_score=7, cell_type="code")
    file = export("canvas", tmp_path / "export.csv", points=30)
    to_column = ("--all", "--column", "Module 1")
    assert "Added up: 01-tiny, 02-more." in run(course, "canvas", file, *to_column)
    (course / "course.yml").write_text(
        "title: A\nterm: autumn\ntimezone: UTC\nmodules: [01-tiny]\n"
    )
    said = run(course, "canvas", file, *to_column)
    assert "Not added up, as course.yml does not name it: 02-more." in said
    assert "3 points here are 30 there" in said


def test_moodles_gradebook_export_does_too_and_keeps_no_other_column(
    graded: Path, tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    head = '"First name","Last name","ID number","Email address","Quiz: One (Real)"'
    head += ',"Assignment: Module 1 (Real)","Course total (Real)"'
    lines = [head, *(f"{p.first},{p.last},,{p.email},5,-,77" for p in PEOPLE)]
    file.write_text("\n".join(lines))
    said = run(graded, "moodle", file, "--column", "Module 1")
    assert "0 to 3, as such a file names no maximum" in said
    assert (tmp_path / "export-01-tiny.csv").read_text().splitlines() == [
        '"First name","Last name","ID number","Email address","Assignment: Module 1 (Real)"',
        *(f"{p.first},{p.last},,{p.email},{n}" for n, p in enumerate(PEOPLE, 1)),
    ]


@pytest.mark.parametrize(
    ("system", "heading", "why"),
    [
        ("canvas", "Brand new", "would take it for a new assignment"),
        ("canvas", "Total Final Score (9)", "would take it for a new assignment"),
        ("blackboard", "Module 9", "would take it for a new assignment"),
        ("brightspace", "Module 9 Text Grade", "would take it for a new assignment"),
    ],
)
def test_no_new_assignment_is_made_unseen(
    graded: Path, tmp_path: Path, system: str, heading: str, why: str
) -> None:
    file = export(system, tmp_path / "export.csv")
    encoding = {"blackboard": "utf-16", "brightspace": "utf-8-sig"}.get(system, "utf-8")
    text = file.read_text(encoding)
    mark = "\t" if system == "blackboard" else ","
    first, rest = text.split("\n", 1)
    file.write_text(first.rstrip("\r") + f"{mark}{heading}\n" + rest, encoding)
    said = run(graded, system, file, "--column", heading, ok=False)
    assert why in said
    assert "Columns that can be filled:" in said
    assert [p.name for p in tmp_path.iterdir()] == ["export.csv"]


def test_what_can_be_meant_by_two_is_asked_back(graded: Path, tmp_path: Path) -> None:
    file = export("canvas", tmp_path / "export.csv")
    said = run(graded, "canvas", file, ok=False)
    assert "which column is to be filled?" in said
    assert "'Quiz (1)', 'Module 1 (77)'" in said
    assert "there is no column 'Module 2'" in run(
        graded, "canvas", file, "--column", "Module 2", ok=False
    )
    assert "say which module" in ours(
        graded, "export", "--lms", "canvas", "--gradebook", str(file), ok=False
    )
    assert "looks like an export of Canvas" in run(graded, "moodle", file, ok=False)


def test_a_locked_grade_and_the_export_itself_stay(graded: Path, tmp_path: Path) -> None:
    file = export("moodle", tmp_path / "export.csv")
    file.write_text(file.read_text().replace(",Yes,", ",No,", 1))
    before = file.read_bytes()
    assert "can't be changed: ada." in run(graded, "moodle", file)
    assert [*taken_in("moodle", (tmp_path / "export-01-tiny.csv").read_bytes()).values()] == [
        "",
        "2",
        "3",
    ]
    assert "is the export itself" in run(graded, "moodle", file, "--to", str(file), ok=False)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "command",
    [
        ("export", "--lms", "canvas", "--gradebook", "export.csv", "--module", "01-tiny", "--to"),
        ("report", "--into"),
        ("purge", "--all", "--yes", "--keep-completion"),
    ],
    ids=lambda command: command[0],
)
def test_where_nothing_can_be_written_the_place_is_named(
    graded: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    there = str(export("canvas", tmp_path / "export.csv"))
    arguments = [there if word == "export.csv" else word for word in command]
    before = scores(graded)
    for folder in (tmp_path / "nowhere", there):
        said = ours(graded, *arguments, f"{folder}/x.csv", ok=False)
        assert f"Error: {folder}/x.csv can't be written: there is no folder {folder}." in said
    assert scores(graded) == before
