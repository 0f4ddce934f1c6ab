"""Where the course, its book and the tests' small books lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "books" / "tiny"
TINY_MODULE = TINY / "modules" / "01-tiny"
FIELDS = ROOT / "tests" / "books" / "fields"
FIELDS_MODULE = FIELDS / "modules" / "02-fields"
COURSE_CONFIG = ROOT / "course" / "nbgrader_config.py"
