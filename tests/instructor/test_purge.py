"""``allyship remind`` and ``allyship purge``: whom to write to, and the end of a term."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect, text

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.grading.results import GradeError
from allyship_course.instructor.purge import STARTED_FILE, purge
from allyship_course.store.record import RECORD_FILE
from tests.support.classroom import ALLYSHIP, database_of, make_class, ours, rows_of
from tests.support.platforms import ADA, BEN, CLEO, PEOPLE, empty_course, page_file, record_file

SECRET = "What I thought on the stairs"
TERM = "title: A\nterm: autumn-2026\ntimezone: Europe/Berlin\nmodules: [01-tiny]\n"
DONE = {ADA: ["all-types"], BEN: ["all-types", "kettle", "mine"]}


@pytest.fixture
def course(shared: Path, tmp_path: Path, gradebook: str) -> Path:
    """A graded class that left traces of what one wrote wherever a class can leave any."""
    if gradebook == "sqlite":
        course = shutil.copytree(empty_course(shared), tmp_path / "course")
    else:
        course = make_class(tmp_path, {}, gradebook)
    (course / "course.yml").write_text(TERM)
    exchange = tmp_path / "exchange"
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.Exchange.root = {str(exchange)!r}\n")
        config.write(f"c.Exchange.cache = {str(tmp_path / 'cache')!r}\n")
    for who, complete in DONE.items():
        folder = course / "submitted" / who.id / "01-tiny"
        folder.mkdir(parents=True)
        raw = page_file(complete, shared={"thoughts": SECRET})
        (folder / "01-tiny.ipynb").write_bytes(raw)
        (folder / "timestamp.txt").write_text("2026-11-21 12:00:00.000000 UTC")
        for place in ("exchange/allyship/inbound", "cache/allyship"):
            there = tmp_path / place / f"{who.id}+01-tiny+2026+x"
            there.mkdir(parents=True)
            (there / RECORD_FILE).write_text(SECRET)
    released = tmp_path / "exchange" / "allyship" / "feedback"
    released.mkdir()
    (released / "0a1b.html").write_text(SECRET)
    (course / "refused" / "01-tiny").mkdir(parents=True)
    (course / "refused" / "01-tiny" / "lost.ipynb").write_text(SECRET)
    (course / "report").mkdir()
    (course / "report" / "report.html").write_text(SECRET)
    ours(course, "grade")
    ours(course, "feedback")
    with open_gradebook(course) as book:
        for who in PEOPLE:
            book.update_or_create_student(
                who.id, first_name=who.first, last_name=who.last, email=who.email
            )
        notebook = book.find_submission_notebook("01-tiny", "01-tiny", "ada")
        comment = notebook.comments[0]
        comment.manual_comment = SECRET
        book.db.commit()
    return course


def traces(root: Path) -> list[str]:
    """The files in which what was written can still be found."""
    found = [p for p in sorted(root.rglob("*")) if p.is_file() and not p.is_symlink()]
    return [str(p.relative_to(root)) for p in found if SECRET.encode() in p.read_bytes()]


def held(course: Path) -> int:
    return sum(len(rows) for rows in rows_of(course).values())


def test_nothing_of_a_term_is_left_but_its_completion(
    course: Path, tmp_path: Path, gradebook: str
) -> None:
    before = traces(tmp_path)
    assert {Path(path).parts[0] for path in before} == {"course", "exchange", "cache"}
    assert ("course/gradebook.db" in before) == (gradebook == "sqlite")
    assert held(course) > 0
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "precious.txt").write_text("stays")
    (course / "submitted" / "link").symlink_to(outside)
    (course / "autograded" / "ada").chmod(0o555)

    file = tmp_path / "completion.csv"
    said = ours(course, "purge", "--term", "autumn-2026", "--keep-completion", str(file), "--yes")
    assert "what was handed in" in said
    assert "Looked again: no file and no row is left." in said
    assert traces(tmp_path) == []
    assert held(course) == 0
    assert (outside / "precious.txt").read_text() == "stays"
    for folder in ("submitted", "autograded", "feedback", "refused", "report"):
        assert [*(course / folder).iterdir()] == []
    assert (course / "source" / "01-tiny" / "exercises.yml").exists()
    with open_gradebook(course) as book:
        assert [a.name for a in book.assignments] == ["01-tiny"]

    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [(r["student"], r["state"], r["complete"], r["of"]) for r in rows] == [
        ("ada", "graded", "1", "3"),
        ("ben", "graded", "3", "3"),
        ("cleo_x", "nothing handed in", "0", "3"),
    ]
    assert {*rows[0]} == {"student", "module", "state", "complete", "of", "late"}
    assert "There is nothing to delete." in ours(course, "purge", "--all", "--yes")
    assert not (course / STARTED_FILE).exists()


def test_before_it_deletes_it_shows_and_asks(course: Path, tmp_path: Path) -> None:
    before = traces(tmp_path), held(course)
    said = ours(course, "purge", "--term", "autumn-2026", ok=False)
    assert "These are deleted for good:" in said
    assert "submissions                                2 rows" in said
    assert str(tmp_path / "exchange" / "allyship" / "inbound") in said
    assert "These stay: the modules" in said
    assert "Aborted" in said
    assert (traces(tmp_path), held(course)) == before


def test_only_the_term_that_is_meant(course: Path, tmp_path: Path) -> None:
    before = held(course)
    said = ours(course, "purge", "--term", "spring-2027", "--yes", ok=False)
    assert "this is the term 'autumn-2026', not 'spring-2027'. Nothing was deleted" in said
    assert "--term, or --all" in ours(course, "purge", "--yes", ok=False)
    (tmp_path / "there.csv").write_text("mine")
    kept = ("--keep-completion", str(tmp_path / "there.csv"))
    assert "is there already" in ours(course, "purge", "--all", *kept, "--yes", ok=False)
    (course / "course.yml").unlink()
    assert "say --all" in ours(course, "purge", "--term", "autumn-2026", "--yes", ok=False)
    assert held(course) == before
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_what_is_kept_is_never_the_file_of_an_earlier_term(course: Path, tmp_path: Path) -> None:
    """Where files of others could not be deleted, the mark of that purge stays till the next."""
    file = tmp_path / "completion.csv"
    file.write_text("last term's")
    (course / STARTED_FILE).write_text(json.dumps({"schema": 1, "completion": str(file)}))
    before = held(course)
    with pytest.raises(GradeError, match="is there already"):
        purge(course, "autumn-2026", file, tell=print)
    assert held(course) == before
    assert file.read_text() == "last term's"


@pytest.mark.parametrize("place", ["course/report", "exchange/allyship/inbound"])
def test_what_is_kept_is_not_put_where_it_would_be_deleted(
    course: Path, tmp_path: Path, place: str
) -> None:
    before = held(course)
    file = tmp_path / place / "completion.csv"
    with pytest.raises(GradeError, match="lies in a folder that is emptied"):
        purge(course, "autumn-2026", file, tell=print)
    assert held(course) == before


def test_an_id_that_a_spreadsheet_would_run_is_text_in_what_is_kept(
    course: Path, tmp_path: Path
) -> None:
    with open_gradebook(course) as book:
        book.add_student("=1+1")
    file = tmp_path / "completion.csv"
    ours(course, "purge", "--all", "--keep-completion", str(file), "--yes")
    assert "'=1+1" in [row[0] for row in csv.reader(file.read_text("utf-8-sig").splitlines())]


@pytest.mark.slow
def test_another_course_in_the_same_database_stays_as_it_is(
    course: Path, tmp_path: Path, gradebook: str
) -> None:
    """Ada is in both, Dan and Eve only in the other; Cleo has handed in nothing anywhere."""
    url = database_of(course).render_as_string(hide_password=False)
    other = tmp_path / "other"
    shutil.copytree(course, other, ignore=shutil.ignore_patterns("gradebook.db", "course.yml"))
    (other / "precious.txt").write_text(SECRET)
    their_exchange = tmp_path / "exchange" / "other" / "inbound"
    their_exchange.mkdir(parents=True)
    (their_exchange / "work.txt").write_text(SECRET)
    with Gradebook(url, "other") as book:
        book.add_assignment("their-module")
        book.add_notebook("theirs", "their-module")
        book.add_solution_cell("words", "theirs", "their-module")
        book.add_grade_cell("point", "theirs", "their-module", max_score=1, cell_type="code")
        for student in ("ada", "dan", "eve"):
            book.update_or_create_student(student)
            submission = book.add_submission("their-module", student)
            submission.notebooks[0].grades[0].manual_score = 0.5
            submission.notebooks[0].comments[0].manual_comment = SECRET
        book.db.commit()
    if gradebook == "sqlite":
        shutil.copy(course / "gradebook.db", course / "gradebook.db.copy")  # holds both
    theirs = [p for place in (other, their_exchange) for p in place.rglob("*") if p.is_file()]
    files = {path: path.read_bytes() for path in theirs}
    before = all_rows(url)

    kept = tmp_path / "completion.csv"
    said = ours(course, "purge", "--term", "autumn-2026", "--keep-completion", str(kept), "--yes")
    assert "The same database holds another course: 'other' (3 submissions). It stays" in said
    assert "Looked again: no file and no row of this course is left." in said
    assert {p: p.read_bytes() for p in files} == files
    after = all_rows(url)
    gone = {name: rows - after[name] for name, rows in before.items()}
    assert {name: len(rows) for name, rows in gone.items() if rows} == {
        "student": 1,  # Ben, who was in no other course
        "submitted_assignment": 2,
        "submitted_notebook": 2,
        "grade": 6,
        "comment": 2,
    }
    assert not [name for name, rows in after.items() if rows - before[name]]
    rows = csv.DictReader(kept.read_text("utf-8-sig").splitlines())
    assert {(r["student"], r["module"]) for r in rows} == {
        (student, "01-tiny") for student in ("ada", "ben", "cleo_x")
    }
    assert (course / "gradebook.db.copy").exists() == (gradebook == "sqlite")


def all_rows(url: str) -> dict[str, set[tuple[object, ...]]]:
    engine = create_engine(url)
    with engine.connect() as db:
        return {
            name: {tuple(row) for row in db.execute(text(f"SELECT * FROM {name}"))}
            for name in inspect(engine).get_table_names()
        }


KILL = """
import os, sys
from pathlib import Path
from allyship_course.instructor import purge
course, at = Path(sys.argv[1]), sys.argv[2]
kept = Path(sys.argv[3])
def killed(*_):
    os._exit(9)
