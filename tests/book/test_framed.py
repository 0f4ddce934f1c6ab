"""The course inside another site, as a learning platform shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, expect

from tests.support.browser import CHROMIUM_ARGS, PATIENCE
from tests.support.forms import TINY_PAGE, form, open_page
from tests.support.site import served

pytestmark = pytest.mark.browser


@pytest.fixture
def refusing(browser: Browser, whole_chromium: str, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that lets no site keep anything inside another one, as many do."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    wish = {"profile": {"block_third_party_cookies": True, "cookie_controls_mode": 1}}
    (profile / "Default" / "Preferences").write_text(json.dumps(wish))
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=whole_chromium, args=CHROMIUM_ARGS
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def framed(context: BrowserContext, platform: Path, site: str) -> FrameLocator:
    """A module's page in a page of another site."""
    platform.mkdir()
    frame = f'<iframe src="{site}/{TINY_PAGE}" width=700 height=700></iframe>'
    (platform / "index.html").write_text(f"<!doctype html><title>Platform</title>{frame}")
    return context.pages[0].frame_locator("iframe")


def test_where_another_site_keeps_it_from_the_store_a_page_offers_a_window_of_its_own(
    refusing: BrowserContext, tiny_site: str, tmp_path: Path
) -> None:
    frame = framed(refusing, tmp_path / "platform", tiny_site)
    with served(tmp_path / "platform") as platform:
        # Another site: not another port of this one.
        refusing.pages[0].goto(platform.replace("127.0.0.1", "localhost"))
        expect(frame.locator(".ac-framed")).to_contain_text("inside another site")
        expect(frame.locator(".ac-framed")).to_be_visible()
        expect(frame.get_by_text("private window")).to_have_count(0)
        exercise = frame.locator("form[data-exercise='all-types']")
        exercise.get_by_role("button", name="Begin").click()
        expect(exercise.get_by_role("alert")).to_contain_text("In a window of its own")
        with refusing.expect_page() as opened:
            exercise.get_by_role("link", name="Open it in a window of its own").last.click()
        window = opened.value
        assert window.url == f"{tiny_site}/{TINY_PAGE}#ac-all-types"
        open_page(window, window.url)
        form(window, "all-types").get_by_role("button", name="Show it all here").click()
        form(window, "all-types").get_by_label("Nobody").check()
        expect(form(window, "all-types").locator(".ac-saved")).to_contain_text("Kept in this")
