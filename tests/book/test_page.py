"""An exercise on the published page, as a reader meets it in a real browser.

Complete before any script; with the script, answers are kept in this browser and nowhere
else, by mouse or by keyboard alone, in one tab or two, and through every trouble that a
browser's storage can give.
"""

# ruff: noqa: RUF001 (the forms use typographic apostrophes)

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from allyship_course.spec import load_module
from tests.support.browser import CHROMIUM_ARGS
from tests.support.forms import (
    FIELDS_PAGE,
    LEAVE_OUT,
    TINY_PAGE,
    all_text,
    answer_all_types,
    card,
    form,
    open_tiny,
    progress,
    secret,
    squeezed,
    thoughts,
    trouble,
    walk_the_kettle,
)
from tests.support.paths import FIELDS_MODULE, TINY_MODULE

pytestmark = pytest.mark.browser

KEPT_KEYS = "Object.keys(localStorage).filter(k => k.endsWith('all-types'))"
FOCUS = "document.activeElement"


# ------------------------------------------------------------------ before any script


BOOKS = pytest.mark.parametrize(
    ("book", "path", "module"),
    [("tiny", TINY_PAGE, TINY_MODULE), ("fields", FIELDS_PAGE, FIELDS_MODULE)],
)


def expect_everything_readable(page: Page, module: Path) -> None:
    """Every word that the author wrote can be seen, once all details are unfolded."""
    for summary in page.locator("form summary").all():
        summary.click()
    for exercise in load_module(module).exercises:
        seen = squeezed(form(page, exercise.id).inner_text())
        for text in all_text(exercise):
            assert squeezed(text) in seen


@BOOKS
def test_without_javascript_every_question_step_and_consequence_can_be_read(
    request: pytest.FixtureRequest,
    page_with: Callable[..., Page],
    book: str,
    path: str,
    module: Path,
) -> None:
    page = page_with(java_script_enabled=False)
    page.goto(f"{request.getfixturevalue(f'{book}_site')}/{path}")
    expect_everything_readable(page, module)


