"""Backups, with the commands of the guide for administrators: all of it comes back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from allyship_course.exchange.database import Store
from allyship_course.exchange.parcel import pack
from tests.support.classroom import database_of, make_class, ours, rows_of, scores
from tests.support.paths import ROOT
from tests.support.postgres import given_server, new_database

GUIDE = (ROOT / "book" / "guides" / "administrators.md").read_text(encoding="utf-8")
MODULE = "01-tiny"


def commands(section: str, kind: str) -> str:
    """The commands that a section of the guide shows for one kind of database."""
    text = GUIDE.partition(section)[2]
    sqlite, postgres = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)[:2]
    return str(sqlite if kind == "sqlite" else postgres)


def run(script: str, **variables: str) -> None:
    done = subprocess.run(
        ["bash", "-euc", script],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def address(course: Path) -> str:
    """A gradebook's address as PostgreSQL's own programs take it."""
    url = database_of(course)
    if url.get_backend_name() == "sqlite":
        return ""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.slow
def test_a_restored_course_has_every_grade(gradebook: str, tmp_path: Path) -> None:
    students = {"ada": lambda _: None, "bo": lambda _: None}
    course = make_class(tmp_path, students, gradebook)
    ours(course, "grade")
    with Gradebook(str(database_of(course).render_as_string(hide_password=False)), "allyship") as g:
        notebook = g.find_submission_notebook(MODULE, MODULE, "ada")
        notebook.grades[0].manual_score = 0.5
        notebook.comments[0].manual_comment = "Thank you: made up"
        g.db.commit()
    had, grades = rows_of(course), scores(course)
    assert 0.5 in grades["ada"].values()

    backup = tmp_path / "backup"
    place = {"COURSE": str(course), "BACKUP": str(backup)}
    run(commands("## Backups", gradebook), **place, DATABASE=address(course))

    shutil.rmtree(course)
    if gradebook == "postgres":
        url = new_database(given_server())  # and the old one is gone, for all that we know
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        run(commands("### Getting it back", gradebook), **place, DATABASE=plain)
        with (course / "nbgrader_config.py").open("a") as config:
            new = url.render_as_string(hide_password=False)
            config.write(f"\nc.CourseDirectory.db_url = {new!r}\n")
    else:
        run(commands("### Getting it back", gradebook), **place)
    assert rows_of(course) == had
    ours(course, "grade")  # as the guide says next
    assert scores(course) == grades
    assert {**rows_of(course), "grades": []} == {**had, "grades": []}
    ours(course, "feedback")
    page = course / "feedback" / "ada" / MODULE / f"{MODULE}.html"
    assert "Thank you: made up" in page.read_text()


def test_a_copy_of_the_exchange_while_it_is_in_use_is_whole(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    file = tmp_path / "course" / "gradebook.db"  # the guide: the same for the exchange's
    store = Store(f"sqlite:///{file}")
    work = pack({f"{MODULE}.ipynb": b"{}"})
    store.release("allyship", MODULE, work, replace=False)
    kept = store.submit("allyship", MODULE, "ann", "1" * 32, work)
    # What SQLite keeps beside a file that is being written belongs to that file and to no copy.
    (file.parent / "gradebook.db-journal").write_bytes(b"half a page")
    (file.parent / "gradebook.db.before").write_bytes(b"a copy of ours")
    backup = tmp_path / "backup"
    run(commands("## Backups", "sqlite"), COURSE=str(file.parent), BACKUP=str(backup))
    with tarfile.open(backup / "course.tar.gz") as packed:
        assert sorted(packed.getnames()) == [".", "./gradebook.db.before"]
    store.remove("1" * 32)
    copy = Store(f"sqlite:///{backup / file.name}")
    assert copy.submissions({"allyship"}) == [kept]
    assert copy.submitted("1" * 32) == work
