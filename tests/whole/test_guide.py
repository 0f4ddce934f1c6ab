"""The instructor's guide, followed line by line in a folder of one's own, with the real course.

With ALLYSHIP_PICTURES=1 in the environment, it also takes the guide's pictures anew.
"""

from __future__ import annotations

import csv
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from allyship_course.instructor import demo
from allyship_course.instructor.demo import Demo
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, keep
from tests.support.classroom import ALLYSHIP, a_persons_answers, rows_of
from tests.support.lab import running_lab
from tests.support.paths import ROOT
from tests.support.pictures import take
from tests.support.site import served

GUIDE = (ROOT / "book" / "guides" / "instructors.md").read_text(encoding="utf-8")
MODULE = "03-is-and-is-not"
NAMES = ["Abena", "Bilal", "Chen", "Dara", "Ewa", "Farid", "Gita", "Hugo", "Inés", "Jun", "Kofi"]
NAMES += ["Leila", "Marek", "Noor", "Olu", "Petra"]
CLASS = "id,first name,last name\n" + "".join(
    f"student-{n:02},{name},Made-up\n" for n, name in enumerate(NAMES, 1)
)
HANDING_IN = 14
TEXTS = (
    "Noor did. She had asked to be left out, and the page was about her too.",
    "Jeroen, I think. He heard of it last and could not prepare. I would still do it.",
    "I had not seen coming that Ratna would be left with her question.",
    "Shanice paid twice. Next time I would ask her first, even if it takes a week.",
    "Femke. She had to say that it was her own handwriting.",
    "The eleven who never applied. Nobody in my way through the case spoke with them.",
)


def blocks(section: str) -> list[str]:
    """The shell commands that a section of the guide shows."""
    _, found, rest = GUIDE.partition(f"## {section}\n")
    assert found, section
    text = re.split(r"\n## ", rest)[0]
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).splitlines()
    return [line.partition("  #")[0].strip() for line in lines]


def run(command: str, folder: Path, stdin: str = "", ok: bool = True) -> str:
    path = f"{ALLYSHIP.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == ok, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.browser
def test_a_term_goes_as_the_guide_says(tmp_path: Path, page_with: Callable[..., Page]) -> None:
    term = Demo(tmp_path)
    begin(term)
    hand_in(term)
    for command in blocks("A quarter of an hour each week"):
        run(command, term.course, "y\n")
    graded = {p.name for p in (term.course / "autograded").iterdir()}
    assert graded == {f"student-{n:02}" for n in range(1, HANDING_IN + 1)}
    feedback = term.exchange / "allyship" / "feedback"
    assert len(list(feedback.glob("*.html"))) == HANDING_IN
    said = "".join(run(command, term.course) for command in blocks("A mirror for the class"))
    assert f"The tenth post: {HANDING_IN} people" in said

    shutil.rmtree(term.root / "students")
    page = page_with(viewport={"width": 1240, "height": 600})
    with running_lab(term.course, tmp_path / "journal", tmp_path / "jupyter") as lab:
        page.goto(f"{lab.address}/formgrader?token={lab.token}")
        row = page.get_by_role("row").filter(has_text=MODULE)
        expect(row).to_contain_text("2031-03-14")
        count = re.compile(rf"^{HANDING_IN}$")
        expect(row.get_by_role("gridcell").filter(has_text=count)).to_be_visible()
        take(page, "formgrader")
        page.goto(f"{lab.address}/formgrader/gradebook/{MODULE}/{MODULE}")
        expect(page.get_by_role("row").filter(has_text="Submission #1").first).to_be_visible()
        page.goto(f"{lab.address}/formgrader/manage_submissions/{MODULE}")
        expect(page.get_by_role("row").filter(has_text="student-01")).to_be_visible()
        take(page, "submissions")
        page.close()
    page = page_with()
    with served(term.course) as address:
        page.goto(f"{address}/report/report.html")
        expect(page.get_by_role("row").filter(has_text="Petra Made-up")).to_be_attached()
        page.set_viewport_size({"width": 960, "height": 500})
        page.get_by_role("heading", name="By module").evaluate("one => one.scrollIntoView()")
        take(page, "report")
        page.set_viewport_size({"width": 960, "height": 640})
        page.goto(f"{address}/mirror/{MODULE}-the-tenth-post.html")
        expect(page.get_by_text(TEXTS[0]).first).to_be_attached()
        take(page, "mirror")
        page.close()
    end(term)


