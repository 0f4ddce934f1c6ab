"""Starting JupyterLab on this machine: what a student's and an instructor's have in common."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

LOOPBACK = "127.0.0.1"
# nbgrader's page of a submission asks another host for MathJax, and no setting of its own stops
# it. Nothing here needs more than this server and what a page makes itself (widgets: blob:).
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; frame-ancestors 'self' {}"
)


def command(root: Path, *more: str) -> list[str]:
    """Return what starts JupyterLab over the folder ``root``, for this machine only."""
    start = [sys.executable, "-m", "jupyterlab", f"--ServerApp.ip={LOOPBACK}"]
    start += [f"--ServerApp.root_dir={root}", *more]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        start.append("--allow-root")
    return start


def settings(framed_by: str = "") -> dict[str, Any]:
    """Return settings of the server whose pages load nothing from any other host.

    A page of the address ``framed_by`` may show them in itself.
    """
    headers = {"Content-Security-Policy": _POLICY.format(framed_by).strip()}
    return {"tornado_settings": {"headers": headers}}


def end_on_signals() -> None:
    """Let a plain kill, or closing the terminal's window, end things as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows knows no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it: let it
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
