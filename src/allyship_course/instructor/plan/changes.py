"""What setting up would change, in words, and what is looked at to know it."""

from __future__ import annotations

import filecmp
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.api import Assignment, Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from ...exchange.kinds import is_module
from ...grading.folder import course_directory, load_config, quiet
from ...notebook.assignments import MIRROR_LINE
from ...spec import EXERCISES_FILE
from ...store.files import read_json
from ..course import LATE_FILE
from ..term import TeachError, Term
from ..times import shown

FEW = 6
"""So many names, or differences, are written out in one line."""


@dataclass(frozen=True)
class Change:
    """One thing that would be different: of what, in words, and how it is done."""

    of: str
    what: str
    do: Callable[[], None]


@dataclass
class Plan:
    """What setting up would change, and what it leaves alone though it might surprise."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)  # said to who does not agree

    def add(self, of: str, what: str, do: Callable[[], None]) -> None:
        self.changes.append(Change(of, what, do))

    def in_words(self) -> list[str]:
        """Return a line for each module, and for the students and the journal."""
        by_subject: dict[str, list[str]] = {}
        for change in self.changes:
            by_subject.setdefault(change.of, []).append(change.what)
        return [f"{subject}: {'; '.join(parts)}" for subject, parts in by_subject.items()]


class Setting:
    """A term and its gradebook as they are, and the plan that grows while they are looked at.

    The gradebook is open only while the plan is made: what a change does opens it again.
    """

    def __init__(self, term: Term, gradebook: Gradebook, made: Path) -> None:
        self.term, self.gradebook, self.made = term, gradebook, made
        self.plan = Plan()
        self.config = load_config(term.folder)
        self.config.ExchangeReleaseAssignment.force = True
        self.where = course_directory(term.folder, self.config)
        self.zone = ZoneInfo(term.course.timezone)
        self.used = {entry.module for entry in term.course.modules}
        # Before anything is done: what is planned is compared with it.
        self.late_before = (read_json(term.folder / LATE_FILE) or {}).get("late")

    def assignments(self) -> dict[str, Assignment]:
        """Return the assignments in the gradebook by their names."""
        return {assignment.name: assignment for assignment in self.gradebook.assignments}

    def source(self, name: str) -> Path:
        return self.term.folder / "source" / name

    def is_module(self, name: str) -> bool:
        """Tell whether an assignment is a module that was made here, and not of another kind."""
        return is_module(self.where, name)

    def say(self, when: datetime | None) -> str:
        """Say a time in the course's time zone."""
        return f"{shown(when, self.zone)} {self.zone.key}" if when else "at no time"

    def api(self) -> NbGraderAPI:
        where = CourseDirectory(config=self.config, log=quiet())
        log = quiet()
        level = log.level
        # As it begins, nbgrader lists the exchange. Where a course has none, it would tell an
        # instructor to ask their instructor.
        log.setLevel(logging.CRITICAL + 1)
        try:
            return NbGraderAPI(where, config=self.config, log=log)
        finally:
            log.setLevel(level)


def check_done(name: str, done: str, result: dict[str, Any]) -> None:
    """Raise TeachError with nbgrader's own words where a step of nbgrader did not succeed."""
    if not result["success"]:
        said = (result.get("error") or result.get("log") or "").strip()
        raise TeachError(f"{name} could not be {done}. nbgrader says:\n{said}")


def same_files(new: Path, old: Path) -> bool:
    """Tell whether all files of a folder stand in another just so."""
    return old.is_dir() and all(
        (old / f).is_file() and filecmp.cmp(new / f, old / f, shallow=False) for f in files_of(new)
    )


def what_is_other(new: Path, old: Path) -> str:
    """Say in what a module that is made anew differs from the one that is there."""
    text = "its text is another one"
    if not old.is_dir():
        return text
    names = files_of(new) | files_of(old)
    if {f for f in names if not _same_file(new / f, old / f)} != {Path(EXERCISES_FILE)}:
        return text
    lines, before = (
        [*(f / EXERCISES_FILE).read_text("utf-8").partition(MIRROR_LINE)] for f in (new, old)
    )
    if lines[0].rstrip() != before[0].rstrip():
        return text
    reach = "may be shown to the class" if lines[1] else "is not shown to the class"
    return f"its forms say now that what somebody shares {reach}"


def _same_file(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def files_of(folder: Path) -> set[Path]:
    """Return the files of a folder and of those within it, each by its path below the folder."""
    return {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()}


def people(count: int) -> str:
    """Say how many people somebody should know of."""
    return "1 person" if count == 1 else f"{count:,} people"
