"""The whole journal: shown in words, written to one file, taken in from one, deleted.

The file is that of *My journal* on the website, so that somebody can begin there and go on in
Jupyter, and back. Shape (schema 1)::

    {"schema": 1, "modules": {"03-a-module": {"exercises": {
        "passed-over": {"answers": {...}, "passed": false, "shared": false, "saved": "2026-..."}}}}}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..form.words import answer_in_words, gone_exercises, words_of_fields
from ..spec import Module
from .combining import Counts, combine, different
from .entries import DatedEntry, belongs_to, entries_of
from .files import RecordError, encode_json, read_json, replace_file
from .journal import MAX_JOURNAL_BYTES, Note, locked, note_json, read_note, read_notes, write_notes
from .moments import now_in_ms
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


class Difference(NamedTuple):
    """One exercise to which journal and file have other answers, such that only one can stay.

    ``keys`` name those answers.
    """

    module: str
    exercise: str
    here: Note
    theirs: Note
    keys: tuple[str, ...]


def differences(folder: Path, file: Path, modules: Sequence[Module] = ()) -> list[Difference]:
    """Return where one answer would take the other's place if ``file`` were taken in.

    Raises RecordError if the file is no journal.
    """
    types = _types_of(modules)
    found = []
    for name, notes in _read_export(file).items():
        kept = read_notes(folder, name)
        for exercise, theirs in notes.items():
            here = kept.get(exercise)
            of = types.get((name, exercise), {})
            if here and (keys := different(here, theirs, of, now_in_ms())):
                found.append(Difference(name, exercise, here, theirs, keys))
    return found


def import_journal(
    folder: Path, file: Path, modules: Sequence[Module] = (), counts: Counts = "newer"
) -> Imported:
    """Take in what the website, or :func:`export_journal`, wrote; see :func:`combine`.

    ``modules`` say of which type a field is. Everything is read before anything is written.
    Raises RecordError if the file is no journal.
    """
    types = _types_of(modules)
    new = _read_export(file)
    taken = stayed = 0
    with locked(folder):
        old = {name: read_notes(folder, name) for name in new}
        for name, notes in new.items():
            merged = dict(old[name])
            for exercise, note in notes.items():
                kept = merged.get(exercise)
                result = note
                if kept is not None:
                    of = types.get((name, exercise), {})
                    result = combine(kept, note, of, now_in_ms(), counts)
                if result == kept:
                    stayed += 1
                else:
                    merged[exercise] = result
                    taken += 1
            if merged != old[name]:
                write_notes(folder, name, merged)
    return Imported(taken, stayed)


def _types_of(modules: Sequence[Module]) -> dict[tuple[str, str], dict[str, str]]:
    """Return of each exercise the type of each of its fields."""
    return {
        (module.module, exercise.id): {f.id: f.type for f in exercise.all_fields()}
        for module in modules
        for exercise in module.exercises
    }


def _read_export(file: Path) -> dict[str, dict[str, Note]]:
    data = read_json(file, MAX_JOURNAL_BYTES)
    if data is None:
        raise RecordError(f"there is no file {file}")
    modules = migrate(data, file.name).get("modules")
    if not isinstance(modules, dict):
        raise RecordError(f"{file.name} is no journal of this course. Nothing was changed")
    journal = {}
    for name, module in modules.items():
        exercises = module.get("exercises") if isinstance(module, dict) else None
        if not isinstance(exercises, dict) or not all(map(_is_id, (name, *exercises))):
            raise RecordError(f"{file.name} is damaged. Nothing was changed")
        where = f"an entry of {file.name}"
        journal[name] = {key: read_note(note, where) for key, note in exercises.items()}
    return journal


def _is_id(name: str) -> bool:
    """Tell whether a module or an exercise can be called so, as journal-file.mjs has it too.

    It comes from a file that may hold anything, and a module's becomes the name of a file.
    """
    return _ID.fullmatch(name) is not None


def files_of(folder: Path, modules: Sequence[str]) -> list[Path]:
    """Return every file in which the journal keeps something of ``modules``; of all, if none."""
    files = [*folder.glob("*.json"), *folder.glob(f"{HANDED_IN}/*.json")]
    return sorted(f for f in files if not modules or f.stem.partition("-damaged-")[0] in modules)


def delete_files(folder: Path, files: Sequence[Path]) -> None:
    """Delete files of the journal, for good."""
    with locked(folder):
        for file in files:
            file.unlink(missing_ok=True)


_ID = re.compile(r"[\w-]{1,99}", re.ASCII)

HANDED_IN = "handed-in"
"""A folder in the journal: of each module, what was handed in last."""


def _is_damaged(file: Path) -> bool:
    return "-damaged-" in file.stem


def differences_in_words(modules: Sequence[Module], found: Sequence[Difference]) -> Iterator[str]:
    """Say of each answer that two journals have otherwise what stands in which."""
    known = {module.module: module for module in modules}
    for module, exercise, here, theirs, keys in found:
        of = known.get(module)
        titles = {e.id: e.title for e in of.exercises} if of else {}
        words = words_of_fields(of, exercise) if of else {}
        yield from ("", f"{of.title if of else plain(module)}: {titles.get(exercise, exercise)}")
        for where, note in (("In your journal", here), ("In the file", theirs)):
            day = plain(note.saved[:10]) or "on a day that is not known"
            yield f"  {where}, kept {day}:"
            answers = {key: note.answers[key] for key in keys}
            lines = [line for line in answers_in_words(words, answers) if line]
            yield from (f"    {line}" for line in lines or ["nothing"])


def in_words(modules: Sequence[Module], journal: Notes) -> Iterator[str]:
    """Return the journal as lines of Markdown, as the website's *Save as text* has it.

    What belongs to no module that is known stands at the end, under its ids. Both run against
    ``tests/vectors/journal-text.yml``.
    """
    yield "# My journal"
    titles = {module.module: module for module in modules}
    gone = sorted(name for name in journal if name not in titles)
    for name in [*(n for n in titles if n in journal), *gone]:
        module = titles.get(name)
        lines = list(_module_in_words(module, journal[name]))
        if lines:
            yield from ("", f"## {module.title if module else plain(name)}", *lines)


def _module_in_words(module: Module | None, notes: Mapping[str, Note]) -> Iterator[str]:
    titles = {e.id: e.title for e in module.exercises} if module else {}
    before = {e["id"]: e["title"] for e in gone_exercises(module)} if module else {}
    for key in [*(k for k in titles if k in notes), *sorted(notes.keys() - titles.keys())]:
        words = words_of_fields(module, key) if module else {}
        lines = [*_if_passed(notes[key]), *answers_in_words(words, notes[key].answers)]
        if lines:
            yield from ("", f"### {titles.get(key) or before.get(key) or plain(key)}", *lines)


def _if_passed(note: Note) -> tuple[str, ...]:
    return ("", "Left out by choice.") if note.passed else ()


def answers_in_words(
    fields: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any]
) -> Iterator[str]:
    """Return answers as lines: each question, and below it what was answered, day by day.

    ``fields`` are the words of the exercise's fields, as :func:`words_of_fields` returns them.
    """
    gone = sorted(n for n in answers if n not in fields and not belongs_to(n, fields))
    for name in [*fields, *gone]:
        words = fields.get(name, {"type": "", "label": plain(name)})
        entries = entries_of(answers, name) if name in fields else [DatedEntry("", answers[name])]
        dated = [(day, answer_in_words(words, value)) for day, value in entries]
        if any(lines for _, lines in dated):
            yield from ("", f"**{words['label']}**")
        for day, lines in ((day, lines) for day, lines in dated if lines):
            yield from ("", day) if day else ()
            yield from ("", *(f"> {plain(line)}" for line in lines))


def plain(text: str) -> str:
    """Return text as a terminal may show it: an imported file could hold a terminal's commands."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} else "\ufffd" for c in text
    )