def test_without_javascript_the_page_says_so_and_shows_nothing_that_would_not_work(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(java_script_enabled=False)
    page.goto(f"{tiny_site}/{TINY_PAGE}")
    for exercise in ("all-types", "kettle", "mine"):
        said = form(page, exercise).locator("noscript > p")
        expect(said).to_be_visible()
        assert "this page can’t keep your answers" in said.inner_text()
    assert page.locator("form button:visible").count() == 0
    assert page.locator(".ac-progress:visible, .ac-saved:visible, .ac-count:visible").count() == 0


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_enter_sends_no_answers_anywhere(
    fields_site: str, page_with: Callable[..., Page], script: bool
) -> None:
    page = page_with(java_script_enabled=script)
    page.goto(f"{fields_site}/{FIELDS_PAGE}", wait_until="networkidle")
    garden = form(page, "garden")
    garden.get_by_label("Why a garden at all?").fill("What I would rather keep to myself")
    requests: list[str] = []
    page.on("request", lambda r: requests.append(r.url))
    for control in ("Who helps?", "A rake", "Dig", "On which day?", "I had it", LEAVE_OUT):
        garden.get_by_label(control, exact=True).press("Enter")
    expect(garden.get_by_label("Why a garden")).to_have_value("What I would rather keep to myself")
    assert page.url == f"{fields_site}/{FIELDS_PAGE}"
    assert not [url for url in requests if "/_static/" not in url]


def test_when_the_script_can_not_be_loaded_nothing_stays_hidden(tiny_site: str, page: Page) -> None:
    page.route("**/page.js*", lambda route: route.abort())
    page.goto(f"{tiny_site}/{TINY_PAGE}")
    expect(page.get_by_text("keeps answers did not load").first).to_be_visible()
    expect(page.get_by_role("heading", name="The evening")).to_be_visible()
    expect_everything_readable(page, TINY_MODULE)
    assert page.locator("[data-clear]:visible").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
@BOOKS
def test_nothing_moves_when_the_script_arrives(
    request: pytest.FixtureRequest,
    page_with: Callable[..., Page],
    book: str,
    path: str,
    module: Path,
    width: int,
) -> None:
    page = page_with(viewport={"width": width, "height": 900})
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/page.js*", hold)
    page.goto(f"{request.getfixturevalue(f'{book}_site')}/{path}", wait_until="commit")
    marks = page.locator("h2, form > *, form fieldset, form textarea")
    page.wait_for_function("() => !!document.querySelector('footer')")
    page.wait_for_function(
        "() => [...document.styleSheets].some(s => s.href?.includes('course.css'))"
    )
    assert page.locator("form[data-ready]").count() == 0
    before = boxes(marks)
    held[0].continue_()
    expect(page.locator("form[data-ready]")).to_have_count(3)
    assert boxes(marks) == before


def boxes(marks: Locator) -> list[tuple[str, float, float]]:
    """Name, top and height of each element, as the page lays them out."""
    found: list[tuple[str, float, float]] = marks.evaluate_all(
        """all => all.map(e => [e.className || e.tagName,
             e.getBoundingClientRect().top + scrollY, e.getBoundingClientRect().height])"""
    )
    return found


# ----------------------------------------------------------------- what a choice leads to


@pytest.mark.parametrize(
    ("group", "option", "text"),
    [
        ("Who waters it?", "Nobody", "Hye-jin, who brought it, says nothing."),
        ("Cold coffee", "In the pot", "Gardeners disagree about this one."),
    ],
)
def test_what_follows_appears_in_a_status_region_that_was_there_before(
    tiny_site: str, page: Page, group: str, option: str, text: str
) -> None:
    open_tiny(page, tiny_site)
    field = form(page, "all-types").get_by_role("group", name=group)
    status = field.get_by_role("status").element_handle()
    assert status.inner_text() == ""
    field.get_by_label(option).check()
    assert text in status.inner_text()


def test_another_choice_replaces_what_the_first_led_to(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    field = form(page, "all-types").get_by_role("group", name="Who waters it?")
    field.get_by_label("Nobody").check()
    field.get_by_label("Whoever is on the rota").check()
    expect(field.get_by_role("status")).to_have_text(
        "Tomasz asks why the rota has his name on it twice."
    )


def test_choosing_moves_no_focus_and_opens_no_page(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    page.get_by_label("Fill it").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Noon")).to_be_visible()
    expect(page.get_by_label("Fill it")).to_be_focused()
    assert page.url == f"{tiny_site}/{TINY_PAGE}"
    assert len(page.context.pages) == 1


# --------------------------------------------------------------------- answers are kept


def test_answers_of_every_type_are_there_after_a_reload(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    answer_all_types(page)
    secret(page).fill("A line\nand “another”, with ünïcødé 🌱")
    walk_the_kettle(page)
    page.reload()
    expect(page.get_by_label("Nobody")).to_be_checked()
    expect(page.get_by_label("Damp")).to_be_checked()
    expect(card(page, "Cold coffee").get_by_label("In the bin")).to_be_checked()
    expect(card(page, "A fallen leaf").get_by_label("In the pot")).to_be_checked()
    expect(thoughts(page)).to_have_value("My aunt Ottilie, mostly")
    expect(secret(page)).to_have_value("A line\nand “another”, with ünïcødé 🌱")
    expect(page.get_by_label("Write a note")).to_be_checked()
    expect(page.get_by_label("What would you say?")).to_have_value("Shall I boil two litres?")
    for exercise in ("all-types", "kettle"):
        expect(progress(page, exercise)).to_have_text("Complete.")
    expect(form(page, "all-types")).to_contain_text("Kept in this browser only.")
    expect(form(page, "all-types").get_by_text("Gardeners disagree").first).to_be_visible()


def test_what_was_typed_just_before_leaving_is_kept(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    thoughts(page).press_sequentially("and then the train ca")
    page.goto(f"{tiny_site}/index.html")
    open_tiny(page, tiny_site)
    expect(thoughts(page)).to_have_value("and then the train ca")


def test_answers_leave_the_page_by_no_request(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    requests: list[str] = []
    page.on("request", lambda r: requests.append(r.url))
    answer_all_types(page)
    walk_the_kettle(page)
    expect(form(page, "kettle").get_by_text("Kept in this browser only.")).to_be_visible()
    # The poster's picture is asked for when somebody comes near it.
    assert [url for url in requests if "/_static/" not in url] == []
    assert page.context.cookies() == []


def test_what_looks_like_html_in_an_answer_stays_text(tiny_site: str, page: Page) -> None:
    nasty = "</textarea><img src=x onerror=document.title='run'><b>bold</b>"
    open_tiny(page, tiny_site)
    thoughts(page).fill(nasty)
    page.reload()
    expect(thoughts(page)).to_have_value(nasty)
    assert page.locator("form img, form b").count() == 0
    assert "run" not in page.title()


# ------------------------------------------------------------ counting, passing, clearing


def test_progress_says_how_many_required_fields_are_answered(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    line = progress(page, "all-types")
    expect(line).to_have_text("Nothing answered yet.")
    secret(page).fill("an optional field adds nothing")
    expect(line).to_have_text("Begun.")
    page.get_by_label("Nobody").check()
    expect(line).to_have_text("1 of 4 answered.")
    card(page, "Cold coffee").get_by_label("In the bin").check()
    # The other card is still in hand.
    expect(line).to_have_text("1 of 4 answered. 1 of 2 cards placed.")
    card(page, "A fallen leaf").get_by_label("In the bin").check()
    expect(line).to_have_text("2 of 4 answered.")
    page.get_by_label("Pond").check()
    thoughts(page).fill("now all is answered")
    expect(line).to_have_text("Complete.")


def test_words_are_counted_up_to_what_makes_the_text_complete(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    for text, said in [
        ("", ""),
        ("Aunt", "1 word, 2 more to complete it"),
        ("Aunt Ottilie", "2 words, 1 more to complete it"),
        ("Aunt Ottilie, mostly", "3 words"),
        (" \n ", ""),
    ]:
        thoughts(page).fill(text)
        expect(form(page, "all-types").locator(".ac-count").first).to_have_text(said)


def test_a_sentence_starter_begins_the_text_and_the_next_one_goes_on(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    page.get_by_role("button", name="It reminds me of…").click()
    expect(thoughts(page)).to_be_focused()
    page.keyboard.type("the sea.")
    expect(thoughts(page)).to_have_value("It reminds me of the sea.")
    page.get_by_role("button", name="I would rather not say, but…").click()
    page.keyboard.type("yes")
    page.reload()
    expect(thoughts(page)).to_have_value(
        "It reminds me of the sea.\nI would rather not say, but yes"
    )


def test_an_exercise_that_is_left_out_counts_as_complete_and_keeps_what_was_written(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    thoughts(page).fill("half a thought")
    pass_ = form(page, "all-types").get_by_label(LEAVE_OUT)
    pass_.check()
    page.reload()
    expect(pass_).to_be_checked()
    expect(progress(page, "all-types")).to_have_text("Left out by choice. It counts as complete.")
    expect(thoughts(page)).to_have_value("half a thought")
    pass_.uncheck()
    expect(progress(page, "all-types")).to_have_text("1 of 4 answered.")


def test_cleared_answers_come_back_with_the_same_button(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    answer_all_types(page)
    clear = form(page, "all-types").locator("[data-clear]")
    clear.click()
    expect(thoughts(page)).to_have_value("")
    expect(page.get_by_label("Nobody")).not_to_be_checked()
    expect(form(page, "all-types").locator(".ac-said:not(:empty)")).to_have_count(0)
    expect(progress(page, "all-types")).to_contain_text("Cleared.")
    expect(clear).to_be_focused()
    page.keyboard.press("Enter")
    expect(clear).to_be_focused()
    expect(clear).to_have_text("Clear my answers")
    page.reload()
    expect(thoughts(page)).to_have_value("My aunt Ottilie, mostly")
    expect(progress(page, "all-types")).to_have_text("Complete.")


def test_cleared_answers_are_gone_after_a_reload_and_other_exercises_stay(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    answer_all_types(page)
    page.get_by_label("Dear diary").fill("another exercise")
    form(page, "all-types").get_by_role("button", name="Clear my answers").click()
    page.reload()
    expect(page.get_by_label("Dear diary")).to_have_value("another exercise")
    expect(thoughts(page)).to_have_value("")
    expect(page.get_by_label("Nobody")).not_to_be_checked()
    kept = page.evaluate(f"localStorage.getItem({KEPT_KEYS}[0])")
    assert "Ottilie" not in kept


# -------------------------------------------------------------------------- branching


def steps_shown(page: Page) -> list[str]:
    return form(page, "kettle").locator(".ac-step:visible h4").all_inner_texts()


def test_a_case_opens_step_by_step_along_the_choices(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    closing = page.get_by_text("The kettle outlives both teams.")
    expect(closing).to_be_hidden()
    assert steps_shown(page) == ["Nine in the morning"]
    page.get_by_label("Fill it").check()
    assert steps_shown(page) == ["Nine in the morning", "Noon"]
    page.get_by_label("Write a note").check()
    assert steps_shown(page) == ["Nine in the morning", "Noon", "The evening"]
    expect(closing).to_be_hidden()
    page.get_by_label("What would you say?").fill("Tea?")
    expect(closing).to_be_visible()
    expect(progress(page, "kettle")).to_have_text("Complete.")


def test_a_newly_opened_step_is_announced(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    page.get_by_label("Fill it").check()
    announced = form(page, "kettle").get_by_role("status").filter(has_text="Noon")
    expect(announced).to_have_text("It goes on below: Noon")


def test_another_choice_changes_the_way_and_keeps_what_was_answered_on_the_old_one(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    walk_the_kettle(page)
    page.get_by_label("Leave it").check()
    assert steps_shown(page) == ["Nine in the morning", "The evening"]
    expect(page.get_by_label("What would you say?")).to_have_value("Shall I boil two litres?")
    page.reload()
    assert steps_shown(page) == ["Nine in the morning", "The evening"]
    page.get_by_label("Fill it").check()
    expect(page.get_by_label("Write a note")).to_be_checked()
    assert steps_shown(page) == ["Nine in the morning", "Noon", "The evening"]


def test_a_choice_may_end_the_case_early(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    page.get_by_label("Fill it").check()
    page.get_by_label("Go out for tea").check()
    assert steps_shown(page) == ["Nine in the morning", "Noon"]
    expect(page.get_by_text("The kettle outlives both teams.")).to_be_visible()
    expect(progress(page, "kettle")).to_have_text("Complete.")


# --------------------------------------------------------------------------- two tabs


@pytest.fixture
def tabs(tiny_site: str, page: Page) -> tuple[Page, Page]:
    """The tiny module's page, open twice in one browser."""
    return open_tiny(page, tiny_site), open_tiny(page.context.new_page(), tiny_site)


def test_an_answer_in_one_tab_appears_in_the_other(tabs: tuple[Page, Page]) -> None:
    one, other = tabs
    answer_all_types(one)
    expect(thoughts(other)).to_have_value("My aunt Ottilie, mostly")
    expect(other.get_by_label("Damp")).to_be_checked()
    expect(card(other, "Cold coffee").get_by_label("In the bin")).to_be_checked()
    expect(progress(other, "all-types")).to_have_text("Complete.")
    form(one, "all-types").locator("[data-clear]").click()
    expect(thoughts(other)).to_have_value("")


def test_what_is_being_typed_is_not_overwritten_and_the_last_word_wins_field_by_field(
    tiny_site: str, page: Page
) -> None:
    one, other = open_tiny(page, tiny_site), page.context.new_page()
    # Time stands still there: what is typed is kept only when the field is left.
    other.add_init_script("window.setTimeout = () => 1")
    open_tiny(other, tiny_site)
    thoughts(other).press_sequentially("mine, still being typ")
    thoughts(one).fill("theirs, kept earlier")
    secret(one).fill("a secret of the first tab")
    expect(secret(other)).to_have_value("a secret of the first tab")
    expect(thoughts(other)).to_have_value("mine, still being typ")
    other.keyboard.press("Tab")
    expect(thoughts(one)).to_have_value("mine, still being typ")
    expect(secret(one)).to_have_value("a secret of the first tab")


def test_a_tab_left_open_with_the_cursor_in_a_text_does_not_bring_the_old_text_back(
    tabs: tuple[Page, Page],
) -> None:
    left_open, other = tabs
    thoughts(left_open).fill("the first version")
    expect(thoughts(other)).to_have_value("the first version")
    thoughts(left_open).focus()
    thoughts(other).fill("the second, better version")
    expect(thoughts(left_open)).to_have_value("the second, better version")
    secret(left_open).fill("something else")
    expect(secret(other)).to_have_value("something else")
    other.reload()
    expect(thoughts(other)).to_have_value("the second, better version")


# -------------------------------------------------------------------- storage in trouble


def fill_storage(page: Page) -> None:
    """Use up what this browser grants the site, to the last character."""
    page.evaluate(
        """() => {
          for (let size = 1 << 20, n = 0; size >= 1; ) {
            try { localStorage.setItem(`other-site-${n++}`, "x".repeat(size)); }
            catch { size = Math.floor(size / 2); }
          }
        }"""
    )


def test_full_storage_is_told_in_plain_words_and_the_text_stays(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    fill_storage(page)
    thoughts(page).fill("a text that finds no room")
    expect(trouble(page, "all-types")).to_contain_text("does not let the page keep your answers")
    expect(thoughts(page)).to_have_value("a text that finds no room")
    expect(form(page, "all-types").get_by_text("Kept in this browser only.")).to_have_count(0)
    page.evaluate("localStorage.clear()")
    secret(page).fill("there is room again")
    expect(trouble(page, "all-types")).to_have_text("")
    page.reload()
    expect(thoughts(page)).to_have_value("a text that finds no room")


def test_blocked_storage_is_told_and_the_form_works_until_the_page_is_closed(
    tiny_site: str, browser: Browser, whole_chromium: str, tmp_path: Path
) -> None:
    """A browser whose owner forbids all site data: even asking for the storage raises.

    Only a whole browser has settings.
    """
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    preferences.write_text(json.dumps(blocked))
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=whole_chromium, args=CHROMIUM_ARGS
    )
    page = open_tiny(context.new_page(), tiny_site)
    assert page.evaluate("(() => { try { localStorage } catch (e) { return e.name } })()")
    form(page, "all-types").get_by_role("button", name="Show it all here").click()
    expect(trouble(page, "all-types")).to_contain_text("does not let the page keep")
    answer_all_types(page)
    expect(progress(page, "all-types")).to_have_text("Complete.")
    expect(trouble(page, "all-types")).to_contain_text("print it, or copy")
    context.close()


def put_in_storage(page: Page, site: str, text: str) -> None:
    """Put ``text`` where the answers to "All types" are kept, then load the page anew."""
    open_tiny(page, site)
    page.get_by_label("Nobody").check()
    page.wait_for_function(f"() => {KEPT_KEYS}.length === 1")
    page.evaluate(f"text => localStorage.setItem({KEPT_KEYS}[0], text)", text)
    page.reload()
    expect(page.locator("form[data-ready]")).to_have_count(3)


@pytest.mark.parametrize(
    "damaged", ['{"schema": 1, "answers": {"thoughts": "cut o', '{"schema": 1}', "null", "[]"]
)
def test_damaged_answers_are_set_aside_and_new_ones_are_kept(
    tiny_site: str, page: Page, damaged: str
) -> None:
    put_in_storage(page, tiny_site, damaged)
    expect(trouble(page, "all-types")).to_contain_text("were damaged in this browser")
    assert damaged in page.evaluate("Object.values(localStorage)")
    thoughts(page).fill("begun anew after that")
    expect(form(page, "all-types").get_by_text("Kept in this browser only.")).to_be_visible()
    page.reload()
    expect(thoughts(page)).to_have_value("begun anew after that")
    assert damaged in page.evaluate("Object.values(localStorage)")


def test_what_is_damaged_once_more_is_set_aside_too(tiny_site: str, page: Page) -> None:
    first, second = '{"schema": 1, "answers": {"thoughts": "cut', '{"schema": 1, "answers": {"who'
    put_in_storage(page, tiny_site, first)
    aside = "Object.keys(localStorage).find((key) => key.endsWith(':damaged'))"
    key = page.evaluate(aside).removesuffix(":damaged")
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, second])
    page.reload()
    expect(trouble(page, "all-types")).to_contain_text("were damaged in this browser")
    assert {first, second} <= set(page.evaluate("Object.values(localStorage)"))


def test_answers_of_a_newer_version_are_not_touched(tiny_site: str, page: Page) -> None:
    newer = '{"schema": 99, "answers": {"thoughts": {"html": "from the future"}}}'
    put_in_storage(page, tiny_site, newer)
    expect(trouble(page, "all-types")).to_contain_text("newer version of this course")
    thoughts(page).fill("typed all the same")
    form(page, "all-types").locator("[data-clear]").focus()  # leaving the field keeps at once
    expect(trouble(page, "all-types")).to_contain_text("Nothing was changed")
    page.reload()
    assert newer in page.evaluate("Object.values(localStorage)")


def test_answers_that_do_not_fit_their_fields_leave_them_open(tiny_site: str, page: Page) -> None:
    answers = {"who": {"a": 1}, "how-wet": "<b>3</b>", "cards": "pot", "thoughts": 7}
    kept = {"schema": 1, "answers": {**answers, "secret": "this one fits"}, "passed": "yes"}
    put_in_storage(page, tiny_site, json.dumps(kept))
    expect(secret(page)).to_have_value("this one fits")
    expect(thoughts(page)).to_have_value("")
    expect(form(page, "all-types").locator(":checked")).to_have_count(0)
    expect(progress(page, "all-types")).to_have_text("Begun.")


def test_an_answer_to_a_field_that_is_gone_is_not_thrown_away(tiny_site: str, page: Page) -> None:
    """The author took a question away; what was written to it stays the learner's."""
    kept = {"schema": 1, "answers": {"who": "the-cat", "gone": "three evenings of work"}}
    put_in_storage(page, tiny_site, json.dumps(kept))
    thoughts(page).fill("some other thing")
    expect(form(page, "all-types").get_by_text("Kept in this browser only.")).to_be_visible()
    page.wait_for_function(
        f"() => localStorage.getItem({KEPT_KEYS}[0]).includes('some other thing')"
    )
    kept_now = json.loads(page.evaluate(f"localStorage.getItem({KEPT_KEYS}[0])"))
    assert kept_now["answers"]["gone"] == "three evenings of work"
    assert kept_now["answers"]["who"] == "the-cat"


# ------------------------------------------------------------------------ keyboard alone


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until ``target`` has the focus; at every stop on the way it can be seen."""
    wanted = target.element_handle()
    for _ in range(100):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
        assert_focus_is_visible(page)
    raise AssertionError("Tab does not lead there")


def assert_focus_is_visible(page: Page) -> None:
    """What has the focus comes into view and has an outline, unless it left the page."""
    outlined = page.evaluate(
        """() => {
          const e = document.activeElement, style = getComputedStyle(e);
          const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
          return e === document.body || seen || e.outerHTML;
        }"""
    )
    assert outlined is True
    page.wait_for_function(
        """() => {
          const e = document.activeElement, box = e.getBoundingClientRect();
          const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.width > 0;
          return e === document.body || seen;
        }"""
    )


def test_every_exercise_can_be_completed_with_the_keyboard_alone(
    tiny_site: str, page: Page
) -> None:
    open_tiny(page, tiny_site)
    tab_to(page, page.get_by_label("Nobody"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Whoever is on the rota")).to_be_checked()
    tab_to(page, page.get_by_label("Dust"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Dry")).to_be_checked()
    for name in ("Cold coffee", "A fallen leaf"):
        tab_to(page, card(page, name).get_by_label("In the pot"))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="It reminds me of…"))
    page.keyboard.press("Enter")
    page.keyboard.type("home")
    expect(progress(page, "all-types")).to_have_text("Complete.")

    tab_to(page, page.get_by_label("Fill it"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Write a note"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("What would you say?"))
    page.keyboard.type("Tea, anyone?")
    expect(progress(page, "kettle")).to_have_text("Complete.")

    tab_to(page, form(page, "mine").get_by_label(LEAVE_OUT))
    page.keyboard.press("Space")
    expect(progress(page, "mine")).to_contain_text("counts as complete")


def test_tab_leads_through_the_whole_page_and_out_again(tiny_site: str, page: Page) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})  # no part of the page is folded away
    open_tiny(page, tiny_site)
    page.keyboard.press("Tab")
    first = page.evaluate(f"{FOCUS}.outerHTML")
    stops = [first]
    for _ in range(120):
        page.keyboard.press("Tab")
        assert_focus_is_visible(page)
        stop = page.evaluate(f"{FOCUS}.outerHTML")
        if stop in {first, page.evaluate("document.body.outerHTML")}:
            break
        stops.append(stop)
    else:
        raise AssertionError("Tab never leaves the page")
    for control in page.locator("form :is(textarea, button, [type=checkbox]):visible").all():
        assert control.evaluate("e => e.outerHTML") in stops
