"""An exercise one thing at a time: its cover, and what Begin opens."""

# ruff: noqa: RUF001 (the forms use typographic apostrophes)

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import scan, sideways
from tests.support.forms import FIELDS_PAGE, FORMS_ON_PAGE, TINY_PAGE, form

PHONE = {"width": 375, "height": 800}
SMALL = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
OpenPage = Callable[..., Page]


@pytest.fixture
def covers(page_with: OpenPage, tiny_site: str) -> OpenPage:
    """Open the tiny module's page as who comes for the first time: with covers."""

    def open_covers(path: str = TINY_PAGE, site: str = tiny_site, **options: object) -> Page:
        page = page_with(whole=False, **{"viewport": PHONE, **options})
        page.goto(f"{site}/{path}")
        expect(page.locator("form[data-ready]")).to_have_count(FORMS_ON_PAGE)
        return page

    return open_covers


def begin(page: Page, exercise: str) -> Locator:
    one = form(page, exercise)
    one.locator("[data-begin]").click()
    expect(one).to_have_attribute("data-view", "window")
    return one


def go_on(one: Locator) -> None:
    one.locator(".ac-next").click()


def to_the_cards(one: Locator) -> None:
    """Pass the introduction and the two questions before the cards of "All types"."""
    for _ in range(3):
        go_on(one)


def place(one: Locator, pile: str) -> None:
    one.locator("[data-on] .ac-places").get_by_text(pile).click()


def choose(one: Locator, option: str) -> None:
    """Choose as with a finger: on the words."""
    one.locator("label.ac-option", has_text=option).click()


# ------------------------------------------------------------------------------- covers


def test_a_cover_says_what_it_is_and_hides_the_form(covers: OpenPage) -> None:
    one = form(covers(), "all-types")
    expect(one.get_by_role("heading", name="All types")).to_be_visible()
    expect(one.locator(".ac-teaser")).to_have_text(
        "The office plant again. Nothing < here > is HTML."
    )
    expect(one.locator(".ac-cover .ac-segments i")).to_have_count(6)
    expect(one.get_by_label("Nobody")).to_be_hidden()


def test_the_cover_does_not_move_when_the_scripts_arrive(
    page_with: OpenPage, tiny_site: str
) -> None:
    page = page_with(whole=False, viewport=PHONE)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "e => window.shift += e.value)).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{tiny_site}/{TINY_PAGE}")
    expect(page.locator("form[data-ready]")).to_have_count(FORMS_ON_PAGE)
    assert page.evaluate("window.shift") < 0.02


def test_show_it_all_is_remembered_and_can_be_taken_back(covers: OpenPage) -> None:
    page = covers()
    one = form(page, "all-types")
    one.get_by_role("button", name="Show it all here").click()
    expect(one.get_by_label("Nobody")).to_be_visible()
    page.reload()
    expect(one.get_by_label("Nobody")).to_be_visible()
    expect(form(page, "kettle").locator("[data-begin]")).to_be_visible()

    one.get_by_role("button", name="Always show all of every exercise").click()
    expect(form(page, "kettle").get_by_label("Fill it")).to_be_visible()
    page.reload()
    expect(form(page, "kettle").get_by_label("Fill it")).to_be_visible()

    one.get_by_role("button", name="One at a time").click()
    expect(form(page, "kettle").locator("[data-begin]")).to_be_visible()
    expect(one.locator("[data-begin]")).to_be_focused()


def test_without_script_the_whole_form_stands_on_the_page(covers_without_script: Page) -> None:
    one = form(covers_without_script, "all-types")
    expect(one.get_by_label("Nobody")).to_be_visible()
    expect(one.locator(".ac-cover")).to_be_hidden()


@pytest.fixture
def covers_without_script(page_with: OpenPage, tiny_site: str) -> Page:
    page = page_with(whole=False, java_script_enabled=False)
    page.goto(f"{tiny_site}/{TINY_PAGE}")
    return page


def test_leaving_out_from_the_inside_folds_it_away(covers: OpenPage) -> None:
    one = begin(covers(), "all-types")
    one.get_by_role("button", name="I’d rather not").click()
    expect(one.locator("[data-begin]")).to_be_visible()
    expect(one.locator(".ac-state")).to_contain_text("Left out by choice")


# -------------------------------------------------------------------------------- a walk


