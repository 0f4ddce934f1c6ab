"""Which assignments of a course folder are modules of ours. All others are left to nbgrader."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from ..spec import EXERCISES_FILE
from ..store.submission import NOTE_TAG

_MARK = f'"{NOTE_TAG}"'.encode()  # in a notebook's prose, the quotes would have backslashes
_REMEMBERED = 1000


def is_module(where: CourseDirectory, assignment: str) -> bool:
    """Tell whether an assignment is a module: by its notebook, as it was made or handed out.

    Where its notebook is missing, its ``exercises.yml`` says it. A file of that name in an
    assignment of another kind says nothing.
    """
    source = Path(where.format_path(where.source_directory, ".", assignment))
    released = Path(where.format_path(where.release_directory, ".", assignment))
    name = f"{assignment}.ipynb"
    if any(_holds(folder / name, _MARK) for folder in (source, released)):
        return True
    return _holds(source / EXERCISES_FILE, assignment.encode(), first_key=True)


def other_assignments(where: CourseDirectory) -> set[str]:
    """Return the assignments of another kind that have a source in the course folder."""
    sources = Path(where.format_path(where.source_directory, ".", "."))
    if not sources.is_dir():
        return set()
    folders = {f.name for f in sources.iterdir() if f.is_dir() and any(f.glob("*.ipynb"))}
    return {name for name in folders if not is_module(where, name)}


def _holds(file: Path, words: bytes, *, first_key: bool = False) -> bool:
    try:
        status = file.stat()
    except OSError:
        return False
    return _looked_up(file, status.st_mtime_ns, status.st_size, words, first_key)


@functools.lru_cache(_REMEMBERED)
def _looked_up(file: Path, _mtime: int, _size: int, words: bytes, first_key: bool) -> bool:
    raw = file.read_bytes()
    if first_key:
        line = rb"^module:[ \t]*[\"']?" + re.escape(words) + rb"[\"']?[ \t]*(#.*)?\r?$"
        return re.search(line, raw, re.MULTILINE) is not None
    return words in raw
