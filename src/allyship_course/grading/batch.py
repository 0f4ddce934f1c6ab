"""Grading a whole class at once: what ``allyship grade`` does.

For each submission, in this order: read it, write its graded copy into a folder of new copies,
write its rows into the gradebook (a few hundred submissions to a transaction), put the graded
copy in its place. A copy in its place carries a seal of what it was made from, so a run that
was stopped anywhere is taken up by the next: what has no valid seal is graded again, and
grading again gives the same rows. The folder of new copies is emptied when a run begins.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import multiprocessing
import os
import shutil
import signal
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..record import RecordError, read_plain
from .sheet import Sheet, load_sheet
from .submission import STAGING, RefusedError, check_id, open_folder, read_submission, seal

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    from .gradebook import ModuleGrades, Rules, Tell

SEAL_FILE = ".graded"
BATCH = 250
"""Submissions in one transaction."""
_WORTH_A_POOL = 2 * BATCH
_AHEAD = 3  # batches for each process that may wait to be stored: bounds the memory

Progress = Callable[[str, int, int], None]
"""Called with the module, how many of its submissions are done, and how many there are."""


class Held(NamedTuple):
    """What the gradebook has of a submission: when it was handed in, and the extension."""

    timestamp: datetime | None
    extension: timedelta | None


class Item(NamedTuple):
    """One submission to look at. ``held`` is ``None`` where the gradebook has no row of it."""

    student: str
    held: Held | None


class Graded(NamedTuple):
    """One submission's result: the points of each grade cell by its id."""

    student: str
    timestamp: datetime | None
    points: dict[str, float]


class Notice(NamedTuple):
    """What an instructor should know of one submission."""

    module: str
    student: str
    what: str


@dataclass
class Summary:
    """What a run did. A refused submission has no grade, one with a remark has."""

    graded: int = 0
    unchanged: int = 0
    refused: list[Notice] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)

    def add(self, other: Summary) -> None:
        self.graded += other.graded
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.remarks += other.remarks


@dataclass(frozen=True)
class Batch:
    """Some submissions of a module, on their way through a process."""

    sheet: Sheet
    submitted: Path
    autograded: Path
    items: tuple[Item, ...]
    force: bool

    @property
    def module(self) -> str:
        return self.sheet.module.module

    def copy_of(self, student: str) -> Path:
        return self.autograded / student / self.module

    def new_copy_of(self, student: str) -> Path:
        return self.autograded / STAGING / "new" / student

    def old_copy_of(self, student: str) -> Path:
        return self.autograded / STAGING / "old" / student


def grade(
    course: Path,
    modules: Sequence[str] = (),
    students: Collection[str] = (),
    jobs: int = 1,
    force: bool = False,
    *,
    tell: Tell,
    progress: Progress,
) -> Summary:
    """Grade what was collected in a course folder: all of it, or some modules and students.

    ``jobs`` is the number of processes. ``force`` grades anew what has not changed, too.
    Raises GradeError when it can't begin or go on; what was graded until then is kept.
    """
    from .gradebook import (
        course_directory,
        known_modules,
        load_config,
        only_one,
        open_gradebook,
        persist,
    )
    from .plugin import rules_of

    config = load_config(course)
    where = course_directory(course, config)
    rules = rules_of(config)
    summary = Summary()
    root = Path(where.root)
    with only_one(root), _staging(root / where.autograded_directory), ExitStack() as stack:
        gradebook = stack.enter_context(open_gradebook(where, tell))
        pool = _Pool(jobs, stack)
        for module in persist(gradebook, lambda: known_modules(gradebook, where, modules), tell):
            work = _Work(gradebook, where, module, rules, tell, progress)
            summary.add(work.run(students, pool, force))
    return summary


