"""``allyship teach``: a term set up from ``course.yml``, and changed without losing a grade."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import sqlite3
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect

from allyship_course.cli import main
from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.plan import set_up
from allyship_course.instructor.term import TeachError, new_course
from allyship_course.spec import SpecError, load_module
from tests.support.classroom import full_note, nbgrader, ours, rows_of, scores
from tests.support.once import once
from tests.support.paths import COURSE_CONFIG
from tests.support.project import project_in
from tests.support.spring import STUDENTS, apply, copied, made, write_course
from tests.support.started import get, started

DUE = datetime(2026, 11, 30, 17)  # noqa: DTZ001  as the gradebook has it: UTC, unsaid


def look(folder: Path) -> list[str]:
    said: list[str] = []
    set_up(folder, said.append, lambda _: False, only_look=True)
    return said


def graded(root: Path) -> None:
    """Ada and Bo have handed in the first module: Ada all of it, Bo after it was due."""
    made(root)
    folder = root / "spring"
    for student, when in (("ada", "2026-11-29"), ("bo", "2026-12-02")):
        place = folder / "submitted" / student / "01-tiny"
        shutil.copytree(folder / "release" / "01-tiny", place)
        (place / "timestamp.txt").write_text(f"{when} 12:00:00.000000 UTC")
        from allyship_course.store.journal import Note, keep

        module = load_module(place)
        for exercise in module.exercises:
            keep(module, exercise, Note(**full_note(exercise)), place, root / "journal" / student)
    ours(folder, "grade")


@pytest.fixture
def term(shared: Path, tmp_path: Path) -> Path:
    """A course folder that was set up."""
    return copied(once(shared, "term-made", made), tmp_path)


@pytest.fixture
def midterm(shared: Path, tmp_path: Path) -> Path:
    """A course folder in which two have been graded."""
    return copied(once(shared, "term-graded", graded), tmp_path)


def points(folder: Path) -> dict[str, float]:
    return {student: sum(grades.values()) for student, grades in scores(folder).items()}


@pytest.mark.slow
@pytest.mark.browser
def test_formgrader_and_the_book_open_and_ctrl_c_ends_all(
    shared: Path, midterm: Path, page_with: Callable[..., Page]
) -> None:
    project = midterm.parent / "project"
    toc = project / "book" / "_toc.yml"
    toc.write_text(toc.read_text() + "  - file: modules/02-more/index\n")
    with started(midterm, shared, "teach", "--yes") as running:
        page = page_with(viewport={"width": 1280, "height": 800})
        page.goto(running.address("Formgrader"))
        row = page.get_by_role("row").filter(has_text="01-tiny")
        expect(row).to_contain_text("2026-11-30")
        expect(row.get_by_role("gridcell").filter(has_text=re.compile(r"^2$"))).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="02-more")).to_be_visible()
        status, book = get(running.address("The book"))
        assert status == 200
        assert "A tiny book" in book
        page.close()
        processes = running.everything()
        running.process.send_signal(signal.SIGINT)
        said, _ = running.process.communicate(timeout=60)
        _, alive = psutil.wait_procs(processes, timeout=15)
        assert not alive
        assert "Stopped." in said


def test_a_term_is_set_up_with_students_dates_and_exchange(term: Path) -> None:
    with open_gradebook(term) as gradebook:
        due = {a.name: a.duedate for a in gradebook.assignments}
        names = {s.id: (s.first_name, s.last_name) for s in gradebook.students}
    assert due == {"01-tiny": DUE, "02-more": None}
    assert names == {"ada": ("Ada", "Okafor, Dr."), "bo": ("Bo", "=1+2"), "cy": ("Cy", "Li")}
    assert (term / "release" / "02-more" / "02-more.ipynb").exists()


def test_what_is_not_open_yet_is_made_and_not_handed_out(shared: Path) -> None:
    root = once(shared, "term-made", made)
    exchange = root / "exchange"
    assert exchange.stat().st_mode & stat.S_ISVTX
    inbound = exchange / "allyship" / "inbound"
    assert inbound.stat().st_mode & stat.S_ISVTX
    assert [p.name for p in (exchange / "allyship" / "outbound").iterdir()] == ["01-tiny"]


def test_again_nothing_changes(term: Path) -> None:
    files = {f: f.stat().st_mtime_ns for f in term.rglob("*") if f.is_file()}
    assert look(term)[-1] == "Everything is as course.yml says."
    assert apply(term)[-1] == "Everything is as course.yml says."
    assert {f: f.stat().st_mtime_ns for f in term.rglob("*") if f.is_file()} == files


@pytest.mark.heavy
def test_looking_changes_nothing_and_makes_no_gradebook(tmp_path: Path) -> None:
    project_in(tmp_path)
    folder = tmp_path / "spring"
    folder.mkdir()
    shutil.copy(COURSE_CONFIG, folder)
    (folder / "students.csv").write_text(STUDENTS)
    write_course(folder)
    said = look(folder)
    assert "  01-tiny: made; due 2026-11-30 18:00 Europe/Berlin; handed out" in said
    assert "  students: 3 (ada, bo, cy) added" in said
    assert (
        "02-more opens 2031-01-01 00:00 Europe/Berlin. Run 'allyship teach' again after that."
        in said
    )
    assert {p.name for p in folder.iterdir()} == {
        "course.yml",
        "nbgrader_config.py",
        "students.csv",
    }
    assert not (tmp_path / "exchange").exists()


@pytest.mark.heavy
def test_nobody_else_may_look_into_a_course_folder_that_was_made_beforehand(
    tmp_path: Path,
) -> None:
    project = project_in(tmp_path)
    folder = tmp_path / "spring"
    folder.mkdir()
    folder.chmod(0o755)
    new_course(folder, project, {})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "students.csv").write_text(STUDENTS)
    write_course(folder)
    told = f"Others on this machine may look into {folder}"
    assert not any(line.startswith(told) for line in look(folder))
    folder.chmod(0o750)
    assert any(line.startswith(told) for line in look(folder))


@pytest.mark.slow
def test_whoever_says_no_has_everything_as_it_was(term: Path) -> None:
    write_course(term, lambda t: t.replace("2026-11-30", "2026-12-24"))
    said: list[str] = []
    assert not set_up(term, said.append, lambda _: False)
    assert said[-1] == "Nothing was changed."
    with open_gradebook(term) as gradebook:
        assert gradebook.find_assignment("01-tiny").duedate == DUE


def test_all_that_is_wrong_is_listed_at_once(term: Path) -> None:
    (term / "students.csv").write_text("id,name\nada,Ada\nada,Other\n,Nobody\n")
    write_course(
        term,
        lambda t: (
            t.replace("02-more", "02-mroe")
            .replace("2026-11-30 18:00", "2026-03-29 02:30")
            .replace("title:", "titles:")
        ),
    )
    with pytest.raises(SpecError) as e:
        look(term)
    said = str(e.value)
    for words in (
        "unknown key 'titles'. Did you mean 'title'?",
        "2026-03-29 02:30 does not exist in Europe/Berlin",
        "there is no module '02-mroe'. Did you mean '02-more'?",
        "students.csv:3: the id 'ada' is in line 2 already",
        "students.csv:4: ",
    ):
        assert words in said, said


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_class_list_in_another_encoding_is_the_same_class(term: Path, encoding: str) -> None:
    (term / "students.csv").write_bytes(STUDENTS.replace("Cy", "Çağ").encode(encoding))
    assert "  students: 1 (cy) with another name or address" in look(term)


def test_a_student_without_grades_goes_and_one_with_grades_stays(midterm: Path) -> None:
    (midterm / "students.csv").write_text("id,first name\nbo,Bob\ndi,Di\n")
    said = apply(midterm)
    changed = "1 (di) added; 1 (bo) with another name or address; 1 (cy) removed, not in the class"
    assert f"  students: {changed} list and nothing handed in" in said
    (stays,) = [line for line in said if line.startswith("ada")]
    assert "stays, with 1 graded" in stays
    assert "allyship teach --remove ada" in stays
    assert points(midterm) == {"ada": 3, "bo": 3}

    assert "  students: 1 (ada) removed, not in the class list, with 1 graded submissions" in apply(
        midterm, remove=["ada"]
    )
    assert points(midterm) == {"bo": 3}
    with pytest.raises(TeachError, match=r"bo can't be removed: .* still in the list"):
        apply(midterm, remove=["bo"])


def test_another_courses_students_in_the_same_database_stay(midterm: Path) -> None:
    """Ada is in both, Cy has handed in nothing anywhere, Dan only in the other."""
    with open_gradebook(midterm) as gradebook:
        url = str(gradebook.engine.url)
    with Gradebook(url, "other") as gradebook:
        gradebook.add_assignment("their-module")
        for student in ("ada", "dan"):
            gradebook.update_or_create_student(student)
            gradebook.add_submission("their-module", student)
    (midterm / "students.csv").write_text("id\neve\n")
    said = apply(midterm)
    assert any(
        s.startswith("Not in the class list, and not removed: 3 (ada, cy, dan)") for s in said
    )
    assert any(line.startswith("bo is not in the class list any more and stays") for line in said)
    with pytest.raises(TeachError, match="ada can't be removed: the same database holds another"):
        apply(midterm, remove=["ada"])
    assert "1 (bo) removed" in "".join(apply(midterm, remove=["bo"]))
    with open_gradebook(midterm) as gradebook:
        assert {s.id for s in gradebook.students} == {"ada", "cy", "dan", "eve"}
        assert len(gradebook.find_assignment("their-module").submissions) == 2


@pytest.mark.slow
def test_who_is_not_in_the_list_is_told_and_not_added(midterm: Path) -> None:
    stranger = midterm / "submitted" / "eve" / "01-tiny"
    shutil.copytree(midterm / "submitted" / "ada" / "01-tiny", stranger)
    said = ours(midterm, "grade", ok=False)
    assert "eve" in said
    assert "the class list has no such id" in said
    assert stranger.exists()
    assert points(midterm) == {"ada": 3, "bo": 3}


def test_other_points_and_dates_change_grades_only_as_was_said(midterm: Path) -> None:
    with open_gradebook(midterm) as gradebook:
        grade = gradebook.find_grade("check-kettle", "01-tiny", "01-tiny", "ada")
        grade.manual_score = 0.5
        gradebook.db.commit()
    write_course(
        midterm,
        lambda t: (
            t.replace("11-30 18:00", "12-24\n    points: {mine: 4}\nlate: {per_day: 50}", 1)
            .replace("late: {per_day: 50}\n", "", 1)
            .replace("modules:", "late: {per_day: 50}\nmodules:")
        ),
    )
    before = rows_of(midterm)
    said = apply(midterm)
    (line,) = [t for t in said if t.startswith("  01-tiny")]
    assert "mine is worth 4 in place of 1. 2 people handed it in: the next 'allyship grade'" in line
    assert "Points that you typed in stay" in line
    assert "due 2026-12-24 23:59 Europe/Berlin in place of 2026-11-30 18:00" in line
    assert rows_of(midterm) == before
    ours(midterm, "grade")
    assert points(midterm) == {"ada": 5.5, "bo": 6}


def test_another_late_rule_is_told_with_what_it_does_to_grades_before_it_asks(
    midterm: Path,
) -> None:
    """Bo was two days late, and Ada was not."""
    write_course(midterm, lambda t: t.replace("modules:", "late: {per_day: 25}\nmodules:"))
    said: list[str] = []
    assert not set_up(midterm, said.append, lambda _: False)
    assert "  lateness: costs 25 percent for each day begun" in said
    (line,) = [t for t in said if t.startswith("  01-tiny")]
    assert line == (
        "  01-tiny: the next 'allyship grade' changes what lateness costs 1 person: "
        "bo loses 1.5 in place of 0"
    )
    assert said[-2] == "Nothing was changed."
    assert said[-1] == "Lateness goes on costing nothing."
    assert "Lateness costs nothing, as was agreed, and not 25 percent" in ours(midterm, "grade")
    assert lost(midterm) == {"ada": None, "bo": None}

    assert line in apply(midterm)
    ours(midterm, "grade")
    assert lost(midterm) == {"ada": None, "bo": 1.5}
    assert apply(midterm)[-1] == "Everything is as course.yml says."

    late = "late: {per_day: 25, at_most: 30, grace_hours: 2}\nmodules:"
    write_course(midterm, lambda t: t.replace("modules:", late).replace("11-30", "11-29"))
    said = apply(midterm)
    assert (
        "  lateness: costs 25 percent for each day begun, at most 30 percent, nothing for 2 hours "
        "in place of 25 percent for each day begun"
    ) in said
    (line,) = [t for t in said if t.startswith("  01-tiny")]
    assert line.endswith("what lateness costs 1 person: bo loses 0.9 in place of 1.5")
    ours(midterm, "grade")
    assert lost(midterm) == {"ada": None, "bo": 0.9}


def lost(folder: Path) -> dict[str, float | None]:
    """What lateness costs each student."""
    with open_gradebook(folder) as gradebook:
        found = gradebook.assignment_submissions("01-tiny")
        return {s.student_id: s.notebooks[0].late_submission_penalty for s in found}


@pytest.mark.slow
def test_a_module_renamed_in_mid_term_is_told_and_loses_nothing(midterm: Path) -> None:
    modules = midterm.parent / "project" / "book" / "modules"
    (modules / "01-tiny").rename(modules / "01-small")
    file = modules / "01-small" / "exercises.yml"
    file.write_text(file.read_text().replace("module: 01-tiny", "module: 01-small"))
    write_course(midterm, lambda t: t.replace("01-tiny", "01-small"))
    before = scores(midterm)
    said = look(midterm)
    assert "01-tiny is in the gradebook and not in course.yml. It stays, with what 2 people" in (
        "".join(line for line in said if line.startswith("01-tiny"))
    )
    (told,) = [line for line in said if line.startswith("01-small")]
    assert "is not made: it looks like 01-tiny, which has work of students under that name" in told
    apply(midterm)
    assert apply(midterm)[-1] == "Everything else is as course.yml says."
    assert not (midterm / "source" / "01-small").exists()
    ours(midterm, "grade", "--force")
    assert scores(midterm) == before

    (modules / "01-small").rename(modules / "01-tiny")  # as it says
    file = modules / "01-tiny" / "exercises.yml"
    text = file.read_text().replace("module: 01-small", "module: 01-tiny")
    file.write_text(text.replace("title: Tiny", "title: Small", 1))
    write_course(midterm)
    apply(midterm)
    ours(midterm, "grade")
    assert scores(midterm) == before


def test_a_term_keeps_its_edition_until_it_is_told_to_take_a_newer_one(midterm: Path) -> None:
    file = midterm.parent / "project" / "book" / "modules" / "02-more" / "exercises.yml"
    text = file.read_text().replace("minutes:", "edition: 2\nminutes:", 1)
    file.write_text(text.replace("id: kettle", "id: teapot").replace("kettle/", "teapot/"))
    reading = file.with_name("index.md")
    reading.write_text(reading.read_text().replace('"kettle"', '"teapot"'))
    (title,) = {e.title for e in load_module(file.parent).exercises if e.id == "teapot"}
    made_then = (midterm / "source" / "02-more" / "02-more.ipynb").read_bytes()
    held = (
        "02-more stays in edition 1, in which it was made. Edition 2 would change it: "
        f"new “{title}”; gone “{title}”. To take it, write 'edition: 2' into course.yml."
    )
    assert held in apply(midterm)
    assert (midterm / "source" / "02-more" / "02-more.ipynb").read_bytes() == made_then

    course = midterm / "course.yml"
    course.write_text(course.read_text() + "edition: 2\n")
    assert "  02-more: made anew: its text is another one" in apply(midterm)
    assert [
        e.id for e in load_module(midterm / "source" / "02-more").exercises if e.title == title
    ] == ["teapot"]


@pytest.mark.slow
def test_exercises_come_and_go_only_before_anybody_has_handed_in(midterm: Path) -> None:
    modules = midterm.parent / "project" / "book" / "modules"
    for name in ("01-tiny", "02-more"):
        file = modules / name / "exercises.yml"
        file.write_text(file.read_text().replace("id: kettle", "id: teapot"))
        reading = modules / name / "index.md"
        reading.write_text(reading.read_text().replace('"kettle"', '"teapot"'))
    before = scores(midterm)
    said = apply(midterm)
    assert any(
        line.startswith(
            "01-tiny stays as it was handed out, since 2 people handed it in already: "
            "teapot would be new, kettle would be gone"
        )
        for line in said
    ), said
    assert "  02-more: made anew: its text is another one" in said
    assert scores(midterm) == before


@pytest.mark.slow
def test_a_gradebook_of_an_older_nbgrader_is_brought_up_to_date_after_a_copy(
    midterm: Path,
) -> None:
    older(midterm / "gradebook.db")
    before = (midterm / "gradebook.db").read_bytes()
    with pytest.raises(TeachError, match="older nbgrader"):
        look(midterm)
    assert (midterm / "gradebook.db").read_bytes() == before
    said = apply(midterm)
    assert any("was made by an older nbgrader (its revision 16791" in line for line in said)
    (copy,) = midterm.glob("gradebook.db.*")
    assert copy.read_bytes() == before
    assert "  gradebook: 2 modules entered as 'allyship', before 'default_course'" in said
    assert points(midterm) == {"ada": 3, "bo": 3}
    assert apply(midterm)[-1] == "Everything is as course.yml says."
    ours(midterm, "purge", "--all", "--yes")  # which would leave another course's rows
    assert not any(rows_of(midterm).values())


@pytest.mark.slow
def test_a_course_may_get_another_name_and_takes_no_other_courses_module(midterm: Path) -> None:
    write_course(midterm, lambda t: t.replace("modules:", "course_id: spring\nmodules:"))
    said = apply(midterm)
    assert "  gradebook: 2 modules entered as 'spring', before 'allyship'" in said
    assert any("Collect it under that name first" in line for line in said), said
    assert points(midterm) == {"ada": 3, "bo": 3}
    with open_gradebook(midterm) as gradebook:
        assert {a.course_id for a in gradebook.assignments} == {"spring"}
    write_course(midterm)
    shutil.rmtree(midterm / "source" / "01-tiny")
    with pytest.raises(TeachError, match="has 01-tiny already, of the course 'spring'"):
        apply(midterm)


def older(file: Path) -> None:
    """Take a gradebook back to what nbgrader 0.6 made: no courses, no ids of platforms."""
    with sqlite3.connect(file) as db:
        db.executescript(
            """
            PRAGMA foreign_keys = OFF;
            CREATE TABLE a (id VARCHAR(32) NOT NULL PRIMARY KEY,
                name VARCHAR(128) NOT NULL UNIQUE, duedate DATETIME);
            INSERT INTO a SELECT id, name, duedate FROM assignment;
            DROP TABLE assignment; ALTER TABLE a RENAME TO assignment;
            DROP TABLE course;
            ALTER TABLE student DROP COLUMN lms_user_id;
            UPDATE alembic_version SET version_num = '167914646830';
            """
        )


@pytest.mark.slow
def test_more_time_for_one_takes_what_lateness_cost_away(midterm: Path) -> None:
    """Bo was two days late."""
    write_course(midterm, lambda t: t.replace("modules:", "late: {per_day: 25}\nmodules:"))
    apply(midterm)
    ours(midterm, "grade")
    assert lost(midterm) == {"ada": None, "bo": 1.5}
    said = ours(midterm, "extend", "bo", "01-tiny", "2026-12-20")
    assert "bo has until 2026-12-20 23:59 Europe/Berlin for 01-tiny" in said
    ours(midterm, "grade")
    assert lost(midterm) == {"ada": None, "bo": None}
    ours(midterm, "extend", "bo", "01-tiny", "2026-12-01 18:00")
    assert (midterm / "course.yml").read_text().count("student: ") == 1
    nbgrader(midterm, "autograde", "01-tiny", "--force")
    assert lost(midterm)["bo"] == pytest.approx(0.75)
    assert apply(midterm)[-1] == "Everything is as course.yml says."


@pytest.mark.parametrize(
    ("who", "module", "date", "why"),
    [
        ("nobody", "01-tiny", "2026-12-20", "nobody in the gradebook has the id nobody"),
        ("bo", "09-none", "2026-12-20", "has no module 09-none"),
        ("bo", "01-tiny", "soon", "'soon' is no date"),
        ("bo", "02-more", "2026-12-20", "02-more has no due date"),
    ],
)
def test_an_extension_that_can_not_be_given_changes_nothing(
    midterm: Path, who: str, module: str, date: str, why: str
) -> None:
    before = (midterm / "course.yml").read_text()
    assert why in ours(midterm, "extend", who, module, date, ok=False)
    assert (midterm / "course.yml").read_text() == before


@pytest.mark.slow
def test_who_was_removed_leaves_nothing_that_stops_a_later_run(midterm: Path) -> None:
    list_ = midterm / "students.csv"
    list_.write_text("".join(t for t in STUDENTS.splitlines(True) if not t.startswith("bo")))
    said = "".join(apply(midterm, remove=["bo"]))
    assert "1 (bo) removed" in said
    assert "removed/: " in said
    assert "of theirs are moved there, to delete or to put back" in said
    assert (midterm / "removed" / "bo" / "submitted" / "01-tiny").is_dir()
    assert not (midterm / "submitted" / "bo").exists()
    ours(midterm, "grade")
    nbgrader(midterm, "autograde", "01-tiny", "--force")


def test_turning_the_mirror_on_says_what_it_changes(midterm: Path) -> None:
    write_course(midterm, lambda t: t.replace("modules:", "mirror: {on: true}\nmodules:"))
    (line,) = [t for t in look(midterm) if t.startswith("  01-tiny")]
    assert "its forms say now that what somebody shares may be shown to the class" in line
    assert "its text is another one" not in line


@pytest.mark.parametrize("name", ["a [b] c", "who?", "st*r"])
def test_a_path_in_which_nbgrader_finds_nothing_is_said_before_anything_is_made(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "project").mkdir()
    said = ours(tmp_path, "teach", name, "--yes", "--no-open", ok=False)
    assert "nbgrader can't work in" in said
    assert [p.name for p in tmp_path.iterdir()] == ["project"]


def test_what_can_not_be_used_is_asked_again_at_once(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    answers = ["Spring", "Term 1!", "2027-spring", "Mars/Olympus", "Europe/Berlin"]
    answers += ["none.csv", "", "/proc/x/y", ""]
    with contextlib.chdir(project):
        done = CliRunner().invoke(
            main, ["teach", str(tmp_path / "spring"), "--check"], input="\n".join([*answers, ""])
        )
    for why in ("'Term 1!' can't be a term", "'Mars/Olympus' is no time zone", "There is no file"):
        assert why in done.output, done.output
    text = (tmp_path / "spring" / "course.yml").read_text()
    assert 'term: "2027-spring"' in text
    assert 'timezone: "Europe/Berlin"' in text
