"""Programs with a lock of their own, which the tests talk to from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def environment(lock: Path, folder: Path) -> Path:
    """Install what a lock names into ``folder``; return where its programs are."""
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "-q", str(folder)], check=True)
    install = [uv, "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", str(lock)]
    subprocess.run(install, check=True, env={**os.environ, "VIRTUAL_ENV": str(folder)})
    return folder / "bin"
