"""The front page as a trail, the ways through the course, and the ends of modules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import scan, sideways
from tests.support.forms import form, open_tiny, walk_the_kettle

pytestmark = pytest.mark.browser

SAVED = "Kept in this browser only."
PHONE = {"width": 375, "height": 800}


def open_home(page: Page, site: str) -> Page:
    page.goto(f"{site}/index.html")
    expect(page.locator("[data-course=continue][data-ready]")).to_be_visible()
    return page


def onward(page: Page) -> Locator:
    """The one link that leads on."""
    return page.locator("[data-course=continue] > p > a")


def begin_the_kettle(page: Page, site: str) -> None:
    open_tiny(page, site)
    page.get_by_label("Fill it").check()
    expect(form(page, "kettle")).to_contain_text(SAVED)


def finish_the_kettle(page: Page, site: str) -> None:
    open_tiny(page, site)
    walk_the_kettle(page)
    expect(form(page, "kettle").locator(".ac-progress")).to_have_text("Complete.")
    expect(form(page, "kettle")).to_contain_text(SAVED)


def test_without_javascript_the_front_page_lists_modules_and_ways(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(java_script_enabled=False)
    page.goto(f"{tiny_site}/index.html")
    expect(onward(page)).to_have_text("Begin with Tiny About 10 minutes")
    tile = page.locator(".trail").get_by_role("listitem")
    expect(tile).to_have_text("Tiny: a plant and a kettle 3 exercises, about 10 minutes")
    page.locator("summary", has_text="Backwards").click()
    stop = page.locator("[data-route] li").first
    expect(stop).to_contain_text("It comes last in the module.")
    expect(page.get_by_role("button", name="Go this way")).to_be_hidden()
    expect(page.get_by_role("button", name="5 minutes")).to_be_hidden()
    stop.get_by_role("link").click()
    expect(form(page, "mine")).to_be_in_viewport()


def test_the_front_page_leads_on_to_the_very_exercise(tiny_site: str, page: Page) -> None:
    """What nobody has opened yet is next; where somebody has been, they go on."""
    begin_the_kettle(page, tiny_site)
    open_home(page, tiny_site)
    expect(onward(page)).to_contain_text("Go on where you left The kettle")
    onward(page).click()
    expect(form(page, "kettle")).to_be_in_viewport()
    finish_the_kettle(page, tiny_site)
    open_home(page, tiny_site)
    expect(onward(page)).to_contain_text("Next Mine alone Tiny, about")


def test_a_tile_says_how_far_a_module_is_and_how_long_the_rest_takes(
    tiny_site: str, page: Page
) -> None:
    open_home(page, tiny_site)
    tile = page.locator(".trail").get_by_role("listitem")
    expect(tile).to_contain_text("3 exercises, about 10 minutes")
    finish_the_kettle(page, tiny_site)
    open_home(page, tiny_site)
    expect(tile).to_contain_text("1 of 3, about 5 minutes left")
    assert tile.locator(".segments i").evaluate_all(
        "all => all.map((one) => one.hasAttribute('data-done'))"
    ) == [False, True, False]


def test_an_open_exercise_is_offered_for_a_few_minutes(tiny_site: str, page: Page) -> None:
    open_home(page, tiny_site)
    answer = page.locator(".short [role=status]")
    for minutes, title in [(3, "Mine alone"), (5, "The kettle"), (10, "The kettle")]:
        button = page.get_by_role("button", name=f"{minutes} minutes", exact=True)
        button.click()
        expect(answer).to_contain_text(title)
        expect(button).to_have_attribute("aria-pressed", "true")
    finish_the_kettle(page, tiny_site)
    open_home(page, tiny_site)
    page.get_by_role("button", name="5 minutes").click()
    expect(answer).to_contain_text("All types Tiny, about 4 minutes")
    answer.get_by_role("link").click()
    expect(form(page, "all-types")).to_be_in_viewport()


def choose_backwards(page: Page, site: str) -> None:
    open_home(page, site)
    page.locator("summary", has_text="Backwards").click()
    page.get_by_role("button", name="Go this way").click()
    expect(onward(page)).to_be_focused()


def test_on_a_way_one_is_led_along_it_until_one_leaves_it(tiny_site: str, page: Page) -> None:
    choose_backwards(page, tiny_site)
    way = page.locator("[data-part=route]")
    expect(onward(page)).to_contain_text("Mine alone")
    expect(way).to_contain_text("1 of 2 on the way “Backwards”.")
    onward(page).click()
    form(page, "mine").get_by_label("rather not do this one").check()
    summary = page.get_by_role("region", name="What you did")
    open_home(page, tiny_site)
    expect(onward(page)).to_contain_text("The kettle")
    open_tiny(page, tiny_site)
    expect(summary.locator("[data-part=route]")).to_have_text(
        "Next on the way “Backwards”: The kettle"
    )
    expect(summary.locator("[data-part=next]")).to_be_hidden()
    finish_the_kettle(page, tiny_site)
    expect(summary.locator("[data-part=next]")).to_have_text("Next: All types")
    open_home(page, tiny_site)
    expect(way).to_contain_text("You have been all the way of “Backwards”.")
    expect(onward(page)).to_contain_text("All types")
    way.get_by_role("button", name="Leave this way").click()
    expect(way).to_be_hidden()


def test_the_end_of_an_exercise_leads_along_the_way(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(whole=False, viewport=PHONE)
    choose_backwards(page, tiny_site)
    page.evaluate(
        """localStorage.setItem("allyship:/:01-tiny/mine", JSON.stringify(
          {schema: 1, answers: {}, passed: true, shared: false, saved: "2026-11-01T10:00:00Z"}))"""
    )
    open_tiny(page, tiny_site)
    mine = form(page, "all-types")
    mine.get_by_role("button", name="Begin", exact=True).click()
    for _ in range(12):
        if mine.locator(".ac-end").is_visible():
            break
        mine.locator(".ac-next").click()
    expect(mine.locator(".ac-onward")).to_contain_text("The kettle")
    mine.locator(".ac-onward").click()
    expect(form(page, "kettle").get_by_role("button", name="Begin", exact=True)).to_be_focused()


def test_a_module_ends_with_ones_own_lines(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    end = page.get_by_role("region", name="What you did")
    expect(end).to_contain_text("The plant is dry again by Monday.")
    expect(end.get_by_role("term")).to_have_count(0)
    page.get_by_label("What does the plant remind you of?").fill("My aunt's stairs <b>")
    end.scroll_into_view_if_needed()
    expect(end.get_by_role("definition")).to_have_text(["My aunt's stairs <b>"])
    page.get_by_label("What does the plant remind you of?").fill("")
    expect(end.get_by_role("term")).to_have_count(0)


def test_search_finds_modules_first_with_the_sentence(course_site: str, page: Page) -> None:
    page.goto(f"{course_site}/search.html?q=apology")
    lines = page.locator("#search-results li")
    expect(lines.first.locator(".context mark")).to_be_visible()
    expect(lines.first).to_contain_text("apolog")
    places = lines.locator("> a").evaluate_all("all => all.map((a) => new URL(a.href).pathname)")
    modules = [place.startswith("/modules/") for place in places]
    assert modules[0]
    assert modules == sorted(modules, reverse=True)
    about = [place.split("/")[1] in {"developing", "guides", "facilitate"} for place in places]
    assert about == sorted(about)
    lines.first.get_by_role("link").click()
    expect(page.locator("h1")).not_to_have_text("Search")


def test_the_contents_show_the_section_on_screen(course_site: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{course_site}/modules/03-is-and-is-not/index.html")
    here = page.locator("#contents [aria-current=location]")
    expect(here).to_have_count(0)
    for title in ("Two sheets", "Where you already are"):
        page.get_by_role("heading", name=title, exact=True).evaluate("e => e.scrollIntoView()")
        expect(here).to_have_text(title)
        expect(here).to_be_in_viewport()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_the_front_page_shuts_nobody_out(
    course_site: str, page_with: Callable[..., Page], width: int, colours: str
) -> None:
    page = page_with(viewport={"width": width, "height": 800}, color_scheme=colours)
    open_home(page, course_site)
    page.get_by_role("button", name="10 minutes").click()
    expect(page.locator(".short [role=status] a")).to_be_visible()
    page.locator("summary", has_text="I was sent").click()
    page.get_by_role("button", name="Go this way").click()
    expect(page.get_by_role("button", name="Leave this way").first).to_be_visible()
    assert scan(page)[0] == []
    assert sideways(page) == []
