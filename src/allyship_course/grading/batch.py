"""Grading a whole class at once: what ``allyship grade`` does.

For each submission, in this order: read it, write its graded copy beside the place where it
belongs, write its rows into the gradebook (a few hundred submissions to a transaction), put
the graded copy in its place. A copy in its place carries a seal of what it was made from, so
a run that was stopped anywhere is taken up by the next: what has no valid seal is graded
again, and grading again gives the same rows.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import shutil
import signal
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from filelock import FileLock, Timeout

from ..record import RecordError, read_plain
from .sheet import Sheet, load_sheet
from .submission import RefusedError, check_id, open_folder, read_submission, seal

if TYPE_CHECKING:
    from datetime import datetime

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


class Item(NamedTuple):
    """One submission to look at. ``extension`` is in seconds; ``None``: no row in the gradebook."""

    student: str
    extension: float | None


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

    def beside(self, student: str, what: str) -> Path:
        """Return where a copy stands before it is in its place, or after."""
        return self.autograded / student / f".{self.module}.{what}"


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
    from .gradebook import course_directory, known_modules, load_config, open_gradebook
    from .plugin import rules_of

    config = load_config(course)
    where = course_directory(course, config)
    rules = rules_of(config)
    summary = Summary()
    with _only_one(Path(where.root)), ExitStack() as stack:
        gradebook = stack.enter_context(open_gradebook(where))
        pool = _Pool(jobs, stack)
        for module in known_modules(gradebook, where, modules):
            work = _Work(gradebook, where, module, rules, tell, progress)
            summary.add(work.run(students, pool, force))
    return summary


@contextlib.contextmanager
def _only_one(course: Path) -> Iterator[None]:
    from .gradebook import GradeError

    try:
        with FileLock(course / ".allyship-grade.lock", timeout=0):
            yield
    except Timeout:
        raise GradeError(
            "another 'allyship grade' is at work in this course. Wait until it has ended"
        ) from None


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
        from .gradebook import GradeError, ModuleGrades, source_of

        self._gradebook, self._module, self._tell = gradebook, module, tell
        self._progress = progress
        self._grades: ModuleGrades = ModuleGrades(gradebook, module, rules)
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
        if not self._submitted.is_dir():
            return
        extensions = self._grades.extensions()
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
                given = extensions.get(name)
                seconds = given.total_seconds() if given else 0.0
                yield Item(name, seconds if name in extensions else None)

    def _store(self, batch: Batch, graded: list[Graded], found: Summary) -> None:
        from .gradebook import persist

        unknown = persist(self._gradebook, lambda: self._grades.store(graded), self._tell)
        for student in sorted(unknown):
            found.graded -= 1
            found.refused.append(Notice(self._module, student, "the class list has no such id"))
            shutil.rmtree(batch.beside(student, "new"))
        for result in graded:
            if result.student not in unknown:
                _settle(batch, result.student)


def _settle(batch: Batch, student: str) -> None:
    """Put a graded copy in its place, from one moment to the next."""
    place, old = batch.copy_of(student), batch.beside(student, "old")
    shutil.rmtree(old, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        place.rename(old)
    batch.beside(student, "new").rename(place)
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
        sealed = _seal(batch, item.extension or 0.0, seal(folder, batch.module))
        if item.extension is not None and not batch.force and sealed == _seal_of(batch, item):
            summary.unchanged += 1
            return None
        submission = read_submission(folder, batch.module)
    summary.remarks += [Notice(batch.module, item.student, what) for what in submission.remarks]
    sheet = _sheet_of(batch)
    checks, shared = sheet.checks.of(submission.record), sheet.checks.shared(submission.record)
    _write_copy(
        batch.beside(item.student, "new"),
        {
            f"{batch.module}.ipynb": sheet.graded_copy(checks, shared, submission.note),
            **submission.kept,
            SEAL_FILE: sealed,
        },
    )
    points = {name: float(check) for name, check in checks.items()}
    return Graded(item.student, submission.timestamp, points)


_sheets: dict[str, Sheet] = {}


def _sheet_of(batch: Batch) -> Sheet:
    """Return the same sheet for each batch of a module: it knows the checks worked out so far."""
    return _sheets.setdefault(batch.sheet.key, batch.sheet)


def _seal(batch: Batch, extension: float, files: str) -> bytes:
    text = f"{batch.sheet.key} {extension} {files}"
    return hashlib.sha256(text.encode()).hexdigest().encode()


def _seal_of(batch: Batch, item: Item) -> bytes | None:
    try:
        return read_plain(batch.copy_of(item.student) / SEAL_FILE, 100)
    except RecordError:
        return None


def _write_copy(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was stopped
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
        executor = self._started()
        waiting = deque(
            (batch, executor.submit(grade_batch, batch)) for batch in batches[: self._jobs * _AHEAD]
        )
        left = iter(batches[self._jobs * _AHEAD :])
        try:
            while waiting:
                batch, future = waiting.popleft()
                yield batch, future.result()
                if (following := next(left, None)) is not None:
                    waiting.append((following, executor.submit(grade_batch, following)))
        except BrokenProcessPool:
            from .gradebook import GradeError

            raise GradeError(
                "a process of the grading was ended from outside (is the memory full?). "
                "What was graded is kept. Run it again, with --jobs 1 if it happens again"
            ) from None

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            # "spawn": a forked process would share the connection to the gradebook.
            self._executor = ProcessPoolExecutor(
                self._jobs, multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
            )
            self._stack.callback(self._executor.shutdown, wait=True, cancel_futures=True)
        return self._executor


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
