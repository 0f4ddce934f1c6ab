"""Our own commands that serve until somebody stops them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from filelock import FileLock


@dataclass
class Started:
    """A running ``allyship start`` and what it printed."""

    process: subprocess.Popen[str]
    said: str
    seen: set[psutil.Process] = field(default_factory=set)

    def address(self, of: str) -> str:
        found = re.search(rf"{re.escape(of)}\s+(http\S+)", self.said)
        assert found, self.said
        return found[1]

    def everything(self) -> list[psutil.Process]:
        """The process itself, servers and kernels."""
        top = psutil.Process(self.process.pid)
        found = [top, *top.children(recursive=True)]
        self.seen.update(found)
        return found


@contextlib.contextmanager
def started(root: Path, shared: Path, *arguments: str) -> Iterator[Started]:
    """Run our command, ``start`` if no other is named, until it says how to stop it."""
    arguments = arguments or ("start", "--demo", str(root / "demo"))
    command: list[str | Path] = [Path(sys.executable).with_name("allyship"), *arguments]
    with FileLock(shared / "start.lock"):  # two at once might both find the same port free
        process = subprocess.Popen(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
    one = Started(process, said)
    try:
        yield one
    finally:
        if process.poll() is None:
            one.everything()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        for left in one.seen:  # where a test failed
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()


def get(address: str) -> tuple[int, str]:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        with opener.open(address, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, ""
