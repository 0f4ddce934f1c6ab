"""The website around the modules: private, and it knows how far somebody has come.

What a page may load is said in the page itself; what is shown of somebody's progress comes from
the browser's own store.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from allyship_course.book.website import ADDRESS, LIVE
from tests.support.books import build_book
from tests.support.forms import (
    FIELDS_PAGE,
    LEAVE_OUT,
    TINY_PAGE,
    answer_all_types,
    answer_everything,
    form,
    kept_names,
    open_page,
    open_tiny,
    pages_of,
    walk_the_kettle,
)
from tests.support.once import once
from tests.support.paths import FIELDS
from tests.support.site import served

pytestmark = pytest.mark.browser

SAVED = "Kept in this browser only."
BREACHES = "document.addEventListener('securitypolicyviolation', e => breaches.push(e.blockedURI))"


# ---------------------------------------------------------------------------- private


def test_no_page_asks_another_host_or_breaks_its_own_policy(
    course_html: Path, course_site: str, page: Page
) -> None:
    """Requests to other hosts and script errors fail in the ``page`` fixture."""
    page.add_init_script(f"globalThis.breaches = []; {BREACHES}")
    for path in pages_of(course_html):
        page.goto(f"{course_site}/{path}", wait_until="networkidle")
        assert page.evaluate("breaches") == [], path


def test_the_policy_lets_nothing_in_from_elsewhere(tiny_site: str, page: Page) -> None:
    page.add_init_script(f"globalThis.breaches = []; {BREACHES}")
    open_tiny(page, tiny_site)
    page.evaluate(
        """async () => {
          const put = (name, more) =>
            document.body.append(Object.assign(document.createElement(name), more));
          put("script", {textContent: "globalThis.ran = true"});
          put("script", {src: "http://127.0.0.1:9/x.js"});
          put("img", {src: "http://127.0.0.1:9/x.png"});
          document.body.setAttribute("onclick", "globalThis.ran = true");
          await fetch("http://127.0.0.1:9/").catch(() => {});
        }"""
    )
    page.locator("h1").click()
    page.wait_for_function("() => breaches.length >= 5")
    assert page.evaluate("globalThis.ran") is None


def test_only_the_one_script_of_the_page_stands_in_it(course_html: Path) -> None:
    for path in pages_of(course_html):
        text = (course_html / path).read_text(encoding="utf-8")
        assert len(re.findall(r"<script>", text)) == 1, path
        assert re.search(r"<[^>]+\son[a-z]+=", text) is None, path
        assert re.search(r'<[^>]+\sstyle="', text) is None, path


# --------------------------------------------------------------------- light and dark


def test_dark_is_chosen_once_and_stays(tiny_site: str, page_with: Callable[..., Page]) -> None:
    page = open_tiny(page_with(color_scheme="light"), tiny_site)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    button = page.get_by_role("button", name="Dark colours")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.goto(f"{tiny_site}/index.html")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    button.click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


# --------------------------------------------------------------------------- contents


def test_on_a_phone_the_contents_open_over_the_page_and_close_again(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = open_tiny(page_with(viewport={"width": 375, "height": 667}), tiny_site)
    contents = page.get_by_role("navigation", name="Contents")
    expect(contents).to_be_hidden()
    page.get_by_role("button", name="Contents").click()
    expect(contents.get_by_role("link", name="Tiny")).to_have_attribute("aria-current", "page")
    page.keyboard.press("Escape")
    expect(contents).to_be_hidden()


def test_without_javascript_the_contents_open_too(
    tiny_site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(viewport={"width": 375, "height": 667}, java_script_enabled=False)
    page.goto(f"{tiny_site}/{TINY_PAGE}")
    page.get_by_role("button", name="Contents").click()
    expect(
        page.get_by_role("navigation", name="Contents").get_by_role("link").first
    ).to_be_visible()
    expect(page.get_by_role("button", name="Dark colours")).to_be_hidden()


def test_search_finds_a_page_by_a_word_in_it(tiny_site: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{tiny_site}/index.html")
    page.get_by_role("searchbox").fill("kettle")
    page.keyboard.press("Enter")
    found = page.locator("#search-results a").first
    found.click()
    expect(page).to_have_url(re.compile(re.escape(TINY_PAGE)))
    assert kept_names(page) == []


# --------------------------------------------------------------------------- progress


def finish_tiny(page: Page) -> None:
    answer_all_types(page)
    walk_the_kettle(page)
    form(page, "mine").get_by_label(LEAVE_OUT).check()
    for name in ("all-types", "kettle", "mine"):
        expect(form(page, name)).to_contain_text(SAVED)


def state(page: Page) -> str:
    """What the contents say of the module."""
    return page.locator("#contents [data-module='01-tiny'] .state").inner_text()


def test_a_module_says_what_is_complete_and_what_is_next(tiny_site: str, page: Page) -> None:
    open_tiny(page, tiny_site)
    summary = page.get_by_role("region", name="What you did")
    expect(summary.get_by_text("Next:")).to_have_text("Next: All types")
    answer_all_types(page)
    expect(page.locator(".eyebrow")).to_contain_text("1 of 3 exercises complete")
    expect(summary.get_by_text("Next:")).to_have_text("Next: The kettle")
    summary.get_by_role("link", name="The kettle").last.click()
    expect(form(page, "kettle")).to_be_in_viewport()


def test_the_contents_mark_a_finished_module_by_the_rule_of_the_grade(
    tiny_site: str, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    open_tiny(page, tiny_site)
    expect(page.locator("#contents .state")).to_have_count(0)
    page.get_by_label("Nobody").check()
    expect(form(page, "all-types")).to_contain_text(SAVED)
    page.goto(f"{tiny_site}/index.html")
    expect(page.locator("#contents .state")).to_have_text("0 of 3")
    open_tiny(page, tiny_site)
    finish_tiny(page)
    expect(page.locator("#contents .state")).to_have_text("complete")


def test_who_has_written_nothing_fetches_nothing_for_it(fields_site: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "outline.json" in url]


def test_progress_of_another_course_on_the_same_host_is_not_ours(
    tiny_site: str, page: Page
) -> None:
    page.goto(f"{tiny_site}/index.html")
    note = '{"schema": 1, "answers": {}, "passed": true, "saved": "2030"}'
    page.evaluate("n => localStorage.setItem('allyship:/other/:01-tiny/kettle', n)", note)
    page.reload(wait_until="networkidle")
    expect(page.locator("#contents .state")).to_have_count(0)


# ---------------------------------------------------------- published under some address


@pytest.fixture(scope="session")
def below(shared: Path) -> Path:
    """A folder in which the fields book lies under ``course``, built for an address there."""

    def make(out: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(ADDRESS, "https://books.example/course")
            patch.setenv(LIVE, "live")
            build_book(FIELDS, out)
        (out / "host").mkdir()
        (out / "host" / "course").symlink_to(out / "_build" / "html")

    return once(shared, "book-below", make) / "host"


@pytest.fixture
def host(below: Path) -> Iterator[str]:
    with served(below) as address:
        yield address


def test_live_notebooks_are_linked_where_the_book_knows_their_address(
    host: str, fields_site: str, page: Page
) -> None:
    open_page(page, f"{host}/course/{FIELDS_PAGE}")
    link = page.get_by_role("link", name="Open as a notebook in your browser")
    notebook = "live/notebooks/index.html?path=02-fields/02-fields.ipynb"
    assert link.evaluate("a => a.href") == f"{host}/course/{notebook}"
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    expect(link).to_have_count(0)


def test_everything_works_below_another_path(host: str, page_with: Callable[..., Page]) -> None:
    """Links, module, search, progress and the worker: nothing is asked for beside /course/."""
    page = page_with(service_workers="allow", viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.context.on("request", lambda r: asked.append(r.url))
    open_page(page, f"{host}/course/{FIELDS_PAGE}")
    form(page, "autumn").get_by_label(LEAVE_OUT).check()
    expect(form(page, "autumn")).to_contain_text(SAVED)
    assert kept_names(page) == ["allyship:/course/:02-fields/autumn"]
    scope = "navigator.serviceWorker.ready.then(r => new URL(r.scope).pathname)"
    assert page.evaluate(scope) == "/course/"
    page.get_by_role("searchbox").fill("garden")
    page.keyboard.press("Enter")
    page.locator("#search-results a").first.click()
    expect(page.locator("#contents .state").first).to_have_text("1 of 3")
    page.get_by_role("link", name="Allyship course").click()
    expect(page).to_have_url(f"{host}/course/index.html")
    assert [url for url in asked if not url.startswith(f"{host}/course/")] == []


def test_the_page_for_what_is_not_there_leads_back_from_any_address(host: str, page: Page) -> None:
    page.goto(f"{host}/course/no/such/page")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).display") == "grid"  # it has its style
    page.get_by_role("link", name="Go to the beginning").click()
    expect(page).to_have_url(f"{host}/course/index.html")
    page.goto(f"{host}/course/no/such/page")
    page.get_by_label("Words to look for").fill("garden")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results a").first).to_be_visible()


def test_a_link_that_is_shared_has_a_title_a_line_and_a_picture(below: Path) -> None:
    html = below / "course"
    for path in pages_of(html):
        head = BeautifulSoup((html / path).read_text("utf-8"), "html.parser").head
        assert head is not None
        if path in {"404.html", "search.html"}:
            assert head.select_one("meta[name=robots][content=noindex]"), path
            continue
        found = {str(tag["property"]): str(tag["content"]) for tag in head.select("meta[property]")}
        assert found["og:title"], path
        assert found["og:url"] == f"https://books.example/course/{path}"
        picture = found["og:image"].removeprefix("https://books.example/course/")
        assert (html / picture).read_bytes().startswith(b"\x89PNG")


def test_search_engines_get_the_course_and_its_pages(course_html: Path, below: Path) -> None:
    home = BeautifulSoup((course_html / "index.html").read_text("utf-8"), "html.parser")
    (script,) = home.select("script[type='application/ld+json']")
    course = json.loads(script.get_text())
    assert course["@type"] == "Course"
    assert len(course["syllabusSections"]) == 9
    for path in pages_of(course_html):
        text = (course_html / path).read_text("utf-8")
        assert path in {"404.html", "search.html"} or '<meta name="description"' in text, path
    urls = [e.text for e in ET.parse(below / "course" / "sitemap.xml").getroot().iter() if e.text]
    assert f"https://books.example/course/{FIELDS_PAGE}" in [url.strip() for url in urls]


# ------------------------------------------------------------------------------ length


@pytest.mark.slow
def test_no_module_is_longer_than_twenty_screens_of_a_phone(
    course_html: Path, course_site: str, page_with: Callable[..., Page]
) -> None:
    """With covers, before anything is answered and when all of it is."""
    heights = {}
    for file in sorted((course_html / "modules").glob("*/index.html")):
        page = page_with(whole=False, viewport={"width": 375, "height": 800})
        page.goto(f"{course_site}/{file.relative_to(course_html)}")
        expect(page.locator("form.ac-exercise:not([data-ready])")).to_have_count(0)
        fresh = page.evaluate("document.documentElement.scrollHeight")
        answer_everything(page)
        expect(page.locator(".eyebrow")).to_contain_text("complete")
        answered = page.evaluate("document.documentElement.scrollHeight")
        heights[file.parent.name] = (fresh, answered)
    too_long = {name: both for name, both in heights.items() if max(both) > 20 * 800}
    assert too_long == {}
