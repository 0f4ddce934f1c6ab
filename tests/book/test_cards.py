"""The cards of the modules come again, on the page for them: in a real browser, whose clock is put
forward. What was answered in a module stays as it is, and a damaged box loses no card.
"""

from __future__ import annotations

import datetime as dt
import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import scan
from tests.support.forms import FIELDS_PAGE, form, open_page

pytestmark = pytest.mark.browser

FIRST_DAY = "2027-03-01"


def go_to(page: Page, day: str) -> None:
    page.clock.set_fixed_time(dt.datetime.fromisoformat(f"{day}T10:00:00"))


def cards(page: Page, site: str) -> Locator:
    page.goto(f"{site}/cards.html")
    place = page.locator("[data-course=cards][data-ready]")
    expect(place).to_be_visible()
    return place


@pytest.fixture
def turned(page: Page, fields_site: str) -> Page:
    """A card that was turned over in its module, and known."""
    go_to(page, FIRST_DAY)
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    garden = form(page, "garden")
    garden.get_by_label("I had it").check()
    expect(garden.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    return page


def test_nothing_is_there_before_a_card_was_turned_over(page: Page, fields_site: str) -> None:
    expect(cards(page, fields_site)).to_contain_text("There are no cards yet.")


def test_a_card_comes_again_and_waits_longer_each_time_it_is_known(
    turned: Page, fields_site: str
) -> None:
    expect(cards(turned, fields_site)).to_contain_text("The next card comes on March 4, 2027.")
    go_to(turned, "2027-03-04")
    place = cards(turned, fields_site)
    expect(place.get_by_role("status")).to_have_text("1 card to turn over.")
    rating = place.get_by_role("button", name="I had it")
    expect(rating).to_be_hidden()
    assert scan(turned) == ([], [])
    place.get_by_role("button", name="Turn the card over").click()
    expect(place.locator(".back")).to_be_focused()
    assert scan(turned) == ([], [])
    rating.click()
    expect(place.get_by_role("status")).to_have_text(
        "That was all for today. The next card comes on March 11, 2027. Nothing will remind you."
    )
    go_to(turned, "2027-03-11")
    place = cards(turned, fields_site)
    place.get_by_role("button", name="Turn the card over").click()
    place.get_by_role("button", name="Not yet").click()
    expect(place.get_by_role("status")).to_contain_text("comes on March 12, 2027")
    kept = turned.evaluate(
        "localStorage[Object.keys(localStorage).find((name) => name.endsWith('/garden'))]"
    )
    assert "knew" in json.loads(kept)["answers"].values()  # as it was answered there


def test_what_is_damaged_in_the_box_brings_the_card_as_from_its_module(
    turned: Page, fields_site: str
) -> None:
    for damage in ("{", '{"schema": 1, "cards": 7}', '{"cards": {"x": {"box": 9, "day": 0}}}'):
        turned.evaluate(
            "(text) => localStorage.setItem(Object.keys(localStorage)"
            ".find((name) => name.includes('02-fields/')).replace(/02-fields.*/, 'cards'), text)",
            damage,
        )
        expect(cards(turned, fields_site)).to_contain_text("comes on March 4, 2027")


def test_the_first_page_says_how_many_are_due_and_nothing_where_none_is(
    turned: Page, fields_site: str
) -> None:
    turned.goto(f"{fields_site}/index.html")
    expect(turned.get_by_role("link", name="Go on where you left")).to_be_visible()
    offer = turned.get_by_role("link", name="to turn over")
    expect(offer).to_have_count(0)
    go_to(turned, "2027-03-05")
    turned.goto(f"{fields_site}/index.html")
    offer.click()
    expect(turned.get_by_role("button", name="Turn the card over")).to_be_visible()
