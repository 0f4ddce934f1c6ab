"""The modules' order: the book's contents say it, wherever the modules are shown or counted."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from allyship_course import my_course
from allyship_course.notebook.assignments import make_journal
from allyship_course.spec import module_folders
from allyship_course.spec.modules import exercise_folders
from allyship_course.student import modules as of_students
from tests.support.books import write_module

TOC = """\
format: jb-book
root: index
parts:
  - caption: Modules
    chapters:
      - file: modules/20-first/index
      - file: "modules/10-second/index"
        sections:
          - file: modules/10-second/more
  - caption: Others
    chapters:
      - file: journal/index
"""
EXERCISES = """\
module: {0}
title: The {0}
minutes: 9
{1}exercises:
  - {{id: one, title: One, minutes: 1, fields: [{{id: a, type: line, label: A}}]}}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book whose contents have another order than the names of its modules."""
    book = tmp_path / "book"
    for name in ("20-first", "10-second", "05-draft"):
        write_module(book / "modules" / name, EXERCISES.format(name, ""))
    write_module(book / "journal", EXERCISES.format("journal", "collected: false\n"))
    write_module(book / "guides" / "fields", EXERCISES.format("fields", "collected: false\n"))
    (book / "_toc.yml").write_text(TOC)
    return book


def names(folders: list[Path]) -> list[str]:
    return [folder.name for folder in folders]


def test_modules_come_as_in_the_contents_and_drafts_after_them(book: Path) -> None:
    assert names(module_folders(book)) == ["20-first", "10-second", "05-draft"]
    assert names(exercise_folders(book))[3:] == ["fields", "journal"]


def test_without_contents_modules_come_by_name(book: Path) -> None:
    (book / "_toc.yml").unlink()
    assert names(module_folders(book)) == ["05-draft", "10-second", "20-first"]


def test_the_overview_in_a_notebook_has_the_books_order(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLYSHIP_JOURNAL", str(tmp_path / "kept"))
    notebook = make_journal(book, tmp_path / "course", ["10-second", "20-first"])
    with contextlib.chdir(notebook.parent):
        lines = my_course()._repr_mimebundle_()["text/plain"].splitlines()
    titles = [line.partition(":")[0] for line in lines if line.startswith("- ")]
    assert titles == ["- The 20-first", "- The 10-second"]


def test_a_students_own_folder_has_the_books_order_then_the_classs_own(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_students, "course_book", lambda: book)
    work = tmp_path / "work"
    for name in ("10-second", "15-our-own", "20-first"):
        write_module(work / name, EXERCISES.format(name, ""))
    assert [m.module for m in of_students.modules_in(work)] == [
        "20-first", "10-second", "15-our-own",
    ]  # fmt: skip
    assert [m.module for m in of_students.modules_for(work)] == [
        "20-first", "10-second", "05-draft", "15-our-own",
    ]  # fmt: skip
