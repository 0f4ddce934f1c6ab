"""What the README and the guides promise is there."""

from __future__ import annotations

import re

import pytest

from allyship_course.spec import load_module
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_no_make_target_that_is_not_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", README, re.MULTILINE))
    assert {a or b for a, b in named} <= targets


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", README))
def test_every_link_and_picture_of_the_readme_leads_to_a_file(link: tuple[str, str]) -> None:
    assert (ROOT / "".join(link)).exists()


def test_every_path_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`((?:book|course|src|tests)/[^`]*)`", README)
    patterns = [path.rstrip("/").replace("NN-slug", "[0-9]*") for path in named]
    assert named
    generated = {"course/source", "course/journal"}
    missing = [p for p in patterns if not list(ROOT.glob(p)) and p not in generated]
    assert not missing


NOTES = (ROOT / "book" / "facilitate" / "modules.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "book" / "facilitate" / "index.md").read_text(encoding="utf-8")
MODULES = [load_module(f.parent) for f in sorted(ROOT.glob("book/modules/*/exercises.yml"))]


@pytest.mark.parametrize("number", range(len(MODULES)))
def test_a_facilitator_finds_in_each_note_what_a_meeting_needs(number: int) -> None:
    module = MODULES[number]
    _, begins, rest = NOTES.partition(f"## Module {number}: {module.title}\n")
    note = rest.partition("\n## ")[0]
    assert begins
    assert f"{{module-facts}} {module.module}\n" in note
    for part in (
        "Before.",
        "A quarter of an hour.",
        "In a room.",
        "Online.",
        "Ask afterwards.",
        "What can go wrong.",
        "Stop",
    ):
        assert f"**{part}**" in note, part
    questions = note.partition("**Ask afterwards.**")[2].partition("**What can")[0]
    assert questions.count("\n- ") >= 3
    plans = re.findall(r"\*\*How it runs[^*]*?(\d+) minutes[^*]*\*\*\n\n((?:- .*\n)+)", note)
    assert plans
    for minutes, plan in plans:
        assert sum(map(int, re.findall(r"^- (\d+) min: ", plan, re.MULTILINE))) == int(minutes)


def test_the_facilitators_two_plans_add_up() -> None:
    short, long = GUIDE.split("## Forty-five minutes")[1].split("## Three hours")
    assert sum(map(int, re.findall(r"^\| \d+ \| (\d+) \|", short, re.MULTILINE))) == 45
    assert sum(map(int, re.findall(r"^\| \d:\d\d \| (\d+) \|", long, re.MULTILINE))) == 180


def test_the_facilitators_guide_names_no_exercise_that_is_not_there() -> None:
    titles = {e.title.rstrip("?") for m in MODULES for e in m.exercises}
    titles |= {e.title for e in load_module(ROOT / "book" / "journal").exercises}
    with_place = re.findall(r"\*([^*\n]+)\*\s\((?:module \d|welcome)\)", GUIDE)
    in_plans = re.findall(r"^- \d+ min: \*([^*\n]+)\*", NOTES, re.MULTILINE)
    assert len(with_place) > 8
    assert len(in_plans) > 20
    assert {name.rstrip("?") for name in (*with_place, *in_plans)} <= titles


def test_every_page_stands_in_the_contents() -> None:
    """Jupyter Book builds no page that it does not, and breaks where another page links it."""
    book = ROOT / "book"
    contents = (book / "_toc.yml").read_text(encoding="utf-8")
    pages = {p.relative_to(book).with_suffix("").as_posix() for p in book.rglob("*.md")}
    listed = {*re.findall(r"(?:file|root): (\S+)", contents)}
    assert {page for page in pages if not page.startswith("_")} == {
        page for page in listed if (book / f"{page}.md").exists()
    }


def test_the_evidence_of_the_lists_that_are_ticked_is_there() -> None:
    text = (ROOT / "book" / "developing" / "checklists.md").read_text(encoding="utf-8")
    rows = [row.strip(" |").split(" | ") for row in text.splitlines() if row.startswith("|")]
    claimed = [row for row in rows if len(row) == 3 and row[1].startswith("yes")]
    assert len(claimed) > 15
    named = [path for row in rows for path in re.findall(r"`([^`]+)`", row[-1])]
    assert not [path for path in named if not (ROOT / path).exists()]
