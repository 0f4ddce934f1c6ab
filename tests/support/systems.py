"""Real troubles of real systems: a limit on files, an ordinary user's rights, a hanging read."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

# No rights beyond those that a file's mode gives. Who is root already takes nobody's place.
_AS_ORDINARY_USER = """
import os
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


def run_python(script: str, folder: Path, *, before: list[str] | None = None) -> str:
    """Run a script in its own process, with ``folder`` set, and return what it prints.

    ``before`` is a command that starts the process in surroundings of its own.
    """
    head = f"from pathlib import Path\nfolder = Path({str(folder)!r})\n"
    command = [*(before or []), sys.executable, "-c", head + script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_as_ordinary_user(imports: str, script: str, folder: Path) -> str:
    """Run a script as somebody for whom a file's mode counts; root may do anything.

    What it imports is loaded before: our files may lie where others may not look.
    """
    return run_python(imports + _AS_ORDINARY_USER + script, folder)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that other users of this machine can go into, unlike tmp_path."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(f.name for f in folder.iterdir())


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail, instead of hanging for ever, when the block takes longer."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"hangs for more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def small_disk(folder: Path, size: str = "256k") -> list[str] | None:
    """Return a command that starts another with a disk of 256 kB in ``folder``.

    Linux lets root do so, and others where user namespaces are allowed; ``None`` elsewhere.
    """
    if not shutil.which("unshare"):
        return None
    mount = f"mount -t tmpfs -o size={size},mode=777 tmpfs '{folder}' && exec \"$@\""
    for rights in (["--mount"], ["--map-root-user", "--mount"]):
        command = ["unshare", *rights, "sh", "-c", mount, "sh"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return None


def files_with(phrase: str, *folders: Path) -> list[Path]:
    files = [f for folder in folders for f in folder.rglob("*") if f.is_file()]
    return [f for f in files if phrase.encode() in f.read_bytes()]
