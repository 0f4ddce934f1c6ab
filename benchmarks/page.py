"""What a module's page costs a phone: its bytes by kind of file, and its requests."""

from __future__ import annotations

import gzip
import tempfile
from collections import defaultdict
from pathlib import Path

from playwright.sync_api import Response, sync_playwright
from tests.browser import find_browser
from tests.conftest import CHROMIUM_ARGS, ROOT, build_book, served

from .row import Row

MODULE = "03-is-and-is-not"
KINDS = {".html": "HTML", ".css": "CSS", ".js": "JavaScript", ".mjs": "JavaScript"}


def run() -> list[Row]:
    """Load the built page in a browser and weigh all that it asks for."""
    with tempfile.TemporaryDirectory() as folder:
        build_book(ROOT / "book", Path(folder))
        with served(Path(folder) / "_build" / "html") as address:
            bodies = _load(f"{address}/modules/{MODULE}/index.html")
    raw: dict[str, int] = defaultdict(int)
    small: dict[str, int] = defaultdict(int)
    for url, body in bodies:
        kind = KINDS.get(Path(url.partition("?")[0]).suffix, "Other")
        raw[kind] += len(body)
        small[kind] += len(gzip.compress(body, mtime=0))
    rows = [Row(f"Page {MODULE}: requests", len(bodies), "")]
    for kind in (*dict.fromkeys(KINDS.values()), "Other"):
        rows.append(Row(f"Page {MODULE}: {kind}", raw[kind] / 1000, "kB"))
        rows.append(Row(f"Page {MODULE}: {kind}, compressed", small[kind] / 1000, "kB"))
    rows.append(Row(f"Page {MODULE}: all, compressed", sum(small.values()) / 1000, "kB"))
    return rows


def _load(url: str) -> list[tuple[str, bytes]]:
    """Return the address and the body of everything that a fresh browser asks for."""
    path = find_browser()
    if path is None:
        raise SystemExit(
            "The page benchmark needs a Chromium: run 'make test' once, which gets one"
        )
    responses: list[Response] = []
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        page = browser.new_page()
        page.on("response", lambda response: responses.append(response))  # noqa: PLW0108
        page.goto(url, wait_until="networkidle")
        bodies = [(r.url, r.body()) for r in responses]
        browser.close()
    return bodies
