"""Wait for what comes by itself, while a page goes on."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


def eventually(look: Callable[[], bool], page: Page) -> None:
    """Look again and again for half a minute until it is so."""
    for _ in range(150):
        if look():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it did not come")
