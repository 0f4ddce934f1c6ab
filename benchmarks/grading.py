"""Grading a class: ours beside stock nbgrader, and how time and memory grow with the class."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from tests.support.paths import COURSE_CONFIG, ROOT

from allyship_course.grading.folder import find_alembic
from allyship_course.grading.gradebook import ModuleGrades, Rules, open_gradebook
from allyship_course.grading.results import Graded
from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import Module, load_module
from allyship_course.store.journal import Note, entry_of
from allyship_course.store.record import RECORD_FILE, Record, read_record

from .row import Row

MODULE = "03-is-and-is-not"
STOCK_CLASS = 100
LARGER = 20
"""How many times the stock class is the one by which our feedback is timed without its start."""
SIZES = (1_000, 10_000, 100_000)
JOBS = "2"
RUNS = 3
BIN = Path(sys.executable).parent
STOCK_CONFIG = """
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "allyship"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
"""


def run(sizes: Sequence[int] = SIZES, stock_class: int = STOCK_CLASS) -> list[Row]:
    """Grade classes of each size, and one beside stock nbgrader, in one run.

    Nothing is deleted until the end: ext4 is slow to use the room of what has just been deleted.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        find_alembic()  # stock nbgrader needs it on PATH
        return [*_beside_stock(root / "stock", stock_class), *_growing(root, sizes)]


def _beside_stock(root: Path, students: int) -> list[Row]:
    stock = _class(root / "s", students, STOCK_CONFIG)
    ours = _class(root / "o", students)
    plugin = _class(root / "p", students)
    _timed(ours, "allyship", "grade")  # the first run also makes rows; the next ones change them
    alone = statistics.median(
        _timed(ours, "allyship", "grade", "--force", "--jobs", JOBS) for _ in range(RUNS)
    )
    pages = _pages(ours)
    # The program's start is paid once, however large the class; of a hundred it is nearly all.
    start, pages_start = (
        statistics.median(
            _timed(ours, "allyship", command, "--student", "nobody") for _ in range(RUNS)
        )
        for command in ("grade", "feedback")
    )
    # The pages of a hundred take less time than a start varies by.
    many = _class(root / "m", LARGER * students)
    _timed(many, "allyship", "grade", "--jobs", JOBS)
    pages_alone = (_pages(many) - pages_start) / LARGER
    by_plugin = _timed(plugin, "nbgrader", "autograde", MODULE)
    by_stock = _timed(stock, "nbgrader", "autograde", MODULE)
    pages_by_stock = _timed(stock, "nbgrader", "generate_feedback", MODULE)
    hundred = f"{students} submissions"
    return [
        Row(f"{hundred}: stock nbgrader autograde", by_stock, "s"),
        Row(f"{hundred}: nbgrader autograde with the plugin", by_plugin, "s"),
        Row(f"{hundred}: allyship grade", alone, "s"),
        Row(f"{hundred}: of that, the program's start", start, "s", 0.5),
        Row("stock / ours, start left out", by_stock / (alone - start), "x", least=250),
        Row("stock / ours, whole command", by_stock / alone, "x"),
        Row("stock / plugin, whole command", by_stock / by_plugin, "x", least=10),
        Row(f"{hundred}: stock generate_feedback", pages_by_stock, "s"),
        Row(f"{hundred}: allyship feedback", pages, "s"),
        Row(
            "feedback: stock / ours, start left out",
            pages_by_stock / pages_alone,
            "x",
            least=50,
        ),
        Row("feedback: stock / ours, whole command", pages_by_stock / pages, "x"),
    ]


def _pages(course: Path) -> float:
    """Return the median seconds in which the feedback of a whole class is written."""
    written = []
    for _ in range(RUNS):
        shutil.rmtree(course / "feedback", ignore_errors=True)  # else there is nothing to write
        written.append(_timed(course, "allyship", "feedback"))
    return statistics.median(written)


