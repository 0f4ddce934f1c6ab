"""The course as live notebooks in a browser: no server of Jupyter's, no install, no account."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from lite.__main__ import main, write_contents
from playwright.sync_api import Locator, Page, expect

from allyship_course.instructor.demo import Demo
from allyship_course.store.record import submitted_record
from tests.support.accessibility import AXE
from tests.support.classroom import nbgrader, scores
from tests.support.forms import (
    LEAVE_OUT,
    answer_all_types,
    form,
    open_tiny,
    progress,
    secret,
    thoughts,
)
from tests.support.notebook import ALL_AT_ONCE
from tests.support.offline import until
from tests.support.once import once
from tests.support.paths import ROOT, TINY
from tests.support.site import served

# The site is built once, which takes a minute or two and downloads what is pinned.
pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 180_000  # Python starts in the browser
SECRET = "What no instructor shall read"
KEPT = "Kept in your journal."


@pytest.fixture(scope="session")
def lite_folder(shared: Path) -> Path:
    """The live notebooks of the tiny book, built."""
    return once(shared, "lite", lambda out: main(TINY, out))


@pytest.fixture
def learner(page_with: Callable[..., Page]) -> Page:
    """A browser that allows workers, as a learner's does."""
    return page_with(service_workers="allow", viewport=ALL_AT_ONCE, accept_downloads=True)


def open_notebook(page: Page, site: str) -> Page:
    """Open the notebook and do nothing else; wait until all its cells have been run."""
    page.goto(f"{site}/notebooks/index.html?path=01-tiny/01-tiny.ipynb")
    expect(page.locator("form[data-ready]")).to_have_count(3, timeout=PATIENCE)
    expect(page.locator("#allyship-line")).to_be_hidden(timeout=PATIENCE)
    return page


def work(page: Page) -> None:
    """One exercise complete, with a private answer; one begun; one left out."""
    answer_all_types(page)
    secret(page).fill(SECRET)
    page.get_by_label("Fill it").check()
    form(page, "mine").get_by_label(LEAVE_OUT).check()
    for name in ("all-types", "kettle", "mine"):
        expect(form(page, name)).to_contain_text(KEPT)


def test_no_script_has_a_name_that_hosts_do_not_know(lite_folder: Path) -> None:
    assert not [*lite_folder.rglob("*.mjs")]
    files = [*lite_folder.glob("*.json"), *lite_folder.rglob("*.html"), lite_folder / "start.js"]
    assert not [file.name for file in files if re.search(r"\w\.mjs", file.read_text("utf-8"))]


ROUNDS = 200
JOURNAL = """async () => JSON.parse((await jupyterapp.serviceManager.contents.get(
    "my-journal/01-tiny.json", {content: true, type: "file", format: "text"})).content)"""
ON_ITS_WAY = "Object.keys(localStorage).filter((key) => key.startsWith('allyship-unsaved'))"


def test_two_tabs_that_save_at_the_same_moment_lose_nothing(
    lite_folder: Path, learner: Page
) -> None:
    """Both kernels read the one journal of this browser whole, and write it whole."""
    with served(lite_folder) as site:
        one = open_notebook(learner, site)
        other = open_notebook(one.context.new_page(), site)
        diary = form(other, "mine").get_by_label("Dear diary")
        for number in range(ROUNDS):
            # In another exercise, and in another field of the same one.
            exercise, box = (("mine", diary), ("all-types", thoughts(other)))[number % 2]
            secret(one).fill(f"secret {number}")
            box.fill(f"three words and {number}")
            expect(form(one, "all-types")).to_contain_text(KEPT, timeout=30_000)
            expect(form(other, exercise)).to_contain_text(KEPT, timeout=30_000)
            until(one, f"async () => {ON_ITS_WAY}.length === 0")
            kept = one.evaluate(JOURNAL)["exercises"]
            assert kept["all-types"]["answers"]["secret"] == f"secret {number}"
            name = "diary" if exercise == "mine" else "thoughts"
            assert kept[exercise]["answers"][name] == f"three words and {number}"


def test_exercises_open_by_themselves_and_answers_come_back_on_a_fresh_kernel(
    lite_folder: Path, learner: Page
) -> None:
    with served(lite_folder) as site:
        work(open_notebook(learner, site))
        open_notebook(learner, site)
        expect(thoughts(learner)).to_have_value("My aunt Ottilie, mostly")
        expect(secret(learner)).to_have_value(SECRET)
        expect(form(learner, "mine").get_by_label(LEAVE_OUT)).to_be_checked()
        expect(progress(learner, "all-types")).to_contain_text("Complete")
        lines = learner.locator(".jp-CodeCell", has_text="# Complete?")
        expect(lines.locator(".jp-OutputArea-output").first).to_contain_text("Complete")