@contextlib.contextmanager
def _staging(autograded: Path) -> Iterator[None]:
    """Clear the folder of copies on their way, before (a run may have been killed) and after."""
    shutil.rmtree(autograded / STAGING, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(autograded / STAGING, ignore_errors=True)


class _Work:
    """Grading one module."""

    def __init__(
        self,
        gradebook: Gradebook,
        where: CourseDirectory,
        module: str,
        rules: Rules,
        tell: Tell,
        progress: Progress,
    ) -> None:
        from .gradebook import GradeError, ModuleGrades, persist, source_of

        self._gradebook, self._module, self._tell = gradebook, module, tell
        self._progress = progress
        self._grades: ModuleGrades = persist(
            gradebook, lambda: ModuleGrades(gradebook, module, rules), tell
        )
        self._root = Path(where.root)
        self._submitted = self._root / where.submitted_directory
        self._autograded = self._root / where.autograded_directory
        released = Path(where.format_path(where.release_directory, ".", module))
        if not (released / f"{module}.ipynb").exists():
            raise GradeError(
                f"{released / module}.ipynb is missing, from which graded copies are made. "
                f"Run: nbgrader generate_assignment {module}"
            )
        self._sheet = load_sheet(
            source_of(where, module),
            released / f"{module}.ipynb",
            self._grades.grade_ids,
            f"due {self._grades.due}",
            *rules.described,
        )

    def run(self, students: Collection[str], pool: _Pool, force: bool) -> Summary:
        summary = Summary()
        items = list(self._items(students, summary))
        batches = [
            Batch(self._sheet, self._submitted, self._autograded, tuple(some), force)
            for some in (items[i : i + BATCH] for i in range(0, len(items), BATCH))
        ]
        done = 0
        self._progress(self._module, 0, len(items))
        for batch, (graded, found) in pool.map(batches, len(items)):
            if graded:
                self._store(batch, graded, found)
            summary.add(found)
            done += len(batch.items)
            self._progress(self._module, done, len(items))
        return summary

    def _items(self, students: Collection[str], summary: Summary) -> Iterator[Item]:
        """Find who handed in this module. Files that lie about are nobody's submission."""
        from .gradebook import persist

        if not self._submitted.is_dir():
            return
        held = persist(self._gradebook, self._grades.held, self._tell)
        with open_folder(self._submitted.resolve()) as root:
            for name in sorted(p.name for p in self._submitted.iterdir()):
                if students and name not in students:
                    continue
                try:
                    with open_folder(name, root) as folder:
                        os.stat(self._module, dir_fd=folder, follow_symlinks=False)
                except FileNotFoundError:
                    continue
                except RefusedError as e:
                    if (self._submitted / name).is_symlink():
                        summary.refused.append(Notice(self._module, name, str(e)))
                    continue
                yield Item(name, held.get(name))

    def _store(self, batch: Batch, graded: list[Graded], found: Summary) -> None:
        from .gradebook import persist

        unknown = persist(self._gradebook, lambda: self._grades.store(graded), self._tell)
        for student in sorted(unknown):
            found.graded -= 1
            found.refused.append(Notice(self._module, student, "the class list has no such id"))
            shutil.rmtree(batch.new_copy_of(student))
        for result in graded:
            if result.student not in unknown:
                _settle(batch, result.student)


def _settle(batch: Batch, student: str) -> None:
    """Put a graded copy in its place, from one moment to the next."""
    place, old = batch.copy_of(student), batch.old_copy_of(student)
    for folder in (place, old):
        folder.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with contextlib.suppress(FileNotFoundError):
            place.rename(old)
        try:
            batch.new_copy_of(student).rename(place)
        except OSError as e:
            if e.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            shutil.rmtree(old)  # 'nbgrader autograde' has just begun to write there, too
        else:
            break
    shutil.rmtree(old, ignore_errors=True)


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
        files = seal(folder, batch.module)
        if (
            item.held
            and not batch.force
            and _seal(batch, item.held, files) == _seal_of(batch, item)
        ):
            summary.unchanged += 1
            return None
        submission = read_submission(folder, batch.module)
    stored = Held(submission.timestamp, item.held.extension if item.held else None)
    summary.remarks += [Notice(batch.module, item.student, what) for what in submission.remarks]
    sheet = _sheet_of(batch)
    checks, shared = sheet.checks.of(submission.record), sheet.checks.shared(submission.record)
    _write_copy(
        batch.new_copy_of(item.student),
        {
            f"{batch.module}.ipynb": sheet.graded_copy(checks, shared, submission.note),
            **submission.kept,
            SEAL_FILE: _seal(batch, stored, files),
        },
    )
    points = {name: float(check) for name, check in checks.items()}
    return Graded(item.student, submission.timestamp, points)


_sheets: dict[str, Sheet] = {}


def _sheet_of(batch: Batch) -> Sheet:
    """Return the same sheet for each batch of a module: it knows the checks worked out so far."""
    return _sheets.setdefault(batch.sheet.key, batch.sheet)


def _seal(batch: Batch, held: Held, files: str) -> bytes:
    """Return what a graded copy was made from, and what the gradebook then has of it.

    So a copy that is newer than a gradebook, which somebody put back, is made anew.
    """
    extension = held.extension.total_seconds() if held.extension else 0.0
    text = f"{batch.sheet.key} {extension} {held.timestamp} {files}"
    return hashlib.sha256(text.encode()).hexdigest().encode()


def _seal_of(batch: Batch, item: Item) -> bytes | None:
    try:
        return read_plain(batch.copy_of(item.student) / SEAL_FILE, 100)
    except RecordError:
        return None


def _write_copy(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, raw in files.items():
        # Read-only, as nbgrader makes them.
        fd = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        with os.fdopen(fd, "wb") as f:
            f.write(raw)


class _Pool:
    """Some processes, started when there is enough for them to do."""

    def __init__(self, jobs: int, stack: ExitStack) -> None:
        self._jobs, self._stack = jobs, stack
        self._executor: ProcessPoolExecutor | None = None

    def map(
        self, batches: Sequence[Batch], submissions: int
    ) -> Iterator[tuple[Batch, tuple[list[Graded], Summary]]]:
        """Yield each batch with its results, in order, a few batches ahead of the caller."""
        if self._jobs < 2 or submissions < _WORTH_A_POOL:
            for batch in batches:
                yield batch, grade_batch(batch)
            return
        left = iter(batches)
        waiting: deque[tuple[Batch, Future[tuple[list[Graded], Summary]]]] = deque()
        try:
            waiting += map(self._begin, islice(left, self._jobs * _AHEAD))
            while waiting:
                batch, future = waiting.popleft()
                yield batch, future.result()
                waiting += map(self._begin, islice(left, 1))
        except BrokenProcessPool:
            from .gradebook import GradeError

            raise GradeError(
                "a process of the grading was ended from outside (is the memory full?). "
                "What was graded is kept. Run it again, with --jobs 1 if it happens again"
            ) from None

    def _begin(self, batch: Batch) -> tuple[Batch, Future[tuple[list[Graded], Summary]]]:
        if self._executor is None:
            # "spawn": a forked process would share the connection to the gradebook.
            self._executor = ProcessPoolExecutor(
                self._jobs, multiprocessing.get_context("spawn"), initializer=_end_with_the_first
            )
            self._stack.callback(self._executor.shutdown, wait=True, cancel_futures=True)
        with _interrupts_wait():
            return batch, self._executor.submit(grade_batch, batch)


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C back. A process that is started meanwhile never gets it: this one ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_the_first() -> None:
    """End this process as soon as the one that started it was killed."""
    first = multiprocessing.parent_process()
    assert first is not None  # noqa: S101  it was started by one

    def end() -> None:
        first.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
