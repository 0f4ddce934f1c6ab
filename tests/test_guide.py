"""The instructor's guide, followed line by line in a folder of one's own, with the real course.

With ALLYSHIP_PICTURES=1 in the environment, it also takes the guide's pictures anew.
"""

from __future__ import annotations

import io
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from allyship_course.desk import demo
from allyship_course.desk.demo import Demo
from allyship_course.spec import load_module
from tests.classroom import ALLYSHIP
from tests.conftest import ROOT, running_lab

GUIDE = (ROOT / "book" / "guides" / "instructors.md").read_text(encoding="utf-8")
PICTURES = ROOT / "book" / "guides" / "pictures"
MODULE = "00-welcome"
CLASS = "id,first name,last name\n" + "".join(
    f"student-{n:02},{name},Made-up\n"
    for n, name in enumerate(
        ["Abena", "Bilal", "Chen", "Dara", "Ewa", "Farid", "Gita", "Hugo", "Inés", "Jun"], 1
    )
)


def blocks(section: str) -> list[str]:
    """The shell commands that a section of the guide shows."""
    _, found, rest = GUIDE.partition(f"## {section}\n")
    assert found, section
    text = re.split(r"\n## ", rest)[0]
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).splitlines()
    return [line.partition("  #")[0].strip() for line in lines]


def run(command: str, folder: Path, stdin: str = "") -> str:
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
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def take(page: Page, name: str) -> None:
    """Take a picture for the guide, of few colours, if pictures are asked for."""
    raw = page.screenshot()
    if "ALLYSHIP_PICTURES" in os.environ:
        PICTURES.mkdir(exist_ok=True)
        few = Image.open(io.BytesIO(raw)).convert("RGB").quantize(48)
        few.save(PICTURES / f"{name}.png", optimize=True)


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_hour_and_a_week_go_as_the_guide_says(
    tmp_path: Path, page_with: Callable[..., Page]
) -> None:
    term = Demo(tmp_path)
    (tmp_path / "class.csv").write_text(CLASS)
    answers = (
        f"Allyship, spring\n2027-spring\nEurope/Berlin\n{tmp_path}/class.csv\n{term.exchange}\n"
    )
    (line,) = [c for c in blocks("Your own course folder") if c.startswith("allyship teach")]
    # As in the guide, but set up only, and with a No: the file is to be changed first.
    start = line.replace("~/allyship-spring", str(term.course))
    said = run(f"{start} --no-open", ROOT, f"{answers}n\n")
    assert "students: 10 (student-01, " in said
    assert "Nothing was changed." in said
    assert {p.name for p in term.course.iterdir()} == {"course.yml", "nbgrader_config.py"}

    file = term.course / "course.yml"
    head, _, _ = file.read_text().partition("\nmodules:\n")
    file.write_text(
        f"{head}\nmodules:\n  - {{module: {MODULE}, due: 2031-03-14 18:00}}\n"
        "  - {module: 01-what-allyship-means, opens: 2031-03-15, due: 2031-03-28 18:00}\n"
    )
    said = run(f"{start} --no-open", ROOT, "y\n")
    assert f"{MODULE}: made; due 2031-03-14 18:00 Europe/Berlin; handed out" in said
    with (term.course / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")  # all are one person here

    module = load_module(ROOT / "book" / "modules" / MODULE)
    log = logging.getLogger("guide")
    for n in range(1, 8):
        student = demo.Student(f"student-{n:02}", "", exercises=n + 1, passes=n % 2)
        demo._exchange("FetchAssignment", term, student.id, MODULE, log)
        demo.work(term, module, student)
        demo._exchange("Submit", term, student.id, MODULE, log)

    for command in blocks("A quarter of an hour each week")[:5]:
        run(command.replace("03-is-and-is-not", MODULE), term.course, "y\n")
    graded = {p.name for p in (term.course / "autograded").iterdir()}
    assert graded == {f"student-{n:02}" for n in range(1, 8)}
    assert len(list((term.exchange / "allyship" / "feedback").glob("*.html"))) == 7

    shutil.rmtree(term.root / "students")
    page = page_with(viewport={"width": 1240, "height": 600})
    with running_lab(term.course, tmp_path / "journal", tmp_path / "jupyter") as lab:
        page.goto(f"{lab.address}/formgrader?token={lab.token}")
        row = page.get_by_role("row").filter(has_text=MODULE)
        expect(row).to_contain_text("2031-03-14")
        expect(row.get_by_role("gridcell").filter(has_text=re.compile(r"^7$"))).to_be_visible()
        take(page, "formgrader")
        page.goto(f"{lab.address}/formgrader/gradebook/{MODULE}/{MODULE}")
        expect(page.get_by_role("row").filter(has_text="Submission #1")).to_be_visible()
        page.goto(f"{lab.address}/formgrader/manage_submissions/{MODULE}")
        expect(page.get_by_role("row").filter(has_text="student-01")).to_be_visible()
        take(page, "submissions")
        page.close()
