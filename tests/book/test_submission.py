"""Handing in from the page: what is shown is what is in the file, and the file is graded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from allyship_course.completion import completion
from allyship_course.instructor.demo import Demo
from allyship_course.instructor.report.disclosure import LOWEST
from allyship_course.notebook.assignments import assignment_notebook
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, entry_of
from allyship_course.store.record import submitted_record
from tests.support.classroom import nbgrader, scores
from tests.support.forms import (
    FIELDS_PAGE,
    LEAVE_OUT,
    answer_all_types,
    answer_everything,
    form,
    open_page,
    open_tiny,
    secret,
    thoughts,
)
from tests.support.paths import FIELDS_MODULE, TINY_MODULE

pytestmark = pytest.mark.browser

SECRET = "What no instructor shall read"
ON_ITS_WAY = "Object.keys(localStorage).some((key) => key.startsWith('allyship-unsaved'))"
STORE = """() => Object.fromEntries(Object.entries(localStorage)
    .filter(([key]) => key.startsWith("allyship:") && /[/:]01-tiny\\//.test(key))
    .map(([key, text]) => [key.split("/").at(-1), JSON.parse(text)]))"""


def prepare(page: Page) -> Locator:
    page.get_by_role("button", name="Prepare my submission").click()
    dialog = page.get_by_role("dialog", name="Your submission")
    expect(dialog).to_be_visible()
    return dialog


def downloaded(page: Page, dialog: Locator, folder: Path) -> Path:
    """Download the file into ``folder``, under the name that the page gives it."""
    dialog.get_by_label("The id that your class uses").fill("student-07")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download the file").click()
    return Path(shutil.move(download.value.path(), folder / download.value.suggested_filename))


@pytest.fixture
def worked(tiny_site: str, page: Page) -> Page:
    """One exercise complete, with a private answer; one begun; one left out."""
    open_tiny(page, tiny_site)
    answer_all_types(page)
    secret(page).fill(SECRET)
    page.get_by_label("Fill it").check()
    form(page, "mine").get_by_label(LEAVE_OUT).check()
    for name in ("all-types", "kettle", "mine"):
        expect(form(page, name)).to_contain_text("Kept in this browser only.")
    page.wait_for_function(f"() => !{ON_ITS_WAY}")
    return page


def notes(page: Page) -> dict[str, Note]:
    kept: dict[str, dict[str, Any]] = page.evaluate(STORE)
    return {k: Note(v["answers"], v["passed"], v["shared"]) for k, v in kept.items()}


def test_the_file_is_the_released_notebook_with_the_record(worked: Page, tmp_path: Path) -> None:
    file = downloaded(worked, prepare(worked), tmp_path)
    assert file.name == "01-tiny.ipynb"
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.pop("allyship")["student"] == "student-07"
    assert notebook == assignment_notebook(load_module(TINY_MODULE), TINY_MODULE / "index.md")


def test_the_record_is_what_a_notebook_would_have_recorded(worked: Page, tmp_path: Path) -> None:
    dialog = prepare(worked)
    dialog.get_by_label("Share my answers").first.check()
    downloaded(worked, dialog, tmp_path)
    record = submitted_record(tmp_path, "01-tiny")
    assert record is not None
    module = load_module(TINY_MODULE)
    # A page tells of a mirror from five people on, as it belongs to no class.
    expect(dialog.get_by_text("once at least 5 people share")).to_be_visible()
    expected = {k: entry_of(module.exercise(k), note, LOWEST) for k, note in notes(worked).items()}
    assert record.exercises == expected
    assert expected["all-types"].shared
    assert "secret" not in expected["all-types"].shared
    states = {
        e.id: completion(e, record.exercises[e.id].answered, record.exercises[e.id].passed)
        for e in module.exercises
    }
    assert {k: s.complete for k, s in states.items()} == {
        "all-types": True,
        "kettle": False,
        "mine": True,
    }


def test_the_one_file_is_graded_like_any_other(
    worked: Page, demo_class: Demo, tmp_path: Path
) -> None:
    course = shutil.copytree(demo_class.course, tmp_path / "course")
    for student in ("from-the-page", "tampered"):
        (course / "submitted" / student / "01-tiny").mkdir(parents=True)
    file = downloaded(worked, prepare(worked), course / "submitted" / "from-the-page" / "01-tiny")
    text = json.loads(file.read_text("utf-8"))
    text["metadata"]["allyship"]["record"]["exercises"] = {"all-types": {"answered": "all"}}
    tampered = course / "submitted" / "tampered" / "01-tiny" / file.name
    tampered.write_text(json.dumps(text), encoding="utf-8")
    for student in ("from-the-page", "tampered"):
        nbgrader(course, "autograde", "01-tiny", "--create", f"--student={student}")
    points = scores(course)
    assert points["from-the-page"] == {
        "check-all-types": 1.0,
        "check-kettle": 0.0,
        "check-mine": 1.0,
    }
    assert set(points["tampered"].values()) == {0.0}


def test_nothing_is_shared_unless_ticked_and_private_answers_never_are(
    worked: Page, tmp_path: Path
) -> None:
    dialog = prepare(worked)
    first = dialog.locator("section").filter(has_text="All types")
    expect(first).to_contain_text("Complete: 4 questions answered, 4 words counted.")
    expect(dialog).not_to_contain_text("Ottilie")
    assert "Ottilie" not in downloaded(worked, dialog, tmp_path).read_text("utf-8")
    share = first.get_by_label("Share my answers")
    share.check()
    expect(share).to_be_focused()
    expect(first.get_by_role("definition").filter(has_text="Ottilie")).to_be_visible()
    expect(dialog).not_to_contain_text(SECRET)
    text = downloaded(worked, dialog, tmp_path).read_text("utf-8")
    assert "Ottilie" in text
    assert SECRET not in text
    share.uncheck()
    assert "Ottilie" not in downloaded(worked, dialog, tmp_path).read_text("utf-8")


def test_what_is_shared_stays_so_until_it_is_taken_back(worked: Page, tiny_site: str) -> None:
    dialog = prepare(worked)
    dialog.get_by_label("Share my answers").first.check()
    dialog.get_by_role("button", name="Close").click()
    thoughts(worked).fill("and something more")
    open_tiny(worked, tiny_site)
    dialog = prepare(worked)
    expect(dialog.get_by_label("Share my answers").first).to_be_checked()
    expect(dialog.get_by_role("definition").filter(has_text="something more")).to_be_visible()


def test_sharing_takes_nothing_back_that_another_tab_has_kept(worked: Page, tiny_site: str) -> None:
    dialog = prepare(worked)
    other = open_tiny(worked.context.new_page(), tiny_site)
    thoughts(other).fill("written in the other tab")
    secret(other).focus()
    other.wait_for_function("() => Object.values(localStorage).join().includes('the other tab')")
    dialog.get_by_label("Share my answers").first.check()
    expect(dialog.get_by_role("definition").filter(has_text="the other tab")).to_be_visible()
    kept = notes(worked)["all-types"]
    assert (kept.answers["thoughts"], kept.shared) == ("written in the other tab", True)


def test_letter_by_letter_it_shows_what_is_in_the_file(worked: Page, tmp_path: Path) -> None:
    dialog = prepare(worked)
    dialog.get_by_text("letter by letter").click()
    shown = json.loads(dialog.locator("pre").inner_text())
    file = downloaded(worked, dialog, tmp_path)
    assert json.loads(file.read_text("utf-8"))["metadata"]["allyship"]["record"] == shown


def test_without_an_id_there_is_no_file_and_a_line_says_so(worked: Page) -> None:
    dialog = prepare(worked)
    dialog.get_by_role("button", name="Download the file").click()
    field = dialog.get_by_label("The id that your class uses")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "There is no id yet. Write the one that your class uses for you."
    )
    dialog.get_by_role("button", name="Close").click()
    assert "student-07" not in worked.evaluate("JSON.stringify(localStorage)")


def test_answers_that_look_like_html_are_shown_as_text(worked: Page) -> None:
    thoughts(worked).fill("<img src=x onerror=document.title='run'> and <b>bold</b>")
    expect(form(worked, "all-types")).to_contain_text("Kept in this browser only.")
    dialog = prepare(worked)
    dialog.get_by_label("Share my answers").first.check()
    expect(dialog).to_contain_text("<b>bold</b>")
    assert dialog.locator("img, b").count() == 0


def test_all_field_types_come_out_as_a_notebook_would_have_them(
    fields_site: str, page: Page, tmp_path: Path
) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    answer_everything(page)
    for name in ("garden", "spring", "autumn"):
        expect(form(page, name)).to_contain_text("Kept in this browser only.")
    dialog = prepare(page)
    for share in dialog.get_by_label("Share my answers").all():
        share.check()
    downloaded(page, dialog, tmp_path)
    record = submitted_record(tmp_path, "02-fields")
    assert record is not None
    module = load_module(FIELDS_MODULE)
    kept = page.evaluate(STORE.replace("01-tiny", "02-fields"))
    for exercise in module.exercises:
        note = kept[exercise.id]
        mine = Note(note["answers"], note["passed"], note["shared"])
        assert record.exercises[exercise.id] == entry_of(exercise, mine, LOWEST)
