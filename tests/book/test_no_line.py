"""What somebody came for and can't be had just now: it is said, and it comes by trying again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.forms import FIELDS_PAGE, answer_all_types, form, open_page, open_tiny

pytestmark = pytest.mark.browser

SAID = "This could not be loaded just now. Your answers are safe in this browser."


@pytest.mark.parametrize("missing", ["**/my-journal.js*", "**/_static/course.json*"])
@pytest.mark.parametrize("how", ["button", "online"])
def test_my_journal_says_that_it_could_not_be_loaded_and_tries_again(
    fields_site: str, page: Page, missing: str, how: str
) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    form(page, "garden").get_by_label("A rake").check()
    expect(form(page, "garden").locator(".ac-saved")).to_have_text("Kept in this browser only.")
    page.route(missing, lambda route: route.abort())
    page.goto(f"{fields_site}/my-journal.html")
    status = page.locator("[data-course=journal] [data-part=status]")
    expect(status).to_contain_text(SAID)
    again = status.get_by_role("button", name="Try again")
    again.click()
    expect(status).to_contain_text(SAID)
    page.unroute(missing)
    if how == "button":
        again.click()
    else:
        page.context.set_offline(True)
        page.context.set_offline(False)
    expect(page.get_by_role("heading", name="The garden")).to_be_visible()
    expect(status).to_have_text("1 exercise of 1 shown.")


@pytest.mark.parametrize("missing", ["**/submission.js*", "**/_static/course.json*"])
def test_a_submission_that_could_not_be_loaded_comes_when_it_is_asked_for_again(
    tiny_site: str, page: Page, missing: str
) -> None:
    open_tiny(page, tiny_site)
    answer_all_types(page)
    page.route(missing, lambda route: route.abort())
    button = page.get_by_role("button", name="Prepare my submission")
    button.click()
    expect(page.get_by_text(SAID)).to_be_visible()
    page.unroute(missing)
    button.click()
    expect(page.get_by_role("dialog", name="Your submission")).to_be_visible()
    expect(page.get_by_text(SAID)).to_have_count(0)
