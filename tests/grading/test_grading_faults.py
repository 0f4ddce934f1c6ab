"""A run that was stopped, or got into trouble: the next gives what an undisturbed one gives.

Two courses have the same submissions. One is graded in peace; in the other, a run is killed or
loses its disk, its gradebook or one of its processes, and is run again. Then the gradebooks
hold the same rows, and the graded copies and feedback pages are the same to the byte.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy import URL, delete

from allyship_course.grading.folder import course_directory, load_config
from allyship_course.grading.gradebook import open_gradebook
from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, entry_of
from allyship_course.store.record import RECORD_FILE, Record
from allyship_course.store.submission import STAGING
from tests.support.classroom import (
    ALLYSHIP,
    NBGRADER,
    allyship,
    keep_gradebook,
    nbgrader,
    ours,
    rows_of,
)
from tests.support.paths import COURSE_CONFIG, TINY_MODULE
from tests.support.postgres import PASSWORD, running_server
from tests.support.systems import small_disk

MODULE = "01-tiny"
FEW = 60
SOME = 240  # enough to be met while they are written, on a busy machine too
MANY = 520  # enough for several processes
LOG = logging.getLogger("faults")

# Late work loses half; what was earned before stays. Of all settings, these leave the most of a
# run's work to the order in which it is done.
SETTINGS = """
from nbgrader.plugins import BasePlugin

