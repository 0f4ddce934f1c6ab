"""Pictures of one's own answers where they are shown: below a form, at its end one thing at a
time, and in My journal. Nothing of them is kept but the answers.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import scan, sideways
from tests.support.forms import form

pytestmark = pytest.mark.browser

DRAWN_PAGE = "modules/04-drawn/index.html"
FORMS = 5


@pytest.fixture
def drawn(fields_site: str, page: Page) -> Page:
    page.goto(f"{fields_site}/{DRAWN_PAGE}")
    expect(page.locator("form[data-ready]")).to_have_count(FORMS)
    return page


def words(place: Locator) -> Locator:
    return place.locator("figure.ac-drawing li")


def rate(exercise: Locator, statement: str, step: str) -> None:
    exercise.get_by_role("group", name=statement).get_by_label(step).check()


def fill_row(exercise: Locator, number: int, *cells: str) -> None:
    areas = exercise.locator("[data-row]").nth(number).locator("textarea")
    for i, text in enumerate(cells):
        areas.nth(i).fill(text)


def test_a_sort_is_drawn_as_rings_that_follow_the_cards(drawn: Page) -> None:
    reach = form(drawn, "reach")
    expect(reach.locator("figure")).to_have_count(0)
    reach.get_by_role("group", name="The ladder").get_by_label("If I ask").check()
    expect(reach.get_by_role("img", name="How far it is")).to_be_visible()
    expect(words(reach)).to_have_text(["If I ask: The ladder", "No place yet: The moon"])
    reach.get_by_role("group", name="The moon").get_by_label("Far off").check()
    expect(words(reach)).to_have_text(["If I ask: The ladder", "Far off: The moon"])
    drawn.reload()
    expect(words(reach)).to_have_text(["If I ask: The ladder", "Far off: The moon"])


def test_a_list_of_people_is_drawn_at_a_table(drawn: Page) -> None:
    table = form(drawn, "table")
    fill_row(table, 0, "Ms <b>Ha</b>", "Decides ")
    fill_row(table, 1, "Drivers", "somewhere else")
    expect(words(table)).to_have_text(["Ms <b>Ha</b>: decides", "Drivers: no seat yet"])


def test_what_is_lent_is_drawn_to_whom(drawn: Page) -> None:
    loan = form(drawn, "loan")
    fill_row(loan, 0, "an hour", "R.", "sleep")
    expect(words(loan)).to_have_text(["an hour, to R. What it costs me: sleep"])


def test_then_and_now_are_drawn_without_what_stands_apart(drawn: Page) -> None:
    march, may = form(drawn, "march"), form(drawn, "may")
    rate(march, "There is sun.", "Never")
    rate(march, "There is wind.", "Often")
    expect(march.locator(".ac-saved")).to_contain_text("Kept")
    drawn.reload()
    expect(may.get_by_role("table")).to_be_visible()
    rate(may, "There is sun.", "Often")
    rate(may, "There is wind.", "Nobody looked")
    expect(words(may)).to_have_text(
        [
            "There is sun. Then: Never. Now: Often.",
            "There is wind. Then: Often. Now: Nobody looked.",
        ]
    )
    expect(may.locator("svg .ad-line")).to_have_count(1)
    expect(may.get_by_text("Nobody looked", exact=True).and_(may.locator("text"))).to_have_count(0)
    # The same in numbers would be read twice.
    expect(may.get_by_role("table")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_end_of_the_view_and_the_journal_show_it_too(
    page_with: Callable[..., Page], fields_site: str, width: int
) -> None:
    page = page_with(whole=False, viewport={"width": width, "height": 700})
    page.goto(f"{fields_site}/{DRAWN_PAGE}")
    reach = form(page, "reach")
    reach.locator("[data-begin]").click()
    expect(reach.get_by_role("img", name="How far it is")).to_be_hidden()
    for pile in ("At hand", "Far off"):
        reach.locator(".ac-next").click()
        reach.locator("[data-on] .ac-places").get_by_text(pile).click()
    reach.locator(".ac-next").click()
    expect(reach.get_by_text("That was all of it")).to_be_visible()
    expect(reach.get_by_role("img", name="How far it is")).to_be_visible()
    assert not scan(page)[0]
    assert not sideways(page)
    page.goto(f"{fields_site}/my-journal.html")
    journal = page.locator("[data-course=journal][data-ready]")
    expect(words(journal)).to_have_text(["At hand: The ladder", "Far off: The moon"])
    assert not scan(page)[0]
    assert not sideways(page)


def test_a_picture_that_can_not_be_had_stops_nothing(drawn: Page) -> None:
    drawn.route("**/picturing.mjs*", lambda route: route.abort())
    reach = form(drawn, "reach")
    reach.get_by_role("group", name="The ladder").get_by_label("At hand").check()
    expect(reach.locator(".ac-saved")).to_contain_text("Kept")
    expect(reach.get_by_role("group", name="The ladder").locator(".ac-said")).to_have_text(
        "It is tall."
    )
