"""Handing in: what is sent, shown before it is sent; and what was handed in last.

Sent is the completion record, the note to the instructor, and the notebook's own cells around
them: those that nbgrader counts. Whatever else a student typed into the notebook stays.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..completion import Completion, completion
from ..form.words import words_of_fields
from ..spec import EXERCISES_FILE, Exercise, Module, load_module
from ..store.files import (
    RecordError,
    encode_json,
    parse_json,
    read_json,
    read_plain,
    replace_file,
)
from ..store.journal import catch_up, locked
from ..store.limits import MAX_RECORD_BYTES
from ..store.record import (
    NOTEBOOK_KEY,
    RECORD_FILE,
    Entry,
    Record,
    parse_record,
    read_record,
    write_record,
)
from ..store.submission import NOTE_PROMPT, NOTE_TAG, note_in
from ..store.transfer import HANDED_IN, answers_in_words, plain
from .exchange import Exchange, Offer

_OUTBOX = "to-hand-in"
_MAX_OWN = 50_000_000  # a notebook of one's own, of which only some cells are handed in


@dataclass(frozen=True)
class Work:
    """What would be handed in of one module."""

    module: Module
    record: Record
    notebook: dict[str, Any]

    @property
    def note(self) -> str:
        """The student's note to the instructor, without the line that asks for it."""
        return (note_in(self.notebook["cells"]) or "").removeprefix(NOTE_PROMPT).strip()


@dataclass(frozen=True)
class Before:
    """What was handed in last: when, the record and the note."""

    when: str
    record: Record
    note: str


def prepare(folder: Path) -> Work:
    """Read what would be handed in of the module in ``folder``.

    Raises RecordError or SpecError for a file that can't be used.
    """
    module = load_module(folder)
    catch_up(module, folder)
    record = read_record(folder / RECORD_FILE) or Record(module.module)
    if record.module != module.module:
        raise RecordError(f"{folder / RECORD_FILE} is of another module, {record.module}")
    known = {e.id: record.exercises[e.id] for e in module.exercises if e.id in record.exercises}
    return Work(module, replace(record, exercises=known), _notebook(folder, module))


def _notebook(folder: Path, module: Module) -> dict[str, Any]:
    """Return the notebook with nothing in it but what counts, and no outputs."""
    file = folder / f"{module.module}.ipynb"
    raw = read_plain(file, _MAX_OWN)
    if raw is None:
        raise RecordError(f"there is no {file.name} in {folder}: fetch the module again")
    notebook = parse_json(raw, file.name, max_depth=None)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise RecordError(f"{file.name} is damaged: it has no cells")
    metadata = {
        key: value
        for key, value in _object(notebook.get("metadata")).items()
        if key in {"kernelspec", "language_info", "title"}
    }
    counting = [cell for cell in cells if isinstance(cell, dict) and _counts(cell)]
    return {**notebook, "metadata": metadata, "cells": [_without_outputs(c) for c in counting]}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _counts(cell: dict[str, Any]) -> bool:
    metadata = _object(cell.get("metadata"))
    tags = metadata.get("tags")
    return "nbgrader" in metadata or (isinstance(tags, list) and NOTE_TAG in tags)


def _without_outputs(cell: dict[str, Any]) -> dict[str, Any]:
    if cell.get("cell_type") != "code":
        return cell
    return {**cell, "outputs": [], "execution_count": None}


# ------------------------------------------------------------------------ in words


def in_words(work: Work) -> Iterator[str]:
    """Return all that is handed in as lines: what is complete, what is shared, the note."""
    yield f"{work.module.title}: this is all that is handed in."
    yield ""
    yield "For each exercise, how far it is:"
    width = max(len(e.title) for e in work.module.exercises)
    for exercise in work.module.exercises:
        yield f"  {exercise.title:{width}}  {_state(exercise, work.record)}"
    yield ""
    shared = [e for e in work.module.exercises if _shared(work.record, e)]
    if shared:
        yield "Your answers to these exercises, which you share with your instructor, word by word:"
        for exercise in shared:
            yield from ("", f"### {exercise.title}")
            words = words_of_fields(work.module, exercise.id)
            yield from answers_in_words(words, _shared(work.record, exercise))
    else:
        yield "None of your answers: you share none."
    yield ""
    if work.note:
        yield "Your note to the instructor:"
        yield from ("", *(f"> {line}" for line in plain(work.note).splitlines()))
    else:
        yield "No note to the instructor."
    yield ""


