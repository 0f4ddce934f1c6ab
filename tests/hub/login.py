"""Somebody who uses the hub with a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize

from tests.hub.running import Hub

WINDOW: ViewportSize = {"width": 1280, "height": 900}
PATIENCE = 120_000


@contextmanager
def logged_in(browser: Browser, hub: Hub, name: str) -> Iterator[Page]:
    """A browser of one person's own, after the login. A request to another host fails the test."""
    context = browser.new_context(viewport=WINDOW)
    context.set_default_timeout(PATIENCE)
    ours = re.compile(r"^(https?|wss?)://([\w-]+\.)?allyship\.localhost:|^(data|blob|about):")
    foreign: list[str] = []
    context.on("request", lambda r: None if ours.match(r.url) else foreign.append(r.url))
    page = context.new_page()
    page.goto(hub.address)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(hub.room.passwords[name])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/lab**")
    yield page
    context.close()
    assert not foreign, f"requested from another host: {foreign}"
