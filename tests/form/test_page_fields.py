"""The field types that the tiny book has not, and what a form makes of its answers: a chart, a
text to copy, dates for a calendar. In a real browser, on the published page.
"""

# ruff: noqa: RUF001 (the forms use typographic apostrophes)

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.forms import FIELDS_PAGE, form, open_page, progress

pytestmark = pytest.mark.browser


@pytest.fixture
def garden(fields_site: str, page: Page) -> Locator:
    """The form with one field of each of these types."""
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    return form(page, "garden")


def reload(garden: Locator) -> None:
    garden.page.reload()
    expect(garden.page.locator("form[data-ready]")).to_have_count(3)


def group(garden: Locator, name: str) -> Locator:
    return garden.get_by_role("group", name=name)


# --------------------------------------------------------------------------- checkboxes


def test_several_boxes_can_be_ticked_and_each_says_what_goes_with_it(garden: Locator) -> None:
    tools = group(garden, "Which tools are there?")
    tools.get_by_label("A rake").check()
    tools.get_by_label("A hose").check()
    expect(tools.get_by_role("status")).to_have_text(
        re.compile(r"It has nine teeth left\.\s*Wen Li needs it on Tuesdays\.")
    )
    reload(garden)
    expect(tools.get_by_label("A rake")).to_be_checked()
    expect(tools.get_by_label("A spade")).not_to_be_checked()
    expect(tools.get_by_label("A hose")).to_be_checked()


def test_none_of_these_excludes_the_others_and_is_an_answer(garden: Locator) -> None:
    tools = group(garden, "Which tools are there?")
    tools.get_by_label("A rake").check()
    tools.get_by_label("None of these").check()
    expect(tools.get_by_label("A rake")).not_to_be_checked()
    expect(progress(garden.page, "garden")).to_have_text("1 of 8 answered.")
    tools.get_by_label("A spade").check()
    expect(tools.get_by_label("None of these")).not_to_be_checked()


# -------------------------------------------------------------------------------- order


def test_a_place_that_is_taken_changes_hands_and_an_order_is_kept(garden: Locator) -> None:
    jobs = group(garden, "What comes first?")
    for item, place in (("Dig", "1"), ("Sow", "2"), ("Wait", "3")):
        jobs.get_by_label(item).select_option(place)
    expect(jobs.get_by_role("status")).to_contain_text("The neighbour's dog is interested.")
    jobs.get_by_label("Sow").select_option("1")
    expect(jobs.get_by_label("Dig")).to_have_value("2")
    expect(jobs.get_by_role("status")).to_have_text("Nothing comes up.")
    expect(progress(garden.page, "garden")).to_have_text("1 of 8 answered.")
    reload(garden)
    values = [jobs.get_by_label(item).input_value() for item in ("Dig", "Sow", "Wait")]
    assert values == ["2", "1", "3"]


def test_an_order_with_a_gap_is_not_answered_yet(garden: Locator) -> None:
    jobs = group(garden, "What comes first?")
    jobs.get_by_label("Dig").select_option("1")
    jobs.get_by_label("Wait").select_option("3")
    expect(progress(garden.page, "garden")).to_have_text("Begun.")


# ------------------------------------------------------------------------- line and date


def test_a_line_and_a_date_are_kept(garden: Locator) -> None:
    garden.get_by_label("Who helps?").fill("Hye-jin & <b>Amara</b>")
    garden.get_by_label("On which day?").fill("2027-03-04")
    expect(progress(garden.page, "garden")).to_have_text("2 of 8 answered.")
    reload(garden)
    expect(garden.get_by_label("Who helps?")).to_have_value("Hye-jin & <b>Amara</b>")
    expect(garden.get_by_label("On which day?")).to_have_value("2027-03-04")


# --------------------------------------------------------------------------------- rows


def test_rows_are_added_removed_and_kept(garden: Locator) -> None:
    rows = group(garden, "What goes where?")
    plants = rows.get_by_label("Plant")
    expect(plants).to_have_count(3)
    rows.get_by_role("button", name="Add a row").click()
    expect(plants).to_have_count(4)
    expect(plants.nth(3)).to_be_focused()
    for n, plant in enumerate(("Beans", "Peas", "Leeks", "Kale")):
        plants.nth(n).fill(plant)
    rows.get_by_role("button", name="Remove row 2").click()
    expect(plants).to_have_count(3)
    expect(plants.nth(1)).to_be_focused()
    reload(garden)
    assert [plants.nth(n).input_value() for n in range(3)] == ["Beans", "Leeks", "Kale"]
    expect(rows.get_by_role("button", name="Remove row 3")).to_be_visible()


