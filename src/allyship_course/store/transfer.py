"""The whole journal: shown in words, written to one file, taken in from one, deleted.

The file is that of *My journal* on the website, so that somebody can begin there and go on in
Jupyter, and back. Shape (schema 1)::

    {"schema": 1, "modules": {"03-is-and-is-not": {"exercises": {
        "passed-over": {"answers": {...}, "passed": false, "shared": false, "saved": "2026-..."}}}}}
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..form.words import describe_field, say
from ..spec import Exercise, Module
from .files import RecordError, encode_json, read_json, replace_file
from .journal import MAX_JOURNAL_BYTES, Note, locked, note_json, read_note, read_notes, write_notes
from .record import SCHEMA, migrate

Notes = Mapping[str, Mapping[str, Note]]
"""Of each module, by its id, the notes by the exercise's id."""


class Imported(NamedTuple):
    """How many exercises an import changed, and of how many nothing in the file was newer."""

    taken: int
    stayed: int


def kept_modules(folder: Path) -> list[str]:
    """Return the ids of the modules of which the journal in ``folder`` holds a file."""
    return sorted(f.stem for f in folder.glob("*.json") if not _is_damaged(f))


def read_journal(folder: Path) -> dict[str, dict[str, Note]]:
    """Read every module's notes. Raises RecordError for a file that can't be used."""
    return {name: read_notes(folder, name) for name in kept_modules(folder)}


def export_journal(folder: Path, file: Path) -> int:
    """Write the journal as one file, readable by its owner only; return how many exercises.

    Raises RecordError rather than write over a file that is there.
    """
    if file.exists():
        raise RecordError(f"{file} is there already. Nothing was changed. Name another file")
    modules = {
        name: {"exercises": {key: note_json(note) for key, note in notes.items()}}
        for name, notes in read_journal(folder).items()
    }
    try:
        replace_file(file, encode_json({"schema": SCHEMA, "modules": modules}))
    except OSError as e:
        raise RecordError(f"{file} can't be written: {e.strerror}") from None
    return sum(len(module["exercises"]) for module in modules.values())


def import_journal(folder: Path, file: Path) -> Imported:
    """Take in what the website, or :func:`export_journal`, wrote.

    Of each exercise, what was saved last counts; an answer that only the older one has stays
    too. Everything is read before anything is written. Raises RecordError if the file is no
    journal.
    """
    new = _read_export(file)
    taken = stayed = 0
    with locked(folder):
        old = {name: read_notes(folder, name) for name in new}
        for name, notes in new.items():
            merged = dict(old[name])
            for exercise, note in notes.items():
                kept = merged.get(exercise)
                result = note if kept is None else _both(kept, note)
                if result == kept:
                    stayed += 1
                else:
                    merged[exercise] = result
                    taken += 1
            if merged != old[name]:
                write_notes(folder, name, merged)
    return Imported(taken, stayed)


def _read_export(file: Path) -> dict[str, dict[str, Note]]:
    data = read_json(file, MAX_JOURNAL_BYTES)
    if data is None:
        raise RecordError(f"there is no file {file}")
    modules = migrate(data, file.name).get("modules")
    if not isinstance(modules, dict):
        raise RecordError(f"{file.name} is no journal of this course. Nothing was changed")
    found = {}
    for name, module in modules.items():
        exercises = module.get("exercises") if isinstance(module, dict) else None
        if not isinstance(exercises, dict) or not _is_id(name):
            raise RecordError(f"{file.name} is damaged. Nothing was changed")
        where = f"an entry of {file.name}"
        found[name] = {key: read_note(note, where) for key, note in exercises.items()}
    return found


def _is_id(name: str) -> bool:
    """Tell whether a module's name can be a file's: it comes from a file that may hold anything."""
    return name.replace("-", "").isalnum() and name.isascii() and len(name) < 100


def _both(one: Note, other: Note) -> Note:
    """Return the newer of two notes (the first, of two as old), with what only the older one has.

    Nothing becomes shared that was not: the tick stands only if both have it, or if all that is
    in the note was written under it.
    """
    older, newer = sorted((other, one), key=lambda note: _moment(note.saved))
    more = {key: value for key, value in older.answers.items() if key not in newer.answers}
    if not more:
        return newer
    shared = newer.shared and older.shared
    return replace(newer, answers={**newer.answers, **more}, shared=shared)


def _moment(saved: str) -> datetime:
    """Return when a note was saved; one that does not say so counts as the oldest."""
    try:
        moment = datetime.fromisoformat(saved)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def files_of(folder: Path, modules: Sequence[str]) -> list[Path]:
    """Return every file in which the journal keeps something of ``modules``; of all, if none."""
    files = [*folder.glob("*.json"), *folder.glob(f"{HANDED_IN}/*.json")]
    return sorted(f for f in files if not modules or f.stem.partition("-damaged-")[0] in modules)


def delete_files(folder: Path, files: Sequence[Path]) -> None:
    """Delete files of the journal, for good."""
    with locked(folder):
        for file in files:
            file.unlink(missing_ok=True)


HANDED_IN = "handed-in"
"""A folder in the journal: of each module, what was handed in last."""


def _is_damaged(file: Path) -> bool:
    return "-damaged-" in file.stem


def in_words(modules: Sequence[Module], journal: Notes) -> Iterator[str]:
    """Return the journal as lines of Markdown, as the website's *Save as text* has it.

    What belongs to no module that is known is shown under its ids.
    """
    yield "# My journal"
    titles = {module.module: module for module in modules}
    for name in [*(n for n in titles if n in journal), *(n for n in journal if n not in titles)]:
        module = titles.get(name)
        exercises = {e.id: e for e in module.exercises} if module else {}
        yield from ("", f"## {module.title if module else plain(name)}")
        for key in [
            *(k for k in exercises if k in journal[name]),
            *(journal[name].keys() - exercises.keys()),
        ]:
            yield from _note_in_words(key, exercises.get(key), journal[name][key])


def _note_in_words(key: str, exercise: Exercise | None, note: Note) -> Iterator[str]:
    yield from ("", f"### {exercise.title if exercise else plain(key)}")
    if note.passed:
        yield from ("", "Left out by choice.")
    yield from answers_in_words(exercise, note.answers)


def answers_in_words(exercise: Exercise | None, answers: Mapping[str, Any]) -> Iterator[str]:
    """Return answers as lines: each question, and below it what was answered."""
    fields = {f.id: describe_field(f) for f in exercise.all_fields()} if exercise else {}
    for name in [*(n for n in fields if n in answers), *(n for n in answers if n not in fields)]:
        words = fields.get(name, {"type": "", "label": plain(name)})
        lines = plain(say(words, answers[name])).splitlines()
        if lines:
            yield from ("", f"**{words['label']}**", "", *(f"> {line}" for line in lines))


def plain(text: str) -> str:
    """Return text as a terminal may show it: an imported file could hold a terminal's commands."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} else "\ufffd" for c in text
    )