def _growing(root: Path, sizes: Sequence[int]) -> list[Row]:
    rows: list[Row] = []
    per_thousand: dict[int, float] = {}
    for size in sizes:
        course = _class(root / str(size), size)
        floor = _floor(course)
        with _peak_memory() as peak:
            first = _timed(course, "allyship", "grade", "--jobs", JOBS)
        again = _timed(course, "allyship", "grade", "--jobs", JOBS)
        pages = _timed(course, "allyship", "feedback")
        per_thousand[size] = first / size * 1000
        ten_thousand = size == 10_000
        rows += [
            Row(f"{size:,}: only read the records, insert the rows", floor, "s"),
            Row(f"{size:,}: allyship grade", first, "s", 60 if ten_thousand else None),
            Row(
                f"{size:,}: beside only reading and inserting",
                first / floor,
                "x",
                2 if ten_thousand else None,
            ),
            Row(f"{size:,}: memory of all processes", peak(), "MB", 400),
            Row(f"{size:,}: second run, nothing new", again, "s", 5 if ten_thousand else None),
            Row(f"{size:,}: feedback", pages, "s", 60 if ten_thousand else None),
        ]
    for small, large in itertools.pairwise(sizes):
        growth = per_thousand[large] / per_thousand[small]
        rows.append(Row(f"{small:,} to {large:,}: time for each", growth, "x", 1.1))
    return rows


def _class(root: Path, students: int, config: str | None = None) -> Path:
    """Make a course folder in which ``students`` have handed in a module, in many states."""
    course = root / "course"
    course.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(config or COURSE_CONFIG.read_text())
    folder = ROOT / "book" / "modules" / MODULE
    make_assignment(folder, course / "source")
    _timed(course, "nbgrader", "generate_assignment", MODULE)
    module = load_module(folder)
    records = _records(module, random.Random(3))  # noqa: S311  for variety, not for secrecy
    notebook = (course / "release" / MODULE / f"{MODULE}.ipynb").read_bytes()
    for number in range(students):
        at = course / "submitted" / f"student-{number:06}" / MODULE
        at.mkdir(parents=True)
        (at / f"{MODULE}.ipynb").write_bytes(notebook)
        (at / RECORD_FILE).write_bytes(records[number % len(records)])
        (at / "timestamp.txt").write_text("2026-11-21 12:00:00.000000 UTC")
        (at / "submission_secret.txt").write_text(f"{number:0128}")
    os.sync()  # else the disk is still busy with it in what is timed
    return course


def _records(module: Module, chance: random.Random) -> list[bytes]:
    """Return records of many states: from nothing answered to everything."""
    found = []
    for _ in range(97):
        entries = {}
        for exercise in module.exercises:
            fields = [f for f in exercise.all_fields() if chance.random() < 0.8]
            note = Note({f.id: f.made_up() for f in fields}, chance.random() < 0.1)
            entries[exercise.id] = entry_of(exercise, note)
        found.append(json.dumps(Record(module.module, entries).to_json()).encode())
    return found


def _floor(course: Path) -> float:
    """Only read each record and insert the rows of a grade, in one process: the least there is."""
    copy = course / "floor"
    copy.mkdir()
    shutil.copy(course / "gradebook.db", copy)
    shutil.copy(course / "nbgrader_config.py", copy)
    began = time.perf_counter()
    with open_gradebook(copy) as gradebook:
        grades = ModuleGrades(gradebook, MODULE, Rules(lambda *_: None, False, True, ()))
        batch: list[tuple[str, Record | None]] = []
        for folder in sorted((course / "submitted").iterdir()):
            batch.append((folder.name, read_record(folder / MODULE / RECORD_FILE)))
            if len(batch) == 250:
                _insert(grades, batch)
                batch = []
        _insert(grades, batch)
    return time.perf_counter() - began


def _insert(grades: ModuleGrades, batch: list[tuple[str, Record | None]]) -> None:
    points = dict.fromkeys(grades.grade_ids, 1.0)
    grades.store([Graded(student, None, points) for student, _ in batch])


def _timed(course: Path, command: str, *arguments: str) -> float:
    """Return the seconds of wall time that a command takes, its own start included."""
    began = time.perf_counter()
    done = subprocess.run(
        [BIN / command, *arguments], cwd=course, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command} {' '.join(arguments)}\n{done.stdout}{done.stderr[-3000:]}")
    return time.perf_counter() - began


@contextmanager
def _peak_memory() -> Iterator[Callable[[], float]]:
    """Watch the processes that this one starts; yields what tells their peak in MB."""
    peak, over, me = 0.0, threading.Event(), psutil.Process(os.getpid())

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.05):
            used = 0
            for process in me.children(recursive=True):
                try:
                    used += process.memory_full_info().pss
                except psutil.Error:
                    continue  # it has just ended
            peak = max(peak, used / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: peak
    finally:
        over.set()
        thread.join()
