"""A course on another subject, begun by 'allyship new course', from its page to the gradebook."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from allyship_course.author.lint import check_book
from allyship_course.author.own_course import name_for
from allyship_course.cli import main
from allyship_course.spec import FIELD_TYPES, TO_WRITE, load_module
from tests.support.accessibility import scan
from tests.support.classroom import allyship, full_note, nbgrader, ours, rows_of, type_in
from tests.support.forms import LEAVE_OUT, form, kept_names
from tests.support.paths import ROOT
from tests.support.site import served

FIRST, SECOND = "01-a-shared-room", "02-the-spill"
SPILL = """\
module: 02-the-spill
title: The spill
minutes: 2
exercises:
  - id: first-thoughts
    title: On the floor
    minutes: 1
    practice-wisdom: true
    fields:
      - id: what
        type: choice
        label: A litre of ethanol runs under the bench. What do you do?
        options:
          - {id: out, label: You send everybody out., consequence: Two go. One fetches her coat.}
          - {id: mop, label: You fetch the mop., consequence: It is the wrong mop.}
      - {id: why, type: text, label: What did you look at first?}
"""
NOT_DONE = ("the-flask", "where-it-belongs", "the-note", "what-first", "your-room")
WHOLE = "localStorage.setItem('lab-safety:/:whole', '*')"
SECRET = "nobody-reads-this-of-the-bench"


def begun(folder: Path, title: str = "Lab safety") -> Path:
    done = CliRunner().invoke(main, ["new", "course", str(folder), "--title", title])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A course of two modules: the one that it is begun with, and one of its author's."""
    course = begun(tmp_path / "lab-safety")
    ours(course, "new", "module", SECOND)
    folder = course / "book" / "modules" / SECOND
    (folder / "exercises.yml").write_text(SPILL)
    reading = (folder / "index.md").read_text()
    (folder / "index.md").write_text(re.sub(f"{TO_WRITE}.*", "It smells of ethanol.", reading))
    with (course / "course" / "course.yml").open("a") as file:
        file.write(f"  - {SECOND}\n")
    assert check_book(course / "book") == []
    return course


def test_a_course_is_begun_with_an_exercise_of_each_kind_and_nothing_to_mend(
    tmp_path: Path,
) -> None:
    course = begun(tmp_path / "here" / "new-course", 'Ethics: "who decides"?')
    module = load_module(course / "book" / "modules" / FIRST)
    kinds = {f.type for e in module.exercises for f in e.all_fields()}
    assert kinds == {*FIELD_TYPES}
    assert any(e.steps for e in module.exercises)
    assert check_book(course / "book") == []
    config = yaml.safe_load((course / "_config.yml").read_text())
    assert config["title"] == config["sphinx"]["config"]["html_title"] == 'Ethics: "who decides"?'
    assert config["sphinx"]["config"]["course"]["name"] == "ethics-who-decides"
    for file in (f for f in course.rglob("*") if f.is_file()):
        assert "@" not in file.read_text().replace("actions/", "").replace("@v", "")
    workflow = yaml.safe_load((course / ".github" / "workflows" / "publish.yml").read_text())
    assert workflow["jobs"]["deploy"]["environment"]["name"] == "github-pages"


def test_a_course_is_begun_beside_any_other_book(tmp_path: Path) -> None:
    """In a folder that looks like a course and has none of what a class needs."""
    (tmp_path / "book").mkdir()
    (tmp_path / "_config.yml").write_text("title: A book of somebody's\n")
    ours(tmp_path, "new", "course", "mine", "--title", "Mine")
    assert (tmp_path / "mine" / "course" / "nbgrader_config.py").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("years of work")
    done = CliRunner().invoke(main, ["new", "course", str(tmp_path), "--title", "Mine"])
    assert done.exit_code == 1
    assert "is not empty. Name a folder that is not there yet" in done.output
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("title", "name"), [("Lab safety", "lab-safety"), ("Ética", "tica"), ("实验室", "course")]
)
def test_a_title_in_any_script_gives_a_name(title: str, name: str) -> None:
    assert name_for(title) == name


