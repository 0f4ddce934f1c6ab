"""A newcomer's first command: ``make start`` in a fresh clone sets everything up and serves.

What was installed by hand on this machine does not count: the clone makes its own environment.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

SETTING_UP = ("Setting up the course", "Building the book", "Making a demo class")


def start(clone: Path) -> tuple[subprocess.Popen[str], str]:
    """Run ``make start`` until it has printed how to stop; return it and what it printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL_ENV", "MAKE"))}
    process = subprocess.Popen(
        ["make", "start"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if "Stop with Ctrl-C" in line:
            return process, printed
    raise AssertionError(f"make start ended with {process.wait()}:\n{printed[-4000:]}")


def stop(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C, which reaches make and all that it started."""
    os.killpg(process.pid, signal.SIGINT)
    process.wait(30)


def processes_of(clone: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(clone) in line]


def test_make_start_sets_up_a_fresh_clone_serves_and_stops(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)

    process, printed = start(clone)
    addresses = re.findall(r"http://127\.0\.0\.1:\d+/\S*", printed)
    assert all(re.search(rf"^{step}.*\d+ s$", printed, re.MULTILINE) for step in SETTING_UP)
    assert len(printed.splitlines()) < 20, "a wall of an installer's lines"
    assert len(addresses) == 3
    for address in addresses:
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200
    stop(process)
    assert processes_of(clone) == []

    process, printed = start(clone)
    stop(process)
    assert not any(step in printed for step in SETTING_UP), "the second start does it all again"
    assert (
        subprocess.run(
            ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
        ).stdout
        == ""
    )
