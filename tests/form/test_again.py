"""The same question on another day: the new answer stands beside the earlier one, with its date,
and nothing that was written is changed. On the published page, in a real browser whose clock is
put forward.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import icalendar
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import scan
from tests.support.forms import form
from tests.support.paths import ROOT

pytestmark = pytest.mark.browser

PAGE = "return/index.html"
KEPT = "Kept in this browser only."
MARCH, SEPTEMBER, LATER = "2027-03-03", "2027-09-14", "2028-01-02"
WITHOUT_DAYS = ROOT / "tests" / "store" / "kept-without-days" / "export.json"
SEAT = "Where did you sit?"
AGAIN = "Answer this again, today"


def on(page: Page, site: str, day: str) -> Page:
    """Come to the page on a day."""
    page.clock.set_fixed_time(dt.datetime.fromisoformat(f"{day}T10:00:00"))
    page.goto(f"{site}/{PAGE}")
    expect(page.locator("form[data-ready]")).to_have_count(2)
    return page


def window(page: Page) -> Locator:
    return form(page, "window")


def write(place: Locator, label: str, text: str) -> None:
    """Write, and wait until the answer and its day are kept: then the clock may go on."""
    place.get_by_role("textbox", name=label).fill(text)
    expect(place.locator(".ac-saved")).to_have_text(KEPT)
    place.page.wait_for_function(
        """(end) => Object.entries(localStorage)
            .some(([name, text]) => name.endsWith(end) && text.includes("@"))""",
        arg=f"return/{place.get_attribute('data-exercise')}",
    )


def kept(page: Page, exercise: str) -> dict[str, Any]:
    """The answers that the browser keeps, once nothing is on its way."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.startsWith('allyship-unsaved:'))"
    )
    text = page.evaluate(
        "(end) => localStorage[Object.keys(localStorage).find((name) => name.endsWith(end))]",
        f"return/{exercise}",
    )
    answers: dict[str, Any] = json.loads(text)["answers"]
    return answers


@pytest.fixture
def twice(page: Page, fields_site: str) -> Page:
    """The page on the day of a second answer, which is written."""
    write(window(on(page, fields_site, MARCH)), SEAT, "By the window.")
    place = window(on(page, fields_site, SEPTEMBER))
    place.get_by_role("button", name=AGAIN).click()
    write(place, SEAT, "At the door.")
    return page


def test_a_new_answer_stands_beside_the_first_one_and_changes_nothing_of_it(twice: Page) -> None:
    assert kept(twice, "window") == {
        "seat": "By the window.",
        "seat@first": MARCH,
        f"seat@{SEPTEMBER}": "At the door.",
    }
    place = window(twice)
    expect(place.get_by_text("Today, September 14, 2027")).to_be_visible()
    place.get_by_text("What you answered before: 1 time").click()
    before = place.get_by_role("listitem").filter(has_text="March 3, 2027")
    expect(before).to_contain_text("By the window.")
    assert scan(twice) == ([], [])
    twice.reload()
    expect(place.get_by_role("textbox", name=SEAT)).to_have_value("At the door.")


def test_the_new_box_is_empty_and_the_old_answer_folded_away(page: Page, fields_site: str) -> None:
    write(window(on(page, fields_site, MARCH)), SEAT, "By the window.")
    expect(window(page).get_by_role("button", name=AGAIN)).to_be_hidden()  # it is today's
    place = window(on(page, fields_site, SEPTEMBER))
    expect(place.get_by_role("textbox", name=SEAT)).to_have_value("By the window.")
    place.get_by_role("button", name=AGAIN).click()
    box = place.get_by_role("textbox", name=SEAT)
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    expect(place.get_by_text("By the window.", exact=True)).to_be_hidden()
    on(page, fields_site, SEPTEMBER)  # nothing was written: the old answer is as it was
    assert kept(page, "window") == {"seat": "By the window.", "seat@first": MARCH}


