"""How the tests use a notebook in JupyterLab: open it, run it, read what lies around it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.support.browser import PATIENCE
from tests.support.lab import Lab

KERNEL = "Python 3 (ipykernel)"
# JupyterLab draws only the cells that are in view.
ALL_AT_ONCE: ViewportSize = {"width": 1280, "height": 4000}


# In a JupyterLab that is there and shows nothing; where it shows something, a page is loaded anew.
OPEN = """async (path) => {
  const { shell, commands } = globalThis.jupyterapp ?? {};
  if (!shell || [...shell.widgets("main")].length) return false;
  await commands.execute("docmanager:open", { path });
  return true;
}"""
# What is not saved goes: nobody is asked.
CLOSE_ALL = """() => {
  if (!globalThis.jupyterapp || document.querySelector(".jp-Dialog")) return false;
  for (const shown of [...jupyterapp.shell.widgets("main")]) shown.dispose();
  return true;
}"""


def call(lab: Lab, method: str, path: str, data: object = None) -> Any:
    """Call Jupyter's own API."""
    request = urllib.request.Request(
        f"{lab.address}/{path}",
        method=method,
        headers={"Authorization": f"token {lab.token}"},
        data=None if data is None else json.dumps(data).encode(),
    )
    with urllib.request.urlopen(request) as answer:
        raw = answer.read()
    return json.loads(raw) if raw else None


def kernels(lab: Lab) -> list[dict[str, Any]]:
    """The kernels that run. While one is being ended, Jupyter answers with an error: ask again."""
    for _ in range(PATIENCE // 50):
        with contextlib.suppress(urllib.error.HTTPError):
            found: list[dict[str, Any]] = call(lab, "GET", "api/kernels")
            return found
        time.sleep(0.05)
    raise AssertionError("Jupyter did not say which kernels run")


def connected(lab: Lab) -> bool:
    """Whether a kernel runs and a page talks to it."""
    return any(kernel["connections"] for kernel in kernels(lab))


def end_kernels(lab: Lab) -> None:
    for session in call(lab, "GET", "api/sessions"):
        call(lab, "DELETE", f"api/sessions/{session['id']}")
    while kernels(lab):
        time.sleep(0.05)


def kill_kernel(lab: Lab) -> None:
    """End the one running kernel as a crash or a full memory does."""
    (kernel,) = kernels(lab)
    (process,) = [
        p
        for p in psutil.process_iter(["cmdline"])
        if any(kernel["id"] in part for part in p.info["cmdline"] or [])
    ]
    os.kill(process.pid, signal.SIGKILL)


class Notebook:
    """A notebook in a folder of its own under the root of a running JupyterLab."""

    def __init__(self, lab: Lab, page: Page, file: Path) -> None:
        self.lab = lab
        self.page = page
        self.file = file
        self.record_file = file.with_name("completion.json")

    def open(self) -> None:
        """Open it, alone, and wait for its kernel."""
        path = self.file.relative_to(self.lab.root).as_posix()
        self.page.set_viewport_size(ALL_AT_ONCE)
        if not (self.page.url.startswith(self.lab.address) and self.page.evaluate(OPEN, path)):
            workspace = "-".join(self.file.relative_to(self.lab.root).with_suffix("").parts)
            self.page.goto(
                f"{self.lab.address}/lab/workspaces/{workspace}/tree/{path}?token={self.lab.token}"
            )
        # Before the kernel is there, "Run All Cells" does nothing and does not say so.
        self.page.get_by_text(f"{KERNEL} | Idle").wait_for()

    def menu(self, menu: str, item: str) -> None:
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def run_all(self) -> None:
        """Do what the notebook's first lines say; wait until its last cell has been run."""
        self.menu("Run", "Run All Cells")
        self.until_run()

    def until_run(self) -> None:
        expect(self.checks.last).not_to_be_empty()
        self.page.get_by_text(f"{KERNEL} | Idle").wait_for()

    def start(self) -> None:
        """Open it, and wait for the forms, which come by themselves."""
        self.open()
        self.until_run()
        # Its last cell has its number: what is saved from now on is the whole of it.
        last = self.page.locator(".jp-CodeCell", has_text="# Complete?").last
        expect(last).to_contain_text(re.compile(r"\[\d+\]:"))
        expect(self.page.locator("form[data-ready]")).to_have_count(3)

    @property
    def checks(self) -> Locator:
        """The lines of the check cells at the notebook's end."""
        cells = self.page.locator(".jp-CodeCell", has_text="# Complete?")
        return cells.locator(".jp-OutputArea-output")

    def save(self) -> nbformat.NotebookNode:
        """Save with Ctrl+S wherever the cursor is; return what is in the file then."""
        before = self.file.stat().st_mtime_ns
        # A save that is under way already takes the place of the one that is asked for.
        for turn in range(PATIENCE // 50):
            if turn % 100 == 0:
                self.page.keyboard.press("Control+s")
            if self.file.stat().st_mtime_ns != before and self._whole():
                break
            self.page.wait_for_timeout(50)
        else:
            raise AssertionError("it is not saved")
        return nbformat.read(self.file, as_version=4)

    def _whole(self) -> bool:
        """Whether the file is written to its end."""
        return self.file.read_text().rstrip().endswith("}")

    def record(self, exercise: str) -> dict[str, Any]:
        """What would be handed in of an exercise."""
        if not self.record_file.exists():
            return {}
        found: dict[str, dict[str, Any]] = json.loads(self.record_file.read_text())["exercises"]
        return found.get(exercise, {})

    def answers(self, exercise: str, module: str = "01-tiny") -> dict[str, Any]:
        """What the learner's journal holds of an exercise."""
        file = self.lab.journal / f"{module}.json"
        if not file.exists():
            return {}
        notes: dict[str, dict[str, dict[str, Any]]] = json.loads(file.read_text())["exercises"]
        return notes.get(exercise, {}).get("answers", {})

    def until(self, condition: Callable[[], object]) -> None:
        for _ in range(PATIENCE // 50):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("waited in vain")
