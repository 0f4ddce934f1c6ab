"""No host locks a reader out: whatever a host makes of addresses, and whatever becomes of it while
the course is kept on a reader's device.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from allyship_course.book.website import kept_files
from tests.support.forms import FIELDS_PAGE, form, open_page, pages_of
from tests.support.hosts import (
    Manner,
    adds_slashes,
    asks_for_login,
    hosted,
    is_gone,
    knows_no_case,
    plain,
    shows_one_page,
    strips_html,
    strips_index,
    strips_slashes,
)
from tests.support.offline import keep, kept_caches, until, workers

pytestmark = pytest.mark.browser

REWRITING = [strips_html, strips_index, strips_slashes, adds_slashes]
OLD_WORKER = Path(__file__).parent / "earlier" / "offline-451eea1.js"
HOPE = "Rain, and then no rain"
VISITED = (FIELDS_PAGE, "my-journal.html", "search.html")


@pytest.fixture
def reader(page_with: Callable[..., Page]) -> Page:
    """A browser that allows workers, as a reader's does."""
    return page_with(service_workers="allow")


def hope(page: Page) -> None:
    """Answer something, and wait until it is kept."""
    form(page, "garden").get_by_label("Why a garden at all?").fill(HOPE)
    expect(form(page, "garden").locator(".ac-saved")).to_have_text("Kept in this browser only.")


def expect_pages(page: Page, paths: Iterable[str], site: str) -> None:
    """Each page opens, with its style and its script, and the answers."""
    for path in paths:
        page.goto(f"{site}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("button", name="Dark colours")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).fontFamily").count(",") > 0, path
        if path == FIELDS_PAGE:
            expect(form(page, "garden").get_by_label("Why a garden at all?")).to_have_value(HOPE)


@pytest.mark.parametrize("manner", REWRITING)
def test_hosts_with_addresses_of_their_own_give_every_page_with_and_without_a_line(
    fields_html: Path, reader: Page, manner: Manner
) -> None:
    with hosted(fields_html, manner) as host:
        open_page(reader, f"{host.address}/{FIELDS_PAGE}")
        hope(reader)
        paths = [*pages_of(fields_html), ""]
        expect_pages(reader, paths, host.address)
        keep(reader)
        # Asked for without the worker, which gives a page at whatever address it is asked for.
        shown = [reader.request.get(f"{host.address}/{path}").url for path in paths]
    expect_pages(reader, paths, host.address)
    for address in shown:  # as the host calls them: so do bookmarks
        reader.goto(address)
        expect(reader.get_by_role("heading", level=1)).to_be_visible()


# ------------------------------------------------------------------ a host that changes


@pytest.mark.parametrize(
    "manner", [strips_html, strips_slashes, adds_slashes, asks_for_login, shows_one_page, is_gone]
)
def test_a_host_that_changes_under_a_reader_and_changes_back_loses_nobody(
    fields_html: Path, reader: Page, manner: Manner
) -> None:
    with hosted(fields_html) as host:
        open_page(reader, f"{host.address}/{FIELDS_PAGE}")
        hope(reader)
        keep(reader)
        host.manner = manner
        for _ in range(3):
            for path in VISITED:
                reader.goto(f"{host.address}/{path}")  # some page, not the browser's own error
                expect(reader.locator("h1").or_(reader.get_by_text("Not found"))).to_be_visible()
        host.manner = plain
        expect_pages(reader, ["index.html", *VISITED], host.address)


@pytest.mark.parametrize("manner", [shows_one_page, is_gone])
def test_where_the_course_has_moved_away_the_old_copy_does_not_stay_for_ever(
    fields_html: Path, reader: Page, manner: Manner
) -> None:
    with hosted(fields_html) as host:
        reader.goto(f"{host.address}/index.html")
        keep(reader)
        host.manner = manner
        reader.goto(f"{host.address}/index.html")
        until(reader, "caches.keys().then((names) => !names.length)")
        reader.goto(f"{host.address}/index.html")
        expect(reader.get_by_role("heading", name="A book")).to_have_count(0)
        # A browser forgets a worker that left once nothing of it runs any more.
        until(
            reader,
            "navigator.serviceWorker.getRegistrations().then((all) => !all.length)",
        )


def test_a_host_in_trouble_takes_nothing_away(fields_html: Path, reader: Page) -> None:
    with hosted(fields_html) as host:
        reader.goto(f"{host.address}/index.html")
        keep(reader)
        host.status = 503
        for path in pages_of(fields_html):
            reader.goto(f"{host.address}/{path}")
            expect(reader.get_by_role("heading", level=1)).to_be_visible()
        assert len(kept_caches(reader)) == 1


# ---------------------------------------------------------------- what may not be kept