class HalfWhenLate(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2

c.AssignLatePenalties.plugin_class = HalfWhenLate
c.SaveCompletion.resubmission = "best"
"""


class Pair:
    """A course, and one with the same submissions that is left in peace."""

    def __init__(
        self, root: Path, gradebook: str, students: int, server: URL | None = None
    ) -> None:
        self.course, self.peaceful = root / "course", root / "peaceful"
        self.course.mkdir(parents=True)
        self._ids = [f"student-{number:04}" for number in range(students)]
        self._module = load_module(TINY_MODULE)
        config = self.course / "nbgrader_config.py"
        config.write_text(COURSE_CONFIG.read_text() + SETTINGS)
        keep_gradebook(self.course, gradebook, server=server)
        make_assignment(TINY_MODULE, self.course / "source")
        release(self.course)
        self.peaceful.mkdir()
        for name in ("source", "release"):
            shutil.copytree(self.course / name, self.peaceful / name)
        config = self.peaceful / "nbgrader_config.py"
        config.write_text(COURSE_CONFIG.read_text() + SETTINGS)
        keep_gradebook(self.peaceful, gradebook, self.course, server)
        (self.course / "submitted").mkdir()
        (self.peaceful / "submitted").symlink_to(self.course / "submitted")
        self._chance = random.Random(7)
        self._handed_in_again = False
        self._hand_in(1.0)

    def _hand_in(self, part: float) -> None:
        """Let a part of the class hand in, in many states; some of them late."""
        notebook = (self.course / "release" / MODULE / f"{MODULE}.ipynb").read_bytes()
        for student in self._ids:
            if self._chance.random() > part:
                continue
            folder = self.course / "submitted" / student / MODULE
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{MODULE}.ipynb").write_bytes(notebook)
            (folder / RECORD_FILE).write_bytes(self._record())
            hour = self._chance.randrange(24)
            (folder / "timestamp.txt").write_text(f"2026-11-21 {hour:02}:30:00.000000 UTC")

    def _record(self) -> bytes:
        entries = {}
        for exercise in self._module.exercises:
            fields = [f for f in exercise.all_fields() if self._chance.random() < 0.9]
            note = Note({f.id: f.made_up() for f in fields}, self._chance.random() < 0.1)
            entries[exercise.id] = entry_of(exercise, note)
        return json.dumps(Record(MODULE, entries).to_json()).encode()

    def grade_in_peace(self) -> None:
        """Grade what is left in peace, and see how long that takes, and the writing in it."""
        began = time.monotonic()
        run = Run(self.peaceful, "grade").until_it_writes()
        writes = time.monotonic()
        run.until(lambda: not (self.peaceful / "autograded" / STAGING).exists())
        self.writing = time.monotonic() - writes
        assert run.end() == 0
        self.whole_run = time.monotonic() - began

    def begin_anew(self) -> None:
        """Undo all grading, and have the course that is left in peace graded."""
        self._forget(self.course)
        if self._handed_in_again or not (self.peaceful / "autograded").exists():
            self._handed_in_again = False
            self._forget(self.peaceful)
            self.grade_in_peace()

    def hand_in_again(self) -> None:
        self._handed_in_again = True
        self._hand_in(0.7)
        self.grade_in_peace()

    @staticmethod
    def _forget(course: Path) -> None:
        for folder in ("autograded", "feedback"):
            shutil.rmtree(course / folder, ignore_errors=True)
        with open_gradebook(course) as gradebook:
            for table in (Comment, Grade, SubmittedNotebook, SubmittedAssignment, Student):
                gradebook.db.execute(delete(table.__table__))
            gradebook.db.commit()

    def assert_same(self) -> None:
        ours, theirs = state(self.course), state(self.peaceful)
        for part, expected in theirs.items():
            assert ours[part] == expected, part


def release(course: Path) -> None:
    nbgrader(course, "generate_assignment", MODULE)
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(MODULE, duedate="2026-11-21 12:00 UTC")


def state(course: Path) -> dict[str, Any]:
    """All that grading has made in a course, but for random ids and the fingerprints."""
    return {
        **rows_of(course),
        **{name: tree(course / name) for name in ("autograded", "feedback")},
        "beside": sorted(p.name for p in course.iterdir()),
    }


def tree(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    return {
        str(p.relative_to(folder)): (p.stat().st_mode, p.read_bytes() if p.is_file() else None)
        for p in folder.rglob("*")
        if p.name != ".graded"
    }


class Run:
    """An ``allyship`` command at work, in a process group of its own as at a terminal."""

    def __init__(self, course: Path, *arguments: str) -> None:
        self._course = course
        self._log = (course.parent / "said.txt").open("w+")
        self.process = subprocess.Popen(
            [ALLYSHIP, *arguments],
            cwd=course,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def until(self, reached: Callable[[], bool]) -> Run:
        """Wait for something to be so while the command runs."""
        while not reached():
            assert self.process.poll() is None, self.said
            time.sleep(0.001)
        return self

    def until_it_writes(self) -> Run:
        return self.until((self._course / "autograded" / STAGING).exists)

    def until_it_says(self, words: str) -> Run:
        return self.until(lambda: words in self.said)

    @property
    def said(self) -> str:
        """All that was said, with the line breaks of a narrow terminal taken out."""
        return " ".join(Path(self._log.name).read_text().split())

    def end(self) -> int:
        """Wait for the end; return the exit code. No process may be left."""
        code = self.process.wait(120)
        deadline = time.monotonic() + 20
        while left := self._processes():
            assert time.monotonic() < deadline, left
            time.sleep(0.01)
        self._log.close()
        return code

    def _processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["status"]):
            with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
                alive = process.info["status"] != psutil.STATUS_ZOMBIE
                if alive and os.getsid(process.pid) == self.process.pid:
                    found.append(process)
        return found

    def kill(self, how: str) -> None:
        """Kill it, or a part of it, unless it has ended by itself."""
        if self.process.poll() is not None:
            return
        if how == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
        elif how == "first":
            self.process.kill()
        elif how == "ctrl-c":
            os.killpg(self.process.pid, signal.SIGINT)
        else:
            workers = [p for p in self._processes() if "spawn_main" in " ".join(p.cmdline())]
            if workers:
                workers[0].kill()


Pairs = Callable[[str, int], Pair]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    """A pair for a kind of gradebook and a number of students, made once."""
    return functools.cache(
        lambda kind, students: Pair(tmp_path_factory.mktemp("faults"), kind, students)
    )


@pytest.fixture
def pair(pairs: Pairs) -> Pair:
    return pairs("sqlite", FEW)


@dataclass(frozen=True)
class Point:
    """Where a run is disturbed: ``moment`` is a part of the time that it takes."""

    run: str  # "fresh"; "force": all anew; "again": after some have handed in again
    jobs: str
    how: str
    moment: float
    from_the_start: bool = False  # of the program, rather than of its writing


def disturb(pair: Pair, point: Point) -> None:
    """Disturb a run, run it again, and compare."""
    if point.run == "fresh":
        pair.begin_anew()
    elif point.run == "again":
        pair.hand_in_again()
    run = Run(pair.course, "grade", "--jobs", point.jobs, *["--force"] * (point.run == "force"))
    lasts = pair.whole_run
    if not point.from_the_start:
        run.until_it_writes()
        lasts = pair.writing
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.process.wait(lasts * point.moment)
    run.kill(point.how)
    code = run.end()
    written = sum(1 for _ in pair.course.glob("autograded/student-*/*/.graded"))
    staged = sum(1 for _ in pair.course.glob(f"autograded/{STAGING}/*/*"))
    LOG.info(
        "%-5s jobs %s, %-6s at %4.0f ms: exit %4d, %3d in place, %3d on their way, %d rows",
        point.run,
        point.jobs,
        point.how,
        lasts * point.moment * 1000,
        code,
        written,
        staged,
        len(rows_of(pair.course)["submissions"]),
    )
    expected = {
        "all": {-signal.SIGKILL, 0},
        "first": {-signal.SIGKILL, 0},
        "ctrl-c": {130, 0},
        "worker": {1, 0},
    }
    assert code in expected[point.how], run.said
    assert "Traceback" not in run.said
    if code == 130:
        assert run.said.endswith("Stopped. What is graded is kept; run it again to go on.")
    if code == 1:
        assert "was ended from outside" in run.said
    ours(pair.course, "grade", "--jobs", "1")
    pair.assert_same()


@pytest.mark.heavy
def test_where_a_run_was_killed_the_next_gives_the_same(pairs: Pairs, gradebook: str) -> None:
    pair = pairs(gradebook, SOME)
    for point in (
        Point("fresh", "1", "all", 0.7),
        Point("force", "1", "all", 0.4),
        Point("again", "1", "all", 0.6),
    ):
        disturb(pair, point)


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_and_the_next_run_goes_on(pairs: Pairs) -> None:
    disturb(pairs("sqlite", MANY), Point("fresh", "2", "ctrl-c", 0.3))


def many_points() -> Iterator[Point]:
    """50 for all processes of a run, and some for one of them, and Ctrl-C."""
    chance = random.Random(4)
    for number in range(62):
        run = ("fresh", "again", "force")[number % 3]
        how = "all" if number < 50 else ("first", "worker", "ctrl-c")[number // 3 % 3]
        jobs = "2" if how == "worker" else chance.choice("122")
        yield Point(run, jobs, how, chance.random(), how != "worker" and chance.random() < 0.2)


@pytest.mark.slow
def test_wherever_a_run_was_killed_the_next_gives_the_same(pairs: Pairs, gradebook: str) -> None:
    pair = pairs(gradebook, MANY)
    for point in many_points():
        disturb(pair, point)


def has_pages(folder: Path, wanted: int) -> bool:
    return folder.exists() and len([*folder.iterdir()]) >= wanted


@pytest.mark.slow
def test_wherever_feedback_was_killed_the_next_gives_the_same(pair: Pair) -> None:
    pair.begin_anew()
    allyship(pair.course, "grade")
    allyship(pair.peaceful, "feedback")
    chance, pages = random.Random(5), pair.course / "feedback"
    for _ in range(10):
        shutil.rmtree(pages, ignore_errors=True)
        run = Run(pair.course, "feedback")
        wanted = chance.randrange(1, FEW)
        run.until(functools.partial(has_pages, pages, wanted))
        run.kill("all")
        run.end()
        allyship(pair.course, "feedback")
        pair.assert_same()
    shutil.rmtree(pages)
    shutil.rmtree(pair.peaceful / "feedback")


@pytest.mark.heavy
def test_a_full_disk_for_the_graded_copies_is_named_and_the_next_run_goes_on(
    pair: Pair, tmp_path: Path
) -> None:
    pair.begin_anew()
    disk = pair.course / "autograded"
    copies = tmp_path / "copies"
    code, said = on_a_small_disk(disk, "256k", pair.course, after=f"cp -a {disk}/. {copies}")
    shutil.rmtree(disk)
    shutil.copytree(copies, disk)
    assert code == 1
    assert "Error: the disk is full" in said
    assert "Traceback" not in said
    pair.assert_same()


@pytest.mark.slow
def test_a_full_disk_for_the_gradebook_is_named_and_the_next_run_goes_on(
    pair: Pair, tmp_path: Path
) -> None:
    pair.begin_anew()
    disk, gradebook, copy = tmp_path / "disk", pair.course / "gradebook.db", tmp_path / "copy.db"
    shutil.move(gradebook, copy)
    gradebook.symlink_to(disk / "gradebook.db")
    size = f"{copy.stat().st_size // 1024 + 32}k"
    there, back = f"cp {copy} {disk}/gradebook.db", f"cp {disk}/gradebook.db {copy}"
    code, said = on_a_small_disk(disk, size, pair.course, before=there, after=back)
    shutil.move(copy, gradebook)
    assert code == 1
    assert "Error: the gradebook can't be used: database or disk is full" in said
    assert "Traceback" not in said
    pair.assert_same()


def on_a_small_disk(
    disk: Path, size: str, course: Path, *, before: str = "true", after: str
) -> tuple[int, str]:
    """Grade with a full disk, then with a large one; return what the first ended with."""
    disk.mkdir(exist_ok=True)
    start = small_disk(disk, size)
    if start is None:
        pytest.skip("this system lets no ordinary user make a small disk")
    said = course.parent / "said.txt"
    script = f"""
        {before} && {{ {ALLYSHIP} grade >{said} 2>&1; echo $? >{said}.code; }} &&
        mount -o remount,size=64m {disk} && {ALLYSHIP} grade && {after}
    """
    command = [*start, "sh", "-c", script]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + said.read_text()
    return int(Path(f"{said}.code").read_text()), " ".join(said.read_text().split())


@contextlib.contextmanager
def locked(course: Path, how: str) -> Iterator[None]:
    """Another program has the gradebook locked: for writers (IMMEDIATE), or for readers too."""
    with contextlib.closing(
        sqlite3.connect(course / "gradebook.db", timeout=30, isolation_level=None)
    ) as db:
        db.execute(f"BEGIN {how}")
        yield
        db.execute("ROLLBACK")


@pytest.mark.heavy
def test_a_locked_gradebook_is_waited_for_and_formgrader_can_read_meanwhile(pair: Pair) -> None:
    pair.begin_anew()
    run = Run(pair.course, "grade").until_it_writes()
    with locked(pair.course, "IMMEDIATE"):
        run.until_it_says("can't be used yet (database is locked). Waiting")
        assert graded_in_formgrader(pair.course) == 0
        second = allyship(pair.course, "grade", ok=False)
        assert "another allyship command is at work" in second
    assert run.end() == 0
    assert graded_in_formgrader(pair.course) == FEW
    pair.assert_same()


@pytest.mark.slow
def test_a_gradebook_that_is_locked_from_the_start_is_waited_for(pair: Pair) -> None:
    pair.begin_anew()
    with locked(pair.course, "EXCLUSIVE"):
        run = Run(pair.course, "grade")
        run.until_it_says("can't be opened yet (database is locked). Waiting")
    assert run.end() == 0
    pair.assert_same()


def graded_in_formgrader(course: Path) -> int:
    """How many submissions of the module Formgrader lists as graded."""
    config = load_config(course)
    api = NbGraderAPI(course_directory(course, config), config=config)
    return sum(1 for submission in api.get_submissions(MODULE) if submission["autograded"])


@pytest.mark.slow
def test_beside_nbgraders_own_autograde_no_grade_becomes_a_wrong_one(
    tmp_path: Path, gradebook: str
) -> None:
    pair = Pair(tmp_path, gradebook, FEW)
    allyship(pair.peaceful, "grade")
    with (tmp_path / "nbgrader.txt").open("w") as log:
        nbgraders = subprocess.Popen(
            [NBGRADER, "autograde", MODULE, "--force"], cwd=pair.course, stdout=log, stderr=log
        )
        runs = 0
        while nbgraders.poll() is None:
            allyship(pair.course, "grade", "--force")
            runs += 1
    LOG.info("%d runs beside nbgrader's", runs)
    allyship(pair.course, "grade")
    pair.assert_same()


@pytest.mark.postgres
def test_a_server_that_goes_away_and_comes_back_is_waited_for(tmp_path: Path) -> None:
    with running_server() as server:
        pair = Pair(tmp_path, "postgres", MANY, server.url)
        pair.begin_anew()
        run = Run(pair.course, "grade", "--jobs", "2").until_it_writes()
        server.stop()
        run.until_it_says("can't be used yet (")
        server.start()
        assert run.end() == 0
        LOG.info(run.said)
        pair.assert_same()
        server.stop()
        away = " ".join(allyship(pair.course, "grade", ok=False).split())
        server.start()
        LOG.info(away)
        assert "Error: the gradebook can't be opened: connection" in away
        for said in (run.said, away):
            assert PASSWORD not in said
            assert "Traceback" not in said
