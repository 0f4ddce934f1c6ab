"""Measure everything and print one table; the exit code says whether all bars are kept."""

from __future__ import annotations

import sys

from . import grading, import_time, lite, page, report
from .row import table

MODULES = (import_time, page, lite, grading, report)


def main() -> int:
    """Run every benchmark."""
    rows = [row for module in MODULES for row in module.run()]
    sys.stdout.write(table(rows) + "\n")
    return int(not all(row.kept for row in rows))


if __name__ == "__main__":
    sys.exit(main())
