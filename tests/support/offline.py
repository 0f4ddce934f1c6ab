"""The copy of a course that a browser keeps, as tests wait for it and look at it."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from tests.support.browser import PATIENCE

_KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const { active } = await navigator.serviceWorker.getRegistration();
  while (active.state !== "activated" || !navigator.serviceWorker.controller)
    await new Promise((resolve) => setTimeout(resolve, 20));
}"""


def keep(page: Page) -> None:
    """Wait until the whole course is on the device."""
    page.evaluate(_KEPT)


def kept_caches(page: Page) -> list[str]:
    """The names of what is kept."""
    names: list[str] = page.evaluate("caches.keys()")
    return names


def workers(page: Page) -> int:
    """How many service workers the site has in this browser."""
    return int(page.evaluate("navigator.serviceWorker.getRegistrations().then(r => r.length)"))


def until(page: Page, promise: str, arg: object = None) -> None:
    """Wait until a script's promise gives something true.

    Playwright's own ``wait_for_function`` takes the promise itself for true.
    """
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(promise, arg):
        assert time.monotonic() < end, f"never true: {promise}"
        page.wait_for_timeout(50)
