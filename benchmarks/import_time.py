"""What a student's kernel waits for: our import, beyond that of the widget libraries."""

from __future__ import annotations

import statistics
import subprocess
import sys

from .row import Row

RUNS = 15
BAR_MS = 60
LIBRARIES = "import ipywidgets, anywidget"
OURS = f"{LIBRARIES}; import allyship_course; allyship_course.exercise"


def run() -> list[Row]:
    """Time both imports in fresh processes, in turn, so that a busy moment meets both."""
    _seconds(OURS)  # writes the byte code
    pairs = [(_seconds(LIBRARIES), _seconds(OURS)) for _ in range(RUNS)]
    libraries = statistics.median(pair[0] for pair in pairs)
    more = statistics.median(ours - base for base, ours in pairs)
    return [
        Row("Import of ipywidgets and anywidget", libraries * 1000, "ms"),
        Row("Import of the course beyond that", more * 1000, "ms", BAR_MS),
    ]


def _seconds(statement: str) -> float:
    """Return how long ``statement`` takes in a fresh process, its own start left out."""
    code = (
        f"import time; t = time.perf_counter(); exec({statement!r}); print(time.perf_counter() - t)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)
