"""A package in scorm-again, in a real browser: what arrives, what stays, and what nobody hears."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from tests.support.browser import CHROMIUM_ARGS, PATIENCE, SHOW_IT_ALL
from tests.support.forms import LEAVE_OUT
from tests.support.player import Platform
from tests.support.waiting import eventually

from .conftest import Play

pytestmark = pytest.mark.browser

SECRET = "Zanzibar-7731"
STATUS = {"scorm12": "cmi.core.lesson_status", "scorm2004": "cmi.completion_status"}
SCORE = {"scorm12": "cmi.core.score.raw", "scorm2004": "cmi.score.raw"}


def open_module(platform: Platform, page: Page, learner: str, title: str = "Tiny") -> FrameLocator:
    page.goto(f"{platform.address}/as/{learner}")
    course = page.frame_locator("iframe").frame_locator("iframe")
    course.get_by_role("link", name=title).last.click()
    expect(course.locator("form[data-ready]")).to_have_count(3)
    return course


def form(course: FrameLocator, exercise: str) -> Locator:
    return course.locator(f"form[data-exercise='{exercise}']")


def line(course: FrameLocator) -> Locator:
    return course.locator(".platform")


def leave_out(course: FrameLocator, exercise: str) -> None:
    form(course, exercise).get_by_label(LEAVE_OUT).check()


def complete_all(course: FrameLocator) -> None:
    form(course, "mine").get_by_label("Dear diary").fill(SECRET)
    leave_out(course, "all-types")
    leave_out(course, "kettle")


@pytest.mark.parametrize("standard", ["scorm12", "scorm2004"])
def test_completion_arrives_and_comes_back(play: Play, page: Page, standard: str) -> None:
    platform = play(standard)
    course = open_module(platform, page, "ada")
    form(course, "mine").get_by_label("Dear diary").fill(SECRET)
    expect(line(course)).to_contain_text("1 of 3 exercises complete. Your platform knows this")
    eventually(lambda: platform.value("ada", SCORE[standard]) == "33", page)
    assert platform.value("ada", STATUS[standard]) == "incomplete"

    # Who comes back finds the words in this browser, and goes on where the platform left off.
    course = open_module(platform, page, "ada")
    expect(form(course, "mine").get_by_label("Dear diary")).to_have_value(SECRET)
    leave_out(course, "all-types")
    leave_out(course, "kettle")
    expect(line(course)).to_contain_text("3 of 3 exercises complete. Your platform knows this")
    eventually(lambda: platform.value("ada", STATUS[standard]) == "completed", page)
    assert platform.value("ada", SCORE[standard]) == "100"


def test_passed_where_the_instructor_wants_it(play: Play, page: Page) -> None:
    platform = play("scorm12", "passed")
    complete_all(open_module(platform, page, "ada"))
    eventually(lambda: platform.value("ada", STATUS["scorm12"]) == "passed", page)


@pytest.mark.parametrize(("goal", "success"), [("completed", "unknown"), ("passed", "passed")])
def test_scorm_2004_has_success_apart(play: Play, page: Page, goal: str, success: str) -> None:
    platform = play("scorm2004", goal)
    complete_all(open_module(platform, page, "ada"))
    eventually(lambda: platform.value("ada", STATUS["scorm2004"]) == "completed", page)
    assert platform.value("ada", "cmi.success_status") == success


@pytest.mark.parametrize("standard", ["scorm12", "scorm2004"])
def test_no_call_carries_a_word(play: Play, page: Page, standard: str) -> None:
    platform = play(standard)
    bodies: list[str] = []
    page.on("request", lambda r: bodies.append(f"{r.url} {r.post_data or ''}"))
    course = open_module(platform, page, "ada")
    for choice in course.locator("form[data-exercise] fieldset").all():
        if (radio := choice.get_by_role("radio").first).count():
            radio.check(force=True)
    for text in course.locator("form[data-exercise] :is(textarea, input[type=text])").all():
        if text.is_visible():
            text.fill(f"{SECRET} and two more words")
    expect(line(course)).to_contain_text("Your platform knows this")
    page.goto("about:blank")  # what is said at the end is among it, too
    said = [*bodies, str(platform.kept)]
    assert any("/commit/ada" in body for body in said)
    assert not [body for body in said if SECRET in body or "two more words" in body]


def test_the_calls_are_these_and_no_others(play: Play, page: Page) -> None:
    platform = play("scorm12")
    complete_all(open_module(platform, page, "ada"))
    eventually(lambda: platform.value("ada", STATUS["scorm12"]) == "completed", page)
    calls: list[list[str]] = page.evaluate("heard")
    assert SECRET not in str(calls)
    names = {call[1] for call in calls if call[0] == "LMSSetValue"}
    assert names == {
        *("cmi.core.score.raw", "cmi.core.score.min", "cmi.core.score.max"),
        *("cmi.core.lesson_status", "cmi.suspend_data"),
    }
    # A version, and six digits for each exercise that is complete.
    assert re.fullmatch(r"1( [0-9a-f]{6}){3}", platform.value("ada", "cmi.suspend_data"))


def test_two_learners_at_one_browser_never_meet(play: Play, page: Page) -> None:
    platform = play("scorm12")
    course = open_module(platform, page, "ada")
    form(course, "mine").get_by_label("Dear diary").fill(SECRET)
    expect(line(course)).to_contain_text("1 of 3")
    course = open_module(platform, page, "ben")
    expect(form(course, "mine").get_by_label("Dear diary")).to_have_value("")
    expect(line(course)).to_contain_text("0 of 3")
    assert platform.value("ben", SCORE["scorm12"]) in {"", "0"}
    names = page.evaluate("Object.keys(localStorage)")
    assert not [name for name in names if "ada" in name or "ben" in name]
    # And each finds their own again.
    course = open_module(platform, page, "ada")
    expect(form(course, "mine").get_by_label("Dear diary")).to_have_value(SECRET)


def test_two_windows_of_one_learner_leave_each_other_in_peace(
    play: Play, context: BrowserContext
) -> None:
    platform = play("scorm12")
    one, other = context.new_page(), context.new_page()
    course = open_module(platform, one, "ada")
    watched = open_module(platform, other, "ada")
    watched.locator("body").evaluate(
        "() => { window.changes = 0; addEventListener('storage', () => { changes += 1; }); }"
    )
    leave_out(course, "kettle")
    expect(line(watched)).to_contain_text("1 of 3 exercises complete")
    other.wait_for_timeout(1000)
    assert watched.locator("body").evaluate("() => window.changes") < 20


def test_on_another_device_what_is_complete_stays_and_words_do_not(
    play: Play, page: Page, page_with: Callable[..., Page]
) -> None:
    platform = play("scorm12")
    course = open_module(platform, page, "ada")
    form(course, "mine").get_by_label("Dear diary").fill(SECRET)
    eventually(lambda: platform.value("ada", SCORE["scorm12"]) == "33", page)

    other = page_with()
    course = open_module(platform, other, "ada")
    expect(form(course, "mine").get_by_label("Dear diary")).to_have_value("")
    expect(line(course)).to_contain_text("1 of 3 exercises complete")
    expect(line(course)).to_contain_text("on another device or in another browser")
    leave_out(course, "kettle")
    eventually(lambda: platform.value("ada", SCORE["scorm12"]) == "66", other)


def test_words_are_taken_to_another_device_by_hand(
    play: Play, fields_html: Path, page: Page, page_with: Callable[..., Page]
) -> None:
    platform = play("scorm12", html=fields_html)
    course = open_module(platform, page, "ada", "Fields")
    form(course, "spring").get_by_label("What do you hope for?").fill(SECRET)
    leave_out(course, "autumn")
    expect(line(course)).to_contain_text("Your platform knows this")
    course.get_by_role("link", name="My journal").first.click()
    with page.expect_download() as saved:
        course.get_by_role("button", name="Save to take in elsewhere").click()

    other = page_with()
    course = open_module(platform, other, "ada", "Fields")
    line(course).get_by_role("link", name="My journal").click()
    expect(course.locator("[data-course=journal][data-ready]")).to_be_visible()
    course.get_by_label("Take in a journal").set_input_files(saved.value.path())
    expect(course.locator("article.ac-entry").filter(has_text="In spring")).to_contain_text(SECRET)


@pytest.mark.parametrize("trouble", ["throws", "ended"])
def test_a_platform_that_fails_is_told_again(play: Play, page: Page, trouble: str) -> None:
    platform = play("scorm12")
    course = open_module(platform, page, "ada")
    expect(line(course)).to_contain_text("Your platform knows this")
    page.evaluate(f"trouble = '{trouble}'")
    form(course, "mine").get_by_label("Dear diary").fill(SECRET)
    expect(line(course)).to_contain_text("Your platform does not answer")
    expect(form(course, "mine").get_by_label("Dear diary")).to_have_value(SECRET)
    assert platform.value("ada", SCORE["scorm12"]) == "0"

    page.evaluate("trouble = ''")  # it answers again, and nobody does anything
    expect(line(course)).to_contain_text("1 of 3 exercises complete. Your platform knows this")
    eventually(lambda: platform.value("ada", SCORE["scorm12"]) == "33", page)


def test_what_a_session_that_ended_did_not_hear_comes_with_the_next(play: Play, page: Page) -> None:
    platform = play("scorm12")
    course = open_module(platform, page, "ada")
    page.evaluate("trouble = 'ended'")
    complete_all(course)
    expect(line(course)).to_contain_text("Your platform does not answer")
    page.goto("about:blank")
    assert platform.value("ada", STATUS["scorm12"]) != "completed"
    page.goto(f"{platform.address}/as/ada")
    eventually(lambda: platform.value("ada", STATUS["scorm12"]) == "completed", page)


def test_outside_of_a_platform_it_says_where_to_go(play: Play, page: Page) -> None:
    platform = play("scorm12")
    page.goto(f"{platform.address}/course/modules/01-tiny/index.html")
    expect(page.get_by_role("status")).to_contain_text("Log in to your platform")
    assert page.evaluate("Object.keys(localStorage).filter((n) => n.includes('01-tiny'))") == []


def test_without_an_id_nothing_is_kept_for_everybody(play: Play, page: Page) -> None:
    platform = play("scorm12")
    platform.kept["nobody"] = {}
    page.route(
        "**/as/nobody",
        lambda route: route.fulfill(
            body=platform.page("nobody").replace('"nobody"', '""'), content_type="text/html"
        ),
    )
    page.goto(f"{platform.address}/as/nobody")
    launch = page.frame_locator("iframe")
    expect(launch.get_by_role("status")).to_contain_text("does not say who is learning")
    expect(launch.locator("iframe")).to_have_count(0)


@pytest.fixture
def strict(browser: Browser, whole_chromium: str, tmp_path: Path) -> Iterator[BrowserContext]:
    """A Chromium whose user blocks what other sites would keep."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    choice = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
    (profile / "Default" / "Preferences").write_text(json.dumps(choice))
    chromium_type = browser.browser_type
    context = chromium_type.launch_persistent_context(
        profile, executable_path=whole_chromium, args=CHROMIUM_ARGS
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(SHOW_IT_ALL)
    yield context
    context.close()


def test_a_window_of_its_own_reports_where_a_frame_may_keep_nothing(
    play: Play, strict: BrowserContext
) -> None:
    platform = play("scorm12")
    page = strict.new_page()
    port = platform.address.rpartition(":")[2]
    page.goto(f"http://localhost:{port}/around/ada")  # for a browser another site than 127.0.0.1
    launch = page.frame_locator("iframe").frame_locator("iframe")
    expect(launch.get_by_role("status")).to_contain_text("Your browser keeps nothing")
    with strict.expect_page() as opened:
        launch.get_by_role("button", name="Open in a window of its own").click()
    window = opened.value
    window.get_by_role("link", name="Tiny").last.click()
    expect(window.locator("form[data-ready]")).to_have_count(3)
    window.locator("form[data-exercise='mine']").get_by_label("Dear diary").fill(SECRET)
    expect(window.locator(".platform")).to_contain_text("1 of 3 exercises complete. Your platform")
    eventually(lambda: platform.value("ada", SCORE["scorm12"]) == "33", window)
    expect(launch.get_by_role("status")).to_contain_text("in a window of its own")
    page.close()
    expect(window.locator(".platform")).to_contain_text("the window in which it opened")
    assert window.locator("form[data-exercise='mine'] textarea").input_value() == SECRET
