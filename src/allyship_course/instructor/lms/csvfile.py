"""A table that another program wrote, read such that each of its cells can be written back.

Python's ``csv`` forgets how a cell was quoted, and what is uploaded to a learning platform must
be what was downloaded from it. So each cell keeps its text as it stood in the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...errors import CourseError

MAX_TABLE_BYTES = 50_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# By what other files begin that are given in a table's place.
_NO_TABLES = (
    (b"pk\x03\x04", "a workbook of Excel or LibreOffice, or a ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old workbook of Excel"),
    (b"<!doctype html", "a web page, as a platform shows it when it wants you to log in again"),
    (b"<html", "a web page, as a platform shows it when it wants you to log in again"),
    (b"%pdf-", "a PDF"),
    (b"{\\rtf", "a text document"),
)
_DELIMITERS = (",", ";", "\t")
_SAYS_DELIMITER = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)  # Excel's, above the header
# What names and headings hold beside letters, in Windows-1252: quotation marks, dashes and so on.
_SIGNS = bytes([*range(0x80, 0xA1), *b"\xa7\xa8\xaa\xab\xb0\xb4\xb7\xba\xbb\xbf\xa1"]).decode(
    "cp1252", "ignore"
)
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""Beginnings of a cell that a spreadsheet may take for a formula (OWASP; ASVS 1.2.10)."""


class TableError(CourseError):
    """A file that can't be read as a table; the message says why and what to do."""


class Cell(NamedTuple):
    """What a cell says, and how it is written in the file."""

    text: str
    raw: str


class Row(NamedTuple):
    """The cells of a row, and in which line of the file it begins, counted from 1."""

    line: int
    cells: tuple[Cell, ...]

    def text(self, column: int | None) -> str:
        """Return a cell's text without the space around it; empty where the row is too short."""
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column].text.strip()

    def is_blank(self) -> bool:
        return not any(cell.text.strip() for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """The rows of a file, the first of which names the columns, and how the file is written."""

    header: Row
    rows: tuple[Row, ...]
    bom: bytes
    encoding: str
    delimiter: str
    newline: str
    ends_with_newline: bool

    def encode(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Write rows of raw cells in the way this file is written."""
        text = self.newline.join(self.delimiter.join(row) for row in rows)
        if self.ends_with_newline:
            text += self.newline
        return self.bom + text.encode(self.encoding)


def read_table(file: Path) -> Table:
    """Read a table whose cells are separated by commas, semicolons or tabs.

    It may be in UTF-8, in UTF-16, or in Windows-1252, which Excel writes in western Europe. Raises
    TableError for a file that is missing, empty, too large or written in another way.
    """
    try:
        raw = file.read_bytes() if file.stat().st_size <= MAX_TABLE_BYTES else None
    except OSError as e:
        raise TableError(f"{file} can't be read: {e.strerror}") from None
    if raw is None:
        raise TableError(f"{file} is larger than {MAX_TABLE_BYTES // 1_000_000} MB: not a class")
    begin = raw[:100].lstrip().lower()
    if kind := next((kind for sign, kind in _NO_TABLES if begin.startswith(sign)), ""):
        raise TableError(
            f"{file} is no table, but {kind}. Save or download it as CSV ('CSV UTF-8', where your "
            "spreadsheet has that), and try again"
        )
    bom, encoding, text = _decoded(raw, file)
    said = _SAYS_DELIMITER.match(text)
    text = text[said.end() :] if said else text
    head = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = max(_DELIMITERS, key=lambda d: _outside_quotes(head).count(d))
    delimiter = said[1] if said else delimiter
    rows = [row for row in _rows(text, delimiter, file) if not row.is_blank()]
    if not rows:
        raise TableError(f"{file} is empty")
    newline = next((n for n in ("\r\n", "\n", "\r") if n in text), "\n")
    return Table(
        rows[0], tuple(rows[1:]), bom, encoding, delimiter, newline, text.endswith(("\n", "\r"))
    )


def plain(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula: it then begins with an apostrophe."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def _decoded(raw: bytes, file: Path) -> tuple[bytes, str, str]:
    """Return a file's byte order mark, its encoding, and its text."""
    bom, encoding = _encoding(raw)
    try:
        return bom, encoding, raw[len(bom) :].decode(encoding)
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
    text = raw.decode("cp1252", "replace") if encoding == "utf-8" and not bom else "\ufffd"
    if all(c.isascii() or c.isalpha() or c in _SIGNS for c in text) and "\0" not in text:
        return b"", "cp1252", text
    raise TableError(
        f"{file}, line {line}: this is no UTF-8 text. Download it again as CSV and don't open "
        "it in between, or save it from your spreadsheet as 'CSV UTF-8'"
    )


def _encoding(raw: bytes) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return bom, encoding
    # A header is mostly ASCII, of which every other byte is 0 in UTF-16.
    if raw[1:2] == b"\0":
        return b"", "utf-16-le"
    return b"", "utf-16-be" if raw[:1] == b"\0" else "utf-8"


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _rows(text: str, delimiter: str, file: Path) -> Iterator[Row]:
    """Cut a text into rows by the rules of RFC 4180."""
    at, line, size = 0, 1, len(text)
    begins, cells = 1, list[Cell]()
    ends = re.compile(f"[{delimiter}\r\n]")
    while at < size or cells:
        cell, end = _cell(text, at, ends)
        if end < 0:
            raise TableError(
                f"{file}, line {line}: a cell begins with a quotation mark that is never closed. "
                "Download the file again"
            )
        cells.append(cell)
        line += _breaks(cell.raw)
        at = end
        if at < size and text[at] == delimiter:
            at += 1
            continue
        yield Row(begins, tuple(cells))
        cells = []
        if at < size:  # a line's end
            at += 2 if text.startswith("\r\n", at) else 1
            line += 1
        begins = line


def _cell(text: str, at: int, ends: re.Pattern[str]) -> tuple[Cell, int]:
    """Return the cell that begins at ``at`` and where it ends; -1 if it never does."""
    begin = at
    if not text.startswith('"', at):
        at = _end(text, at, ends)
        return Cell(text[begin:at], text[begin:at]), at
    while True:
        at = text.find('"', at + 1)
        if at < 0:
            return Cell("", ""), -1
        if text.startswith('"', at + 1):
            at += 1  # two stand for one
            continue
        break
    end = _end(text, at + 1, ends)
    said = text[begin + 1 : at].replace('""', '"') + text[at + 1 : end]
    return Cell(said, text[begin:end]), end


def _end(text: str, at: int, ends: re.Pattern[str]) -> int:
    found = ends.search(text, at)
    return found.start() if found else len(text)


def _breaks(raw: str) -> int:
    return raw.count("\n") + raw.count("\r") - raw.count("\r\n")
