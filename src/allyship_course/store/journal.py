"""The journal: a learner's own store of answers, one file a module, outside every assignment.

Shape (schema 1)::

    {"schema": 1, "module": "03-a-module", "exercises": {
        "passed-over": {"answers": {"route": "..."}, "passed": false, "shared": false,
                        "saved": "2026-11-21T19:05:00.000Z"}}}

:func:`keep` is the one way in: it saves a learner's answers here and then brings
``completion.json`` in the assignment's folder up to date.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from ..completion import answered
from ..spec import Exercise, Module
from .files import RecordError, encode_json, read_json, replace_file, sweep
from .moments import iso, now_in_ms
from .record import (
    RECORD_FILE,
    SCHEMA,
    Entry,
    NewerSchemaError,
    Record,
    migrate,
    read_record,
    write_record,
)

LOCKLESS = sys.platform == "emscripten"
"""Whether the journal is in a browser's files. They know no lock that ends with the tab that holds
it; one left behind would stop every save from then on. There the page lets one save go at a time.
"""

FOLDER_VARIABLE = "ALLYSHIP_JOURNAL"
MAX_JOURNAL_BYTES = 50_000_000
"""The longest journal of a module, and the longest file that is taken in."""


_LOCK_SECONDS = 10.0


@dataclass(frozen=True)
class Note:
    """What a learner put into one exercise."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    passed: bool = False
    shared: bool = False
    saved: str = ""


class Kept(NamedTuple):
    """What is kept now, and notices for the learner (a damaged file was put aside)."""

    note: Note
    notices: tuple[str, ...]


def journal_folder() -> Path:
    """Return the learner's journal folder: ``$ALLYSHIP_JOURNAL``, or one in the home folder."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    return platformdirs.user_data_path("allyship-course") / "journal"


def read_notes(folder: Path, module_id: str) -> dict[str, Note]:
    """Return the notes of one module by exercise id; empty where nothing was written yet."""
    data = read_json(folder / f"{module_id}.json", MAX_JOURNAL_BYTES)
    if data is None:
        return {}
    exercises = migrate(data, f"{module_id}.json").get("exercises")
    if not isinstance(exercises, dict):
        raise RecordError(f"the journal file {module_id}.json has no exercises in it")
    where = f"an entry of the journal file {module_id}.json"
    return {name: read_note(entry, where) for name, entry in exercises.items()}


def read_note(data: object, where: str) -> Note:
    """Check the shape of a note; ``where`` says in a RecordError what was wrong."""
    if isinstance(data, dict):
        answers, saved = data.get("answers"), data.get("saved", "")
        passed, shared = data.get("passed", False), data.get("shared", False)
        if (
            isinstance(answers, dict)
            and isinstance(passed, bool)
            and isinstance(shared, bool)
            and isinstance(saved, str)
        ):
            return Note(answers, passed, shared, saved)
    raise RecordError(f"{where} has a wrong shape")


def keep(
    module: Module,
    exercise: Exercise,
    note: Note,
    assignment: Path,
    folder: Path | None = None,
    changed: Collection[str] | None = None,
) -> Kept:
    """Save ``note`` in the journal, then update ``completion.json`` in ``assignment``.

    ``changed`` names the fields that this form changed, with ``/pass`` and ``/share``; of all
    else what is kept already stays, since another notebook may have kept it in the meantime.
    Of a module that is not collected there is no record, and ``assignment`` is left alone.
    Raises RecordError, in words for the learner, when something could not be saved; what was
    saved before stays.
    """
    folder = folder or journal_folder()
    notices: list[str] = []
    with locked(folder):
        sweep(folder / f"{module.module}.json")
        notes = _readable_notes(folder, module.module, notices)
        if changed is not None and exercise.id in notes:
            note = _merged(note, notes[exercise.id], changed)
        notes[exercise.id] = note = replace(note, saved=iso(now_in_ms()))
        write_notes(folder, module.module, notes)
        if module.collected:
            sweep(assignment / RECORD_FILE)
            _update_record(module, exercise, notes, assignment, notices)
    return Kept(note, tuple(notices))


def catch_up(module: Module, assignment: Path, folder: Path | None = None) -> None:
    """Bring ``completion.json`` up to what the journal holds: of work done on the website, say.

    Not where an instructor looks at somebody's submission, or at a source: there the journal is
    the instructor's. What can't be read or written is left alone; the next :func:`keep` tells.
    """
    folder = folder or journal_folder()
    if not module.collected or not folder.exists() or _is_an_instructors(assignment):
        return
    with contextlib.suppress(RecordError), locked(folder):
        notes = read_notes(folder, module.module)
        record = read_record(assignment / RECORD_FILE) or Record(module.module)
        if record.module == module.module:
            mirrors = {name: entry.mirror for name, entry in record.exercises.items()}
            mine = {
                e.id: entry_of(e, notes[e.id], mirrors.get(e.id, 0))
                for e in module.exercises
                if e.id in notes
            }
            entries = {**record.exercises, **mine}
            if entries != record.exercises:
                write_record(assignment / RECORD_FILE, Record(module.module, entries))


_OF_ALL = {"source", "release", "source_with_tests"}
_OF_EACH = {"submitted", "autograded", "feedback"}
"""Folders of nbgrader's course folder: with an assignment in them, or first a student."""


