"""Reading aloud: by a voice of the device only, and only when somebody asks.

Where tests run there is no voice. What the page is given here has a voice's name and speaks into a
list; whether a real one can be understood, only somebody with ears can say.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.forms import form, open_tiny

pytestmark = pytest.mark.browser

DEVICE = """
  const spoken = globalThis.spoken = [];
  class Utterance extends EventTarget {
    constructor(text) { super(); this.text = text; }
  }
  const voice = {lang: "LANGUAGE", localService: LOCAL};
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => [voice], cancel: () => {}, speak: (one) => spoken.push(one),
  });
  Object.defineProperties(globalThis, {
    speechSynthesis: {value: speech}, SpeechSynthesisUtterance: {value: Utterance},
  });
"""


def with_voice(page: Page, language: str = "en-GB", *, local: bool = True) -> Page:
    page.add_init_script(DEVICE.replace("LANGUAGE", language).replace("LOCAL", str(local).lower()))
    return page


def said(page: Page) -> list[str]:
    """What the voice has been given so far."""
    texts: list[str] = page.evaluate("spoken.map((one) => one.text.trim())")
    return texts


def end_of_piece(page: Page) -> None:
    page.evaluate("spoken.at(-1).dispatchEvent(new Event('end'))")


@pytest.mark.parametrize(
    ("language", "local"), [("en-GB", False), ("fi-FI", True)], ids=["far away", "other language"]
)
def test_no_other_voice_is_used(tiny_site: str, page: Page, language: str, local: bool) -> None:
    with page.expect_response("**/reading.js*"):
        open_tiny(with_voice(page, language, local=local), tiny_site)
    expect(page.get_by_role("button", name="Read aloud")).to_have_count(0)


def test_a_page_is_read_piece_by_piece_without_its_exercises(tiny_site: str, page: Page) -> None:
    open_tiny(with_voice(page), tiny_site)
    button = page.get_by_role("button", name="Read aloud")
    expect(button).to_be_visible()
    assert said(page) == []
    button.click()
    assert said(page) == ["Tiny"]
    expect(page.locator("h1")).to_have_attribute("data-spoken", "")
    for _ in range(30):
        if button.get_attribute("aria-pressed") == "false":
            break
        end_of_piece(page)
    everything = " ".join(said(page))
    assert len(said(page)) > 2
    assert "Who waters it?" not in everything
    expect(page.locator("[data-spoken]")).to_have_count(0)


def test_pressed_again_it_stops(tiny_site: str, page: Page) -> None:
    open_tiny(with_voice(page), tiny_site)
    button = page.get_by_role("button", name="Read aloud")
    button.click()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    end_of_piece(page)
    assert said(page) == ["Tiny"]


def test_one_thing_at_a_time_is_read_as_it_is_shown(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = with_voice(page_with(whole=False, viewport={"width": 375, "height": 800}))
    open_tiny(page, tiny_site)
    kettle = form(page, "kettle")
    kettle.get_by_role("button", name="Begin", exact=True).click()
    kettle.locator(".ac-next").click()
    button = kettle.get_by_role("button", name="Read aloud")
    button.click()
    while button.get_attribute("aria-pressed") == "true":
        end_of_piece(page)
    assert {"What do you do?", "Fill it", "Leave it"} <= set(said(page))
    assert "And now?" not in said(page)
    button.click()
    kettle.locator(".ac-close").click()
    expect(page.locator("[data-spoken]")).to_have_count(0)