def begin(term: Demo) -> None:
    """The first hour: as in the guide, but set up only, and once with a No."""
    (term.root / "class.csv").write_text(CLASS)
    answers = (
        f"Allyship, spring\n2027-spring\nEurope/Berlin\n{term.root}/class.csv\n{term.exchange}\n"
    )
    (line,) = [c for c in blocks("Your own course folder") if c.startswith("allyship teach")]
    start = line.replace("~/allyship-spring", str(term.course))
    said = run(f"{start} --no-open", ROOT, f"{answers}n\n")
    assert "students: 16 (student-01, " in said
    assert "Nothing was changed." in said
    assert {p.name for p in term.course.iterdir()} == {"course.yml", "nbgrader_config.py"}

    file = term.course / "course.yml"
    head, _, _ = file.read_text().partition("\nmodules:\n")
    (mirror,) = re.findall(r"```yaml\n(mirror:.*?)\n```", GUIDE, re.DOTALL)
    file.write_text(
        f"{head}\n{mirror}\nmodules:\n  - {{module: {MODULE}, due: 2031-03-14 18:00}}\n"
        "  - {module: 04-seven-practices, opens: 2031-03-15, due: 2031-03-28 18:00}\n"
    )
    said = run(f"{start} --no-open", ROOT, "y\n")
    assert f"{MODULE}: made; due 2031-03-14 18:00 Europe/Berlin; handed out" in said
    with (term.course / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")  # all are one person here
        config.write(f"c.Exchange.cache = {str(term.root / 'cache')!r}\n")


def hand_in(term: Demo) -> None:
    """Most of the class fetch the module, do some of it, share something and hand it in."""
    log = logging.getLogger("guide")
    chance = Random(4)
    for n in range(1, HANDING_IN + 1):
        student = f"student-{n:02}"
        demo._exchange("FetchAssignment", term, student, MODULE, log)
        folder = term.home(student) / MODULE
        module = load_module(folder)
        for exercise in module.exercises[: 4 + n % 6]:
            answers = a_persons_answers(exercise, chance, TEXTS)
            note = Note(answers, chance.random() < 0.1, exercise.id == "the-tenth-post")
            note = replace(note, passed=note.passed and not note.shared)
            keep(module, exercise, note, folder, term.journal(student))
        demo._exchange("Submit", term, student, MODULE, log)


def end(term: Demo) -> None:
    """The end of term, and the first command of the next one in the same folder."""
    (purge,) = blocks("The end of term")
    before = run(purge, term.course, "n\n", ok=False)
    assert "These are deleted for good:" in before
    assert (term.course / "submitted" / "student-01").exists()
    said = run(purge, term.course, "y\n")
    assert "Looked again: no file and no row is left." in said
    kept = term.course / "completion.csv"
    rows = list(csv.DictReader(kept.read_text("utf-8-sig").splitlines()))
    assert sum(row["state"] == "graded" for row in rows) == HANDING_IN
    files = [p for p in term.root.rglob("*") if p.is_file()]
    assert not [p for p in files if TEXTS[0].encode() in p.read_bytes()]
    assert not any(rows_of(term.course).values())

    file = term.course / "course.yml"
    next_term = file.read_text().replace("2027-spring", "2027-autumn").replace("03-14", "10-14")
    file.write_text(next_term)
    said = run("allyship teach --no-open", term.course, "y\n")
    assert "students: 16 (student-01, " in said
    assert f"{MODULE}: due 2031-10-14 18:00 Europe/Berlin in place of 2031-03-14 18:00" in said
    assert "handed out" in said
    assert said.endswith("Done.\n")
