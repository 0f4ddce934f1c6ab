"""How the browser tests open the tiny module's page and speak of the forms on it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

TINY_PAGE = "modules/01-tiny/index.html"
FORMS_ON_TINY_PAGE = 3


def open_tiny(page: Page, site: str) -> Page:
    """Open the tiny module's page and wait until earlier answers stand in every form."""
    page.goto(f"{site}/{TINY_PAGE}")
    expect(page.locator("form[data-ready]")).to_have_count(FORMS_ON_TINY_PAGE)
    return page


def form(page: Page, exercise: str) -> Locator:
    return page.locator(f"form[data-exercise='{exercise}']")


def card(page: Page, name: str) -> Locator:
    """A card of the sort in "All types"."""
    return form(page, "all-types").get_by_role("group", name=name)


def thoughts(page: Page) -> Locator:
    return page.get_by_label("What does the plant remind you of?")


def secret(page: Page) -> Locator:
    return page.get_by_label("What would you never tell the plant?")


def progress(page: Page, exercise: str) -> Locator:
    return form(page, exercise).locator(".ac-progress")


def trouble(page: Page, exercise: str) -> Locator:
    return form(page, exercise).get_by_role("alert")


def answer_all_types(page: Page) -> None:
    """Answer what "All types" asks for; its optional field stays empty."""
    page.get_by_label("Nobody").check()
    page.get_by_label("Damp").check()
    card(page, "Cold coffee").get_by_label("In the bin").check()
    card(page, "A fallen leaf").get_by_label("In the pot").check()
    thoughts(page).fill("My aunt Ottilie, mostly")


def walk_the_kettle(page: Page) -> None:
    """Go the longest way through "The kettle", to its end."""
    page.get_by_label("Fill it").check()
    page.get_by_label("Write a note").check()
    page.get_by_label("What would you say?").fill("Shall I boil two litres?")
