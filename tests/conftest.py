"""Real parts for the tests: a book built by Jupyter Book, a browser, a class in nbgrader's
exchange, a JupyterLab. What takes seconds to make is made once and shared by all workers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.books import build_book
from tests.support.browser import CHROMIUM_ARGS, PATIENCE, find_browser, find_whole, guarded
from tests.support.once import once
from tests.support.paths import COURSE_CONFIG, FIELDS, ROOT, TINY
from tests.support.site import served

if TYPE_CHECKING:  # it imports nbgrader, which takes seconds that most tests have no use for
    from allyship_course.instructor.demo import Demo

settings.register_profile("busy", deadline=None)  # a worker may wait for others at any line
settings.load_profile("busy")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, so that none of them can be forgotten."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures:
            item.add_marker("browser")
            # A browser on a busy machine: tried once more, and named where it passes only then.
            item.add_marker(pytest.mark.flaky(reruns=1))
        if "shared" in fixtures:
            item.add_marker("heavy")


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> None:
    """Let what the tests start hear the signals that a job in the background does not hear.

    A program hands on that it ignores a signal, not that it does nothing when one comes: the tests
    themselves go on ignoring it.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one test run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


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


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def gradebook(request: pytest.FixtureRequest) -> str:
    """What a class keeps its gradebook in. ``make test-postgres`` runs the second."""
    return str(request.param)


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
def whole_chromium(chromium: str) -> str:
    """Where a browser is that has windows and settings: slower than ``chromium`` may be."""
    path = find_whole()
    assert path, "no whole Chromium: run 'make test', which gets one"
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


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
    from allyship_course.instructor.demo import Demo

    return Demo(once(shared, "demo", _make_demo))


def _make_demo(into: Path) -> None:
    from allyship_course.instructor.demo import make_demo

    make_demo(into, TINY, COURSE_CONFIG, lambda _: None)


@pytest.fixture
def student_folder(demo_class: Demo, tmp_path: Path) -> Path:
    """A fetched assignment of the tiny module, as a student has it before the first click."""
    folder = tmp_path / "home" / "01-tiny"
    shutil.copytree(demo_class.home("you") / "01-tiny", folder)
    return folder