def test_the_last_row_is_emptied_and_never_taken_away(garden: Locator) -> None:
    rows = group(garden, "What goes where?")
    rows.get_by_label("Plant").first.fill("Beans")
    for _ in range(4):
        rows.get_by_role("button", name="Remove row 1").click()
    expect(rows.get_by_label("Plant")).to_have_count(1)
    expect(rows.get_by_label("Plant")).to_have_value("")


def test_rows_count_as_answered_when_enough_of_them_hold_something(garden: Locator) -> None:
    rows = group(garden, "What goes where?")
    rows.get_by_label("Plant").first.fill("Beans")
    expect(progress(garden.page, "garden")).to_have_text("Begun.")
    rows.get_by_label("Place").nth(2).fill("By the wall")
    expect(progress(garden.page, "garden")).to_have_text("1 of 8 answered.")


# ---------------------------------------------------------------------- phrases and cards


def test_a_phrase_is_pressed_with_mouse_or_keyboard_and_says_what_we_would(
    garden: Locator,
) -> None:
    note = group(garden, "Which phrases would you take out of this note?")
    note.get_by_text("I am sorry if", exact=True).first.click()
    expect(note.get_by_role("checkbox", name="I am sorry if")).to_be_checked()
    expect(note.get_by_role("status")).to_contain_text("Somebody did.")
    note.get_by_role("checkbox", name="I only meant").focus()
    garden.page.keyboard.press("Space")
    expect(note.get_by_role("status")).to_contain_text("It lay there all the same.")
    note.get_by_label("I would press none of them").check()
    expect(note.get_by_role("checkbox", name="I am sorry if")).not_to_be_checked()
    expect(note.get_by_role("status")).to_have_text("")


def test_a_pressed_phrase_is_told_from_others_by_more_than_colour(garden: Locator) -> None:
    label = garden.get_by_text("I am sorry if", exact=True).first
    style = "e => getComputedStyle(e).borderBottomStyle"
    before = label.evaluate(style)
    label.click()
    assert label.evaluate(style) != before


def test_a_card_is_turned_over_and_rated(garden: Locator) -> None:
    card = group(garden, "How many teeth has the rake?")
    back = card.get_by_text("Nine. It had ten until March.")
    expect(back).to_be_hidden()
    card.get_by_text("Turn the card over", exact=True).click()
    expect(back).to_be_visible()
    card.get_by_label("Some of it").check()
    expect(progress(garden.page, "garden")).to_have_text("1 of 8 answered.")
    reload(garden)
    expect(card.get_by_label("Some of it")).to_be_checked()
    expect(back).to_be_hidden()


# ------------------------------------------------------------ what was answered elsewhere


def test_what_was_written_earlier_is_shown_where_it_is_needed_again(garden: Locator) -> None:
    page = garden.page
    expect(garden.get_by_text("What you wrote earlier:")).to_be_hidden()
    page.get_by_label("What do you hope for?").fill("Rain <i>at night</i>.")
    reload(garden)
    expect(garden.get_by_text("What you wrote earlier:")).to_be_visible()
    expect(garden.get_by_text("Rain <i>at night</i>.")).to_be_visible()


def chart(page: Page, exercise: str) -> list[list[str]]:
    """The numbers of a chart, row by row, without the drawn bars."""
    rows = form(page, exercise).get_by_role("table").get_by_role("row").all()
    cells = [row.locator("th, td:not(:has(.ac-bars))").all_inner_texts() for row in rows[1:]]
    return [[text.strip() for text in row] for row in cells]


def test_a_chart_stands_beside_its_numbers_and_compares_then_with_now(garden: Locator) -> None:
    page = garden.page
    spring, autumn = form(page, "spring"), form(page, "autumn")
    assert chart(page, "spring") == [["There is sun.", "–"], ["There is rain.", "–"]]
    group(spring, "There is sun.").get_by_label("Plenty").check()
    group(spring, "There is rain.").get_by_label("A little").check()
    assert chart(page, "spring") == [["There is sun.", "4"], ["There is rain.", "2"]]
    reload(garden)
    group(autumn, "There is sun.").get_by_label("None").check()
    assert chart(page, "autumn") == [["There is sun.", "4", "1"], ["There is rain.", "2", "–"]]
    bars = autumn.locator(".ac-now").evaluate_all("all => all.map(e => e.clientWidth)")
    assert bars[0] > 0
    assert bars[1] == 0


# ----------------------------------------------------------------- a text, and its dates


