"""What a form answers whoever fills it in, on the published page: replies, what others gain
and pay, the authors' own answers and others', hints. Without a word of right or wrong, and with
nothing of it kept.
"""

# ruff: noqa: RUF001 (the forms use typographic apostrophes)

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.forms import FIELDS_PAGE, form, open_page

pytestmark = pytest.mark.browser

ANSWERS_PAGE = "modules/03-answers/index.html"


@pytest.fixture
def opened(fields_site: str, page: Page) -> Page:
    """The page of both forms."""
    page.goto(f"{fields_site}/{ANSWERS_PAGE}")
    expect(page.locator("form[data-ready]")).to_have_count(2)
    return page


@pytest.fixture
def shed(opened: Page) -> Locator:
    """A case: who gains, who pays, who was not asked, and how it ended."""
    return form(opened, "shed")


@pytest.fixture
def note(opened: Page) -> Locator:
    """What is sorted, ticked and written."""
    return form(opened, "note")


def reload(place: Locator) -> None:
    place.page.reload()
    expect(place.page.locator("form[data-ready]")).to_have_count(2)


def group(place: Locator, name: str) -> Locator:
    return place.get_by_role("group", name=name)


def kept(page: Page) -> str:
    """All that the browser keeps, as one text."""
    return str(page.evaluate("JSON.stringify(localStorage)"))


# ---------------------------------------------------------------------- what is chosen


