"""What somebody waits who opens a module's notebook in JupyterLab: until a form has their answers.

The server is warm: it has been asked for another notebook before. Nobody touches anything.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.support.browser import CHROMIUM_ARGS, find_browser
from tests.support.lab import Lab, running_lab
from tests.support.notebook import end_kernels
from tests.support.paths import ROOT

from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, keep

from .row import Row

MODULE = "08-keeping-it-going"
RUNS = 5
SLOW = 6  # times slower than this machine's processor
PATIENCE = 120_000
FILLED = "form[data-known]"
LOST = "Error displaying widget"


def run() -> list[Row]:
    """Open the notebook at full speed, and with the browser's processor slowed down."""
    chromium = find_browser()
    with tempfile.TemporaryDirectory() as folder, _notebook(Path(folder)) as (lab, file):
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
            _open(browser, lab, file, 1)  # warms the server
            usual = [_open(browser, lab, file, 1) for _ in range(RUNS)]
            slow = [_open(browser, lab, file, SLOW) for _ in range(RUNS)]
            browser.close()
        size = file.stat().st_size
    return [
        Row("notebook opened: first form filled after", _median(usual), "s", bar=5),
        Row(f"the same, processor {SLOW} times slower", _median(slow), "s"),
        Row("error boxes among these", sum(lost for _, lost in (*usual, *slow)), "", bar=0),
        Row("notebook on disk, saved with its forms", size / 1000, "kB"),
    ]


def _median(visits: list[tuple[float, int]]) -> float:
    return statistics.median(seconds for seconds, _ in visits)


@contextmanager
def _notebook(base: Path) -> Iterator[tuple[Lab, Path]]:
    """A JupyterLab over one module, with a journal in which each exercise is left out."""
    module = load_module(ROOT / "book" / "modules" / MODULE)
    file = make_assignment(ROOT / "book" / "modules" / MODULE, base / "root")
    for exercise in module.exercises:
        keep(module, exercise, Note(passed=True), file.parent, base / "journal")
    with running_lab(base / "root", base / "journal", base / "state") as lab:
        yield lab, file


def _open(browser: Browser, lab: Lab, file: Path, slower: float) -> tuple[float, int]:
    """Open the notebook in a fresh profile; return seconds, and how many error boxes it showed."""
    context = browser.new_context(viewport={"width": 1280, "height": 4000})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    begun = time.perf_counter()
    page.goto(lab.url(file.relative_to(lab.root).as_posix()))
    page.locator(FILLED).first.wait_for(timeout=PATIENCE)
    seconds = time.perf_counter() - begun
    _until_all_ran(page)
    lost = page.get_by_text(LOST).count()
    context.close()
    end_kernels(lab)
    return seconds, lost


def _until_all_ran(page: Page) -> None:
    page.locator(".jp-CodeCell", has_text="# Complete?").last.locator(
        ".jp-OutputArea-output"
    ).wait_for(timeout=PATIENCE)
    page.locator(".jp-mod-dirty").first.wait_for(state="detached", timeout=PATIENCE)
