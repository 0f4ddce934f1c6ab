"""Grading a whole class at once: what ``allyship grade`` does.

For each submission, in this order: read it, write its graded copy into a folder of new copies,
write its rows into the gradebook (a few hundred submissions to a transaction), put the graded
copy in its place. A copy in its place carries a fingerprint of what it was made from, so a run that
was stopped anywhere is taken up by the next: what has no valid fingerprint is graded again, and
grading again gives the same rows. The folder of new copies is emptied when a run begins.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import shutil
import signal
import threading
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..store.submission import STAGING, RefusedError, open_folder
from .graded_copy import load_to_grade
from .results import BATCH, Graded, Item, Notice, Progress, Summary
from .worker import Batch, grade_batch

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    from ..messages import Tell
    from .gradebook import ModuleGrades, Rules


_WORTH_A_POOL = 2 * BATCH
_IN_THE_WAY = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}
_AHEAD = 3  # batches for each process that may wait to be stored: bounds the memory


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
    from .folder import course_directory, load_settings, only_one
    from .gradebook import known_modules, open_gradebook
    from .rules import rules_of
    from .waiting import persist

    config = load_settings(course)
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
        from .folder import source_of
        from .gradebook import ModuleGrades
        from .results import GradeError
        from .waiting import persist

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
        self._to_grade = load_to_grade(
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
            Batch(self._to_grade, self._submitted, self._autograded, tuple(some), force)
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
        from .waiting import persist

        if not self._submitted.is_dir():
            return
        persist(self._gradebook, self._grades.extend, self._tell)
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
        from .waiting import persist

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
    place.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            batch.new_copy_of(student).rename(place)
        except OSError as e:
            if e.errno not in _IN_THE_WAY:
                raise
            # An earlier copy, or 'nbgrader autograde' has just begun to write there, too.
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(old, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):
                place.rename(old)
        else:
            break
    if old.exists():
        shutil.rmtree(old, ignore_errors=True)


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
            from .results import GradeError

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
