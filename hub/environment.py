"""What the hub and its users run: a Python environment and a proxy that all users can read.

Pinned with hashes in this folder: ``requirements.lock`` (Python packages) and
``package-lock.json`` (the proxy). Apart from the course's own environment, which needs no hub.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

Tell = Callable[[str], None]

HERE = Path(__file__).parent
ROOT = HERE.parent
_SYSTEM_PYTHON = Path("/usr/bin/python3")
_READABLE = 0o005  # by users who are neither owner nor in the group
_READY = "ready"


class HubError(RuntimeError):
    """The hub can't be made or started; the message says what, where, and what to do."""


@contextmanager
def environment(root: Path, tell: Tell) -> Iterator[Path]:
    """Yield an environment of the course as it is now, below ``root``; make it if need be.

    Its name tells what is in it, so that two hubs of two versions don't get in each other's way.
    Earlier ones that no hub uses are deleted.
    """
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    python = _python_for_all()
    with tempfile.TemporaryDirectory() as work:
        wheel = _wheel(Path(work))
        parts = [HERE / "requirements.lock", HERE / "package-lock.json", wheel, python.resolve()]
        contents = b"".join(part.read_bytes() for part in parts)
        place = root / f"environment-{hashlib.sha256(contents).hexdigest()[:12]}"
        with FileLock(root / "environment.lock"):
            if not (place / _READY).exists():
                tell("Setting up the hub's environment (once; about a minute) ...")
                _make(place, python, wheel)
            in_use = _claim(place / _READY, fcntl.LOCK_SH)
            _delete_unused(root)
    try:
        yield place
    finally:
        os.close(in_use)


def delete_environments(root: Path) -> None:
    """Delete all environments below ``root`` that no hub uses."""
    if root.exists():
        with FileLock(root / "environment.lock"):
            _delete_unused(root)


def _python_for_all() -> Path:
    """Return a Python that every user can start: ours, or the system's."""
    for python in (Path(sys.executable), _SYSTEM_PYTHON):
        real = python.resolve()
        if real.exists() and all(p.stat().st_mode & _READABLE == _READABLE for p in real.parents):
            asked = [str(real), "-c", "import sys; print(sys.version_info >= (3, 11))"]
            said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
            if said.strip() == "True":
                return real
    raise HubError(
        f"no Python 3.11 or newer that all users can read: {Path(sys.executable).resolve()} lies "
        f"in a folder of one user, and there is none in {_SYSTEM_PYTHON}. On Debian or Ubuntu: "
        "apt install python3"
    )


def _wheel(work: Path) -> Path:
    """Build the course's wheel; the same source gives the same bytes."""
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", work)
    return next(work.glob("*.whl"))


def _make(place: Path, python: Path, wheel: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    uv = Path(sys.executable).with_name("uv")
    _run(uv, "venv", "--quiet", "--python", python, place)
    # Compiled now: users can't write here, and Python would do it anew at each start.
    how = ("--quiet", "--link-mode", "copy", "--compile-bytecode")
    into = (*how, "--python", place / "bin" / "python")
    _run(uv, "pip", "sync", *into, "--require-hashes", HERE / "requirements.lock")
    _run(uv, "pip", "install", *into, "--no-deps", wheel)
    proxy = place / "proxy"
    proxy.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, proxy)
    _run("npm", "ci", "--silent", cwd=proxy)
    (place / _READY).touch()


def _delete_unused(root: Path) -> None:
    for place in root.glob("environment-*"):
        try:
            os.close(_claim(place / _READY, fcntl.LOCK_EX))
        except FileNotFoundError:
            pass  # left by a run that was stopped
        except BlockingIOError:
            continue
        shutil.rmtree(place)


def _claim(file: Path, kind: int) -> int:
    """Lock a file without waiting; return the descriptor that holds the lock until it is closed."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; its output is shown only if it fails, and ends everything then."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise HubError(f"{command[0]} is missing. On Debian or Ubuntu: apt install npm") from None
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise HubError(f"{Path(str(command[0])).name} failed:\n{said}")