def test_what_is_written_just_before_the_page_is_closed_is_there_again(
    lite_folder: Path, learner: Page
) -> None:
    with served(lite_folder) as site:
        thoughts(open_notebook(learner, site)).fill("The last words of the day")
        expect(form(learner, "all-types")).to_contain_text(KEPT)
        learner.close(run_before_unload=False)
        again = learner.context.new_page()
        again.set_viewport_size(ALL_AT_ONCE)
        expect(thoughts(open_notebook(again, site))).to_have_value("The last words of the day")


def test_a_second_visit_needs_no_line(lite_folder: Path, learner: Page) -> None:
    with served(lite_folder) as site:
        thoughts(open_notebook(learner, site)).fill("Written with a line")
        expect(form(learner, "all-types")).to_contain_text(KEPT)
        learner.goto("about:blank")
    expect(thoughts(open_notebook(learner, site))).to_have_value("Written with a line")
    thoughts(learner).fill("Written without a line")
    expect(form(learner, "all-types")).to_contain_text(KEPT)


def show_submission(page: Page) -> Locator:
    place = page.get_by_role("region", name="Your submission")
    place.get_by_role("button", name="Show what would be handed in").click()
    expect(place.get_by_role("region", name="What would be handed in")).to_be_visible()
    return place


def test_the_submission_is_shown_then_downloaded_and_graded(
    lite_folder: Path, learner: Page, demo_class: Demo, tmp_path: Path
) -> None:
    course = shutil.copytree(demo_class.course, tmp_path / "course")
    folder = course / "submitted" / "from-the-browser" / "01-tiny"
    folder.mkdir(parents=True)
    with served(lite_folder) as site:
        work(open_notebook(learner, site))
        form(learner, "all-types").get_by_label("Share my answers").check()
        expect(form(learner, "all-types")).to_contain_text(KEPT)
        place = show_submission(learner)
        expect(place).to_contain_text("My aunt Ottilie, mostly")
        expect(place).not_to_contain_text(SECRET)
        place.get_by_role("button", name="Download my submission").click()
        expect(place.get_by_role("status")).to_contain_text("There is no id yet")
        place.get_by_label("The id that your class uses").fill("student-07")
        with learner.expect_download() as download:
            place.get_by_role("button", name="Download my submission").click()
    file = shutil.move(download.value.path(), folder / download.value.suggested_filename)
    text = Path(file).read_text("utf-8")
    assert SECRET not in text
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.allyship.student == "student-07"
    record = submitted_record(folder, "01-tiny")
    assert record is not None
    assert record.exercises["all-types"].shared is not None
    nbgrader(course, "autograde", "01-tiny", "--create", "--student=from-the-browser")
    assert scores(course)["from-the-browser"] == {
        "check-all-types": 1.0,
        "check-kettle": 0.0,
        "check-mine": 1.0,
    }


def test_axe_finds_nothing_in_our_forms(lite_folder: Path, learner: Page) -> None:
    with served(lite_folder) as site:
        work(open_notebook(learner, site))
        show_submission(learner)
        learner.evaluate(AXE)
        found = learner.evaluate(
            "() => axe.run(['.ac-exercise'], {resultTypes: ['violations']}).then(r => "
            "r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]))"
        )
    assert not found


def test_book_and_notebooks_on_one_site_leave_each_other_alone(
    lite_folder: Path, tiny_html: Path, learner: Page, tmp_path: Path
) -> None:
    """The book's worker serves the first request for a notebook, and must not stay in its way."""
    root = tmp_path / "site"
    shutil.copytree(tiny_html, root)
    (root / "lite").symlink_to(lite_folder)
    with served(root) as site:
        open_tiny(learner, site)
        learner.evaluate("navigator.serviceWorker.ready.then(() => true)")
        work(open_notebook(learner, f"{site}/lite"))
        open_notebook(learner, f"{site}/lite")
        expect(thoughts(learner)).to_have_value("My aunt Ottilie, mostly")
        workers = learner.evaluate(
            "async () => (await navigator.serviceWorker.getRegistrations()).map(r => r.scope)"
        )
    assert sorted(workers) == [f"{site}/", f"{site}/lite/"]


def test_all_modules_and_the_journal_are_there(tmp_path: Path) -> None:
    contents = write_contents(ROOT / "book", tmp_path)
    modules = {f.parent.name for f in (ROOT / "book").glob("modules/*/exercises.yml")}
    notebooks = {f.relative_to(contents).as_posix() for f in contents.glob("*/*.ipynb")}
    assert {f"{name}/{name}.ipynb" for name in modules} < notebooks
    assert "journal/journal.ipynb" in notebooks
    for file in contents.glob("*/*.ipynb"):
        nbformat.validate(nbformat.read(file, as_version=4))
    assert not json.dumps([f.name for f in contents.rglob("*")]).count("completion.json")
