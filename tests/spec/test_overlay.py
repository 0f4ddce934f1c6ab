"""An overlay: an organisation's own cases win, nothing else of the book changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allyship_course.author.lint import check_book
from allyship_course.spec import SpecError, load_module
from allyship_course.spec.overlay import lay_over
from tests.support.paths import ROOT, TINY
from tests.support.project import CHANGED

ADDED = """\
module: 01-tiny
title: Tiny, at our place
exercises:
- id: our-lift
  after: all-types
  title: The lift
  minutes: 2
  practice-wisdom: true
  fields:
  - {id: who, type: line, label: Who waits?}
- id: our-stairs
  title: The stairs
  minutes: 2
  practice-wisdom: true
  fields:
  - {id: who, type: line, label: Who climbs?}
"""


def overlay_of(folder: Path, text: str, module: str = "01-tiny") -> Path:
    here = folder / "ours" / module
    here.mkdir(parents=True)
    (here / "exercises.yml").write_text(text)
    return folder / "ours"


def laid(tmp_path: Path, text: str) -> Path:
    return lay_over(TINY, overlay_of(tmp_path, text), tmp_path / "book").book


def test_an_exercise_of_ones_own_takes_the_place_of_the_courses(tmp_path: Path) -> None:
    before = load_module(TINY / "modules" / "01-tiny")
    module = load_module(laid(tmp_path, CHANGED) / "modules" / "01-tiny")
    assert [e.id for e in module.exercises] == [e.id for e in before.exercises]
    assert module.exercise("kettle").title == "The kettle of our own ward"
    assert module.exercises[0] == before.exercises[0]
    assert module.exercises[2] == before.exercises[2]


def test_an_added_exercise_stands_behind_the_one_it_names_or_at_the_end(tmp_path: Path) -> None:
    book = laid(tmp_path, ADDED)
    module = load_module(book / "modules" / "01-tiny")
    assert module.title == "Tiny, at our place"
    assert {e.id for e in module.exercises[-2:]} == {"our-lift", "our-stairs"}
    reading = (book / "modules" / "01-tiny" / "index.md").read_text()
    places = [
        reading.index(f'exercise("{e}")')
        for e in ("all-types", "our-lift", "kettle", "mine", "our-stairs")
    ]
    assert places == sorted(places)
    assert reading.count("```") % 2 == 0


def test_laid_over_again_only_what_changed_is_written(tmp_path: Path) -> None:
    overlay = overlay_of(tmp_path, CHANGED)
    book = lay_over(TINY, overlay, tmp_path / "book").book

    def times() -> dict[Path, int]:
        return {f: f.stat().st_mtime_ns for f in book.rglob("*") if f.is_file()}

    before = times()
    (overlay / "01-tiny" / "exercises.yml").write_text(CHANGED.replace("minutes: 2", "minutes: 3"))
    lay_over(TINY, overlay, book)
    assert {f.name for f, t in times().items() if before[f] != t} == {"exercises.yml"}
    lay_over(TINY, None, book)
    for file in TINY.rglob("*.*"):
        assert (book / file.relative_to(TINY)).read_bytes() == file.read_bytes()


def test_a_module_more_stands_in_the_contents(tmp_path: Path) -> None:
    text = CHANGED.replace("01-tiny", "02-own\ntitle: Ours\nminutes: 5")
    overlay = overlay_of(tmp_path, text, "02-own")
    with pytest.raises(SpecError, match="no module '02-own', and as one of your own it has no"):
        lay_over(TINY, overlay, tmp_path / "book")
    (overlay / "02-own" / "index.md").write_text("# Ours\n")
    book = lay_over(TINY, overlay, tmp_path / "book").book
    assert load_module(book / "modules" / "02-own").title == "Ours"
    toc = (book / "_toc.yml").read_text()
    assert "modules/01-tiny/index\n" in toc
    assert "modules/02-own/index" in toc


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (CHANGED.replace("Who filled it?", ""), 8, "'label' is empty"),
        (CHANGED.replace("type: line", "type: lyne"), 8, "unknown field type 'lyne'"),
        (CHANGED.replace("      practice-wisdom: true\n", ""), 3, "it names no evidence"),
        (CHANGED.replace("01-tiny", "01-tidy"), 1, "the folder is called 01-tiny"),
        (re.sub(r"fields:\n.*\n", "fields: [who]\n", CHANGED), 7, "here stands 'who'"),
        (CHANGED.replace("exercises:", "exercise:"), 2, "unknown key 'exercise'"),
        (ADDED.replace("all-types", "all-tipes"), 5, "Did you mean 'all-types'?"),
        (
            CHANGED.replace("minutes: 2\n", "minutes: 2\n      practice-wisdom: [\n"),
            0,
            "not valid YAML",
        ),
    ],
)
def test_the_check_names_file_and_line_of_the_overlay(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    found = [p for p in check_book(TINY, overlay_of(tmp_path, text)) if "ours" in str(p)]
    assert any(what in str(p) and (not line or p.line == line) for p in found), found
    assert all(p.file == tmp_path / "ours" / "01-tiny" / "exercises.yml" for p in found)


@pytest.mark.slow
def test_the_course_with_a_case_of_ones_own_has_nothing_to_mend(tmp_path: Path) -> None:
    text = ADDED.replace("01-tiny", "03-is-and-is-not").replace("all-types", "three-levels")
    overlay = overlay_of(
        tmp_path, text.replace("title: Tiny, at our place\n", ""), "03-is-and-is-not"
    )
    assert check_book(ROOT / "book", overlay) == []
    file = overlay / "03-is-and-is-not" / "exercises.yml"
    misspelt = "t" + "eh lift"  # in two, since codespell reads this file too
    file.write_text(file.read_text().replace("Who waits?", f"Who waits for {misspelt}?"))
    found = check_book(ROOT / "book", overlay)
    assert found
    assert all(p.file == file and "misspelt" in p.what for p in found)
