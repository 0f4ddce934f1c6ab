"""Serve on loopback: the book, and JupyterLab with notebooks and the instructor's Formgrader."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ..exchange.kinds import other_assignments
from ..grading.folder import course_directory
from ..messages import Tell
from ..notebook.jupyterlab import BOOK_PORT, LOOPBACK, end_on_signals, free_port, jupyter
from ..store.journal import FOLDER_VARIABLE
from .demo import YOU, Demo

MATHJAX = "https://cdnjs.cloudflare.com"
"""From where nbgrader's pages take what typesets formulas."""


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
    others = sorted(other_assignments(course_directory(folder)))
    with (
        contextlib.suppress(KeyboardInterrupt),
        serve_book(book_html, tell) as book_address,
        jupyter(
            folder,
            folder / ".allyship" / "jupyter",
            tell,
            course=folder,
            formulas_from=MATHJAX if others else "",
        ) as (lab, token),
    ):
        tell("")
        if others:
            tell(f"For formulas in {', '.join(others)}, Formgrader loads MathJax from {MATHJAX}.")
        tell(f"Formgrader {lab}/formgrader?token={token}")
        tell(f"JupyterLab {lab}/lab?token={token}")
        tell(f"The book   {book_address}/")
        tell("")
        tell("Stop with Ctrl-C.")
        threading.Event().wait()
    tell("\nStopped.")