def _shared(record: Record, exercise: Exercise) -> dict[str, Any]:
    return dict(record.exercises.get(exercise.id, Entry()).shared or {})


def _completion(exercise: Exercise, record: Record) -> Completion:
    entry = record.exercises.get(exercise.id, Entry())
    return completion(exercise, entry.answered, entry.passed)


def _state(exercise: Exercise, record: Record) -> str:
    words = sum(record.exercises.get(exercise.id, Entry()).words.values())
    counted = f", {words:,} {'word' if words == 1 else 'words'}" if words else ""
    return _completion(exercise, record).in_words + counted


def changes(work: Work, before: Before) -> Iterator[str]:
    """Return what is not as it was handed in last, as lines."""
    changed = []
    for exercise in work.module.exercises:
        then, now = (_state(exercise, record) for record in (before.record, work.record))
        if then != now:
            changed.append(f"  {exercise.title}: {now}. It was: {then}")
        old, new = (_shared(record, exercise) for record in (before.record, work.record))
        if old != new:
            what = (
                "what you share is another"
                if new and old
                else "shared now"
                if new
                else "shared no longer"
            )
            changed.append(f"  {exercise.title}: {what}")
    if before.note != work.note:
        changed.append("  Your note to the instructor")
    if changed:
        yield f"Changed since you handed in at {before.when}:"
        yield from changed
    else:
        yield f"You handed in the very same at {before.when}."


# ------------------------------------------------------------------------ sending


def hand_in(work: Work, folder: Path, exchange: Exchange, offer: Offer) -> None:
    """Hand in through the exchange what :func:`in_words` shows, with the module's own exercises."""
    module = work.module.module
    with tempfile.TemporaryDirectory() as outbox:
        copy = Path(outbox) / module
        copy.mkdir()
        shutil.copyfile(folder / EXERCISES_FILE, copy / EXERCISES_FILE)
        replace_file(copy / f"{module}.ipynb", _encoded(work.notebook))
        write_record(copy / RECORD_FILE, work.record)
        exchange.submit(offer, Path(outbox))


def for_upload(work: Work, student: str) -> bytes:
    """Return the one file for a learning platform, as the website makes it.

    The record stands in the notebook's metadata, with the id that the class uses.
    """
    record = work.record.to_json()
    if len(encode_json(record)) > MAX_RECORD_BYTES:
        raise RecordError("what you share is too long to hand in. Share one exercise less")
    metadata = {**work.notebook["metadata"], NOTEBOOK_KEY: {"record": record, "student": student}}
    return _encoded({**work.notebook, "metadata": metadata})


def write_for_upload(work: Work, folder: Path, student: str) -> Path:
    """Write the file of :func:`for_upload` below ``folder``; return it."""
    raw = for_upload(work, student)
    file = folder / _OUTBOX / f"{work.module.module}.ipynb"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    replace_file(file, raw)
    return file


def _encoded(notebook: dict[str, Any]) -> bytes:
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


# ------------------------------------------------------------------------ remembering


def remember(work: Work, journal: Path) -> Before:
    """Keep in the journal what was handed in just now, to show later what has changed."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    data = {**work.record.to_json(), "when": when, "note": work.note}
    with locked(journal):
        file = _memory(journal, work.module)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        replace_file(file, encode_json(data))
    return Before(when, work.record, work.note)


def handed_in_before(module: Module, journal: Path) -> Before | None:
    """Return what was handed in last from this machine, with our command; ``None`` if unknown."""
    file = _memory(journal, module)
    try:
        data = read_json(file)
        if data is None:
            return None
        return Before(str(data.get("when")), parse_record(data), str(data.get("note", "")))
    except RecordError:
        return None  # it only serves to compare


def _memory(journal: Path, module: Module) -> Path:
    return journal / HANDED_IN / f"{module.module}.json"
