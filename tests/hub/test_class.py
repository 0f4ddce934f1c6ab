"""A whole class through browsers: hand out, log in, fetch, work, submit, collect, grade, feedback.

Prints a transcript (``pytest -s``) and takes pictures into ``_build/hub``.
"""

# ruff: noqa: T201 (the forms use typographic apostrophes; a transcript is printed)

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, ViewportSize, expect

from tests.hub.login import WINDOW, logged_in
from tests.hub.running import MODULE, Hub
from tests.support.forms import LEAVE_OUT, answer_everything
from tests.support.paths import ROOT

pytestmark = pytest.mark.hub

PICTURES = ROOT / "_build" / "hub"
SECRET = "walnut-lantern-private-answer-of-"
WHOLE_NOTEBOOK: ViewportSize = {
    "width": 1280,
    "height": 20_000,
}  # JupyterLab draws what is in view only
SHARED = "grey-screen"
DONE = {1: 5, 2: 1, 3: 5}
"""Of five exercises, by student; leaving one out counts."""


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def menu(page: Page, menu: str, item: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item, exact=True).click()


# ------------------------------------------------------------------------ the instructor


def formgrader(page: Page) -> FrameLocator:
    frame = page.frame_locator("#formgrader iframe")
    expect(frame.locator("tr", has_text=MODULE).first).to_be_visible()
    return frame


def press(page: Page, column: str, said: str) -> None:
    """Press a module's button in Formgrader's list; it must say that it was done."""
    frame = formgrader(page)
    frame.locator(f"tr:has-text('{MODULE}') td.{column} a").first.click()
    done = frame.locator(".modal-dialog")
    expect(done).to_contain_text(said)
    done.get_by_role("button", name="OK").click()
    expect(done).to_have_count(0)


def autograde_everybody(page: Page, names: list[str]) -> None:
    frame = formgrader(page)
    frame.locator(f"tr:has-text('{MODULE}') td.num-submissions a").click()
    for name in names:
        frame.locator(f"tr:has-text('{name}') td.autograde a").click()
        done = frame.locator(".modal-dialog")
        expect(done).to_contain_text(f"Successfully autograded '{MODULE}' for student '{name}'")
        done.get_by_role("button", name="OK").click()
        expect(done).to_have_count(0)
    frame.get_by_role("link", name="Manage Assignments").first.click()


# ------------------------------------------------------------------------ a student


def assignment_list(page: Page) -> None:
    menu(page, "Nbgrader", "Assignment List")
    expect(page.get_by_text("Released, downloaded, and submitted")).to_be_visible()


def open_notebook(page: Page) -> None:
    """Open the fetched notebook from the list and run it, as its first lines say."""
    page.locator(".assignment-notebooks-link", has_text=MODULE).click()
    page.locator(".nested_list_item a", has_text=MODULE).click()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.set_viewport_size(WHOLE_NOTEBOOK)
    menu(page, "Run", "Run All Cells")
    expect(page.locator(".ac-strip[data-ready]")).to_be_visible()
    expect(page.locator("form[data-ready]")).to_have_count(5)


def work(page: Page, number: int) -> None:
    """The first answers all and shares one exercise, the second does one, the third leaves all."""
    if number == 3:
        for box in page.get_by_label(LEAVE_OUT).all():
            box.check()
        return
    if number == 1:
        answer_everything(page)
        page.locator(f"form[data-exercise='{SHARED}'] [data-share]").check()
    else:
        page.get_by_label("He adds her to the chat.").check()
    page.get_by_label("Whom would you still like to hear from?").fill(f"{SECRET}{number}")


def read_feedback(page: Page) -> str:
    """Fetch the feedback in the list and open its page as the list offers it."""
    assignment_list(page)
    page.get_by_role("button", name="Fetch Feedback").click()
    page.get_by_text("(view feedback)").click()
    page.locator(".jp-DirListing-item", has_text=f"{MODULE}.html").dblclick()
    shown = page.frame_locator(".jp-HTMLViewer iframe").locator("body")
    expect(shown).to_contain_text("Welcome")
    return shown.inner_text()


def test_a_class_from_release_to_feedback(hub: Hub, browser: Browser) -> None:
    room, names = hub.room, hub.room.student_names
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}")

    with logged_in(browser, hub, room.instructor) as page:
        press(page, "release", "Successfully released")
        tell(f"{room.instructor} logs in, finds Formgrader, releases {MODULE}")

    for number, name in enumerate(names, 1):
        with logged_in(browser, hub, name) as page:
            page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
            expect(page.get_by_role("menuitem", name="Formgrader")).to_have_count(0)
            page.keyboard.press("Escape")
            expect(page.get_by_text("Create Assignment")).to_have_count(0)
            assignment_list(page)
            page.get_by_role("button", name="Fetch").click()
            open_notebook(page)
            work(page, number)
            expect(page.locator(".ac-strip")).to_contain_text(
                f"{DONE[number]} of 5 exercises complete"
            )
            page.keyboard.press("Control+s")
            page.set_viewport_size(WINDOW)
            picture(page, f"student-{number}-notebook")
            page.get_by_role("tab", name="Assignments").click()
            page.get_by_role("button", name="Submit").click()
            expect(page.locator("#submitted_assignments_list")).to_contain_text(MODULE)
            picture(page, f"student-{number}-submitted")
            tell(f"{name} logs in, fetches, works, submits")

    with logged_in(browser, hub, room.instructor) as page:
        press(page, "collect", "Successfully collected")
        autograde_everybody(page, names)
        press(page, "generate-feedback", "Successfully generated feedback")
        press(page, "release-feedback", "Successfully released feedback")
        picture(page, "formgrader")
        tell(f"{room.instructor} collects, grades, releases feedback")

    for number, name in enumerate(names, 1):
        with logged_in(browser, hub, name) as page:
            said = read_feedback(page)
            picture(page, f"student-{number}-feedback")
            assert f"Score: {DONE[number]} of 5" in said
            assert ("left out by choice" in said) == (number == 3)
            tell(f"{name} reads feedback")

    assert SECRET in collected(hub, names[0])
    assert SECRET not in collected(hub, names[1])  # who did not share
    assert SECRET not in room.log.read_text()
    assert SECRET not in "".join(f.read_text() for f in room.exchange.rglob("*.html"))


def collected(hub: Hub, name: str) -> str:
    """All that the course has of a student, in one text."""
    folder = hub.room.course / "submitted" / name / MODULE
    return "".join(f.read_text() for f in folder.iterdir())