@pytest.mark.slow
def test_begun_from_a_wheel_a_course_takes_it_along(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    uv = str(Path(sys.executable).with_name("uv"))
    installed = tmp_path / "installed"
    install = [uv, "pip", "install", "-q", "--no-deps", "--target", str(installed), str(wheel)]
    subprocess.run(install, check=True)
    run = "import sys; from allyship_course.cli import run; run()"
    command = [sys.executable, "-c", run, "new", "course", "lab", "--title", "Lab safety"]
    env = {**os.environ, "PYTHONPATH": str(installed)}
    subprocess.run(command, cwd=tmp_path, env=env, check=True)
    course = tmp_path / "lab"
    assert (course / "requirements.txt").read_text() == f"./{wheel.name}[book]\n"
    assert (course / wheel.name).read_bytes() == wheel.read_bytes()
    assert check_book(course / "book") == []
    here = begun(tmp_path / "here")
    usual = {f.relative_to(here) for f in here.rglob("*")}
    assert {f.relative_to(course) for f in course.rglob("*")} - usual == {Path(wheel.name)}


def built(course: Path) -> Path:
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--config"]
    command += [str(course / "_config.yml"), "--path-output", str(course), str(course / "book")]
    command += ["--warningiserror", "--keep-going"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return course / "_build" / "html"


@pytest.mark.slow
@pytest.mark.browser
def test_a_second_course_goes_from_its_page_to_the_gradebook(
    own: Path, page: Page, tmp_path: Path
) -> None:
    html = built(own)
    file = on_the_page(html, page, tmp_path)
    for file_of_site in html.rglob("*.*"):
        assert b"Allyship" not in file_of_site.read_bytes(), file_of_site

    course = own / "course"
    assert "Unwritable" not in allyship(course, "teach", ".", "--no-open", "--yes")
    (course / "submitted" / "ada" / FIRST).mkdir(parents=True)
    shutil.move(file, course / "submitted" / "ada" / FIRST)
    work = shutil.copytree(course / "release" / SECOND, tmp_path / "home" / SECOND)
    note = full_note(load_module(work).exercise("first-thoughts"), why=SECRET)
    type_in(work / f"{SECOND}.ipynb", tmp_path / "journal", {"first-thoughts": note})
    shutil.copytree(work, course / "submitted" / "ada" / SECOND)
    ours(course, "grade")
    expected = {f"check-{name}": 0 for name in NOT_DONE}
    expected |= {f"check-{name}": 1 for name in ("left-behind", "this-week", "first-thoughts")}
    assert points(course) == expected
    nbgrader(course, "autograde", SECOND, "--force")
    assert points(course) == expected

    ours(course, "report")
    report = (course / "report" / "report.html").read_text()
    assert "Lab safety" in report
    assert "llyship course" not in report
    assert SECRET not in report
    journal = nbformat.read(course / "journal" / "journal.ipynb", as_version=4)
    assert 'certificate("Lab safety")' in journal.cells[-1].source


@pytest.mark.slow
def test_a_course_has_only_the_parts_that_it_wants(tmp_path: Path) -> None:
    course = begun(tmp_path / "lab-safety")
    home = parsed(built(course), "index.html")
    (tile,) = home.select(".trail li")
    assert "7 exercises, about 5 minutes" in tile.get_text()
    assert home.select("[data-course=continue]")

    config = course / "_config.yml"
    config.write_text(re.sub(r"parts: .*", "parts: []", config.read_text()))
    for part in ("journal/exercises.yml", "journal/index.md", "my-journal.md"):
        (course / "book" / part).unlink()
    toc = course / "book" / "_toc.yml"
    toc.write_text(re.sub(r" *- file: (journal/index|my-journal)\n", "", toc.read_text()))
    assert check_book(course / "book") == []
    html = built(course)  # in the same place: what was read before is read anew
    home = parsed(html, "index.html")
    assert not home.select(".trail, [data-course=continue]")
    assert [li.get_text(strip=True) for li in home.select("article ol > li")] == [
        "A shared room: what we leave behind us, and who finds it"
    ]
    module = parsed(html, f"modules/{FIRST}/index.html")
    assert module.select("form, .ac-exercise")
    assert not module.select("[data-course=certificate], .ac-poster, a[href*=journal]")
    assert (html / "_static" / "routes.json").read_text() == "[]"


def parsed(html: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((html / page).read_text("utf-8"), "html.parser")


def points(course: Path) -> dict[str, float]:
    """Ada's points in the gradebook, of both modules."""
    grades = rows_of(course, ["ada"])["grades"]
    return {row[1]: row[2] for row in grades if row[1].startswith("check-")}


def on_the_page(html: Path, page: Page, folder: Path) -> Path:
    """Answer one exercise of the first module, leave one out, and download the submission."""
    page.add_init_script(WHOLE)
    with served(html) as address:
        page.goto(f"{address}/modules/{FIRST}/index.html")
        expect(page.get_by_role("banner").get_by_role("link")).to_have_text("Lab safety")
        one = form(page, "left-behind")
        one.get_by_label("None of these").check()
        one.get_by_label("Fairly").check()
        form(page, "this-week").get_by_label(LEAVE_OUT).check()
        expect(form(page, "this-week")).to_contain_text("Kept in this browser only.")
        assert sorted(name for name in kept_names(page) if FIRST in name) == [
            f"lab-safety:/:{FIRST}/left-behind",
            f"lab-safety:/:{FIRST}/this-week",
        ]
        page.reload()  # whoever begins is shown nothing beside the exercise yet
        contents = page.get_by_role("navigation", name="Contents")
        expect(contents.locator(f"[data-module='{FIRST}']")).to_contain_text("2 of 7")
        expect(contents.locator("[data-module=journal]")).to_have_text("Journal")
        first = "getComputedStyle(document.documentElement).getPropertyValue('--course-accent')"
        assert page.evaluate(first).strip() == "#1f4e8c"
        assert scan(page) == ([], [])
        page.get_by_role("button", name="Prepare my submission").click()
        dialog = page.get_by_role("dialog", name="Your submission")
        dialog.get_by_label("The id that your class uses").fill("ada")
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Download the file").click()
        page.close()
    file = folder / download.value.suggested_filename
    shutil.move(download.value.path(), file)
    assert json.loads(file.read_text())["metadata"]["title"] == "A shared room"
    return file
