"""Measure everything, with a table of each part; the exit code says whether all bars are kept."""

from __future__ import annotations

import sys

from . import grading, import_time, lite, memory, opening, page, report
from .row import table

MODULES = (import_time, page, opening, lite, grading, memory, report)


def main() -> int:
    """Run every benchmark; print what one found before the next begins, which may take long."""
    kept = True
    for module in MODULES:
        rows = module.run()
        sys.stdout.write(table(rows) + "\n\n")
        sys.stdout.flush()
        kept = kept and all(row.kept for row in rows)
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
