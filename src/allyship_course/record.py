"""The completion record, ``completion.json``: all that is ever collected of a learner's work.

Shape (schema 1)::

    {"schema": 1, "module": "03-is-and-is-not", "exercises": {
        "passed-over": {
            "answered": ["first-week", "route"],   # field ids
            "words": {"route": 41},                # of texts
            "passed": false,                       # left out by choice
            "shared": {"route": "..."},            # only if the learner ticked Share
            "mirror": 10                           # see Entry; only where something is shared
        }}}

A record comes from a stranger's machine: it is read within limits of size and depth,
without following links, and everything in it that is not as above is left out or refused.

From Jupyter the record is a file of its own. Who worked on the published page hands in one
file, the notebook, with the same record in its metadata: see :func:`submitted_record`.
"""

from __future__ import annotations

import errno
import json
import math
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORD_FILE = "completion.json"
SCHEMA = 1
MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_WORDS = 10_000_000
MAX_NOTEBOOK_BYTES = 50_000_000
NOTEBOOK_KEY = "allyship"
"""In a notebook's metadata: ``{"record": {...}, "student": "the id that the class uses"}``."""

# Neither follow a link nor wait for somebody to write into a pipe. A browser's files are neither,
# and JupyterLite would write a file anew after a read that asks for this.
_PLAIN_ONLY = (
    0
    if sys.platform == "emscripten"
    else getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)


class RecordError(Exception):
    """A record or journal that can't be used, in words for the person whose file it is."""


class NewerSchemaError(RecordError):
    """The file was written by a later version of the course than this one."""


@dataclass(frozen=True)
class Entry:
    """One exercise in a record.

    ``mirror`` is what was told beside the box *Share*: from how many people on the answers may
    be shown to the class, without names. Nobody was told of anything where it is 0.
    """

    answered: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    passed: bool = False
    shared: Mapping[str, Any] | None = None
    mirror: int = 0

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "answered": list(self.answered),
            "words": dict(self.words),
            "passed": self.passed,
        }
        if self.shared is not None:
            data["shared"] = dict(self.shared)
            if self.mirror:
                data["mirror"] = self.mirror
        return data


@dataclass(frozen=True)
class Record:
    """The record of one module."""

    module: str
    exercises: Mapping[str, Entry] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "module": self.module,
            "exercises": {name: e.to_json() for name, e in self.exercises.items()},
        }


def read_record(file: Path) -> Record | None:
    """Read a record; ``None`` where there is no file. Raises RecordError for anything else."""
    data = read_json(file)
    if data is None:
        return None
    return parse_record(data, file.name)


def submitted_record(folder: Path, module: str) -> Record | None:
    """Return the record in a submission's folder; ``None`` where nothing was recorded.

    ``completion.json`` counts where there is one; else the record in the metadata of the
    notebook ``<module>.ipynb``. Raises RecordError for what is neither; the same limits hold.
    """
    file = folder / RECORD_FILE
    if os.path.lexists(file):
        return read_record(file)
    notebook = f"{module}.ipynb"
    return notebook_record(read_json(folder / notebook, MAX_NOTEBOOK_BYTES) or {}, notebook)


def notebook_record(notebook: Mapping[str, Any], name: str) -> Record | None:
    """Return the record in a notebook's metadata, if there is one."""
    metadata = notebook.get("metadata")
    ours = metadata.get(NOTEBOOK_KEY) if isinstance(metadata, dict) else None
    if ours is None:
        return None
    data = ours.get("record") if isinstance(ours, dict) else None
    if not isinstance(data, dict):
        raise RecordError(f"the completion record in {name} is damaged")
    if len(encode_json(data)) > MAX_BYTES:
        raise RecordError(f"the completion record in {name} is too large")
    return parse_record(data, f"the completion record in {name}")


def write_record(file: Path, record: Record) -> None:
    """Write ``record``; at any moment the file holds either the old or the new one."""
    raw = encode_json(record.to_json())
    if len(raw) > MAX_BYTES:
        # Else it could never be read again.
        raise RecordError(
            "Your answers are safe in your journal, but what you share is too long to hand in. "
            "Shorten it, or untick Share on one exercise"
        )
    replace_file(file, raw)


def parse_record(data: dict[str, Any], name: str = RECORD_FILE) -> Record:
    """Check a record's shape. Names that no exercise has are kept: they earn nothing."""
    data = migrate(data, name)
    module, exercises = data.get("module"), data.get("exercises")
    if not isinstance(module, str) or not isinstance(exercises, dict):
        raise RecordError(f"{name} is not a completion record: 'module' or 'exercises' is missing")
    return Record(module, {k: _entry(v, k, name) for k, v in exercises.items()})


