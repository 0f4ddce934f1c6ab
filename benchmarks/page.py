"""What the published book costs a phone on a slow line: bytes as gates, times beside stock.

Bytes are those of the line: packed by gzip, with the headers of each answer. Times are medians
over slow 4G (1.6 Mbit/s, 150 ms) with a CPU four times slower, in turn with the page that stock
Jupyter Book makes of the same module with the same exercises.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.support.books import build_book
from tests.support.browser import CHROMIUM_ARGS, find_browser
from tests.support.paths import ROOT

from allyship_course.book.website import kept_files, write_assets
from allyship_course.notebook.page import BUILDING

from .row import Row

RUNS = 5
TIMED = "01-what-allyship-means"
NEXT = "02-knowing-yourself"
SLOW_4G = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
PACKED = {".html", ".css", ".js", ".json", ".svg"}
READY = """() => {
  const forms = document.querySelectorAll("form.ac-exercise");
  return forms.length && [...forms].every(f => f.hasAttribute("data-ready")) && performance.now();
}"""
SHIFTS = """new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) globalThis.shifted = (globalThis.shifted ?? 0) + value;
}).observe({type: "layout-shift", buffered: true})"""
STOCK = """\
title: Stock
author: Stock
execute: {execute_notebooks: force}
sphinx:
  config:
    html_static_path: [assets]
    html_css_files: [course.css]
    html_js_files: [[page.js, {type: module, async: async}]]
"""


@dataclass
class Visit:
    """What one visit to a page cost."""

    answers: list[tuple[str, int]] = field(default_factory=list)
    interactive: float = 0  # milliseconds
    shift: float = 0

    def bytes(self, ending: str = "") -> int:
        return sum(size for url, size in self.answers if url.partition("?")[0].endswith(ending))


def run() -> list[Row]:
    """Build both books, visit their pages, and weigh."""
    path = find_browser()
    if path is None:
        raise SystemExit("This needs a Chromium: run 'make test' once, which gets one")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, again = _build_times(folder)
        html = folder / "ours" / "_build" / "html"
        stock = _build_stock(folder)
        with sync_playwright() as p, _packing(html) as ours, _packing(stock) as theirs:
            browser = p.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
            rows = [*_weights(browser, ours, html), *_times(browser, ours, theirs)]
            browser.close()
        kept = sum(len(gzip.compress((html / f).read_bytes())) for f in kept_files(html))
    return [
        *rows,
        Row("Whole course for offline use", kept / 1000, "kB", 600),
        Row("Build from nothing", first, "s", 90),
        Row("Build after a one-line edit", again, "s", 8),
    ]


def _weights(browser: Browser, site: str, html: Path) -> Iterator[Row]:
    """Weigh the first visit to every module, without the worker: it comes afterwards."""
    for folder in sorted(html.glob("modules/*")):
        with _visitor(browser, slow=False) as context:
            visit = _visit(context.new_page(), f"{site}/modules/{folder.name}/index.html")
        script = visit.bytes(".js")
        yield Row(f"{folder.name}: first visit", visit.bytes() / 1000, "kB", 45)
        yield Row(f"{folder.name}: of that, script", script / 1000, "kB", 15)
        yield Row(f"{folder.name}: requests", len(visit.answers), "", 10)


def _times(browser: Browser, ours: str, theirs: str) -> Iterator[Row]:
    mine, stock, following = [], [], []
    for _ in range(RUNS):
        with _visitor(browser) as context:
            stock.append(_visit(context.new_page(), f"{theirs}/modules/{TIMED}/index.html"))
        with _visitor(browser) as context:
            mine.append(_visit(context.new_page(), f"{ours}/modules/{TIMED}/index.html"))
        following.append(_next_page(browser, ours))
    here = statistics.median(v.interactive for v in mine)
    there = statistics.median(v.interactive for v in stock)
    yield Row("Stock Jupyter Book, same module: first visit", stock[0].bytes() / 1000, "kB")
    yield Row("Stock Jupyter Book, same module: requests", len(stock[0].answers), "")
    yield Row("Stock Jupyter Book, same module: interactive", there, "ms")
    yield Row("Ours: interactive", here, "ms", 1100)
    yield Row("Ours: interactive, in per cent of stock", 100 * here / there, "%", 75)
    yield Row("Ours: layout shift, in thousandths", 1000 * max(v.shift for v in mine), "", 1)
    weight = statistics.median(v.bytes() for v in following)
    yield Row("Ours: next page, course kept on the device", weight / 1000, "kB", 15)
    time_ = statistics.median(v.interactive for v in following)
    yield Row("Ours: next page, interactive", time_, "ms", 500)


def _next_page(browser: Browser, site: str) -> Visit:
    """Visit a module, wait until the course is kept on the device, go to the next one."""
    with _visitor(browser, service_workers="allow") as context:
        page = context.new_page()
        _visit(page, f"{site}/modules/{TIMED}/index.html")
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        return _visit(page, f"{site}/modules/{NEXT}/index.html")


@contextlib.contextmanager
def _visitor(browser: Browser, *, slow: bool = True, **options: Any) -> Iterator[BrowserContext]:
    """A fresh profile on a phone's screen."""
    defaults = {"service_workers": "block", "viewport": {"width": 375, "height": 720}}
    context = browser.new_context(**{**defaults, **options})
    context.add_init_script(SHIFTS)
    if slow:
        context.on("page", _slow_down)
    yield context
    context.close()


def _slow_down(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})


def _visit(page: Page, url: str) -> Visit:
    """Open ``url``; return what came over the line until all was quiet, and how fast it worked."""
    visit = Visit()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    local: set[str] = set()

    def answered(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["response"]["url"]
        if event["response"].get("fromServiceWorker"):
            local.add(event["requestId"])

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] not in local:
            url = urls.get(event["requestId"], "")
            visit.answers.append((url, int(event["encodedDataLength"])))

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="commit")
    visit.interactive = page.wait_for_function(READY).json_value()
    page.wait_for_load_state("networkidle")
    visit.shift = page.evaluate("globalThis.shifted ?? 0")
    session.detach()
    return visit


class _Packing(SimpleHTTPRequestHandler):
    """Serves a folder as hosts of static pages do: packed, to be kept for ten minutes."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        if file.suffix in PACKED:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def _packing(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Packing, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _build_times(folder: Path) -> tuple[float, float]:
    """Build the book, edit one line, build it again; return the seconds of both."""
    book = Path(shutil.copytree(ROOT / "book", folder / "book"))
    began = time.monotonic()
    build_book(book, folder / "ours")
    first = time.monotonic() - began
    reading = book / "modules" / TIMED / "index.md"
    reading.write_text(reading.read_text("utf-8") + "\nOne more line.\n", "utf-8")
    began = time.monotonic()
    build_book(book, folder / "ours")
    return first, time.monotonic() - began


def _build_stock(folder: Path) -> Path:
    """Build a book of the one module with stock Jupyter Book; our script makes its forms work."""
    book = folder / "stock"
    shutil.copytree(ROOT / "book" / "modules" / TIMED, book / "modules" / TIMED)
    (book / "assets").mkdir()
    write_assets(book / "assets", "")
    (book / "index.md").write_text("# Stock\n", "utf-8")
    (book / "_config.yml").write_text(STOCK, "utf-8")
    chapters = f"format: jb-book\nroot: index\nchapters: [{{file: modules/{TIMED}/index}}]\n"
    (book / "_toc.yml").write_text(chapters, "utf-8")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(book)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, BUILDING: "1"})
    return book / "_build" / "html"
