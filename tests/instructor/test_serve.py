"""``allyship start``: three addresses that work, on this machine only, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Page, Request, expect

from allyship_course.instructor.demo import Demo
from allyship_course.notebook.jupyterlab import BOOK_PORT, JUPYTER_PORT
from tests.support.notebook import ALL_AT_ONCE, KERNEL
from tests.support.paths import ROOT, TINY
from tests.support.started import Started, get, started


def make_root(root: Path, demo: Demo, book_html: Path) -> Path:
    """A course folder with a built book and a demo class."""
    shutil.copytree(TINY, root / "book")
    shutil.copy(ROOT / "_config.yml", root)
    shutil.copytree(book_html, root / "_build" / "html")
    shutil.copytree(demo.root, root / "demo")
    return root


@pytest.fixture
def root(demo_class: Demo, tiny_html: Path, tmp_path: Path) -> Path:
    return make_root(tmp_path, demo_class, tiny_html)


@pytest.fixture(scope="module")
def running(
    demo_class: Demo, tiny_html: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Started]:
    root = make_root(tmp_path_factory.mktemp("start"), demo_class, tiny_html)
    with started(root, shared) as one:
        yield one


def open_kernel(started: Started) -> psutil.Process:
    """Start a kernel through the REST API; return its process once it listens."""
    address, _, token = started.address("Formgrader").partition("/formgrader?token=")
    request = urllib.request.Request(
        f"{address}/api/kernels",
        data=b"{}",
        headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        kernel_id = json.load(response)["id"]
    for _ in range(300):
        for process in started.everything():
            with contextlib.suppress(psutil.NoSuchProcess):  # a child that has just ended
                if f"kernel-{kernel_id}.json" in " ".join(process.cmdline()) and listening(process):
                    return process
        time.sleep(0.1)
    raise AssertionError("the kernel did not start")


LOG_IN = "Password or token"


def api_of(address: str) -> str:
    """The address of the data behind a page."""
    return address.replace("/lab/tree/", "/api/contents/").replace(
        "/formgrader?", "/formgrader/api/assignments?"
    )


def listening(process: psutil.Process) -> list[Any]:
    return [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]


def test_book_notebook_and_formgrader_answer(running: Started) -> None:
    status, page = get(running.address("The book"))
    assert status == 200
    assert "A tiny book" in page
    for of in ("A student's notebook", "The instructor's Formgrader"):
        for address in (running.address(of), api_of(running.address(of))):
            status, page = get(address)
            assert status == 200
            assert LOG_IN not in page


@pytest.fixture
def reached(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the addresses to which it got that are not on this machine."""
    addresses: list[str] = []

    def look(request: Request) -> None:
        blocked = request.failure == "csp"  # by the page's own policy, before it leaves
        if not blocked and not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            addresses.append(request.url)

    with contextlib.closing(browser.new_context(viewport=ALL_AT_ONCE)) as context:
        context.on("requestfailed", look)
        context.on("requestfinished", look)
        yield context.new_page(), addresses


def test_formgrader_gets_nothing_from_another_host(
    running: Started, demo_class: Demo, reached: tuple[Page, list[str]]
) -> None:
    """nbgrader's page of a submission asks for MathJax elsewhere, whatever is configured."""
    page, addresses = reached
    with Gradebook(f"sqlite:///{demo_class.course / 'gradebook.db'}") as gradebook:
        submission = gradebook.notebook_submissions("01-tiny", "01-tiny")[0].id
    address, _, token = running.address("Formgrader").partition("?")
    page.goto(f"{address}?{token}")
    page.goto(f"{address}/submissions/{submission}", wait_until="networkidle")
    expect(page.locator("textarea.comment").first).to_be_visible()
    assert addresses == []


def test_exercises_work_where_jupyter_gets_nothing_from_another_host(
    running: Started, reached: tuple[Page, list[str]]
) -> None:
    page, addresses = reached
    page.goto(running.address("A student's notebook"))
    page.get_by_text(f"{KERNEL} | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.locator("form[data-ready]").first).to_be_visible()
    assert addresses == []


@pytest.mark.parametrize("token", ["", "?token=", "?token=0123456789"])
@pytest.mark.parametrize("of", ["A student's notebook", "The instructor's Formgrader"])
def test_jupyter_is_closed_to_who_has_no_token(running: Started, of: str, token: str) -> None:
    address = running.address(of)
    for closed in (address, api_of(address)):
        status, page = get(closed.partition("?")[0] + token)
        assert status == 403 or LOG_IN in page


def test_it_listens_on_this_machine_only_and_hides_its_token(running: Started) -> None:
    kernel = open_kernel(running)
    assert {one.ip for one in listening(kernel)} == {"127.0.0.1"}
    sockets = [one for process in running.everything() for one in listening(process)]
    assert {one.ip for one in sockets} <= {"127.0.0.1", "::1"}
    token = running.address("Formgrader").partition("token=")[2]
    assert len(token) >= 32
    assert not [p for p in running.everything() if token in " ".join(p.cmdline())]


@pytest.mark.parametrize(
    "how", ["SIGINT", *(pytest.param(s, marks=pytest.mark.slow) for s in ("SIGTERM", "SIGHUP"))]
)
def test_ctrl_c_a_kill_and_a_closed_terminal_end_everything(
    root: Path, shared: Path, how: str
) -> None:
    with started(root, shared) as running:
        open_kernel(running)
        processes = running.everything()
        assert len(processes) >= 3
        running.process.send_signal(getattr(signal, how))
        said, _ = running.process.communicate(timeout=30)
        _, alive = psutil.wait_procs(processes, timeout=15)
        assert not alive
        assert running.process.returncode == 0
        assert "Stopped." in said
        assert "Traceback" not in said


@pytest.mark.slow
def test_a_taken_port_is_named_and_another_is_used(root: Path, shared: Path) -> None:
    with contextlib.ExitStack() as stack:
        for port in (BOOK_PORT, JUPYTER_PORT):
            taken = stack.enter_context(socket.socket())
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):  # taken by somebody else: as good
                taken.bind(("127.0.0.1", port))
                taken.listen()
        running = stack.enter_context(started(root, shared))
        assert f"Port {BOOK_PORT} is taken; the book uses " in running.said
        assert f"Port {JUPYTER_PORT} is taken; JupyterLab uses " in running.said
        for of in ("The book", "The instructor's Formgrader"):
            assert not re.search(rf":({BOOK_PORT}|{JUPYTER_PORT})/", running.address(of))
            assert get(running.address(of))[0] == 200
