"""What a student handed in, read as data: no link is followed, nothing is waited for or run."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import CourseError
from .files import RecordError, parse_json, parse_notebook, read_plain
from .limits import MAX_ID, MAX_NOTE, MAX_NOTEBOOK_BYTES, MAX_RECORD_BYTES
from .record import RECORD_FILE, Record, notebook_record, parse_record

CHECK_PREFIX = "check-"
"""The id of an exercise's check cell in nbgrader is this and the exercise's id."""


NOTE_TAG = "allyship-note"
"""Tags the one cell whose text is collected: the student's note to the instructor."""


NOTE_PROMPT = """\
### A note to my instructor (optional)

This one cell is collected with the notebook. It is never graded. To write, double-click here \
and type below this line."""
TIMESTAMP_FILE = "timestamp.txt"
SECRET_FILE = "submission_secret.txt"  # noqa: S105  nbgrader's name for it
STAGING = ".allyship"
"""The folder in autograded/ of copies on their way to their places."""
_MAX_LINE = 1000


class RefusedError(CourseError):
    """A submission that gets no grade, in words for the instructor."""


@dataclass(frozen=True)
class Submission:
    """One student's submission of one module.

    ``record`` is what was recorded, or why it can't be used; ``None`` where nothing was.
    ``note`` is ``None`` where there is no notebook that can be read.
    ``timestamp`` is in UTC, naive as nbgrader keeps it; ``None`` where there is none.
    """

    record: Record | RecordError | None
    note: str | None
    timestamp: datetime | None
    kept: Mapping[str, bytes]  # nbgrader's own small files, as they are
    remarks: tuple[str, ...]


@contextmanager
def open_folder(name: str | os.PathLike[str], dir_fd: int | None = None) -> Iterator[int]:
    """Open a folder, which must not be a link; yields its file descriptor."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=dir_fd)
    except NotADirectoryError:
        raise RefusedError("it is a link or a file, not a folder") from None
    except OSError as e:
        raise RefusedError(f"its folder can't be opened: {e.strerror}") from None
    try:
        yield fd
    finally:
        os.close(fd)


def visible(text: str) -> str:
    """Return a text as a terminal may show it, whatever it holds.

    Line breaks, a terminal's commands, direction marks and whatever else can't be seen are escaped.
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def check_id(student: str) -> None:
    """Refuse a folder's name that can't be somebody's id, such as one with a line break in it."""
    if student in {"", ".", "..", STAGING}:
        raise RefusedError("that is no id")
    if len(student) > MAX_ID:
        raise RefusedError(f"the id is longer than {MAX_ID} characters")
    # Control and direction marks, and what is no text at all (bytes that are not UTF-8).
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in student):
        raise RefusedError("the id holds characters that can't be seen")


def fingerprint(folder: int, module: str) -> str:
    """Return a text that changes when a file changes on which a grade depends."""
    parts = []
    for name in (RECORD_FILE, _notebook_in(folder, module), TIMESTAMP_FILE):
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            parts.append("-")
        else:
            parts.append(f"{status.st_ino}:{status.st_size}:{status.st_ctime_ns}")
    return " ".join(parts)


def read_submission(folder: int, module: str) -> Submission:
    """Read what was handed in of ``module`` from an open folder. RefusedError: nothing was."""
    remarks: list[str] = []
    notebook = _notebook(folder, module, remarks)
    raw = _plain(folder, RECORD_FILE, MAX_RECORD_BYTES)
    if notebook is None and raw is None:
        raise RefusedError(f"there is neither {module}.ipynb nor {RECORD_FILE} in it")
    # By these nbgrader recognises a submission and returns feedback.
    small = {name: _plain(folder, name, _MAX_LINE) for name in (TIMESTAMP_FILE, SECRET_FILE)}
    return Submission(
        _record(raw, notebook, module),
        note_in(notebook.get("cells")) if notebook else None,
        _timestamp(small[TIMESTAMP_FILE], remarks),
        {name: raw for name, raw in small.items() if isinstance(raw, bytes)},
        tuple(remarks),
    )


def read_record_of(folder: int, module: str) -> Record | RecordError | None:
    """Read only the record of what was handed in of ``module`` from an open folder.

    The notebook is looked into only where there is no record beside it.
    """
    raw = _plain(folder, RECORD_FILE, MAX_RECORD_BYTES)
    notebook = _notebook(folder, module, []) if raw is None else None
    return _record(raw, notebook, module)


