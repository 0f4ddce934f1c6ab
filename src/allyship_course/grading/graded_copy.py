"""A module as it is graded: its checks in the gradebook, and the graded copy of its notebook.

The graded copy is the notebook as it was released, with the outputs of the checks and with the
student's note put in. Whatever else became of a student's notebook (checks deleted, doubled or
edited, metadata of another schema) neither changes a grade nor stops nbgrader in mid-class.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING

from ..notebook.checks import Check, check_record
from ..spec import EXERCISES_FILE, Module, load_module
from ..store.files import RecordError
from ..store.record import Record
from ..store.submission import CHECK_PREFIX, NOTE_TAG, why_nothing_counts
from .shared_answers import shared_html

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SHORT = 200_000
NOT_COUNTED = "not counted. There is no such exercise."


class Checks:
    """The checks of a module's grade cells, of which ``points`` says what each is worth.

    Most of a class is in one of few states, so that a check is worked out once for each state.
    """

    _MOST_STATES = 10_000

    def __init__(self, module: Module, points: Mapping[str, float]) -> None:
        self._module, self._points = module, points
        exercises = {f"{CHECK_PREFIX}{e.id}": e for e in module.exercises}
        self._exercises = {name: exercises.get(name) for name in points}
        self._fields = {e.id: {f.id for f in e.all_fields()} for e in module.exercises}
        self._known: dict[object, Check] = {}

    def of(self, record: Record | RecordError | None) -> dict[str, Check]:
        """Return the check of each grade cell. The id of no exercise earns nothing."""
        if not isinstance(record, Record) or record.module != self._module.module:
            return {name: self._work_out(name, record) for name in self._exercises}
        return {name: self._check(name, record) for name in self._exercises}

    def why_nothing_counts(self, record: Record | RecordError | None) -> str:
        """Say why all of a record earns nothing; empty where that is not so."""
        return why_nothing_counts(record, self._module.module, self._fields)

    def shared(self, record: Record | RecordError | None) -> dict[str, str]:
        """Return what was shared of the exercise of each grade cell, as HTML."""
        return {
            name: shared_html(exercise, record) if exercise else ""
            for name, exercise in self._exercises.items()
        }

    def _check(self, name: str, record: Record) -> Check:
        exercise = self._exercises[name]
        entry = record.exercises.get(exercise.id) if exercise else None
        if exercise is None or entry is None:
            return self._work_out(name, record)
        answered = self._fields[exercise.id].intersection(entry.answered)
        state = (name, frozenset(answered), entry.passed)
        if state not in self._known:
            if len(self._known) >= self._MOST_STATES:
                self._known.clear()
            self._known[state] = self._work_out(name, record)
        return self._known[state]

    def _work_out(self, name: str, record: Record | RecordError | None) -> Check:
        exercise = self._exercises[name]
        if exercise is None:
            # Without an output, nbgrader would give full points.
            return Check(None, name, NOT_COUNTED)
        check = check_record(self._module, exercise, record, self._points[name])
        why = self.why_nothing_counts(record)
        if why and "not counted" not in check.line:
            check.line += f". Nothing counts: {why}."
        return check


def show_check(cell: NotebookNode, check: Check, shared: str) -> None:
    """Give a check cell the output that running it would have given, and what was shared.

    Its line stands in the output's metadata too, without markup, for the feedback page.
    """
    _show(cell, repr(check), check._repr_html_() + shared, check.line)


def _show(cell: NotebookNode, plain: str, html: str, line: str) -> None:
    from nbformat.v4 import new_output  # here: the processes that grade do without nbformat

    data = {"text/plain": plain, "text/html": html}
    beside = {"line": line}
    cell.outputs = [new_output("execute_result", data, metadata=beside, execution_count=1)]
    cell.execution_count = 1


def note_cells(nb: NotebookNode) -> list[NotebookNode]:
    """Return the cells of a notebook of ours in which a student may write to the instructor."""
    return [cell for cell in nb.cells if NOTE_TAG in cell.metadata.get("tags", [])]


def is_check(cell: NotebookNode) -> bool:
    """Tell whether nbgrader gives points for a cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def points_of(cell: NotebookNode) -> float:
    """Return what a check cell is worth."""
    return float(cell.metadata.nbgrader.get("points", 1))


@dataclass(frozen=True)
class ModuleToGrade:
    """One module, ready to grade any number of submissions.

    ``pieces`` is the text of the graded copy, cut where a submission's own parts go in;
    ``holes`` names those parts, one between each two pieces. ``key`` changes when anything
    changes that a grade depends on.
    """

    module: Module
    checks: Checks
    key: str
    pieces: tuple[str, ...]
    holes: tuple[str, ...]
    note: str

    def graded_copy(
        self, checks: Mapping[str, Check], shared: Mapping[str, str], note: str | None
    ) -> bytes:
        """Return the graded copy as the bytes of a notebook file; without a note, as released."""
        note = self.note if note is None else note
        # A line each is for people; millions of line breaks would be millions of texts.
        lines = note.splitlines(keepends=True) if len(note) < _SHORT else [note]
        parts = {"note": ",".join(map(_quoted, lines))}
        for name, check in checks.items():
            parts[f"plain {name}"] = _quoted(repr(check))
            parts[f"html {name}"] = _quoted(check._repr_html_() + shared[name])
            parts[f"line {name}"] = _quoted(check.line)
        text = [self.pieces[0]]
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            text += (parts[hole], piece)
        return "".join(text).encode("utf-8")


def _quoted(text: str) -> str:
    return encode_basestring(text)  # what json.dumps would return, after asking what it is given


def load_to_grade(
    source: Path, released: Path, grade_ids: Sequence[str], *settings: str
) -> ModuleToGrade:
    """Make a module ready to grade, from its source folder and its released notebook.

    ``settings`` is whatever else a grade depends on: it goes into the key, by which a later
    run knows whether a submission must be graded anew.
    """
    import nbformat

    module = load_module(source)
    nb = nbformat.read(released, as_version=4)
    key = hashlib.sha256()
    for part in (
        (source / EXERCISES_FILE).read_bytes(),
        released.read_bytes(),
        *(text.encode() for text in (*grade_ids, *settings)),
    ):
        key.update(part + b"\0")

    check_cells = list(filter(is_check, nb.cells))
    points = {cell.metadata.nbgrader.grade_id: points_of(cell) for cell in check_cells}
    checks = Checks(module, {name: points.get(name, 1) for name in grade_ids})
    mark = secrets.token_hex(8)  # stands nowhere in the notebook
    note = "\n\n".join(cell.source for cell in note_cells(nb))
    for cell in note_cells(nb):
        cell.source = f"{mark}note"
    for cell in check_cells:
        name = cell.metadata.nbgrader.grade_id
        _show(cell, *(f"{mark}{part} {name}" for part in ("plain", "html", "line")))
    pieces, names = _cut(nbformat.writes(nb), mark)
    return ModuleToGrade(module, checks, key.hexdigest(), pieces, names, note)


def _cut(text: str, mark: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut a notebook's text at the quoted places that begin with ``mark``."""
    first, *rest = text.split(f'"{mark}')
    named = [part.partition('"') for part in rest]
    return (first, *(after for _, _, after in named)), tuple(name for name, _, _ in named)
