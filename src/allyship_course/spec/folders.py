"""What a book has beside its modules: its source map and its references."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

SOURCE_MAP = Path("developing") / "source-map.yml"
REFERENCES = Path("references.bib")
GLOSSARY = Path("glossary.md")
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
