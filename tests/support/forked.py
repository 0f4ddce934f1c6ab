"""Commands as a shell runs them, each in a process of its own, but without the seconds of imports.

A server that has imported nbgrader and the course once makes a copy of itself for each command.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from subprocess import CompletedProcess

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.support.imported"])


def run_command(
    command: Path, folder: Path, *arguments: str, env: Mapping[str, str]
) -> CompletedProcess[str]:
    """Run a command that a Python package brings, in ``folder`` and with this environment."""
    line = [str(command), *arguments]
    with tempfile.TemporaryDirectory() as name:
        out, err = Path(name, "out"), Path(name, "err")
        process = _PROCESSES.Process(target=_run, args=(line, folder, dict(env), out, err))
        process.start()
        process.join()
        assert process.exitcode is not None
        return CompletedProcess(line, process.exitcode, _text(out), _text(err))


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


def _run(line: list[str], folder: Path, env: Mapping[str, str], out: Path, err: Path) -> None:
    """Become the command."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = line
    for number, file in ((1, out), (2, err)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    (script,) = entry_points(group="console_scripts", name=Path(line[0]).name)
    sys.exit(script.load()())
