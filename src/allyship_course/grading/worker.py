"""What a spawned process does: grades a batch of submissions. It loads no nbgrader."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..store.files import RecordError, read_plain
from ..store.submission import (
    STAGING,
    RefusedError,
    check_id,
    fingerprint,
    open_folder,
    read_submission,
)
from .graded_copy import ModuleToGrade
from .results import Graded, Held, Item, Notice, Summary

FINGERPRINT_FILE = ".graded"


@dataclass(frozen=True)
class Batch:
    """Some submissions of a module, on their way through a process."""

    to_grade: ModuleToGrade
    submitted: Path
    autograded: Path
    items: tuple[Item, ...]
    force: bool

    @property
    def module(self) -> str:
        return self.to_grade.module.module

    def copy_of(self, student: str) -> Path:
        return self.autograded / student / self.module

    def new_copy_of(self, student: str) -> Path:
        return self.autograded / STAGING / "new" / student

    def old_copy_of(self, student: str) -> Path:
        return self.autograded / STAGING / "old" / student


def grade_batch(batch: Batch) -> tuple[list[Graded], Summary]:
    """Read some submissions and write their graded copies; the gradebook is not touched."""
    graded: list[Graded] = []
    summary = Summary()
    with open_folder(batch.submitted.resolve()) as root:
        for item in batch.items:
            try:
                result = _grade_one(batch, item, root, summary)
            except RefusedError as e:
                summary.refused.append(Notice(batch.module, item.student, str(e)))
                continue
            if result:
                graded.append(result)
    summary.graded = len(graded)
    return graded, summary


def _grade_one(batch: Batch, item: Item, root: int, summary: Summary) -> Graded | None:
    check_id(item.student)
    with open_folder(item.student, root) as home, open_folder(batch.module, home) as folder:
        files = fingerprint(folder, batch.module)
        if (
            item.held
            and not batch.force
            and _fingerprint(batch, item.held, files) == _fingerprint_there(batch, item)
        ):
            summary.unchanged += 1
            return None
        submission = read_submission(folder, batch.module)
    stored = Held(submission.timestamp, item.held.extension if item.held else None)
    summary.remarks += [Notice(batch.module, item.student, what) for what in submission.remarks]
    to_grade = _to_grade(batch)
    if why := to_grade.checks.why_nothing_counts(submission.record):
        remark = f"nothing of it counts: {why}"
        summary.remarks.append(Notice(batch.module, item.student, remark))
    checks = to_grade.checks.of(submission.record)
    shared = to_grade.checks.shared(submission.record)
    _write_copy(
        batch.new_copy_of(item.student),
        {
            f"{batch.module}.ipynb": to_grade.graded_copy(checks, shared, submission.note),
            **submission.kept,
            FINGERPRINT_FILE: _fingerprint(batch, stored, files),
        },
    )
    points = {name: float(check) for name, check in checks.items()}
    return Graded(item.student, submission.timestamp, points)


_known: dict[str, ModuleToGrade] = {}


def _to_grade(batch: Batch) -> ModuleToGrade:
    """Return the same object for each batch of a module: it knows the checks worked out so far."""
    return _known.setdefault(batch.to_grade.key, batch.to_grade)


def _fingerprint(batch: Batch, held: Held, files: str) -> bytes:
    """Return what a graded copy was made from, and what the gradebook then has of it.

    So a copy that is newer than a gradebook, which somebody put back, is made anew.
    """
    extension = held.extension.total_seconds() if held.extension else 0.0
    text = f"{batch.to_grade.key} {extension} {held.timestamp} {files}"
    return hashlib.sha256(text.encode()).hexdigest().encode()


def _fingerprint_there(batch: Batch, item: Item) -> bytes | None:
    try:
        return read_plain(batch.copy_of(item.student) / FINGERPRINT_FILE, 100)
    except RecordError:
        return None


def _write_copy(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, raw in files.items():
        # Read-only, as nbgrader makes them. No Path: for a large class its making takes long.
        fd = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        with os.fdopen(fd, "wb") as f:
            f.write(raw)
