"""“Kept” is true whenever the page says it: against leaving, other tabs, deletion and Back."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.support.forms import (
    FIELDS_PAGE,
    form,
    kept_names,
    open_page,
    open_tiny,
    progress,
    thoughts,
)

pytestmark = pytest.mark.browser

KEPT = "Kept in this browser only."


def saved(page: Page, exercise: str) -> Locator:
    return form(page, exercise).locator(".ac-saved")


def delete_everything(page: Page, site: str) -> None:
    page.goto(f"{site}/my-journal.html")
    place = page.locator("[data-course=journal][data-ready]")
    place.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(place.locator(".ac-entry")).to_have_count(0)


def test_what_is_typed_without_a_pause_is_there_after_the_page_has_died(
    tiny_site: str, page: Page
) -> None:
    # Time stands still there: nothing that waits for a pause is ever done.
    page.add_init_script("window.setTimeout = () => 1")
    open_tiny(page, tiny_site)
    thoughts(page).press_sequentially("Every letter")
    assert saved(page, "all-types").inner_text() == KEPT
    # A page that is shot has no last moment.
    other = page.context.new_page()
    with page.expect_event("crash"), contextlib.suppress(Error):
        page.goto("chrome://crash")
    open_tiny(other, tiny_site)
    expect(thoughts(other)).to_have_value("Every letter")
    expect(saved(other, "all-types")).to_have_text(KEPT)


def test_my_journal_has_what_a_page_left_that_died(fields_site: str, page: Page) -> None:
    page.add_init_script("window.setTimeout = () => 1")
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    hope(page).press_sequentially("Every letter")
    other = page.context.new_page()
    with page.expect_event("crash"), contextlib.suppress(Error):
        page.goto("chrome://crash")
    other.goto(f"{fields_site}/my-journal.html")
    expect(other.locator(".ac-entry")).to_contain_text("Every letter")
    open_page(other, f"{fields_site}/{FIELDS_PAGE}")
    expect(hope(other)).to_have_value("Every letter")


def test_a_tool_that_only_tells_of_a_change_is_heard(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    thoughts(page).evaluate(
        "(area) => { area.value = 'Put in by a tool';"
        " area.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    page.reload()
    expect(thoughts(page)).to_have_value("Put in by a tool")


def test_what_was_written_earlier_appears_as_it_is_written(fields_site: str, page: Page) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    other = open_page(page.context.new_page(), f"{fields_site}/{FIELDS_PAGE}")
    form(page, "spring").get_by_label("What do you hope for?").fill("Rain, at night")
    for shown in (page, other):
        expect(shown.locator("[data-earlier] blockquote")).to_have_text("Rain, at night")
    delete_everything(page, fields_site)
    expect(other.locator("[data-earlier] blockquote")).to_have_text("")


def hope(page: Page) -> Locator:
    return form(page, "spring").get_by_label("What do you hope for?")


def sun(page: Page) -> Locator:
    return form(page, "spring").get_by_role("group", name="There is sun.").get_by_label("Some")


def test_deleted_in_one_tab_is_deleted_in_all_and_typing_goes_on(
    fields_site: str, page: Page
) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    hope(page).fill("To be deleted")
    expect(saved(page, "spring")).to_have_text(KEPT)
    delete_everything(page.context.new_page(), fields_site)
    expect(hope(page)).to_have_value("")
    expect(saved(page, "spring")).to_have_text("")
    expect(progress(page, "spring")).to_have_text("Nothing answered yet.")
    sun(page).check()
    expect(saved(page, "spring")).to_have_text(KEPT)
    page.reload()
    expect(sun(page)).to_be_checked()
    expect(hope(page)).to_have_value("")


def test_whoever_comes_back_after_deleting_finds_nothing(fields_site: str, page: Page) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    hope(page).fill("To be deleted")
    delete_everything(page, fields_site)
    page.go_back()
    expect(page.locator("form[data-ready]")).to_have_count(3)
    expect(hope(page)).to_have_value("")
    expect(saved(page, "spring")).to_have_text("")
    assert kept_names(page) == []


def test_an_open_submission_shows_what_another_tab_writes_and_brings_nothing_back(
    fields_site: str, page: Page
) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    hope(page).fill("The first words")
    page.get_by_role("button", name="Prepare my submission").click()
    dialog = page.get_by_role("dialog", name="Your submission")
    box = dialog.get_by_label("Share my answers")
    other = open_page(page.context.new_page(), f"{fields_site}/{FIELDS_PAGE}")
    hope(other).fill("Better words")
    expect(saved(other, "spring")).to_have_text(KEPT)
    box.check()
    expect(dialog.get_by_role("definition")).to_have_text(["Better words"])
    expect(box).to_be_focused()
    expect(hope(other)).to_have_value("Better words")
    delete_everything(other, fields_site)
    expect(box).to_have_count(0)
    assert kept_names(page) == []