def _entry(data: object, exercise: str, name: str) -> Entry:
    if not isinstance(data, dict):
        raise RecordError(f"{name}: the entry of exercise {exercise[:60]!r} is not an object")
    answered, words = data.get("answered", []), data.get("words", {})
    passed, shared = data.get("passed", False), data.get("shared")
    mirror = data.get("mirror", 0)
    if not (
        isinstance(answered, list)
        and all(isinstance(a, str) for a in answered)
        and isinstance(words, dict)
        and all(type(n) is int and 0 <= n <= MAX_WORDS for n in words.values())
        and isinstance(passed, bool)
        and (shared is None or isinstance(shared, dict))
        and type(mirror) is int
    ):
        raise RecordError(f"{name}: the entry of exercise {exercise[:60]!r} has a wrong shape")
    return Entry(tuple(dict.fromkeys(answered)), words, passed, shared, mirror)


def migrate(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Bring a file's data to the schema that this code knows; refuse what is newer.

    There is one schema so far. A step from schema n to n + 1 goes in here.
    """
    schema = data.get("schema")
    if type(schema) is not int or schema < 1:
        raise RecordError(f"{name} does not say which schema it follows")
    if schema > SCHEMA:
        raise NewerSchemaError(
            f"{name} was written by a newer version of this course than this one, which knows "
            f"schemas up to {SCHEMA}. Nothing was changed. Update the course and try again"
        )
    return data


def read_json(file: Path, limit: int = MAX_BYTES) -> dict[str, Any] | None:
    """Read a plain file of at most ``limit`` bytes as a JSON object; ``None`` if there is none."""
    raw = read_plain(file, limit)
    return None if raw is None else parse_json(raw, file.name)


def read_plain(file: Path | str, limit: int, dir_fd: int | None = None) -> bytes | None:
    """Read a plain file of at most ``limit`` bytes; ``None`` if there is none.

    ``dir_fd`` is an open folder that ``file`` is named in. Raises RecordError for a link, a
    pipe, a folder and a file that is too large.
    """
    name = Path(file).name
    try:
        fd = os.open(file, os.O_RDONLY | _PLAIN_ONLY, dir_fd=dir_fd)
    except FileNotFoundError:
        return None
    except OSError as e:
        if e.errno == errno.ELOOP:
            raise RecordError(f"{name} is a link, not a file") from None
        raise RecordError(f"{name} can't be read: {e.strerror}") from None
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):  # before fdopen, which chokes on a folder
        os.close(fd)
        raise RecordError(f"{name} is not a plain file")
    with os.fdopen(fd, "rb") as f:
        # Not at once up to the limit: making room for so much takes longer than reading.
        raw = f.read(min(found.st_size, limit) + 1)
        if found.st_size < len(raw) <= limit:  # it has grown
            raw += f.read(limit + 1 - len(raw))
    if len(raw) > limit:
        raise RecordError(f"{name} is larger than {limit // 1000:,} kB")
    return raw


def parse_json(raw: bytes, name: str, max_depth: int | None = MAX_DEPTH) -> dict[str, Any]:
    """Parse a file's bytes as a JSON object, nested no deeper than any form of ours nests."""
    if not raw.strip():
        raise RecordError(f"{name} is empty")
    try:
        data: object = json.loads(raw, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        # The reason may quote what stands in the file: leave it out.
        raise RecordError(f"{name} is damaged: it is not complete, valid JSON") from None
    if max_depth is not None and _too_deep(data, max_depth):
        raise RecordError(f"{name} is damaged: its parts are nested too deep")
    if not isinstance(data, dict):
        raise RecordError(f"{name} does not hold a JSON object")
    return data


def _finite(digits: str) -> float:
    """Read a number, but not NaN, Infinity or 1e999: those could not be written again."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


def _too_deep(data: object, max_depth: int = MAX_DEPTH) -> bool:
    """Tell whether lists and objects are nested deeper than any form of ours nests them."""
    level = [data]
    for _ in range(max_depth):
        if not level:
            return False
        parts = [part for part in level if isinstance(part, dict | list)]
        level = [
            child for part in parts for child in (part.values() if isinstance(part, dict) else part)
        ]
    return bool(level)


def encode_json(data: object) -> bytes:
    """Return ``data`` as UTF-8 JSON that a person can read too, and :func:`read_json` as well."""
    try:
        if _too_deep(data):
            raise ValueError
        text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    except ValueError:
        raise RecordError("Not saved: there is a value in it that no form of ours sends") from None
    # "replace": half a surrogate pair, which a browser may send, has no UTF-8 form.
    return text.encode("utf-8", "replace")


def sweep(file: Path) -> None:
    """Remove what a writer of ``file`` that was killed left behind. Only while no other writes."""
    for rest in file.parent.glob(f".{file.name}.*.tmp"):
        rest.unlink(missing_ok=True)


def replace_file(file: Path, raw: bytes, *, mode: int = 0o600, sync: bool = True) -> None:
    """Write ``raw`` beside ``file`` first, then put it in its place in one step.

    The file can be read by its owner only, unless ``mode`` says otherwise. Raises OSError (a
    full disk, a folder that can't be written); the old file then stays. Without ``sync``, for
    what can be made again, a machine that loses power may lose it.
    """
    fd, temporary = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(fd, "wb") as f:
            Path(temporary).chmod(mode)
            f.write(raw)
            f.flush()
            if sync:
                os.fsync(f.fileno())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
