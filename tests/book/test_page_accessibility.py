"""The pages of the course for everybody: scanned by axe, measured, and read as a screen reader
reads them.

A scan can NOT find everything: it knows no more than what can be told from the page's code at
one moment. It cannot tell whether a label makes sense, whether the order of reading is the
order of thought, whether a consequence that is read out comes at a good time, whether the words
are plain, whether somebody with a switch, with dictation or with a magnifier gets through an
exercise, or whether a case hurts. Those need people: a walk through each module with NVDA or
VoiceOver, by keyboard, at 400 % zoom and by somebody who did not write it. What this file adds
to the scan, for what a machine can tell: names and roles in the accessibility tree, the size of
each target, reflow, large text, forced colours and reduced motion. Keyboard use is tested in
test_page.py, paper in test_print.py.
"""

# ruff: noqa: RUF001 (the forms use typographic apostrophes)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import scan, sideways, sniff, third_scan
from tests.support.forms import (
    FIELDS_PAGE,
    LEAVE_OUT,
    TINY_PAGE,
    answer_all_types,
    answer_everything,
    form,
    open_page,
    open_tiny,
    pages_of,
    progress,
    thoughts,
    walk_the_kettle,
)

pytestmark = pytest.mark.browser

CONTROLS = "form.ac-exercise :is(input, textarea, select, button, summary):visible"

NOTHING_CHOSEN = "nothing chosen"
ALL_OPEN = "everything chosen and open"
EXTREMES = {("light", 1280, ALL_OPEN), ("dark", 320, ALL_OPEN), ("light", 320, NOTHING_CHOSEN)}
# axe takes seconds for each page of the course. The slow runs see them all.
ONE_OF_EACH_KIND = (
    "index.html",
    "modules/05-mistakes-and-repair/index.html",
    "my-journal.html",
    "glossary.html",
    "facilitate/index.html",
)


def open_everything(page: Page) -> None:
    """Choose in every group, fill in every field, go every way of every case, unfold all."""
    answer_everything(page)
    page.evaluate(
        """() => {
          // No route of a case shows all its steps at once: show the others too, as on paper.
          for (const step of document.querySelectorAll("form.ac-exercise [data-step]"))
            step.dataset.reached = "";
          for (const form of document.forms) form.dataset.ended = "";
          for (const details of document.querySelectorAll("details")) details.open = true;
        }"""
    )


def cases() -> list[Any]:
    """Every book, colour scheme, width and state. The long ``course`` is slow, and so is what of
    the others is between the extremes.
    """
    return [
        pytest.param(book, scheme, width, state, marks=[] if quick else pytest.mark.slow)
        for book in ("tiny", "fields", "course")
        for scheme in ("light", "dark")
        for width in (1280, 320)
        for state in (NOTHING_CHOSEN, ALL_OPEN)
        for quick in [book != "course" and (scheme, width, state) in EXTREMES]
    ]


@pytest.mark.parametrize(("book", "scheme", "width", "state"), cases())
def test_two_engines_find_nothing_on_any_page_and_none_scrolls_sideways(
    request: pytest.FixtureRequest,
    page_with: Callable[..., Page],
    book: str,
    scheme: str,
    width: int,
    state: str,
) -> None:
    site = request.getfixturevalue(f"{book}_site")
    page = page_with(color_scheme=scheme, viewport={"width": width, "height": 900})
    faults: dict[str, tuple[list[str], ...]] = {}
    for path in pages_of(request.getfixturevalue(f"{book}_html")):
        page.goto(f"{site}/{path}")
        expect(page.locator("form.ac-exercise:not([data-ready])")).to_have_count(0)
        if state == ALL_OPEN:
            open_everything(page)
        faults[path] = (*scan(page), sniff(page), sideways(page))
    assert {path: found for path, found in faults.items() if any(found)} == {}