WRONG = {
    "by way of another address": "fetch('way')",
    "of another page": "fetch('search.html')",
    "of another type": "new Response('{}', {headers: {'Content-Type': 'application/json'}})",
    "an error": "new Response('Gone', {status: 500, headers: {'Content-Type': 'text/html'}})",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_broken_on_the_device_is_taken_from_the_line_and_mended(
    fields_html: Path, reader: Page, wrong: str
) -> None:
    with hosted(fields_html, leads_astray) as host:
        reader.goto(f"{host.address}/index.html")
        keep(reader)
        (name,) = kept_caches(reader)
        page = f"{host.address}/{FIELDS_PAGE}"
        reader.evaluate(
            f"""async ([name, page]) => {{
              const cache = await caches.open(name);
              await cache.put(page, await ({WRONG[wrong]}));
            }}""",
            [name, page],
        )
        open_page(reader, page)
        until(
            reader,
            """async ([name, page]) =>
              (await (await (await caches.open(name)).match(page))?.text())?.includes("garden")""",
            [name, page],
        )
    open_page(reader, page)


def leads_astray(folder: Path, path: str) -> str | Path | None:
    """As usual, but for one address that leads to a page."""
    return FIELDS_PAGE if path == "way" else plain(folder, path)


def test_a_stale_script_is_not_kept_and_fetched_once_it_is_right(
    fields_html: Path, reader: Page, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(fields_html, tmp_path / "html"))
    script = folder / "_static" / "my-journal.js"
    right = script.read_bytes()
    script.write_bytes(right + b"// of an earlier version\n")
    with hosted(folder) as host:
        reader.goto(f"{host.address}/index.html")
        keep(reader)
        is_kept = f"caches.match('{host.address}/_static/my-journal.js').then(Boolean)"
        assert not reader.evaluate(is_kept)
        script.write_bytes(right)
        reader.reload()
        until(reader, is_kept)


# -------------------------------------------------------------------- an earlier worker


def test_the_worker_of_an_earlier_version_that_shut_readers_out_is_replaced(
    fields_html: Path, reader: Page, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(fields_html, tmp_path / "html"))
    head = f'const VERSION = "earlier", FILES = {json.dumps(kept_files(folder))};\n'
    (folder / "offline.js").write_text(head + OLD_WORKER.read_text("utf-8"), "utf-8")
    with hosted(folder, strips_html) as host:
        open_page(reader, f"{host.address}/{FIELDS_PAGE}")
        hope(reader)
        keep(reader)
        with pytest.raises(Error, match="ERR_FAILED"):
            reader.goto(f"{host.address}/search.html")
        shutil.copy(fields_html / "offline.js", folder)
        for _ in range(20):  # the browser asks for the new one behind the page that fails
            try:
                reader.goto(f"{host.address}/search.html")
                break
            except Error:
                reader.wait_for_timeout(3000)
        keep(reader)
        expect_pages(reader, pages_of(fields_html), host.address)
        assert [name for name in kept_caches(reader) if name.endswith("earlier")] == []


# --------------------------------------------------------------------------- a way out


@pytest.mark.parametrize("path", ["index.html", FIELDS_PAGE, "search.html", "no/such/page"])
def test_a_reader_can_leave_from_any_page(fields_html: Path, reader: Page, path: str) -> None:
    with hosted(fields_html) as host:
        open_page(reader, f"{host.address}/{FIELDS_PAGE}")
        hope(reader)
        keep(reader)
        reader.goto(f"{host.address}/{path}")
        reader.get_by_role("link", name="Offline copy: remove it").click()
        expect(reader.get_by_text("The offline copy is removed")).to_be_in_viewport()
        assert reader.url == f"{host.address}/{path}"
        reader.reload(wait_until="networkidle")
        assert workers(reader) == 0
        assert kept_caches(reader) == []
        expect(reader.get_by_role("link", name="Offline copy")).to_be_hidden()
        open_page(reader, f"{host.address}/{FIELDS_PAGE}")
        expect(form(reader, "garden").get_by_label("Why a garden at all?")).to_have_value(HOPE)


def test_the_way_out_works_where_the_pages_own_script_does_not(
    fields_html: Path, reader: Page
) -> None:
    with hosted(fields_html) as host:
        reader.goto(f"{host.address}/index.html")
        keep(reader)
        host.types[".js"] = "text/plain"
        (name,) = kept_caches(reader)
        reader.evaluate(
            "async (name) => (await caches.open(name)).delete('_static/page.js')",
            name,
        )
        reader.reload()
        reader.get_by_role("link", name="Offline copy: remove it").click()
        until(reader, "caches.keys().then((names) => !names.length)")


# --------------------------------------------------------------------- one site, one place


def test_a_site_that_is_at_two_spellings_of_its_address_has_one_place_for_answers(
    fields_html: Path, page: Page, tmp_path: Path
) -> None:
    shutil.copytree(fields_html, tmp_path / "Allyship")
    with hosted(tmp_path, knows_no_case) as host:
        open_page(page, f"{host.address}/Allyship/{FIELDS_PAGE}")
        hope(page)
        for place in ("allyship", "ALLYSHIP", "allyship/"):
            open_page(page, f"{host.address}/{place}/{FIELDS_PAGE}")
            expect(form(page, "garden").get_by_label("Why a garden at all?")).to_have_value(HOPE)
        page.goto(f"{host.address}/allyship/my-journal.html")
        expect(page.get_by_text(HOPE)).to_be_visible()
