"""How people and their tools fill in forms in ways of their own: scripts that run from right to
left, undo, a tool that sets a text, a choice taken back, a long line on paper.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.forms import FIELDS_PAGE, form, open_page, open_tiny, thoughts

pytestmark = pytest.mark.browser

HEBREW = "שלום לכולם, ותודה"
LONG = "Every other Thursday, when the office is empty and Hye-jin has put away the ladder, " * 3


@pytest.fixture
def garden(fields_site: str, page: Page) -> Locator:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    return form(page, "garden")


def direction(place: Locator) -> str:
    return str(place.evaluate("(one) => getComputedStyle(one).direction"))


def test_what_is_written_from_right_to_left_is_shown_so_wherever_it_stands(
    garden: Locator, fields_site: str
) -> None:
    page = garden.page
    for name in ("Who helps?", "Why a garden at all?"):
        garden.get_by_label(name).fill(HEBREW)
        assert direction(garden.get_by_label(name)) == "rtl", name
    plant = garden.get_by_role("textbox", name="Plant").first
    plant.fill(HEBREW)
    assert direction(plant) == "rtl"
    expect(garden.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    page.goto(f"{fields_site}/my-journal.html")
    answers = page.locator("dd", has_text=HEBREW)
    expect(answers.first).to_be_visible()
    assert {direction(one) for one in answers.all()} == {"rtl"}


def test_a_long_line_is_printed_to_its_last_letter(garden: Locator) -> None:
    page = garden.page
    line = garden.get_by_label("Who helps?")
    line.fill(LONG)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    printed = garden.locator(".ac-paper", has_text=LONG.strip())
    expect(printed).to_be_visible()
    expect(line).to_be_hidden()
    assert printed.evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_a_step_that_waits_says_for_what(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    kettle = form(page, "kettle")
    waits = kettle.get_by_text("It goes on here once what is asked above is answered.")
    expect(waits).to_be_visible()
    kettle.get_by_label("Leave it").check()
    expect(kettle.get_by_role("heading", name="The evening")).to_be_visible()


def test_a_sentence_starter_can_be_undone(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    thoughts(page).press_sequentially("Once")
    starter = form(page, "all-types").locator(".ac-starters button").first
    starter.click()
    expect(thoughts(page)).to_have_value(re.compile(r"^Once\n\S"))
    page.keyboard.press("Control+z")
    expect(thoughts(page)).to_have_value(re.compile(r"^(Once)?$"))


def test_a_text_that_a_tool_puts_in_is_kept(garden: Locator) -> None:
    garden.get_by_label("Who helps?").evaluate(
        "(one) => { one.value = 'Amara'; one.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    expect(garden.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    garden.page.reload()
    expect(garden.get_by_label("Who helps?")).to_have_value("Amara")


def test_one_choice_can_be_taken_back_alone_by_pressing_it_again(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    nobody = page.get_by_label("Nobody")
    nobody.dblclick()
    expect(nobody).to_be_checked()
    page.wait_for_timeout(700)
    nobody.click()
    expect(nobody).not_to_be_checked()
    expect(form(page, "all-types").locator(".ac-progress")).to_have_text("Nothing answered yet.")
    page.keyboard.press("Space")
    expect(nobody).to_be_checked()
    page.wait_for_timeout(700)
    page.keyboard.press("Space")
    expect(nobody).not_to_be_checked()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(700)
    page.keyboard.press("ArrowDown")
    expect(form(page, "all-types").locator("input[type=radio]:checked")).to_have_count(1)


def test_clearing_says_how_long_the_answers_can_be_brought_back(garden: Locator) -> None:
    garden.get_by_label("Who helps?").fill("Amara")
    garden.get_by_role("button", name="Clear my answers").click()
    expect(garden.locator(".ac-progress")).to_contain_text("Until you leave this page")
    garden.get_by_role("button", name="Bring my answers back").click()
    expect(garden.get_by_label("Who helps?")).to_have_value("Amara")
