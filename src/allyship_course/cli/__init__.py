"""The ``allyship`` command. Each subcommand is thin: a notebook could call the same function."""

from __future__ import annotations

import io
import sys

from . import author, instructor, lti, student  # noqa: F401  their commands join main when imported
from .command import main
from .lighter import begin_later

__all__ = ["main", "run"]


def run() -> None:
    """Run the command: the entry point that is installed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for a name that it has no letters for
    begin_later()
    main()