def test_axe_finds_nothing_on_a_page_of_each_kind(
    course_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(viewport={"width": 1280, "height": 900})
    for path in ONE_OF_EACH_KIND:
        page.goto(f"{course_site}/{path}")
        expect(page.locator("form.ac-exercise:not([data-ready])")).to_have_count(0)
        open_everything(page)
        assert scan(page) == ([], []), path


def test_no_page_of_the_course_scrolls_sideways_and_html_codesniffer_finds_nothing(
    course_html: Path, course_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(color_scheme="light")
    faults: dict[str, tuple[list[str], ...]] = {}
    for path in pages_of(course_html):
        page.set_viewport_size({"width": 320, "height": 900})
        page.goto(f"{course_site}/{path}")
        expect(page.locator("form.ac-exercise:not([data-ready])")).to_have_count(0)
        open_everything(page)
        too_wide = sideways(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        faults[path] = (too_wide, sniff(page))
    assert {path: found for path, found in faults.items() if any(found)} == {}


@pytest.mark.parametrize(("path", "book"), [(TINY_PAGE, "tiny"), (FIELDS_PAGE, "fields")])
def test_a_third_engine_finds_nothing_in_any_state_of_an_exercise(
    request: pytest.FixtureRequest, page_with: Callable[..., Page], path: str, book: str
) -> None:
    """Covers, all of it fresh and answered, and each thing that *Begin* shows."""
    site = request.getfixturevalue(f"{book}_site")
    whole = open_page(page_with(), f"{site}/{path}")
    faults = {"fresh": third_scan(whole)}
    open_everything(whole)
    faults["all open"] = third_scan(whole)
    # Without motion: what is faded in has no contrast yet.
    small = page_with(whole=False, viewport={"width": 375, "height": 800}, reduced_motion="reduce")
    page = open_page(small, f"{site}/{path}")
    faults["covers"] = third_scan(page)
    answer_everything(page)
    first = page.locator("form.ac-exercise").first
    first.locator("[data-begin]").click()
    following = first.locator(".ac-next")
    while following.inner_text() != "Close":
        following.click()
    faults["the end"] = third_scan(page)
    while (back := first.locator(".ac-nav button").first).is_visible():
        back.click()
        faults[first.locator(".ac-where").inner_text()] = third_scan(page)
    assert {state: found for state, found in faults.items() if found} == {}


@pytest.mark.slow
def test_a_third_engine_finds_nothing_on_any_page_of_the_course(
    course_html: Path, course_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(viewport={"width": 375, "height": 800})
    faults: dict[str, list[str]] = {}
    for path in pages_of(course_html):
        page.goto(f"{course_site}/{path}")
        expect(page.locator("form.ac-exercise:not([data-ready])")).to_have_count(0)
        open_everything(page)
        faults[path] = third_scan(page)
    assert {path: found for path, found in faults.items() if found} == {}


def test_both_engines_find_nothing_in_the_submission_and_the_open_contents(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = open_tiny(page_with(viewport={"width": 320, "height": 900}), tiny_site)
    answer_all_types(page)
    expect(form(page, "all-types")).to_contain_text("Kept in this browser only.")
    page.get_by_role("button", name="Contents").click()
    assert scan(page) == ([], [])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Prepare my submission").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Share my answers").first.check()
    dialog.get_by_role("button", name="Download the file").click()
    expect(dialog.get_by_text("There is no id yet")).to_be_visible()
    assert scan(page) == ([], [])
    assert sniff(page) == []
    small = dialog.locator(":is(button, input, summary):visible").evaluate_all(
        """all => all.map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
          .filter(([_, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


def test_an_exercise_of_each_kind_is_done_by_taps_alone(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    """No dragging, no hovering, no second finger; text comes from the screen's keyboard."""
    page = page_with(viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True)
    open_tiny(page, tiny_site)
    everything = form(page, "all-types")
    for name in ("Nobody", "Damp"):
        everything.get_by_text(name, exact=True).first.tap()
    for card in everything.locator(".ac-card").all():
        card.get_by_text("In the bin", exact=True).first.tap()
    everything.get_by_role("button", name="It reminds me of…").tap()
    page.keyboard.insert_text("home")
    expect(progress(page, "all-types")).to_have_text("Complete.")
    kettle = form(page, "kettle")
    kettle.get_by_text("Fill it", exact=True).first.tap()
    kettle.get_by_text("Go out for tea", exact=True).first.tap()
    expect(progress(page, "kettle")).to_have_text("Complete.")


# ---------------------------------------------------------- names, roles, descriptions


def test_the_accessibility_tree_names_every_group_and_control(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    expect(form(page, "all-types")).to_match_aria_snapshot(
        """
        - form "All types":
          - heading "All types" [level=3]
          - group "Who waters it?":
            - radio "Nobody"
            - radio "Whoever is on the rota"
            - status
          - group "How wet is the soil?":
            - radio "Dust"
            - radio "Pond"
          - group "Where does each thing belong?":
            - list:
              - listitem:
                - group "Cold coffee":
                  - radio "In the pot"
                  - radio "In the bin"
                  - status
              - listitem:
                - group "A fallen leaf":
                  - radio "In the pot"
                  - radio "In the bin"
          - list:
            - listitem:
              - button "It reminds me of…"
            - listitem:
              - button "I would rather not say, but…"
          - textbox "What does the plant remind you of?"
          - textbox "What would you never tell the plant? (optional)"
          - checkbox "I’d rather not do this one"
          - status: Nothing answered yet.
          - alert
          - button "Clear my answers"
        """
    )
    expect(form(page, "kettle")).to_match_aria_snapshot(
        """
        - form "The kettle":
          - group "Nine in the morning":
            - heading "Nine in the morning" [level=4]
            - group "What do you do?":
              - radio "Fill it"
              - radio "Leave it"
        """
    )


@pytest.mark.parametrize(
    ("role", "name", "hint"),
    [
        ("group", "Who waters it?", "There is one watering can. Choose one."),
        ("group", "How wet is the soil?", "Choose one step."),
        ("group", "Where does each thing belong?", "Choose one place for each card."),
        (
            "textbox",
            "What does the plant remind you of?",
            "A few words do. At least 3 words make it complete.",
        ),
        (
            "textbox",
            "What would you never tell the plant?",
            "Private: this answer can’t be shared.",
        ),
        (
            "checkbox",
            LEAVE_OUT,
            "It then counts as complete, and nobody asks why.",
        ),
    ],
)
def test_a_hint_is_read_out_with_its_field(
    tiny_site: str, page: Page, role: Any, name: str, hint: str
) -> None:
    open_tiny(page, tiny_site)
    field = form(page, "all-types").get_by_role(role, name=name)
    expect(field).to_have_accessible_description(hint)


def test_the_words_counted_so_far_are_part_of_the_description_of_a_text(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    thoughts(page).fill("My aunt")
    expect(thoughts(page)).to_have_accessible_description(
        "A few words do. At least 3 words make it complete. 2 words, 1 more to complete it"
    )


# ------------------------------------------------------------------- sizes and reflow


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(("book", "path"), [("tiny", TINY_PAGE), ("fields", FIELDS_PAGE)])
def test_every_control_is_at_least_24_pixels_large(
    request: pytest.FixtureRequest,
    page_with: Callable[..., Page],
    book: str,
    path: str,
    width: int,
) -> None:
    page = page_with(viewport={"width": width, "height": 900})
    open_page(page, f"{request.getfixturevalue(f'{book}_site')}/{path}")
    open_everything(page)
    # A phrase to press is its label: the box itself lies under it, unseen.
    sizes = page.locator(CONTROLS).evaluate_all(
        """all => all.map(e => {
          const target = e.closest(".ac-mark")?.querySelector("label") ?? e;
          const b = target.getClientRects()[0];
          return [e.outerHTML.slice(0, 100), b.width, b.height]; })"""
    )
    assert len(sizes) > 20
    assert [s for s in sizes if s[1] < 24 or s[2] < 24] == []


def test_the_word_beside_a_radio_button_belongs_to_its_target(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    page.get_by_text("Whoever is on the rota", exact=True).first.click()
    expect(page.get_by_label("Whoever is on the rota")).to_be_checked()


def restyle(page: Page, css: str) -> None:
    """Add a style of the reader's own; the page's security policy allows no style element."""
    page.evaluate(
        """css => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.adoptedStyleSheets.push(sheet);
        }""",
        css,
    )


def test_text_at_200_per_cent_loses_nothing(tiny_site: str, page_with: Callable[..., Page]) -> None:
    page = open_tiny(page_with(viewport={"width": 640, "height": 900}), tiny_site)
    restyle(page, ":root { font-size: 200% }")
    open_everything(page)
    size = thoughts(page).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 32
    assert sideways(page) == []
    cut_off = page.locator("form :is(label, legend, p, button, summary, h3, h4, dd):visible")
    assert (
        cut_off.evaluate_all(
            """all => all.filter(e => !e.classList.contains("ac-announce"))
             .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
             .map(e => e.outerHTML.slice(0, 100))"""
        )
        == []
    )


def test_large_text_on_a_phone_leaves_room_to_read(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = open_tiny(page_with(viewport={"width": 375, "height": 800}), tiny_site)
    answer_all_types(page)
    head = page.get_by_role("banner")
    page.evaluate("scrollTo(0, 1000)")
    assert head.evaluate("(one) => one.getBoundingClientRect().top") == 0
    restyle(page, ":root { font-size: 200% }")
    assert sideways(page) == []
    page.evaluate("scrollTo(0, 1500)")
    assert head.evaluate("(one) => one.getBoundingClientRect().bottom") <= 160


def test_text_spacing_of_the_readers_own_loses_nothing(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    """WCAG 1.4.12: what somebody with dyslexia may set in the browser."""
    page = open_tiny(page_with(viewport={"width": 320, "height": 900}), tiny_site)
    restyle(
        page,
        "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
        " word-spacing: 0.16em !important } p { margin-block-end: 2em !important }",
    )
    open_everything(page)
    assert sideways(page) == []


# ------------------------------------------------------- colours and motion of one's own


def test_in_forced_colours_controls_and_focus_can_be_seen(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = open_tiny(page_with(forced_colors="active"), tiny_site)
    answer_all_types(page)
    walk_the_kettle(page)
    page.keyboard.press("Tab")  # from here on focus shows as it does for the keyboard
    for control in page.locator(CONTROLS).all():
        control.focus()
        style = control.evaluate(
            """e => { const s = getComputedStyle(e);
                 return [s.outlineStyle, parseFloat(s.outlineWidth), s.outlineColor,
                         getComputedStyle(e.closest("form")).backgroundColor]; }"""
        )
        assert style[0] != "none"
        assert style[1] >= 2
        assert style[2] != style[3]
    for box in page.locator("form :is(textarea, button):visible").all():
        assert box.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)") >= 1
    first, second = page.get_by_label("Nobody"), page.get_by_label("Whoever is on the rota")
    assert pixels(first) != pixels(second), "chosen and not chosen look the same"


def pixels(control: Locator) -> bytes:
    control.evaluate("e => e.blur()")
    return control.screenshot()


def test_done_and_not_done_are_told_in_words_and_not_by_colour_alone(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    before = progress(page, "all-types").inner_text()
    answer_all_types(page)
    expect(progress(page, "all-types")).to_have_text("Complete.")
    assert before != "Complete."


def test_nothing_moves_for_who_asked_for_less_motion(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = open_tiny(page_with(reduced_motion="reduce"), tiny_site)
    open_everything(page)
    moving = page.evaluate(
        """() => document.getAnimations().filter(a => a.effect?.target?.closest("form"))
             .map(a => a.effect.target.className)"""
    )
    assert moving == []
    scroll = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    assert scroll == "auto"


def test_on_a_phone_every_tab_stop_comes_into_view(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    """WCAG 2.4.7 and 2.4.11: not off the screen, nor all of it under one of the theme's bars."""
    page = open_tiny(page_with(viewport={"width": 375, "height": 667}), tiny_site)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(50):
            page.keyboard.press(key)
            # The theme scrolls smoothly: this waits until the place is reached.
            page.wait_for_function(
                """() => {
                  const e = document.activeElement, b = e.getBoundingClientRect();
                  const part = [0.02, 0.5, 0.98];
                  return e === document.body || part.some(x => part.some(y => {
                    const at = document.elementFromPoint(b.x + b.width * x, b.y + b.height * y);
                    return at && (e.contains(at) || at.contains(e) && at !== document.body);
                  }));
                }""",
                timeout=5000,
            )
