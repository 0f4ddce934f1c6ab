"""Serve on loopback: the book, and JupyterLab with notebooks and the instructor's Formgrader."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ..journal import FOLDER_VARIABLE
from ..lab import LOOPBACK, command, end_on_signals, settings
from .demo import YOU, Demo, DemoError

Tell = Callable[[str], None]

BOOK_PORT = 8000
JUPYTER_PORT = 8888
_START_SECONDS = 60
_STOP_SECONDS = 10


def serve(demo: Demo, book_html: Path, tell: Tell) -> None:
    """Serve until Ctrl-C; then stop everything that was started, kernels included."""
    end_on_signals()
    with (
        contextlib.suppress(KeyboardInterrupt),
        serve_book(book_html, tell) as book_address,
        jupyter(
            demo.root,
            demo.root / "jupyter",
            tell,
            course=demo.course,
            variables={FOLDER_VARIABLE: str(demo.journal(YOU))},
        ) as (lab, token),
    ):
        first = min(p.name for p in (demo.course / "source").iterdir())
        notebook = f"students/{YOU}/{first}/{first}.ipynb"
        tell("")
        tell(f"The book                    {book_address}/")
        tell(f"A student's notebook        {lab}/lab/tree/{notebook}?token={token}")
        tell(f"The instructor's Formgrader {lab}/formgrader?token={token}")
        tell("")
        tell("Stop with Ctrl-C.")
        threading.Event().wait()
    tell("\nStopped.")


def serve_course(folder: Path, book_html: Path, tell: Tell) -> None:
    """Serve a course folder's Formgrader and the book until Ctrl-C; then stop everything."""
    end_on_signals()
    with (
        contextlib.suppress(KeyboardInterrupt),
        serve_book(book_html, tell) as book_address,
        jupyter(folder, folder / ".allyship" / "jupyter", tell, course=folder) as (lab, token),
    ):
        tell("")
        tell(f"Formgrader {lab}/formgrader?token={token}")
        tell(f"JupyterLab {lab}/lab?token={token}")
        tell(f"The book   {book_address}/")
        tell("")
        tell("Stop with Ctrl-C.")
        threading.Event().wait()
    tell("\nStopped.")


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serve_book(html: Path, tell: Tell) -> Iterator[str]:
    """Serve a built book; yield its address."""
    handler = functools.partial(_QuietHandler, directory=str(html))
    port = free_port(BOOK_PORT, "the book", tell)
    with ThreadingHTTPServer((LOOPBACK, port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{LOOPBACK}:{port}"
        finally:
            server.shutdown()


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
    raise DemoError(f"no port is free on {LOOPBACK}")


@contextlib.contextmanager
def jupyter(
    root: Path,
    state: Path,
    tell: Tell,
    *,
    course: Path,
    variables: Mapping[str, str] | None = None,
    framed_by: str = "",
) -> Iterator[tuple[str, str]]:
    """Start JupyterLab over ``root``; yield its address and token.

    ``state`` is a folder for its own files, ``course`` the one whose Formgrader it shows, and
    ``variables`` go into its environment; a page of the address ``framed_by`` may show it.
    """
    port = free_port(JUPYTER_PORT, "JupyterLab", tell)
    token = secrets.token_urlsafe(24)
    (state / "config").mkdir(parents=True, exist_ok=True)
    text = json.dumps({"ServerApp": settings(framed_by)})
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
    """Wait until a server that was started answers; DemoError if it ends or takes too long."""
    for _ in range(_START_SECONDS * 5):
        if process.poll() is not None:
            raise DemoError(f"{what} ended at once; {log} says why")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  http, see above
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise DemoError(f"{what} did not answer within {_START_SECONDS} seconds; see {log}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, which ends its kernels; make sure that it did."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
