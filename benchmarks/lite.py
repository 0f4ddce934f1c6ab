"""What a live notebook in the browser costs: bytes over the line, time until the first exercise.

Measured on loopback with the site of ``make lite``; there are no rows where it was not built. Bytes
are those of the files that were asked for, packed as a host of static sites packs them.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright
from tests.support.browser import CHROMIUM_ARGS, find_browser
from tests.support.paths import ROOT

from .row import Row

SITE = ROOT / "_build" / "lite"
MODULE = "08-keeping-it-going"
PACKED = {".html", ".js", ".mjs", ".json", ".ipynb", ".wasm", ".yml", ".css", ".svg"}
USABLE = "form[data-ready] :is(input, textarea, button):enabled:visible"
PATIENCE = 120_000


def run() -> list[Row]:
    """Visit a notebook for the first time, again, and again without a line."""
    if not SITE.exists():
        return []
    chromium = find_browser()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        context = browser.new_context()
        with _counting() as (site, asked):
            first = _visit(context, site)
            moved = _bytes(asked)
            asked.clear()
            second = _visit(context, site)
            moved_again = _bytes(asked)
        offline = _visit(context, site)
        browser.close()
    return [
        Row("live notebook, first visit: packed", moved / 1e6, "MB", bar=12),
        Row("live notebook, second visit: packed", moved_again / 1e6, "MB", bar=0.1),
        Row("live notebook, first visit: usable after", first, "s", bar=6),
        Row("live notebook, second visit: usable after", second, "s", bar=4.6),
        Row("live notebook, no line: usable after", offline, "s"),
    ]


@contextlib.contextmanager
def _counting() -> Iterator[tuple[str, list[Path]]]:
    """Serve the site; yield its address and the files that were sent."""
    sent: list[Path] = []

    class Handler(SimpleHTTPRequestHandler):
        def send_head(self) -> Any:
            file = Path(self.translate_path(self.path))
            if file.is_file():
                sent.append(file)
            return super().send_head()

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", sent
        server.shutdown()


def _visit(context: BrowserContext, site: str) -> float:
    """Open the notebook; return seconds until an exercise can be used."""
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(f"{site}/notebooks/index.html?path={MODULE}/{MODULE}.ipynb")
    page.locator(USABLE).first.wait_for(timeout=PATIENCE)
    seconds = time.perf_counter() - begun
    page.locator("#allyship-line").wait_for(state="hidden", timeout=PATIENCE)
    page.close()
    return seconds


def _bytes(files: list[Path]) -> int:
    return sum(
        len(gzip.compress(f.read_bytes())) if f.suffix in PACKED else f.stat().st_size
        for f in files
    )
