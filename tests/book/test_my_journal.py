"""What goes beyond one exercise on the page: what you did, my journal, the certificate.

All of it comes from the browser's own store, and export, import and deleting work on it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Locator, Page, expect

from allyship_course.book.print.workbook import write_workbook
from allyship_course.spec import load_module
from allyship_course.store.journal import keep, read_notes
from allyship_course.store.transfer import export_journal, import_journal
from tests.support.forms import FIELDS_PAGE, form, kept_names, open_page
from tests.support.paths import FIELDS_MODULE, ROOT

pytestmark = pytest.mark.browser

LONG_AGO = "2026-01-31T20:15:00+01:00"
HOPE = "Rain, at night"


@pytest.fixture
def written(fields_site: str, page: Page) -> Page:
    """A page on which one exercise is complete, one is begun and one is passed on."""
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    spring = form(page, "spring")
    spring.get_by_role("group", name="There is sun.").get_by_label("Some").check()
    spring.get_by_role("group", name="There is rain.").get_by_label("None").check()
    spring.get_by_label("What do you hope for?").fill(HOPE)
    form(page, "garden").get_by_label("A rake").check()
    form(page, "autumn").get_by_label("rather not do this one").check()
    for name in ("spring", "garden", "autumn"):
        expect(form(page, name).locator(".ac-saved")).to_have_text("Kept in this browser only.")
    return page


def journal(page: Page, site: str) -> Locator:
    page.goto(f"{site}/my-journal.html")
    place = page.locator("[data-course=journal][data-ready]")
    expect(place).to_be_visible()
    return place


def status(place: Locator) -> Locator:
    return place.locator("[data-part=status]")


def which_counts(page: Page, counts: str) -> None:
    dialog = page.get_by_role("dialog", name="Which one counts?")
    dialog.get_by_role("button", name=counts).click()
    expect(dialog).to_have_count(0)


def test_the_end_of_a_module_says_what_you_did(written: Page) -> None:
    summary = written.get_by_role("region", name="What you did")
    expect(summary.get_by_role("status")).to_have_text("2 of 3 exercises complete on this device.")
    expect(summary.get_by_role("listitem")).to_have_text(
        ["The garden: open", "In spring: complete", "In autumn: complete"]
    )


def test_my_journal_shows_what_was_written_in_words(written: Page, fields_site: str) -> None:
    place = journal(written, fields_site)
    spring = place.get_by_role("article").filter(has_text="In spring")
    expect(spring.get_by_role("term").first).to_have_text("There is sun.")
    expect(spring.get_by_role("definition")).to_have_text(["Some", "None", HOPE])
    expect(place.get_by_role("article").filter(has_text="The garden")).to_contain_text("A rake")
    expect(place.get_by_role("article").filter(has_text="In autumn")).to_contain_text("Left out")
    spring.get_by_role("link", name="In spring").click()
    expect(form(written, "spring")).to_be_in_viewport()


def test_search_finds_words_of_answers_and_titles(written: Page, fields_site: str) -> None:
    place = journal(written, fields_site)
    place.get_by_label("Search in what you wrote").fill("at NIGHT")
    expect(place.get_by_role("article")).to_have_count(1)
    expect(status(place)).to_have_text("1 exercise of 3 shown.")


def test_one_entry_or_everything_is_deleted_after_a_question(
    written: Page, fields_site: str
) -> None:
    place = journal(written, fields_site)
    place.get_by_role("button", name="Delete In spring").click()
    written.get_by_role("button", name="No, keep it").click()
    expect(place.get_by_role("article")).to_have_count(3)
    place.get_by_role("button", name="Delete In spring").click()
    written.get_by_role("button", name="Yes, delete").click()
    expect(place.get_by_role("article")).to_have_count(2)
    expect(place.get_by_label("Search in what you wrote")).to_be_focused()
    place.get_by_role("button", name="Delete everything").click()
    written.get_by_role("button", name="Yes, delete").click()
    expect(place.get_by_role("article")).to_have_count(0)
    assert kept_names(written) == []


def test_what_deletes_everything_stands_apart(written: Page, fields_site: str) -> None:
    place = journal(written, fields_site)
    everything = place.get_by_role("button", name="Delete everything")
    last = place.get_by_role("article").last.bounding_box()
    box = everything.bounding_box()
    assert last is not None
    assert box is not None
    assert box["y"] > last["y"] + last["height"]
    look = "(one) => { const c = getComputedStyle(one); return [c.color, c.backgroundColor]; }"
    one, print_ = (
        place.get_by_role("button", name=name).evaluate(look)
        for name in ("Delete In spring", "Print")
    )
    assert everything.evaluate(look)[0] not in {one[0], print_[0]}
    assert one[1] == "rgba(0, 0, 0, 0)"


def test_an_export_comes_back_on_another_device(written: Page, fields_site: str) -> None:
    place = journal(written, fields_site)
    with written.expect_download() as download:
        place.get_by_role("button", name="Save to take in elsewhere").click()
    export = download.value.path()
    assert HOPE in Path(export).read_text("utf-8")
    written.evaluate("localStorage.clear()")

    place = journal(written, fields_site)
    expect(place.get_by_role("article")).to_have_count(0)
    place.get_by_label("Take in a journal").set_input_files(export)
    expect(status(place)).to_have_text("Taken in: 3 exercises.")
    expect(place.get_by_role("article")).to_have_count(3)
    place.get_by_label("Take in a journal").set_input_files(export)
    expect(status(place)).to_contain_text("3 exercises stayed")
    open_page(written, f"{fields_site}/{FIELDS_PAGE}")
    expect(form(written, "spring").get_by_label("What do you hope for?")).to_have_value(HOPE)


def test_a_journal_goes_from_the_page_to_jupyter_and_back(
    written: Page, fields_site: str, tmp_path: Path
) -> None:
    place = journal(written, fields_site)
    with written.expect_download() as download:
        place.get_by_role("button", name="Save to take in elsewhere").click()
    assert import_journal(tmp_path / "journal", Path(download.value.path())) == (3, 0)
    module = load_module(FIELDS_MODULE)
    note = read_notes(tmp_path / "journal", module.module)["spring"]
    assert note.answers["hope"] == HOPE
    later = replace(note, answers={**note.answers, "hope": "Sun, too"})
    keep(module, module.exercise("spring"), later, tmp_path, tmp_path / "journal")
    export_journal(tmp_path / "journal", tmp_path / "back.json")
    place.get_by_label("Take in a journal").set_input_files(tmp_path / "back.json")
    which_counts(written, "What was kept later")
    expect(status(place)).to_have_text("Taken in: 1 exercise. 2 exercises stayed as they are here.")
    expect(place.get_by_role("article").filter(has_text="In spring")).to_contain_text("Sun, too")


def test_taking_in_an_older_journal_adds_what_only_it_has(
    written: Page, fields_site: str, tmp_path: Path
) -> None:
    place = journal(written, fields_site)
    old = {"answers": {"hope": "Hail", "plants": [{"plant": "Leek"}]}, "saved": LONG_AGO}
    notes = {"spring": old | {"shared": True}, "garden": old}
    file = tmp_path / "old.json"
    data = {"schema": 1, "modules": {"02-fields": {"exercises": notes}}}
    file.write_text(json.dumps(data))
    place.get_by_label("Take in a journal").set_input_files(file)
    which_counts(written, "What was kept later")
    garden = place.get_by_role("article").filter(has_text="The garden")
    expect(garden).to_contain_text("A rake")
    expect(garden).to_contain_text("Leek")
    spring = place.get_by_role("article").filter(has_text="In spring")
    expect(spring).to_contain_text(HOPE)
    expect(spring).not_to_contain_text("Hail")


@pytest.mark.parametrize(
    ("counts", "stays", "told"),
    [
        ("What was kept later", HOPE, "Taken in: 0 exercises. 1 exercise stayed as they are here."),
        ("What is here", HOPE, "Taken in: 0 exercises. 1 exercise stayed as they are here."),
        ("What is in the file", "Hail", "Taken in: 1 exercise."),
        ("Take nothing in", HOPE, "Nothing was changed."),
    ],
)
def test_words_that_would_be_replaced_are_shown_and_one_says_which_count(
    written: Page, fields_site: str, tmp_path: Path, counts: str, stays: str, told: str
) -> None:
    place = journal(written, fields_site)
    file = tmp_path / "old.json"
    notes = {"spring": {"answers": {"hope": "Hail"}, "saved": LONG_AGO}}
    file.write_text(json.dumps({"schema": 1, "modules": {"02-fields": {"exercises": notes}}}))
    place.get_by_label("Take in a journal").set_input_files(file)
    dialog = written.get_by_role("dialog", name="Which one counts?")
    expect(dialog).to_contain_text(HOPE)
    expect(dialog).to_contain_text("In the file, kept January 31, 2026")
    expect(dialog.get_by_role("heading", name="Which one counts?")).to_be_focused()
    expect(dialog).to_contain_text("Hail")
    which_counts(written, counts)
    expect(status(place)).to_have_text(told)
    spring = place.get_by_role("article").filter(has_text="In spring")
    expect(spring).to_contain_text(stays)
    expect(spring).not_to_contain_text("Hail" if stays == HOPE else HOPE)


def test_the_text_export_reads_like_a_journal(written: Page, fields_site: str) -> None:
    place = journal(written, fields_site)
    with written.expect_download() as download:
        place.get_by_role("button", name="Save as text").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert "## Fields\n" in text
    assert f"**What do you hope for?**\n\n> {HOPE}\n" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no json", "it is not JSON"),
        ('{"schema": 99, "modules": {}}', "newer version"),
        ('["a", "list"]', "no journal of this course"),
        ('{"schema": 1, "modules": {"02-fields": null}}', "damaged"),
        ('{"schema": 1, "modules": null}', "no journal of this course"),
        (
            (
                '{"schema": 1, "modules": {"02-fields": {"exercises": {"garden": {"answers": '
                '{"plants": 7, "jobs": "x"}, "saved": "2031"}}}}}'
            ),
            "Taken in: 1 exercise.",
        ),
    ],
)
def test_a_file_that_is_no_journal_is_told_and_changes_nothing(
    written: Page, fields_site: str, tmp_path: Path, content: str, told: str
) -> None:
    place = journal(written, fields_site)
    file = tmp_path / "journal.json"
    file.write_text(content)
    place.get_by_label("Take in a journal").set_input_files(file)
    expect(status(place)).to_contain_text(told)
    expect(place.get_by_role("article").filter(has_text=HOPE)).to_have_count(1)


SPRING = "Object.keys(localStorage).find((key) => key.endsWith('/spring'))"


def taken_in(place: Locator, file: Path, **exercises: dict[str, Any]) -> Locator:
    """Take in a journal of the module; return where it is told what came of it."""
    data = {"schema": 1, "modules": {"02-fields": {"exercises": exercises}}}
    file.write_text(json.dumps(data))
    place.get_by_label("Take in a journal").set_input_files(file)
    return status(place)


def test_what_a_newer_version_kept_is_not_taken_over_and_what_is_damaged_is_set_aside(
    written: Page, fields_site: str, tmp_path: Path
) -> None:
    note = {"answers": {"hope": "Hail"}, "saved": LONG_AGO}
    for text in ('{"schema": 99, "answers": {"hope": {"of": "tomorrow"}}}', '{"schema": 1, "an'):
        written.evaluate(f"text => localStorage.setItem({SPRING}, text)", text)
        place = journal(written, fields_site)
        told = taken_in(place, tmp_path / "old.json", spring=note)
        expect(told).to_contain_text("1 exercise")
        assert text in written.evaluate("Object.values(localStorage)")
    expect(place.get_by_role("article").filter(has_text="In spring")).to_contain_text("Hail")


def test_a_clock_that_was_wrong_takes_away_nothing_that_was_written(
    written: Page, fields_site: str, tmp_path: Path
) -> None:
    note = {"answers": {"hope": "Hail"}, "saved": "2099-01-01T00:00:00Z"}
    place = journal(written, fields_site)
    told = taken_in(place, tmp_path / "old.json", spring=note)
    expect(told).to_have_text("Taken in: 1 exercise.")
    spring = place.get_by_role("article").filter(has_text="In spring")
    expect(spring).to_contain_text("Hail")
    expect(spring).to_contain_text(HOPE)


def test_what_the_course_has_no_longer_can_still_be_read_taken_along_and_deleted(
    written: Page, fields_site: str
) -> None:
    note = '{"schema": 1, "answers": {"why": "three evenings"}, "passed": false}'
    written.evaluate(
        f"note => localStorage.setItem({SPRING}.replace('02-fields/spring', '99-gone/old'), note)",
        note,
    )
    place = journal(written, fields_site)
    gone = place.get_by_role("article").filter(has_text="three evenings")
    expect(gone).to_be_visible()
    for name in ("Save as text", "Save to take in elsewhere"):
        with written.expect_download() as download:
            place.get_by_role("button", name=name).click()
        assert "three evenings" in Path(download.value.path()).read_text("utf-8")
    gone.get_by_role("button", name="Delete").click()
    place.get_by_role("button", name="Yes, delete").click()
    expect(gone).to_have_count(0)


def test_the_certificate_tells_what_is_complete_and_keeps_no_name(written: Page) -> None:
    certificate = written.get_by_role("region", name="Your certificate")
    certificate.scroll_into_view_if_needed()
    expect(certificate.locator("[data-part=status]")).to_contain_text("0 of 1 modules")
    form(written, "garden").get_by_label("rather not do this one").check()
    expect(certificate.locator("[data-part=status]")).to_have_text("All 1 modules are complete.")
    expect(certificate.locator(".ac-certificate")).to_be_hidden()
    certificate.get_by_label("Your name").fill("Nadia Okonkwo")
    expect(certificate.locator(".ac-certificate")).to_be_visible()
    expect(certificate.locator(".ac-certificate")).to_contain_text("Nadia Okonkwo")
    kept = written.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert "Nadia" not in kept
    written.reload()
    expect(certificate.get_by_label("Your name")).to_have_value("")


def test_only_the_certificate_is_printed(written: Page) -> None:
    certificate = written.get_by_role("region", name="Your certificate")
    certificate.scroll_into_view_if_needed()
    written.evaluate("() => { window.print = () => { window.printed = true } }")
    certificate.get_by_role("button", name="Print the certificate").click()
    expect(certificate.get_by_label("Your name")).to_be_focused()
    expect(certificate.get_by_role("status")).to_contain_text("First type your name")
    assert written.evaluate("window.printed") is None
    certificate.get_by_label("Your name").fill("Nadia Okonkwo")
    certificate.get_by_role("button", name="Print the certificate").click()
    written.emulate_media(media="print")
    expect(written.locator("body > .ac-certificate")).to_contain_text("Nadia Okonkwo")
    expect(written.locator("body > .ac-certificate")).to_be_visible()
    expect(form(written, "garden")).to_be_hidden()
    expect(certificate.get_by_role("button")).to_be_hidden()


def test_the_workbook_is_a_tagged_pdf_with_every_prompt(tmp_path: Path) -> None:
    module = load_module(ROOT / "book" / "journal")
    write_workbook(module, tmp_path / "workbook.pdf")
    pdf = pypdf.PdfReader(tmp_path / "workbook.pdf")
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    prompts = [field.label for exercise in module.exercises for field in exercise.all_fields()]
    assert len(prompts) >= 30
    at = [text.find(prompt) for prompt in prompts]
    assert -1 not in at
    assert at == sorted(at), "the prompts stand in another order than in the journal"


def test_the_page_knows_the_words_that_answers_stand_for(fields_html: Path) -> None:
    course = json.loads((fields_html / "_static" / "course.json").read_text("utf-8"))
    assert [module["id"] for module in course] == ["02-fields", "03-answers", "04-drawn", "return"]
    garden = course[0]["exercises"][0]
    assert garden["fields"]["jobs"]["labels"] == {"dig": "Dig", "sow": "Sow", "wait": "Wait"}