def test_a_card_answers_the_pile_that_was_chosen_and_then_gives_the_reasoning(
    note: Locator,
) -> None:
    rake = group(note, "The rake")
    rake.get_by_label("Mine").check()
    said = rake.get_by_role("status")
    expect(said).to_have_text(re.compile(r"^She bought it\.\s*Nine teeth are left\.\s*$"))
    rake.get_by_label("Hers").check()
    expect(said).to_have_text(re.compile(r"^So we say as well\.\s*Nine teeth are left\.\s*$"))
    hose = group(note, "The hose")
    hose.get_by_label("Mine").check()
    expect(hose.get_by_role("status")).to_have_text("It is on your tap.")
    expect(note.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    reload(note)
    expect(said).to_have_text(re.compile("So we say as well"))
    assert "So we say" not in kept(note.page)


def test_who_gains_who_pays_and_who_was_not_asked_is_said_in_words(shed: Locator) -> None:
    shed.get_by_label("Shout").check()
    effects = shed.locator(".ac-said").get_by_role("listitem")
    expect(effects).to_have_text(
        [
            "Wen Li gains: a warning",
            "Wen Li pays: a wet shoe",
            "Ottilie was not asked: loses the <rake> all the same",
        ]
    )
    shed.get_by_label("Wait").check()
    expect(effects).to_have_count(0)


def test_whoever_ticks_nothing_is_answered_too(note: Locator) -> None:
    tools = group(note, "What did you lend?")
    tools.get_by_label("Nothing").check()
    expect(tools.get_by_role("status")).to_have_text("Then nothing can be late.")
    tools.get_by_label("A rake").check()
    expect(tools.get_by_role("status")).to_have_text("")


def test_the_end_of_a_way_says_plainly_what_happened(shed: Locator) -> None:
    shed.get_by_label("Wait").check()
    plainly = shed.locator("details.ac-plainly")
    expect(plainly).to_have_count(1)
    plainly.get_by_text("What happened, plainly").click()
    expect(plainly.get_by_text("It was Ottilie, roasting chestnuts.")).to_be_visible()
    shed.get_by_label("Shout").check()
    expect(plainly).to_have_count(0)
    shed.get_by_label("What do you say to Ottilie?").fill("Good morning")
    expect(plainly).to_have_count(1)
    plainly.get_by_text("What happened, plainly").click()
    expect(plainly.get_by_text("The shed is gone")).to_be_visible()
    shed.get_by_label("What do you say to Ottilie?").press_sequentially(", Ottilie")
    expect(plainly.get_by_text("The shed is gone")).to_be_visible()


def test_who_is_who_and_what_is_coming_stand_at_the_head_of_a_case(shed: Locator) -> None:
    expect(shed.locator(".ac-ahead")).to_be_visible()
    shed.get_by_text("Who is who").click()
    expect(shed.get_by_text("waters the beans")).to_be_visible()


# --------------------------------------------------------------- ours, others', closing


def test_ours_opens_once_one_has_written_and_left_the_field_or_on_asking(note: Locator) -> None:
    words = note.get_by_label("What will you write to her?")
    ours = note.get_by_text("Ours is shorter.")
    words.click()
    expect(ours).to_be_hidden()
    note.get_by_text("Show ours").click()
    expect(ours).to_be_visible()
    reload(note)
    words.press_sequentially("I have the hose")
    expect(note.get_by_text("Show ours")).to_be_visible()
    expect(ours).to_be_hidden()
    words.blur()
    expect(ours).to_be_visible()
    words.fill("")
    words.blur()
    expect(ours).to_be_hidden()


def test_others_answers_come_after_ones_own_and_say_that_the_authors_wrote_them(
    shed: Locator,
) -> None:
    shed.get_by_label("Shout").check()
    others = shed.get_by_text("Here is my rake.")
    expect(others).to_be_hidden()
    line = shed.get_by_label("What do you say to Ottilie?")
    line.fill("Good morning")
    line.blur()
    expect(others).to_be_visible()
    expect(shed.get_by_text("written by us, as a neighbour might say it")).to_be_visible()


def test_a_closing_waits_for_an_attempt(note: Locator) -> None:
    closing = note.get_by_text("Put it on the shed.")
    expect(closing).to_be_hidden()
    note.get_by_label("I’d rather not do this one").check()
    expect(closing).to_be_visible()


def test_without_script_all_that_stands_in_the_form_can_be_read(
    fields_site: str, page_with: object
) -> None:
    page = page_with(java_script_enabled=False)  # type: ignore[operator]
    page.goto(f"{fields_site}/{ANSWERS_PAGE}")
    expect(page.get_by_text("Put it on the shed.")).to_be_visible()
    expect(page.locator(".ac-ahead")).to_be_visible()
    page.get_by_text("Who is who").click()
    expect(page.get_by_text("owns the rake")).to_be_visible()
    page.get_by_text("Write more").click()
    expect(page.get_by_label("Anything else?")).to_be_visible()


# -------------------------------------------------------------------------------- hints


def test_a_hint_asks_after_a_pause_one_at_a_time_and_never_again_once_left(note: Locator) -> None:
    words = note.get_by_label("What will you write to her?")
    words.press_sequentially("I am sorry for the rake")
    sorry, rake = note.get_by_text("What are you sorry for?"), note.get_by_text("Which rake?")
    expect(sorry).to_have_count(0)
    expect(sorry).to_be_visible(timeout=4000)
    expect(rake).to_have_count(0)
    status = note.get_by_role("status").filter(has_text="What are you sorry for?")
    expect(status).to_have_count(1)
    note.get_by_role("button", name="Leave it").click()
    expect(sorry).to_have_count(0)
    expect(words).to_be_focused()
    words.press_sequentially(", truly sorry")
    words.blur()
    expect(rake).to_be_visible(timeout=1500)
    expect(sorry).to_have_count(0)
    expect(note.locator(".ac-progress")).to_have_text("1 of 4 answered.")
    assert "Which rake" not in kept(note.page)
    assert "sorry for the rake, truly sorry" in kept(note.page)


def test_a_hint_to_a_cell_stands_in_its_row(note: Locator) -> None:
    rows = group(note, "Who has what?")
    cell = rows.get_by_role("textbox", name="What", exact=True).nth(1)
    with note.page.expect_response("**/replies/*"):  # what the form answers is loaded now
        cell.focus()
    cell.fill("a spade")
    cell.blur()
    row = rows.locator("[data-row]").nth(1)
    expect(row.get_by_text("Is it hers?")).to_be_visible()
    rows.get_by_role("button", name="Add a row").click()
    expect(rows.get_by_text("Is it hers?")).to_have_count(1)


# ------------------------------------------------------- fewer boxes where a tap would do


def test_a_chip_writes_what_one_could_have_typed_and_never_over_own_words(note: Locator) -> None:
    rows = group(note, "Who has what?")
    cells = rows.get_by_role("textbox", name="What", exact=True)
    first = rows.get_by_role("group", name="What").first
    first.get_by_role("button", name="a rake, an old one").click()
    expect(cells.first).to_have_value("a rake, an old one")
    first.get_by_role("button", name="a hose").click()
    expect(cells.first).to_have_value("a hose")
    expect(first.get_by_role("button", name="a hose")).to_have_attribute("aria-pressed", "true")
    cells.first.fill("her bicycle")
    first.get_by_role("button", name="a rake, an old one").click()
    expect(cells.first).to_have_value("her bicycle, a rake, an old one")
    expect(note.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    reload(note)
    expect(cells.first).to_have_value("her bicycle, a rake, an old one")
    pressed = first.get_by_role("button", name="a rake, an old one")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pressed.click()
    expect(cells.first).to_have_value("her bicycle")


def test_a_row_of_chips_is_one_stop_and_arrows_go_along_it(note: Locator) -> None:
    rows = group(note, "Who has what?")
    rows.get_by_role("textbox", name="What", exact=True).first.focus()
    page = note.page
    page.keyboard.press("Tab")
    chips = rows.get_by_role("group", name="What").first
    expect(chips.get_by_role("button", name="a rake, an old one")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(rows.get_by_role("textbox", name="What", exact=True).first).to_have_value("a hose")
    page.keyboard.press("Tab")
    expect(rows.get_by_role("button", name="Remove row 1")).to_be_focused()


def test_what_was_written_under_write_more_is_never_folded_away(note: Locator) -> None:
    more = note.get_by_label("Anything else?")
    expect(more).to_be_hidden()
    note.get_by_text("Write more").click()
    more.fill("The beans are fine.")
    expect(note.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    reload(note)
    expect(more).to_be_visible()


def test_a_field_begins_with_what_was_written_earlier_and_says_so(
    fields_site: str, page: Page
) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    page.get_by_label("What do you hope for?").fill("Rain in <May>")
    expect(form(page, "spring").locator(".ac-saved")).to_have_text("Kept in this browser only.")
    page.goto(f"{fields_site}/{ANSWERS_PAGE}")
    draft = page.get_by_label("The note itself")
    expect(draft).to_have_value("")
    draft.focus()
    expect(draft).to_have_value("Rain in <May>")
    expect(page.get_by_text("This is what you wrote earlier.")).to_be_visible()
    draft.fill("")
    page.get_by_label("Its copy").focus()
    draft.focus()
    expect(draft).to_have_value("")


def test_a_field_begins_with_the_forms_own_draft_once_it_has_no_gaps(note: Locator) -> None:
    copy = note.get_by_label("Its copy")
    copy.focus()
    note.page.wait_for_timeout(300)
    expect(copy).to_have_value("")
    note.get_by_label("What will you write to her?").fill("I have your hose.")
    expect(note.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    reload(note)
    copy.focus()
    expect(copy).to_have_value("Dear Ottilie,\nI have your hose.")


# ------------------------------------------------------------------------- what is kept


def test_a_form_that_answers_keeps_the_same_as_one_that_does_not(note: Locator) -> None:
    rake = group(note, "The rake")
    rake.get_by_label("Mine").check()
    note.get_by_label("What will you write to her?").fill("I am sorry for the rake")
    note.get_by_label("What will you write to her?").blur()
    expect(note.get_by_text("What are you sorry for?")).to_be_visible()
    expect(note.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    stored = json.loads(json.loads(kept(note.page))["allyship:/:03-answers/note"])
    assert stored.pop("saved")
    assert stored == {
        "schema": 1,
        "answers": {"piles": {"rake": "mine"}, "words": "I am sorry for the rake"},
        "passed": False,
        "shared": False,
    }


def test_without_the_file_of_replies_a_form_keeps_what_is_written(
    fields_site: str, page: Page
) -> None:
    page.route("**/replies/*.json", lambda route: route.abort())
    page.goto(f"{fields_site}/{ANSWERS_PAGE}")
    expect(page.locator("form[data-ready]")).to_have_count(2)
    note = form(page, "note")
    group(note, "The rake").get_by_label("Mine").check()
    expect(note.locator(".ac-saved")).to_have_text("Kept in this browser only.")
    page.unroute("**/replies/*.json")
    group(note, "The hose").get_by_label("Hers").check()
    expect(group(note, "The rake").get_by_role("status")).to_contain_text("She bought it.")
