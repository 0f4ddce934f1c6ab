"""A real JupyterLab."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


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
        "--LabApp.expose_app_in_browser=True",  # a test can ask it to open a notebook
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