def left_out(folder: int, module: str) -> list[str]:
    """Return which exercises of ``module`` a submission in an open folder leaves out by choice."""
    raw = _plain(folder, RECORD_FILE, MAX_RECORD_BYTES)
    if isinstance(raw, bytes) and b"true" not in raw and b"\0" not in raw:
        return []  # most leave nothing out, and UTF-8 has no other way to write that one does
    record = _record(raw, _notebook(folder, module, []) if raw is None else None, module)
    if not isinstance(record, Record) or record.module != module:
        return []
    return [name for name, entry in record.exercises.items() if entry.passed]


def why_nothing_counts(
    record: Record | RecordError | None, module: str, exercises: Collection[str]
) -> str:
    """Say why a record earns nothing whatever is in it; empty where that is not so."""
    if isinstance(record, RecordError):
        return str(record)
    if record is None:
        return f"{RECORD_FILE} is missing, and the notebook holds no record"
    if record.module != module:
        return f"{RECORD_FILE} is of another module: {visible(record.module[:60])}"
    if not any(exercise in record.exercises for exercise in exercises):
        return f"{RECORD_FILE} names no exercise of this module"
    return ""


def _plain(folder: int, name: str, limit: int) -> bytes | RecordError | None:
    try:
        return read_plain(name, limit, folder)
    except RecordError as e:
        return e


def _record(
    raw: bytes | RecordError | None, notebook: dict[str, Any] | None, module: str
) -> Record | RecordError | None:
    if isinstance(raw, RecordError):
        return raw
    try:
        if raw is not None:
            return parse_record(parse_json(raw, RECORD_FILE))
        return notebook_record(notebook or {}, f"{module}.ipynb")
    except RecordError as e:
        return e


def _notebook_in(folder: int, module: str) -> str:
    """Return the name of a module's notebook: where there is only one of another name, that."""
    name = f"{module}.ipynb"
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        with os.scandir(folder) as entries:
            others = [e.name for e in entries if e.name.endswith(".ipynb") and e.is_file()]
        if len(others) == 1:
            return others[0]
    return name


def _notebook(folder: int, module: str, remarks: list[str]) -> dict[str, Any] | None:
    """Return the notebook as far as it is one; ``{}`` where there is one that can't be read."""
    name = _notebook_in(folder, module)
    if name != f"{module}.ipynb":
        remarks.append(f"its notebook is called {visible(name)}, and was taken for {module}.ipynb")
    raw = _plain(folder, name, MAX_NOTEBOOK_BYTES)
    if raw is None:
        return None
    if not isinstance(raw, RecordError):
        try:
            return parse_notebook(raw, name)
        except RecordError as e:
            raw = e
    remarks.append(f"{raw}; only the record was graded")
    return {}


def note_in(cells: object) -> str | None:
    """Return the student's note to the instructor out of a notebook's cells, if it has cells."""
    if not isinstance(cells, list):
        return None
    text = "\n\n".join(_text(cell.get("source")) for cell in cells if _is_note(cell))
    if len(text) > MAX_NOTE:
        text = (
            f"{text[:MAX_NOTE]}\n\n[The note has {len(text):,} characters. The rest stands in the "
            "notebook that was handed in.]"
        )
    # "replace": half a surrogate pair has no UTF-8 form, and could not be written.
    return text.encode("utf-8", "replace").decode()


def _is_note(cell: object) -> bool:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and NOTE_TAG in tags


def _text(source: object) -> str:
    """Return a cell's source: a text, or a list of its lines."""
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _timestamp(raw: bytes | RecordError | None, remarks: list[str]) -> datetime | None:
    if raw is None:
        return None
    if not isinstance(raw, RecordError):
        try:
            return parse_timestamp(raw)
        except ValueError:
            raw = RecordError(f"{TIMESTAMP_FILE} holds no date")
    remarks.append(f"{raw}; graded as if in time")
    return None


def parse_timestamp(raw: bytes) -> datetime:
    """Parse what nbgrader writes into ``timestamp.txt``; ValueError for what is no date."""
    text = raw.decode("utf-8").strip()
    if text.endswith(" UTC"):
        naive = datetime.fromisoformat(text.removesuffix(" UTC"))
        if naive.tzinfo is None:
            return naive
    from nbgrader.utils import parse_utc  # another time zone; slow to load

    try:
        parsed: datetime = parse_utc(text)
    except (OverflowError, TypeError, AttributeError) as e:
        raise ValueError from e
    return parsed