def test_on_a_third_day_all_answers_can_be_read_side_by_side(twice: Page, fields_site: str) -> None:
    place = window(on(twice, fields_site, LATER))
    days = place.locator(".ac-past").first.locator("b")
    expect(days).to_have_text(["March 3, 2027", "September 14, 2027"])
    expect(place.get_by_text("At the door.")).to_be_visible()
    expect(place.get_by_role("textbox", name=SEAT)).to_be_hidden()
    place.get_by_role("button", name=AGAIN).click()
    expect(place.get_by_role("textbox", name=SEAT)).to_be_focused()


def test_an_earlier_answer_can_be_deleted_and_brought_back(twice: Page, fields_site: str) -> None:
    place = window(on(twice, fields_site, LATER))
    place.get_by_role("button", name="Delete the answer: September 14, 2027").click()
    expect(place.locator(".ac-saved")).to_have_text(KEPT)
    assert f"seat@{SEPTEMBER}" not in kept(twice, "window")
    place.get_by_role("button", name="Bring it back").click()
    expect(place.get_by_text("At the door.")).to_be_visible()
    assert kept(twice, "window")[f"seat@{SEPTEMBER}"] == "At the door."


def test_what_clears_a_form_leaves_the_earlier_answers(twice: Page) -> None:
    place = window(twice)
    place.get_by_role("button", name="Clear my answers").click()
    expect(place.get_by_role("textbox", name=SEAT)).to_have_value("")
    assert kept(twice, "window") == {"seat": "By the window.", "seat@first": MARCH}


def test_a_page_that_ends_at_once_loses_no_word_of_a_new_answer(
    twice: Page, fields_site: str
) -> None:
    place = window(twice)
    place.get_by_role("textbox", name=SEAT).press_sequentially(" Again.")
    on(twice, fields_site, SEPTEMBER)
    assert kept(twice, "window")[f"seat@{SEPTEMBER}"] == "At the door. Again."
    assert kept(twice, "window")["seat"] == "By the window."


def test_a_visit_is_kept_as_a_whole_beside_the_earlier_ones(page: Page, fields_site: str) -> None:
    place = form(on(page, fields_site, MARCH), "shed-again")
    place.get_by_label("Begun").check()
    write(place, "A word", "Hinges")
    place = form(on(page, fields_site, SEPTEMBER), "shed-again")
    expect(place.get_by_label("Begun")).not_to_be_checked()
    expect(place.get_by_role("listitem").filter(has_text="March 3, 2027")).to_have_count(2)
    place.get_by_label("Stopped").check()
    expect(place.get_by_role("status").filter(has_text="somebody else has the key")).to_be_visible()
    write(place, "A word", "Keys")
    assert kept(page, "shed-again") == {
        "became": "begun",
        "became@first": MARCH,
        "word": "Hinges",
        "word@first": MARCH,
        f"became@{SEPTEMBER}": "stopped",
        f"word@{SEPTEMBER}": "Keys",
    }
    assert scan(page) == ([], [])
    page.goto(f"{fields_site}/my-journal.html")
    entry = page.locator(".ac-entry").filter(has_text="The shed again")
    expect(entry.get_by_role("definition")).to_have_text(
        [
            *("March 3, 2027", "Begun", "September 14, 2027", "Stopped"),
            *("March 3, 2027", "Hinges", "September 14, 2027", "Keys"),
        ]
    )


