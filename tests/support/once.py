"""What takes seconds to make is made once and shared by all workers of one test run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def once(shared: Path, name: str, make: Callable[[Path], object]) -> Path:
    """Let the first worker that needs it make ``shared/name``; the others wait for it."""
    folder = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not (shared / f"{name}.done").exists():
            make(folder)
            (shared / f"{name}.done").touch()
    return folder
