"""Running a command of another program, and the environments that these programs live in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


class ReleaseError(SystemExit):
    """The release can't be made; the message says which step failed, and what it said."""


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it wrote; where it fails, that is what the error says."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"This failed: {' '.join(words)}\n{done.stdout[-3000:]}")
    return done.stdout


def new_environment(folder: Path, python: Path) -> Path:
    """Make an environment with nothing in it; return its Python."""
    run(UV, "venv", "--quiet", "--clear", "--python", python, folder)
    return folder / "bin" / "python"


def install(python: Path, *arguments: str | Path) -> None:
    """Install into the environment of ``python``."""
    run(UV, "pip", "install", "--quiet", "--python", python, *arguments)
