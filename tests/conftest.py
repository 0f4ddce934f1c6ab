"""Real parts for the tests: a book built by Jupyter Book, a browser, a class in nbgrader's
exchange, a JupyterLab. What takes seconds to make is made once and shared by all workers.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from allyship_course.desk.demo import Demo, make_demo
from tests.support.browser import find_browser

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "books" / "tiny"
TINY_MODULE = TINY / "modules" / "01-tiny"
FIELDS = ROOT / "tests" / "books" / "fields"
FIELDS_MODULE = FIELDS / "modules" / "02-fields"
COURSE_CONFIG = ROOT / "course" / "nbgrader_config.py"

LONGEST = [
    "test_teach.py",
    "test_grading_faults.py",
    "test_lab.py",
    "test_page_accessibility.py",
    "test_book.py",
    "test_chain.py",
    "test_website.py",
    "test_page.py",
    "test_grade.py",
    "test_my_journal.py",
]

PATIENCE = 60_000
"""Milliseconds to wait for a page that does come: Jupyter, a kernel and four tests share two cores.
"""

settings.register_profile("busy", deadline=None)  # a worker may wait for others at any line
settings.load_profile("busy")

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: else the last runs while the other workers wait.

    It needs ``--no-loadscope-reorder``, as in the Makefile: the order of xdist is by the number of
    tests in a file, and ours with the fewest take longest.
    """
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one test run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def once(shared: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Let the first worker that needs it make ``shared/name``; the others wait for it."""
    folder = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not (shared / f"{name}.done").exists():
            make(folder)
            (shared / f"{name}.done").touch()
    return folder


def build_book(source: Path, out: Path) -> None:
    """Build a book with the course's own configuration; any warning fails."""
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    command = [jupyter_book, "build", "--config", str(ROOT / "_config.yml")]
    command += ["--path-output", str(out), str(source), "--warningiserror", "--keep-going"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.fixture(scope="session")
def tiny_html(shared: Path) -> Path:
    """The tiny book, built."""
    return once(shared, "tiny-book", lambda out: build_book(TINY, out)) / "_build" / "html"


@pytest.fixture(scope="session")
def fields_html(shared: Path) -> Path:
    """The book of the field types that the tiny book has not, built."""
    return once(shared, "fields-book", lambda out: build_book(FIELDS, out)) / "_build" / "html"


@pytest.fixture(scope="session")
def course_html(shared: Path) -> Path:
    """The course's own book, built."""
    return once(shared, "course-book", lambda out: build_book(ROOT / "book", out)) / "_build/html"


class _Quiet(SimpleHTTPRequestHandler):
    """Serves as a host of static pages does: for what is not there, the page 404.html."""

    def log_message(self, *_: object) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        sought = [Path(self.directory) / name / "404.html" for name in ("", "course")]
        page = next((file for file in sought if code == 404 and file.exists()), None)
        if page is None:
            return super().send_error(code, message, explain)
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.read_bytes())
        return None


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def gradebook(request: pytest.FixtureRequest) -> str:
    """What a class keeps its gradebook in. ``make test-postgres`` runs the second."""
    return str(request.param)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of loopback; yield its address without a last slash."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="session")
def tiny_site(tiny_html: Path) -> Iterator[str]:
    with served(tiny_html) as address:
        yield address


@pytest.fixture(scope="session")
def fields_site(fields_html: Path) -> Iterator[str]:
    with served(fields_html) as address:
        yield address


@pytest.fixture(scope="session")
def course_site(course_html: Path) -> Iterator[str]:
    with served(course_html) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    path = find_browser()
    assert path, "no Chromium: run 'make test', which gets one"
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def guarded(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A fresh browser profile. A request to any other host, or a script error, fails the test."""
    # Without the worker, a page's own requests can be seen and stopped; test_offline.py has it.
    context = browser.new_context(**{"service_workers": "block", **options})
    context.set_default_timeout(PATIENCE)
    foreign: list[str] = []
    errors: list[str] = []
    ours = re.compile(r"^(https?|wss?)://127\.0\.0\.1[:/]|^(data|blob|about):")
    context.on("request", lambda r: None if ours.match(r.url) else foreign.append(r.url))
    context.on("weberror", lambda e: errors.append(str(e.error)))
    yield context
    context.close()
    assert not foreign, f"requested from another host: {foreign}"
    assert not errors, f"errors in the page's scripts: {errors}"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with guarded(browser) as context:
        yield context


@pytest.fixture
def page_with(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a profile of its own: ``page_with(color_scheme="dark")``."""
    with contextlib.ExitStack() as profiles:
        yield lambda **options: profiles.enter_context(guarded(browser, **options)).new_page()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def demo_class(shared: Path) -> Demo:
    """The demo class over the tiny book, graded. For looking at; copy it to change it."""
    folder = once(shared, "demo", _make_demo)
    return Demo(folder)


def _make_demo(into: Path) -> None:
    make_demo(into, TINY, COURSE_CONFIG, lambda _: None)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab over ``root``, whose kernels keep their journal in ``journal``."""

    address: str
    token: str
    root: Path
    journal: Path

    def url(self, path: str) -> str:
        """The address of a notebook (relative to root) in JupyterLab."""
        return f"{self.address}/lab/tree/{path}?token={self.token}"


@contextlib.contextmanager
def running_lab(root: Path, journal: Path, state: Path, port: int = 0) -> Iterator[Lab]:
    """Start a real JupyterLab, on a free port unless one is given; end it with its kernels."""
    token = secrets.token_hex(16)
    state.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "ALLYSHIP_JOURNAL": str(journal),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={root}",
    ]
    log = state / "lab.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, cwd=root)
    try:
        yield Lab(_address(process, log), token, root, journal)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()  # a machine with much to do
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/lab", log.read_text()):
            address = f"http://127.0.0.1:{found[1]}"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api"):
                return address
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start: {log.read_text()}")


@pytest.fixture
def student_folder(demo_class: Demo, tmp_path: Path) -> Path:
    """A fetched assignment of the tiny module, as a student has it before the first click."""
    folder = tmp_path / "home" / "01-tiny"
    shutil.copytree(demo_class.home("you") / "01-tiny", folder)
    return folder
