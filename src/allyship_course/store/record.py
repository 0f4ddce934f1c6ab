"""The completion record, ``completion.json``: all that is ever collected of a learner's work.

Shape (schema 1)::

    {"schema": 1, "module": "03-a-module", "exercises": {
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

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .files import (
    RecordError,
    encode_json,
    parse_notebook,
    read_json,
    read_plain,
    replace_file,
)
from .limits import MAX_NOTEBOOK_BYTES, MAX_RECORD_BYTES, MAX_WORDS

RECORD_FILE = "completion.json"
SCHEMA = 1
NOTEBOOK_KEY = "allyship"
"""In a notebook's metadata: ``{"record": {...}, "student": "the id that the class uses"}``."""


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
    raw = read_plain(folder / notebook, MAX_NOTEBOOK_BYTES)
    return notebook_record(parse_notebook(raw, notebook) if raw is not None else {}, notebook)


def record_or_error(folder: Path, module: str) -> Record | RecordError | None:
    """As :func:`submitted_record`, but return what is wrong, for checks to say of each exercise."""
    try:
        return submitted_record(folder, module)
    except RecordError as e:
        return e


def notebook_record(notebook: Mapping[str, Any], name: str) -> Record | None:
    """Return the record in a notebook's metadata, if there is one."""
    metadata = notebook.get("metadata")
    ours = metadata.get(NOTEBOOK_KEY) if isinstance(metadata, dict) else None
    if ours is None:
        return None
    data = ours.get("record") if isinstance(ours, dict) else None
    if not isinstance(data, dict):
        raise RecordError(f"the completion record in {name} is damaged")
    if len(encode_json(data)) > MAX_RECORD_BYTES:
        raise RecordError(f"the completion record in {name} is too large")
    return parse_record(data, f"the completion record in {name}")


def write_record(file: Path, record: Record) -> None:
    """Write ``record``; at any moment the file holds either the old or the new one."""
    raw = encode_json(record.to_json())
    if len(raw) > MAX_RECORD_BYTES:
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


_STRINGS = frozenset({str})
_NUMBERS = frozenset({int})  # and no bool


def _entry(data: object, exercise: str, name: str) -> Entry:
    if not isinstance(data, dict):
        raise RecordError(f"{name}: the entry of exercise {exercise[:60]!r} is not an object")
    answered, words = data.get("answered", []), data.get("words", {})
    passed, shared = data.get("passed", False), data.get("shared")
    mirror = data.get("mirror", 0)
    if not (
        isinstance(answered, list)
        and _STRINGS.issuperset(map(type, answered))
        and isinstance(words, dict)
        and _NUMBERS.issuperset(map(type, words.values()))
        and min(words.values(), default=0) >= 0
        and max(words.values(), default=0) <= MAX_WORDS
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
