"""A module's page on paper: a worksheet that loses nothing of what the author or the reader wrote.

What counts is the text of the PDF that a browser prints, read back with pypdf.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pypdf
import pytest
from playwright.sync_api import Page

from allyship_course.spec import load_module
from tests.support.forms import (
    FIELDS_PAGE,
    TINY_PAGE,
    all_text,
    answer_all_types,
    open_tiny,
    secret,
    squeezed,
    thoughts,
)
from tests.support.paths import FIELDS_MODULE, TINY_MODULE

pytestmark = pytest.mark.browser

LONG = [f"Line {n} of what I would never tell the plant." for n in range(1, 151)]
ON_SCREEN_ONLY = (
    "Clear my answers",
    "Kept in this browser only",
    "Complete.",
    "answered.",
    "4 words",
    "did not load",
)


def paper(page: Page) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))


def text_of(pdf: pypdf.PdfReader) -> str:
    return squeezed("".join(p.extract_text() for p in pdf.pages))


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
@pytest.mark.parametrize(
    ("book", "path", "module"),
    [("tiny", TINY_PAGE, TINY_MODULE), ("fields", FIELDS_PAGE, FIELDS_MODULE)],
)
def test_paper_holds_every_question_option_step_and_consequence(
    request: pytest.FixtureRequest,
    page_with: Callable[..., Page],
    book: str,
    path: str,
    module: Path,
    script: bool,
) -> None:
    page = page_with(java_script_enabled=script)
    page.goto(f"{request.getfixturevalue(f'{book}_site')}/{path}")
    printed = text_of(paper(page))
    for exercise in load_module(module).exercises:
        for text in all_text(exercise):
            assert squeezed(text) in printed


def test_paper_holds_what_was_written_to_the_last_line(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    thoughts(page).fill("A short text")
    secret(page).fill("\n".join(LONG))
    printed = text_of(paper(page))
    assert [line for line in LONG if squeezed(line) not in printed] == []
    # In its form, and among one's own lines at the module's end.
    assert printed.count(squeezed("A short text")) == 2


def test_paper_holds_no_buttons_and_no_status_lines(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    answer_all_types(page)
    printed = text_of(paper(page))
    # What a choice leads to stands in the list of all consequences, and not a second time.
    assert printed.count(squeezed("Hye-jin, who brought it, says nothing.")) == 1
    assert [text for text in ON_SCREEN_ONLY if squeezed(text) in printed] == []


def test_paper_says_which_answers_were_chosen(tiny_site: str, page: Page) -> None:
    """Checked and unchecked must look different when only ink is left."""
    open_tiny(page, tiny_site)
    page.emulate_media(media="print")
    group = page.get_by_role("group", name="Who waters it?")
    group.scroll_into_view_if_needed()
    empty = group.screenshot()
    page.get_by_label("Nobody").check()
    assert group.screenshot() != empty


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_black_on_white_whatever_the_screen_shows(
    tiny_site: str, page_with: Callable[..., Page], scheme: Literal["light", "dark"]
) -> None:
    page = open_tiny(page_with(color_scheme=scheme), tiny_site)
    page.emulate_media(media="print", color_scheme=scheme)
    colours = page.evaluate(
        """() => [...document.querySelectorAll("article, article *")]
          .filter(e => e.checkVisibility() && !e.closest("svg"))
          .map(e => [e.tagName + "." + e.className, getComputedStyle(e).color,
                     getComputedStyle(e).backgroundColor])"""
    )
    assert len(colours) > 50
    assert [c for c in colours if luminance(c[1]) > 0.1] == []
    assert [c for c in colours if not is_clear(c[2]) and luminance(c[2]) < 0.9] == []
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert is_clear(body) or luminance(body) > 0.9


def channels(colour: str) -> list[float]:
    return [float(n) for n in re.findall(r"[\d.]+", colour)]


def is_clear(colour: str) -> bool:
    return len(channels(colour)) == 4 and channels(colour)[3] == 0


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, 0 for black to 1 for white."""
    parts = [c / 255 for c in channels(colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