setattr(purge, at, killed)
purge.purge(course, "autumn-2026", kept, tell=print)
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", ["_delete_rows", "_forget", "_empty"])
def test_a_purge_that_was_killed_is_taken_up(course: Path, tmp_path: Path, at: str) -> None:
    file = tmp_path / "completion.csv"
    command = [sys.executable, "-c", KILL, str(course), at, str(file)]
    assert subprocess.run(command, check=False).returncode == 9
    kept = file.read_bytes()
    assert traces(tmp_path)
    said = ours(course, "purge", "--term", "autumn-2026", "--keep-completion", str(file), "--yes")
    assert "An earlier purge was stopped. This one goes on with it." in said
    assert traces(tmp_path) == []
    assert held(course) == 0
    assert file.read_bytes() == kept
    assert b"ada" in kept


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to be root to become another user")
@pytest.mark.slow
def test_what_belongs_to_somebody_else_is_said(course: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "exchange" / "allyship" / "inbound" / "ada+01-tiny+2026+x"
    for path in (theirs, theirs / RECORD_FILE):
        os.chown(path, 4_321, 4_321)
    command: list[str | Path] = [
        "setpriv",
        "--reuid=4322",
        "--clear-groups",
        ALLYSHIP,
        "purge",
        "--all",
        "--yes",
    ]
    for path in [tmp_path, *tmp_path.rglob("*")]:
        if theirs not in {path, path.parent}:
            os.chown(path, 4_322, 4_322, follow_symlinks=False)
    for parent in tmp_path.parents:
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(0o711)
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=course, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "belong to somebody else" in done.stdout
    assert str(theirs / RECORD_FILE) in done.stdout
    assert traces(tmp_path) == [str((theirs / RECORD_FILE).relative_to(tmp_path))]


def test_who_might_be_written_to(course: Path) -> None:
    with open_gradebook(course) as book:
        book.update_or_create_assignment("01-tiny", duedate="2026-11-21 11:00:00 UTC")
    ours(course, "grade")
    said = ours(course, "remind", "01-tiny")
    assert "Nothing handed in (1):\n  cleo_x  Cleo de la Cruz  cleo_x@example.org\n" in said
    assert "some exercises open (1):\n  ada  Ada O'Brien-Smith" in said
    assert "handed in late: nothing to write (1):\n  ben" in said
    assert "It was due on 21 November 2026, 12:00 (Europe/Berlin)." in said
    assert "Nothing was sent." in said
    assert SECRET not in said
    texts = [line for line in said.splitlines() if line.startswith("This is a reminder")]
    assert len(texts) == 2
    assert not any(who.first in text for who in (ADA, BEN, CLEO) for text in texts)


def test_nobody_is_reminded_of_what_has_just_arrived_or_of_nothing(course: Path) -> None:
    for who in PEOPLE:
        folder = course / "submitted" / who.id / "01-tiny"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD_FILE).write_bytes(record_file(["all-types", "kettle", "mine"]))
    ours(course, "grade")
    assert "Nobody needs a reminder of 01-tiny." in ours(course, "remind", "01-tiny")
    assert "there is no assignment 01-tyny" in ours(course, "remind", "01-tyny", ok=False)
    assert json.loads((course / "submitted/ada/01-tiny" / RECORD_FILE).read_bytes())
