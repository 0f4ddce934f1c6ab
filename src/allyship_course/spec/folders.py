"""Where a book's parts are: its modules' folders, its source map, its references."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from .exercise import EXERCISES_FILE, MODULES_FOLDER

SOURCE_MAP = Path("developing") / "source-map.yml"
REFERENCES = Path("references.bib")
GLOSSARY = Path("glossary.md")
SPEED = 200  # words a minute
_BIBTEX_KEY = re.compile(r"^@\w+\{\s*([^,\s]+)\s*,", re.MULTILINE)


def source_rows(book: Path) -> dict[str, str]:
    """Return the source map's rows, id to idea; empty for a book that has none."""
    file = book / SOURCE_MAP
    if not file.exists():
        return {}
    return {entry["row"]: entry["idea"] for entry in yaml.safe_load(file.read_text("utf-8"))}


def evidence_keys(book: Path) -> set[str]:
    """Return the keys of the book's BibTeX file; empty for a book that has none."""
    file = book / REFERENCES
    return set(_BIBTEX_KEY.findall(file.read_text("utf-8"))) if file.exists() else set()


def exercise_folders(book: Path) -> list[Path]:
    """Return every folder of a book that holds exercises: the modules, then those beside them."""
    folders = [file.parent for file in book.glob(f"**/{EXERCISES_FILE}")]
    return sorted(folders, key=lambda f: (f.parent.name != MODULES_FOLDER, f.name))