def _is_an_instructors(assignment: Path) -> bool:
    """Tell whether a folder lies in nbgrader's course folder, or holds what was handed in.

    A student may have an ``nbgrader_config.py`` too, in any folder above: only where nbgrader
    lays out a course is it an instructor's.
    """
    if (assignment / "timestamp.txt").exists():
        return True
    within, *above = assignment.absolute().parents
    if within.name in _OF_ALL and above and (above[0] / "source" / assignment.name).is_dir():
        return (above[0] / "nbgrader_config.py").exists()
    return bool(
        len(above) > 1 and above[0].name in _OF_EACH and (above[1] / "nbgrader_config.py").exists()
    )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the journal in ``folder``, made for its owner alone, so that no other writes to it.

    Raises RecordError, in words for the learner, when it or what is done in it does not work.
    """
    try:
        _make_private(folder)
        with _lock(folder / ".lock"):
            yield
    except TimeoutError:
        raise RecordError(
            "Not saved: another program has held the journal for more than "
            f"{_LOCK_SECONDS:.0f} seconds. Close other notebooks of this course and type on"
        ) from None
    except OSError as e:
        raise RecordError(f"Not saved: {_reason(e)}. What was saved before is safe") from None


def _lock(file: Path) -> AbstractContextManager[object]:
    if sys.platform == "emscripten":
        return contextlib.nullcontext()  # see LOCKLESS
    from filelock import FileLock  # here: a form is shown before anything is locked

    return FileLock(file, timeout=_LOCK_SECONDS, mode=0o600)


def _merged(mine: Note, kept: Note, changed: Collection[str]) -> Note:
    """Take what was changed in this form, and all else as it is kept."""
    theirs = {k: v for k, v in kept.answers.items() if k not in changed}
    answers = theirs | {k: v for k, v in mine.answers.items() if k in changed}
    passed = (mine if "/pass" in changed else kept).passed
    shared = (mine if "/share" in changed else kept).shared
    return Note(answers, passed, shared)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _readable_notes(folder: Path, module_id: str, notices: list[str]) -> dict[str, Note]:
    """Return the notes so far. A damaged file is kept under another name, never overwritten."""
    try:
        return read_notes(folder, module_id)
    except NewerSchemaError:
        raise
    except RecordError as e:
        aside = _put_aside(folder / f"{module_id}.json")
        notices.append(
            f"Your journal of this module could not be read ({e}). It is kept as {aside}"
        )
        return {}


def _put_aside(file: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return file.rename(file.with_name(f"{file.stem}-damaged-{stamp}{file.suffix}"))


def note_json(note: Note) -> dict[str, Any]:
    """Return a note as the journal's files, and an export, hold it."""
    return {
        "answers": dict(note.answers),
        "passed": note.passed,
        "shared": note.shared,
        "saved": note.saved,
    }


def write_notes(folder: Path, module_id: str, notes: Mapping[str, Note]) -> None:
    """Write the notes of one module; only while :func:`locked`."""
    exercises = {name: note_json(note) for name, note in notes.items()}
    data = {"schema": SCHEMA, "module": module_id, "exercises": exercises}
    raw = encode_json(data)
    if len(raw) > MAX_JOURNAL_BYTES:
        # Else it could never be read again.
        raise RecordError(
            "Not saved: your journal of this module is full. Shorten a text in it and type on"
        )
    replace_file(folder / f"{module_id}.json", raw)


def _update_record(
    module: Module,
    saved: Exercise,
    notes: Mapping[str, Note],
    assignment: Path,
    notices: list[str],
) -> None:
    """Write the record anew from the notes; keep what it holds of exercises without a note.

    Those were answered elsewhere: on another computer, or before the journal was deleted. Only
    of the exercise just ``saved`` is it known what its form told of the class's mirror.
    """
    file = assignment / RECORD_FILE
    entries: dict[str, Entry] = {}
    try:
        existing = read_record(file)
        if existing and existing.module == module.module:
            entries.update(existing.exercises)
        elif existing:
            raise RecordError(f"{RECORD_FILE} belongs to the module {existing.module}")
    except NewerSchemaError:
        raise
    except RecordError as e:
        aside = _put_aside(file)
        notices.append(f"The completion record could not be used ({e}). It is kept as {aside.name}")
    for exercise in module.exercises:
        if exercise.id in notes:
            before = entries.get(exercise.id, Entry()).mirror
            told = module.mirror if exercise.id == saved.id else before
            entries[exercise.id] = entry_of(exercise, notes[exercise.id], told)
    try:
        write_record(file, Record(module.module, entries))
    except OSError as e:
        raise RecordError(
            f"Your answers are safe in your journal, but {RECORD_FILE}, which is handed in, "
            f"could not be written: {_reason(e)}"
        ) from None


def entry_of(exercise: Exercise, note: Note, mirror: int = 0) -> Entry:
    """Reduce a note to what is collected. Answers go in only if shared, private fields never.

    ``mirror`` is what the learner was told of a mirror beside the box; see :class:`Entry`.
    """
    given = answered(exercise, note.answers)
    fields = exercise.all_fields()
    optional = {f.id for f in fields if f.optional}
    private = {f.id for f in fields if f.private == "always"}
    counted = tuple(name for name in given.fields if name not in optional)
    words = {name: n for name, n in given.words.items() if name not in optional | private}
    shared = None
    if note.shared:
        open_to_share = [f.id for f in fields if f.id not in private]
        shared = {name: note.answers[name] for name in open_to_share if name in note.answers}
    return Entry(counted, words, note.passed, shared, mirror if note.shared else 0)


def _reason(e: OSError) -> str:
    """Say what an operating system's error means for somebody who only wanted to write."""
    match e.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full. Free some space, then type on"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"the folder {Path(e.filename or '.').parent} can't be written to"
        case _:
            return e.strerror or type(e).__name__