def fill_note(garden: Locator) -> None:
    group(garden, "Which tools are there?").get_by_label("A rake").check()
    jobs = group(garden, "What comes first?")
    for item, place in (("Sow", "1"), ("Dig", "2"), ("Wait", "3")):
        jobs.get_by_label(item).select_option(place)
    garden.get_by_label("Who helps?").fill("<b>Amara</b>")
    garden.get_by_label("On which day?").fill("2027-03-04")
    garden.get_by_label("Plant").first.fill("Beans")
    garden.get_by_label("Place").first.fill("By the wall")


NOTE = (
    "<b>Amara</b>, on March 4, 2027 we do this:\n"
    "1. Sow\n2. Dig\n3. Wait\n"
    "We have: A rake.\n"
    "- Beans: By the wall"
)


@pytest.mark.parametrize("width", [375, 320])
def test_a_charts_headings_stand_in_one_line_each_on_a_narrow_screen(
    garden: Locator, width: int
) -> None:
    garden.page.set_viewport_size({"width": width, "height": 800})
    headings = garden.page.locator("[data-profile] thead th").filter(has_text="Now")
    lines = headings.evaluate_all(
        """all => all.map(one => {
          const words = document.createRange();
          words.selectNodeContents(one);
          return words.getClientRects().length;
        })"""
    )
    assert lines == [1, 1]
    scrolled = garden.page.evaluate("document.documentElement.scrollWidth")
    assert scrolled <= width


def test_answers_are_put_together_as_a_text_and_copied(garden: Locator) -> None:
    page = garden.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fill_note(garden)
    expect(group(garden, "A note for the shed")).to_have_text(NOTE, use_inner_text=True)
    garden.get_by_role("button", name="Copy this text").click()
    expect(garden.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == NOTE


def test_where_copying_is_not_allowed_the_text_is_selected(garden: Locator) -> None:
    fill_note(garden)
    # A page that is not served over https, or not from this computer, has no clipboard.
    garden.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    garden.get_by_role("button", name="Copy this text").click()
    expect(garden.get_by_role("status").filter(has_text="Ctrl+C")).to_be_visible()
    assert garden.page.evaluate("getSelection().toString()") == NOTE


def test_dates_are_saved_as_a_calendar_file_that_follows_the_standard(
    garden: Locator, tmp_path: Path
) -> None:
    garden.get_by_label("On which day?").fill("2027-03-04")
    with garden.page.expect_download() as downloading:
        garden.get_by_role("button", name="Save as a calendar file").click()
    assert downloading.value.suggested_filename.endswith(".ics")
    downloading.value.save_as(tmp_path / "dates.ics")
    raw = (tmp_path / "dates.ics").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    in_two_weeks = dt.datetime.now().astimezone().date() + dt.timedelta(weeks=2)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert f"DTSTART;VALUE=DATE:{in_two_weeks:%Y%m%d}" in text
    assert "SUMMARY:Look at the beans\\, and the rake" in text
    assert "DTSTART;VALUE=DATE:20270304" in text
    assert text.count("BEGIN:VEVENT") == text.count("UID:") == text.count("DTSTAMP:") == 2
    expect(garden.get_by_role("status").filter(has_text="2 dates saved.")).to_be_visible()


# ------------------------------------------------------------------------ keyboard alone


def test_each_of_these_fields_can_be_answered_with_the_keyboard_alone(
    fields_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(reduced_motion="reduce")
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    garden = form(page, "garden")
    garden.get_by_label("A rake").focus()
    keys: list[tuple[Locator, tuple[str, ...]]] = [
        (garden.get_by_label("A rake"), ("Space",)),
        (group(garden, "What comes first?").get_by_label("Dig"), ("1",)),
        (group(garden, "What comes first?").get_by_label("Sow"), ("2",)),
        (group(garden, "What comes first?").get_by_label("Wait"), ("3",)),
        (garden.get_by_label("Who helps?"), ("J", "o")),
        (garden.get_by_label("On which day?"), ("0", "3", "0", "4", "2", "0", "2", "7")),
        (garden.get_by_label("Plant").nth(0), ("a",)),
        (garden.get_by_label("Plant").nth(1), ("b",)),
        (garden.get_by_role("checkbox", name="I am sorry if"), ("Space",)),
        (garden.get_by_label("I had it"), ("Space",)),
        (garden.get_by_label("Why a garden at all?"), ("s", "o")),
    ]
    for control, pressed in keys:
        tab_to(page, control)
        for key in pressed:
            page.keyboard.press(key)
    expect(progress(page, "garden")).to_have_text("Complete.")


def tab_to(page: Page, target: Locator) -> None:
    wanted = target.element_handle()
    for _ in range(40):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not lead there")
