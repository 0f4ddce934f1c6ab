"""The course without a line: kept on the device after the first visit, renewed when it changes,
and no longer kept when a reader says so.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allyship_course.book.website import kept_files
from tests.support.books import build_book
from tests.support.forms import TINY_PAGE, answer_all_types, open_tiny, pages_of, progress, thoughts
from tests.support.offline import keep, kept_caches, workers
from tests.support.paths import TINY
from tests.support.site import served

pytestmark = pytest.mark.browser

RENEWED = """async (old) => {
  for (let names = [old]; names.length !== 1 || names[0] === old; names = await caches.keys())
    await new Promise((resolve) => setTimeout(resolve, 20));
}"""


@pytest.fixture
def reader(page_with: Callable[..., Page]) -> Page:
    """A browser that allows workers, as a reader's does."""
    return page_with(service_workers="allow")


@pytest.fixture
def visited(tiny_html: Path, reader: Page) -> tuple[Page, str]:
    """A page of the tiny book that was read once; the server has gone since."""
    with served(tiny_html) as site:
        open_tiny(reader, site)
        keep(reader)
    return reader, site


def test_every_page_opens_without_a_line_after_one_visit(
    visited: tuple[Page, str], tiny_html: Path
) -> None:
    page, site = visited
    for path in pages_of(tiny_html):
        page.goto(f"{site}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{site}/")
    expect(page.get_by_role("heading", name="A tiny book")).to_be_visible()
    page.goto(f"{site}/no/such/page")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


def test_exercises_and_search_work_without_a_line(visited: tuple[Page, str]) -> None:
    page, site = visited
    open_tiny(page, site)
    answer_all_types(page)
    expect(progress(page, "all-types")).to_have_text("Complete.")
    page.reload()
    expect(thoughts(page)).to_have_value("My aunt Ottilie, mostly")
    page.goto(f"{site}/search.html?q=kettle")
    page.locator("#search-results a").first.click()
    expect(page).to_have_url(re.compile(re.escape(TINY_PAGE)))


def test_a_new_version_takes_over_and_the_old_one_goes(reader: Page, tmp_path: Path) -> None:
    book = Path(shutil.copytree(TINY, tmp_path / "book"))
    build_book(book, tmp_path / "out")
    with served(tmp_path / "out" / "_build" / "html") as site:
        reader.goto(f"{site}/index.html")
        keep(reader)
        (before,) = kept_caches(reader)
        index = book / "index.md"
        index.write_text(index.read_text("utf-8").replace("It has one module", "It still has one"))
        build_book(book, tmp_path / "out")
        # The visit that finds the new version may still show the old one; the next may not.
        reader.goto(f"{site}/index.html")
        reader.evaluate(RENEWED, before)
        reader.reload()
        expect(reader.get_by_text("It still has one")).to_be_visible()


def test_a_reader_can_switch_it_off_and_on_again(fields_site: str, reader: Page) -> None:
    reader.goto(f"{fields_site}/my-journal.html")
    keep(reader)
    place = reader.get_by_role("group", name="Without a line")
    reader.reload()
    expect(place.get_by_role("status")).to_contain_text("The course is kept on this device")
    place.get_by_role("button", name="Keep it no longer").click()
    expect(place.get_by_role("status")).to_contain_text("is not kept")
    assert kept_caches(reader) == []
    reader.reload(wait_until="networkidle")
    expect(place.get_by_role("status")).to_contain_text("is not kept")
    assert workers(reader) == 0
    place.get_by_role("button", name="Keep it on this device").click()
    keep(reader)
    assert len(kept_caches(reader)) == 1


def test_the_whole_course_is_light_enough_to_keep(course_html: Path) -> None:
    files = kept_files(course_html)
    weights = {f: len(gzip.compress((course_html / f).read_bytes())) for f in files}
    assert len(weights) > 30
    assert sum(weights.values()) <= 1_000_000, weights