def test_every_part_is_shown_by_itself_and_kept(covers: OpenPage) -> None:
    page = covers()
    one = begin(page, "all-types")
    expect(one.get_by_role("heading", name="All types")).to_be_focused()
    go_on(one)
    one.get_by_label("Nobody").check()
    expect(one.get_by_label("Damp")).to_be_hidden()
    go_on(one)
    one.get_by_label("Damp").check()
    go_on(one)
    expect(one.get_by_text("A fallen leaf")).to_be_hidden()
    place(one, "In the bin")
    expect(one.locator("[data-on] .ac-said")).to_contain_text("Gardeners disagree")
    go_on(one)
    place(one, "In the pot")
    go_on(one)
    one.get_by_label("What does the plant remind you of?").fill("My aunt Ottilie, mostly")
    expect(one.locator(".ac-kept")).to_have_text("Kept ✓")
    go_on(one)
    expect(one.locator(".ac-next")).to_have_text("Next")  # what is optional holds nobody up
    go_on(one)
    expect(one.get_by_text("1 of 3 in this module")).to_be_visible()
    expect(one.locator(".ac-piles")).to_contain_text("In the bin")
    page.reload()
    expect(one).to_have_attribute("data-view", "window")


def test_at_the_end_of_a_sort_the_authors_piles_stand_beside_ones_own(covers: OpenPage) -> None:
    one = begin(covers(), "all-types")
    to_the_cards(one)
    for pile in ("In the bin", "In the pot"):
        place(one, pile)
        go_on(one)
    while "That was all" not in one.locator(".ac-end").inner_text():
        if (thoughts := one.get_by_label("What does the plant remind you of?")).is_visible():
            thoughts.fill("My aunt Ottilie, mostly")
        if not one.get_by_label("Nobody").is_checked():
            one.evaluate("form => form.querySelector('[data-field=who] input').click()")
            one.evaluate("form => form.querySelector('[data-field=how-wet] input').click()")
        go_on(one)
    piles = one.locator(".ac-piles details")
    expect(piles.nth(0).locator(".ac-number")).to_have_text(["You: 1", "We: 2"])
    expect(piles.nth(1).locator(".ac-number")).to_have_text(["You: 1", "We: 1"])
    piles.nth(0).locator("summary").click()
    expect(piles.nth(0).locator(":scope > p")).to_have_text(["Yours and ours", "Ours"])
    expect(piles.nth(0).get_by_role("listitem")).to_have_text(
        ["A fallen leaf", "Cold coffee You: In the bin"]
    )
    piles.nth(0).get_by_role("button", name="Cold coffee").click()
    expect(one.locator("[data-on] .ac-said")).to_contain_text("Gardeners disagree")


def test_going_on_is_at_the_very_card(covers: OpenPage) -> None:
    page = covers()
    one = begin(page, "all-types")
    go_on(one)
    one.get_by_label("Nobody").check()
    go_on(one)
    one.get_by_label("Damp").check()
    go_on(one)
    place(one, "In the bin")
    page.keyboard.press("Escape")
    button = one.locator("[data-begin]")
    expect(button).to_have_text("Go on at 4 of 6")
    expect(button).to_be_focused()
    button.click()
    expect(one.locator("[data-on] legend")).to_have_text("A fallen leaf")


def test_the_phones_back_closes_it_and_stays_on_the_page(covers: OpenPage) -> None:
    page = covers()
    one = begin(page, "kettle")
    address = page.url
    page.go_back()
    expect(one).not_to_have_attribute("data-view", "window")
    assert page.url == address
    expect(page.get_by_role("main")).not_to_have_attribute("inert", "")


def test_a_skipped_part_blocks_nothing(covers: OpenPage) -> None:
    one = begin(covers(), "all-types")
    for _ in range(7):
        go_on(one)
    expect(one.get_by_text("What is open can stay so, or wait.")).to_be_visible()


def test_what_lies_around_is_out_of_reach(covers: OpenPage) -> None:
    page = covers()
    one = begin(page, "all-types")
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement.closest('form')?.dataset.exercise ?? ''")
        assert inside in {"all-types", ""}  # between the last and the first is the window itself
    expect(one).to_have_attribute("data-view", "window")


# ------------------------------------------------------------------------------- a case


