"""How the browser tests open the pages of the test books and speak of the forms on them."""

# ruff: noqa: RUF001 (the forms use typographic apostrophes)

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from allyship_course.spec import Exercise

TINY_PAGE = "modules/01-tiny/index.html"
FIELDS_PAGE = "modules/02-fields/index.html"
FORMS_ON_PAGE = 3  # on each of the two
LEAVE_OUT = "I’d rather not do this one"


def open_tiny(page: Page, site: str) -> Page:
    """Open the tiny module's page and wait until earlier answers stand in every form."""
    return open_page(page, f"{site}/{TINY_PAGE}")


def open_page(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("form[data-ready]")).to_have_count(FORMS_ON_PAGE)
    return page


def pages_of(html: Path) -> list[str]:
    """Every page of a built book that a reader can come to."""
    found = (f.relative_to(html) for f in html.rglob("*.html"))
    return sorted(f.as_posix() for f in found if "_static" not in f.parts)


def squeezed(text: str) -> str:
    """Without white space, ligatures and emphasis: how a line is set is nobody's business."""
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", text))


def all_text(exercise: Exercise) -> Iterator[str]:
    """Everything that the author wrote into an exercise for a reader to read."""
    unseen = {
        *("id", "type", "next", "private", "sources", "evidence", "compare", "field", "earlier"),
        "template",
    }

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", value)  # the phrases of a passage
        elif isinstance(value, list):
            for entry in value:
                yield from texts(entry)
        elif isinstance(value, dict):
            for key, entry in value.items():
                if key not in unseen:
                    yield from texts(entry)

    yield from texts(exercise.model_dump())


def kept_names(page: Page) -> list[str]:
    """The names under which the browser keeps something besides how exercises are shown.

    What is on its way there is kept under a name of its own for a moment.
    """
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.startsWith('allyship-unsaved:'))"
    )
    names: list[str] = page.evaluate("Object.keys(localStorage)")
    return [name for name in names if not name.endswith(":whole")]


def form(page: Page, exercise: str) -> Locator:
    return page.locator(f"form[data-exercise='{exercise}']")


def card(page: Page, name: str) -> Locator:
    """A card of the sort in "All types"."""
    return form(page, "all-types").get_by_role("group", name=name)


def thoughts(page: Page) -> Locator:
    return page.get_by_label("What does the plant remind you of?")


def secret(page: Page) -> Locator:
    return page.get_by_label("What would you never tell the plant?")


def progress(page: Page, exercise: str) -> Locator:
    return form(page, exercise).locator(".ac-progress")


def trouble(page: Page, exercise: str) -> Locator:
    return form(page, exercise).get_by_role("alert")


def answer_all_types(page: Page) -> None:
    """Answer what "All types" asks for; its optional field stays empty."""
    page.get_by_label("Nobody").check()
    page.get_by_label("Damp").check()
    card(page, "Cold coffee").get_by_label("In the bin").check()
    card(page, "A fallen leaf").get_by_label("In the pot").check()
    thoughts(page).fill("My aunt Ottilie, mostly")


def walk_the_kettle(page: Page) -> None:
    """Go the longest way through "The kettle", to its end."""
    page.get_by_label("Fill it").check()
    page.get_by_label("Write a note").check()
    page.get_by_label("What would you say?").fill("Shall I boil two litres?")


def answer_everything(page: Page) -> None:
    """Choose in every group and fill in every field of a page."""
    page.evaluate(
        """() => {
          const put = (control, value) => {
            control.value = value;
            control.dispatchEvent(new Event("input", {bubbles: true}));
          };
          const all = (selector) => document.querySelectorAll(`form.ac-exercise ${selector}`);
          for (const group of all("fieldset:not(:has(fieldset))"))
            group.querySelector("input")?.click();
          for (const text of all(":is(textarea, input[type=text])")) put(text, "Of my own");
          for (const day of all("input[type=date]")) put(day, "2030-01-31");
          for (const list of all("ul:has(select)"))
            list.querySelectorAll("select").forEach((select, i) => put(select, String(i + 1)));
        }"""
    )
