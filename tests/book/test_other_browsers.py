"""A smoke path in Firefox and WebKit: open, do an exercise of each type, come back to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.forms import FIELDS_PAGE, TINY_PAGE
from tests.support.otherbrowsers import OtherBrowser, firefox, webkit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY = "return document.querySelectorAll('form[data-ready]').length === 3"
KEPT = "return [...document.querySelectorAll('.ac-saved')].every(line => line.textContent)"
PROGRESS = "return [...document.querySelectorAll('.ac-progress')].map(line => line.textContent)"
ANSWER = """
  const put = (control, value) => {
    control.value = value;
    control.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const all = (selector) => [...document.querySelectorAll(`form.ac-exercise ${selector}`)];
  for (const step of [1, 2, 3])
    for (const group of all("fieldset:not(:has(fieldset))"))
      if (group.checkVisibility()) group.querySelector("input")?.click();
  for (const text of all(":is(textarea, input[type=text])")) put(text, "Of my own words");
  for (const day of all("input[type=date]")) put(day, "2030-01-31");
  for (const list of all("ul:has(select)"))
    list.querySelectorAll("select").forEach((select, i) => put(select, String(i + 1)));
"""
CONTENTS = """
  const contents = document.getElementById("contents");
  document.querySelector(".open").click();
  return contents.checkVisibility() && contents.querySelectorAll("a").length > 0;
"""


@pytest.fixture(params=[firefox, webkit], ids=lambda start: start.__name__)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OtherBrowser]:
    start: Callable[[Path], AbstractContextManager[OtherBrowser]] = request.param
    with start(tmp_path / "profile") as browser:
        yield browser


def until(browser: OtherBrowser, body: str) -> None:
    """Wait until ``body`` returns something true."""
    end = time.monotonic() + 30
    while not browser.run(body):
        assert time.monotonic() < end, browser.run("return document.body.innerText")
        time.sleep(0.05)


def test_every_type_of_exercise_works_and_is_there_after_a_reload(
    other: OtherBrowser, tiny_site: str, fields_site: str
) -> None:
    for address in (f"{tiny_site}/{TINY_PAGE}", f"{fields_site}/{FIELDS_PAGE}"):
        other.open(address)
        until(other, READY)
        other.run(ANSWER)
        until(other, KEPT)
        assert other.run(PROGRESS) == ["Complete."] * 3
        assert other.run("return document.querySelectorAll('.ac-said:not(:empty)').length") > 0
        other.open(address)
        until(other, READY)
        assert other.run(PROGRESS) == ["Complete."] * 3
        assert other.run(CONTENTS)