def test_a_choice_folds_the_others_and_the_way_is_shown(covers: OpenPage) -> None:
    one = begin(covers(), "kettle")
    go_on(one)
    expect(one.locator(".ac-next")).to_have_text("Choose first")
    expect(one.locator(".ac-why")).to_contain_text("hangs on what you choose")
    choose(one, "Leave it")
    expect(one.get_by_label("Fill it")).to_be_hidden()
    expect(one.locator(".ac-said").get_by_text("Team B fills it")).to_be_visible()
    go_on(one)
    expect(one.get_by_role("heading", name="The evening")).to_be_focused()
    way = one.locator(".ac-way")
    expect(way).to_contain_text("one of 3")
    expect(way.get_by_role("listitem")).to_have_text(
        [re.compile("^Nine in the morning"), re.compile("^The evening")]
    )
    expect(way.locator("svg .ad-number")).to_have_text(["1", "2"])
    expect(way.locator("svg .ad-passed")).to_have_count(1)
    expect(one.locator(".ac-why")).to_contain_text("go on without")
    way.get_by_role("button", name="Nine in the morning").click()
    one.get_by_role("button", name="Choose otherwise").click()
    choose(one, "Fill it")
    go_on(one)
    expect(one.get_by_role("heading", name="Noon")).to_be_focused()


def test_arrow_keys_look_at_choices_without_folding_them(covers: OpenPage) -> None:
    page = covers()
    one = begin(page, "kettle")
    page.keyboard.press("Tab")
    one.locator(".ac-next").focus()
    page.keyboard.press("Enter")
    one.get_by_label("Fill it").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(one.get_by_label("Leave it")).to_be_checked()
    expect(one.get_by_label("Fill it")).to_be_visible()


def test_another_way_after_the_end_says_so(covers: OpenPage) -> None:
    page = covers()
    one = form(page, "kettle")
    one.get_by_role("button", name="Show it all here").click()
    one.get_by_label("Leave it").check()
    one.get_by_label("What would you say?").fill("Tea?")
    expect(one.locator(".ac-progress")).to_have_text("Complete.")
    one.get_by_label("Fill it").check()
    expect(one.locator(".ac-progress")).to_contain_text("has a step that is still open")


def test_some_cards_placed_are_not_nothing(covers: OpenPage) -> None:
    one = begin(covers(), "all-types")
    to_the_cards(one)
    place(one, "In the bin")
    expect(one.locator(".ac-progress")).to_have_text("Begun. 1 of 2 cards placed.")


# --------------------------------------------------------------------- size, motion, axe


@pytest.mark.parametrize("size", [PHONE, SMALL])
def test_one_card_needs_no_scrolling(covers: OpenPage, size: dict[str, int]) -> None:
    one = begin(covers(viewport=size), "all-types")
    to_the_cards(one)
    for _ in range(2):
        place(one, "In the pot")
        assert one.evaluate("e => e.scrollHeight <= e.clientHeight")
        expect(one.locator("[data-on] .ac-places")).to_be_in_viewport(ratio=1)
        go_on(one)


def test_nothing_moves_where_motion_is_not_wanted(covers: OpenPage) -> None:
    page = covers(reduced_motion="reduce")
    begin(page, "all-types")
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_state_shuts_anybody_out(covers: OpenPage, colours: str) -> None:
    page = covers(color_scheme=colours, reduced_motion="reduce", viewport=SMALL)
    states = [scan(page)]
    one = begin(page, "all-types")
    states.append(scan(page))
    to_the_cards(one)
    place(one, "In the bin")
    states.append(scan(page))
    for _ in range(4):
        go_on(one)
    states.append(scan(page))
    page.keyboard.press("Escape")
    case = begin(page, "kettle")
    go_on(case)
    choose(case, "Leave it")
    go_on(case)
    states.append(scan(page))
    assert [found for wcag, advice in states for found in (*wcag, *advice)] == []
    assert not sideways(page)


def test_each_other_type_of_field_has_its_own_part(covers: OpenPage, fields_site: str) -> None:
    page = covers(FIELDS_PAGE, fields_site, viewport=WIDE)
    for one in page.locator("form.ac-exercise").all():
        one.locator("[data-begin]").click()
        expect(one).to_have_attribute("data-view", "window")
        parts = one.locator(".ac-bar .ac-segments i").count()
        seen = 0
        while one.get_attribute("data-kind") != "end":
            go_on(one)
            if one.locator(".ac-next").get_attribute("aria-disabled") == "true":
                one.locator("[data-on] label.ac-option").first.click()
            seen += 1
        assert seen >= parts > 0
        page.keyboard.press("Escape")
