"""What a book has beside its modules: its source map and its references."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import yaml

SOURCE_MAP = Path("developing") / "source-map.yml"
REFERENCES = Path("references.bib")
GLOSSARY = Path("glossary.md")
_BIBTEX_KEY = re.compile(r"^@\w+\{\s*([^,\s]+)\s*,", re.MULTILINE)


class SourceRow(NamedTuple):
    """One idea of a source: where a learner reads it (a page's folder, its sentence)."""

    idea: str
    page: str = ""
    said: str = ""


def source_rows(book: Path) -> dict[str, SourceRow]:
    """Return the source map's rows by their names; empty for a book that has none."""
    file = book / SOURCE_MAP
    if not file.exists():
        return {}
    rows = yaml.safe_load(file.read_text("utf-8"))
    return {row.pop("row"): SourceRow(**row) for row in rows}


def evidence_keys(book: Path) -> set[str]:
    """Return the keys of the book's BibTeX file; empty for a book that has none."""
    file = book / REFERENCES
    return set(_BIBTEX_KEY.findall(file.read_text("utf-8"))) if file.exists() else set()
