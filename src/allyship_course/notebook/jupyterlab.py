"""Starting JupyterLab on this machine: what a student's and an instructor's have in common."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from ..errors import CourseError
from ..messages import Tell

BOOK_PORT = 8000
JUPYTER_PORT = 8888
_START_SECONDS = 60
_STOP_SECONDS = 10


class JupyterLabError(CourseError):
    """JupyterLab did not start, or no port is free."""


def free_port(wanted: int, what: str, tell: Tell) -> int:
    """Return ``wanted`` if nobody listens there, else say so and return another port."""
    for port in (wanted, 0):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((LOOPBACK, port))
            except OSError:
                continue
            found: int = s.getsockname()[1]
        if found != wanted:
            tell(f"Port {wanted} is taken; {what} uses {found}.")
        return found
    raise JupyterLabError(f"no port is free on {LOOPBACK}")


@contextlib.contextmanager
def jupyter(
    root: Path,
    state: Path,
    tell: Tell,
    *,
    course: Path,
    variables: Mapping[str, str] | None = None,
    framed_by: str = "",
    formulas_from: str = "",
) -> Iterator[tuple[str, str]]:
    """Start JupyterLab over ``root``; yield its address and token.

    ``state`` is a folder for its own files, ``course`` the one whose Formgrader it shows, and
    ``variables`` go into its environment; a page of the address ``framed_by`` may show it.
    Pages may load what typesets formulas from the address ``formulas_from``.
    """
    port = free_port(JUPYTER_PORT, "JupyterLab", tell)
    token = secrets.token_urlsafe(24)
    (state / "config").mkdir(parents=True, exist_ok=True)
    text = json.dumps({"ServerApp": settings(framed_by, formulas_from)})
    (state / "config" / "jupyter_server_config.json").write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "JUPYTER_TOKEN": token,  # not on the command line, which every user can read
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        **(variables or {}),
    }
    own_port = (f"--ServerApp.port={port}", "--ServerApp.port_retries=0")
    log = state / "jupyterlab.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command(root, "--no-browser", *own_port),
            cwd=course,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we then end it in order
        )
    try:
        address = f"http://{LOOPBACK}:{port}"
        wait_for(f"{address}/api", process, log)
        yield address, token
    finally:
        stop(process)


def wait_for(
    address: str, process: subprocess.Popen[bytes], log: Path, what: str = "JupyterLab"
) -> None:
    """Wait until a server that was started answers; an error if it ends or takes too long."""
    for _ in range(_START_SECONDS * 5):
        if process.poll() is not None:
            raise JupyterLabError(f"{what} ended at once; {log} says why")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  http, see above
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise JupyterLabError(f"{what} did not answer within {_START_SECONDS} seconds; see {log}")


def stop(process: subprocess.Popen[Any]) -> None:
    """Ask the server to end, which ends its kernels; make sure that it did.

    It leads a session of its own. What it still prints is read, or it might wait for a reader.
    """
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


LOOPBACK = "127.0.0.1"
# nbgrader's page of a submission asks another host for MathJax, and no setting of its own stops
# it. Nothing here needs more than this server and what a page makes itself (widgets: blob:).
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: {}; "
    "object-src 'none'; base-uri 'self'; frame-ancestors 'self' {}"
)


def command(root: Path, *more: str) -> list[str]:
    """Return what starts JupyterLab over the folder ``root``, for this machine only."""
    start = [sys.executable, "-m", "jupyterlab", f"--ServerApp.ip={LOOPBACK}"]
    start += [f"--ServerApp.root_dir={root}", *more]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        start.append("--allow-root")
    return start


def settings(framed_by: str = "", formulas_from: str = "") -> dict[str, Any]:
    """Return settings of the server whose pages load nothing from any other host.

    A page of the address ``framed_by`` may show them in itself; ``formulas_from`` is the one
    host that is let in.
    """
    headers = {"Content-Security-Policy": _POLICY.format(formulas_from, framed_by).strip()}
    return {"tornado_settings": {"headers": headers}}


STUDENTS, COURSES = "assignment-list", "formgrader"
"""The one panel of nbgrader's that a student needs, and the one that a course's server needs."""

# Panel of JupyterLab, and extension of the server, where there is one.
_PANELS = {
    "assignment-list": "assignment_list",
    "course-list": "course_list",
    "create-assignment": None,
    "formgrader": "formgrader",
    "validate-assignment": "validate_assignment",
}


def hide_panels(folder: Path, but: str, server: Mapping[str, Any] | None = None) -> None:
    """Hide nbgrader's panels ``but`` one, in the folder of a JupyterLab's configuration.

    Nobody makes or validates an assignment in a notebook: they come from the modules. ``server``
    are more settings of the server.
    """
    hidden = {panel: extension for panel, extension in _PANELS.items() if panel != but}
    page = {"disabledExtensions": {f"@jupyter/nbgrader:{panel}": True for panel in hidden}}
    off = {f"nbgrader.server_extensions.{name}": False for name in hidden.values() if name}
    app = {"ServerApp": {"jpserver_extensions": off, **(server or {})}}
    (folder / "labconfig").mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("labconfig/page_config.json", page),
        ("jupyter_server_config.json", app),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def end_on_signals() -> None:
    """Let a plain kill, or closing the terminal's window, end things as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows knows no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it: let it
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