def test_a_page_left_open_for_weeks_asks_for_the_new_day(page: Page, fields_site: str) -> None:
    place = form(on(page, fields_site, MARCH), "shed-again")
    place.get_by_label("Begun").check()
    write(place, "A word", "Hinges")
    page.clock.set_fixed_time(dt.datetime.fromisoformat(f"{SEPTEMBER}T10:00:00"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(place.get_by_label("Begun")).not_to_be_checked()
    place.get_by_label("Stopped").check()
    expect(place.locator(".ac-saved")).to_have_text(KEPT)
    assert kept(page, "shed-again")["became"] == "begun"


def test_answers_that_an_earlier_version_wrote_are_read_on(page: Page, fields_site: str) -> None:
    page.goto(f"{fields_site}/my-journal.html")
    expect(page.locator("[data-course=journal][data-ready]")).to_be_visible()
    page.get_by_label("Take in a journal").set_input_files(WITHOUT_DAYS)
    expect(page.locator(".ac-entry").filter(has_text="A window")).to_contain_text("By the stove.")
    place = window(on(page, fields_site, SEPTEMBER))
    expect(place.get_by_role("textbox", name=SEAT)).to_have_value("By the stove.")
    place.get_by_role("button", name=f"{AGAIN}: {SEAT}").click()
    write(place, SEAT, "At the door.")
    place.get_by_text("What you answered before: 1 time").click()
    expect(place.get_by_role("listitem").filter(has_text="The first time")).to_contain_text(
        "By the stove."
    )
    assert kept(page, "window") == {
        "seat": "By the stove.",
        "who": "The cat",
        f"seat@{SEPTEMBER}": "At the door.",
    }


def test_a_calendar_file_leads_back_to_the_page_with_ones_own_sentence(
    page: Page, fields_site: str, tmp_path: Path
) -> None:
    place = form(on(page, fields_site, MARCH), "shed-again")
    words = "Ask Zoë; then, if it is dry, paint the door — " + "twice " * 20 + "\\ and once more"
    write(place, "A word", words)
    first, second = (saved(place, tmp_path / name) for name in ("a.ics", "b.ics"))
    (event,) = first.walk("VEVENT")
    assert event["SUMMARY"] == "Look again; bring the key, please"
    assert event["URL"] == f"{fields_site}/{PAGE}"
    assert event["DESCRIPTION"] == f"{words}\n{fields_site}/{PAGE}"
    assert event.decoded("DTSTART") == dt.date(2027, 3, 17)
    assert event.decoded("DTSTAMP") == dt.datetime(2027, 3, 3, 10, tzinfo=dt.UTC)
    assert event["UID"] == second.walk("VEVENT")[0]["UID"]  # saved again, it is the same one
    assert event["TRANSP"] == "TRANSPARENT"
    assert not event.walk("VALARM")
    assert not event.errors


def saved(place: Locator, file: Path) -> icalendar.Calendar:
    """Save the dates, look at the lines, and read them by the standard's reader."""
    with place.page.expect_download() as downloading:
        place.get_by_role("button", name="Save as a calendar file").click()
    downloading.value.save_as(file)
    raw = file.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(raw)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def test_what_is_answered_as_a_whole_has_a_cover_and_begins_anew_on_another_day(
    page_with: Callable[..., Page], fields_site: str
) -> None:
    page = page_with(whole=False, viewport={"width": 375, "height": 800})
    shed = form(on(page, fields_site, MARCH), "shed-again")
    expect(shed.get_by_label("Begun")).to_be_hidden()
    begin = shed.locator("[data-begin]")
    begin.click()
    shed.locator(".ac-next").click()
    shed.get_by_label("Begun").check()
    expect(shed.locator(".ac-kept")).to_have_text("Kept ✓")
    assert kept(page, "shed-again")["became"] == "begun"
    page.keyboard.press("Escape")
    expect(begin).to_be_visible()
    on(page, fields_site, MARCH)
    expect(begin).to_have_text("Look again")
    on(page, fields_site, SEPTEMBER)
    expect(begin).to_have_text("Begin")
    expect(shed.locator(".ac-state")).to_be_empty()
    begin.click()
    shed.locator(".ac-next").click()
    expect(shed.get_by_label("Begun")).not_to_be_checked()
    expect(shed.get_by_text("What you answered before: 1 time")).to_be_visible()
    assert scan(page) == ([], [])
