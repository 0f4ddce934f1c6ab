"""Find a Chromium for the tests, or get one: ``python -m tests.support.browser`` in the Makefile.

In this order: Playwright's own where it can be downloaded, the system's, one installed with
the system's package manager where that is allowed; else a message that says what to do.

Chromium's headless shell comes before a whole Chromium: the same engine without the window, which
a whole one draws anew for each profile. A page then takes a third of the processor's time.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

SHELL = "chromium-headless-shell"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
TRIED = Path(sys.prefix) / ".playwright-download-tried"
SHELL_TRIED = Path(sys.prefix) / ".headless-shell-tried"

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000
"""Milliseconds to wait for a page that does come: Jupyter, a kernel and tests share two cores."""


def find_browser() -> str | None:
    """Return the path of a Chromium that is here already, a headless shell if there is one."""
    own = _playwrights()
    # Playwright keeps both in folders that have the same number.
    number = own.parents[1].name.removeprefix("chromium-")
    shells = own.parents[2].glob(f"chromium_headless_shell-{number}/*/chrome-headless-shell*")
    return str(next(shells, "")) or shutil.which(SHELL) or find_whole()


def find_whole() -> str | None:
    """Return the path of a Chromium with windows and a profile's settings."""
    if (own := _playwrights()).exists():
        return str(own)
    for name in SYSTEM_NAMES:
        if path := shutil.which(name):
            return path
    return str(MAC_CHROME) if MAC_CHROME.exists() else None


@functools.cache
def _playwrights() -> Path:
    """Where Playwright keeps a Chromium of its own, if it has one; asked before a browser runs."""
    with sync_playwright() as p:
        return Path(p.chromium.executable_path)


def download() -> None:
    """Try Playwright's download once for this environment: it may be refused, or hang."""
    if TRIED.exists():
        return
    print("Getting Playwright's Chromium (once) ...", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        done = subprocess.run(command, timeout=300, check=False, capture_output=True)
        if done.returncode:
            print("It can't be downloaded here; the system's will do.", flush=True)
    except subprocess.TimeoutExpired:
        print("The download did not end within five minutes; the system's will do.", flush=True)
    TRIED.touch()


def install_from_system(package: str) -> None:
    """Install a package with apt where this user may: as root, or with sudo that asks nothing."""
    if not shutil.which("apt-get"):
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print(f"Installing {package} with apt-get ...", flush=True)
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", package]):
        try:
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(
                [*sudo, *command], check=True, capture_output=True, env=environment, timeout=600
            )
        except (OSError, subprocess.SubprocessError):
            return


def add_shell() -> None:
    """Add the headless shell to Debian's Chromium, once; without it the tests take longer."""
    from_debian = Path("/usr/lib/chromium/chromium")
    if from_debian.exists() and os.geteuid() == 0 and not SHELL_TRIED.exists():
        install_from_system(SHELL)
        SHELL_TRIED.touch()


# Chosen as by a learner who wants all of every exercise on the page: on a site at its host's root
# or in a folder, in Jupyter, and in a learning platform.
SHOW_IT_ALL = """
  const below = /(modules|guides|developing|journal|return)\\/.*$|[^/]*$/;
  const folder = location.pathname.replace(below, "");
  try {
    const places = [folder, "jupyter", window.name];
    for (const place of places) localStorage.setItem(`allyship:${place}:whole`, "*");
  } catch {}
"""


@contextlib.contextmanager
def guarded(browser: Browser, *, whole: bool = True, **options: Any) -> Iterator[BrowserContext]:
    """A fresh browser profile. A request to any other host, or a script error, fails the test.

    Most tests are about forms, and have all of each on the page; with ``whole`` false there are
    covers.
    """
    # Without the worker, a page's own requests can be seen and stopped; test_offline.py has it.
    context = browser.new_context(**{"service_workers": "block", **options})
    context.set_default_timeout(PATIENCE)
    if whole:
        context.add_init_script(SHOW_IT_ALL)
    foreign: list[str] = []
    errors: list[str] = []
    ours = re.compile(r"^(https?|wss?)://127\.0\.0\.1[:/]|^(data|blob|about):")
    context.on("request", lambda r: None if ours.match(r.url) else foreign.append(r.url))
    context.on("weberror", lambda e: errors.append(f"{e.error} {e.error.stack}"))
    yield context
    context.close()
    assert not foreign, f"requested from another host: {foreign}"
    assert not errors, f"errors in the page's scripts: {errors}"


def main() -> int:
    download()
    if find_whole() is None:
        install_from_system("chromium")
    if find_browser() == find_whole():
        add_shell()
    browser = find_browser()
    if browser is None:
        print(
            "The tests need a Chromium and none was found or could be installed. "
            "Install Chromium or Google Chrome with your system's package manager and try again.",
            file=sys.stderr,
        )
        return 1
    print(f"Browser: {browser}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
