"""The memory that the worst files take which the limits let in, and the worst who ask."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import socket
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from tests.support.hubs import COURSE, Hub, running_hub

from allyship_course.exchange.database import Store
from allyship_course.exchange.parcel import pack
from allyship_course.exchange.refused import list_refused
from allyship_course.grading.folder import find_alembic
from allyship_course.store.files import MAX_JSON_PARTS, MAX_RECORD_BYTES
from allyship_course.store.record import MAX_NOTEBOOK_BYTES, RECORD_FILE
from allyship_course.store.submission import NOTE_TAG

from .grading import MODULE, _class, _peak_memory, _timed
from .row import Row

_ROOM = MAX_NOTEBOOK_BYTES - 2000
_EMOJI = "\N{SEEDLING}"  # with one of these, each letter takes four bytes
_BODY = 9_900_000


def _notebook(note: str, cells: str = "") -> bytes:
    source = json.dumps(note, ensure_ascii=False)
    cell = (
        f'{{"cell_type": "markdown", "metadata": {{"tags": ["{NOTE_TAG}"]}}, "source": {source}}}'
    )
    rest = '"metadata": {}, "nbformat": 4, "nbformat_minor": 5'
    return f'{{"cells": [{cell}{cells}], {rest}}}'.encode()


def _record(shared: str) -> bytes:
    entry = {"answered": [], "words": {}, "passed": False, "shared": {"three-levels": shared}}
    record = {"schema": 1, "module": MODULE, "exercises": {"three-levels": entry}}
    return json.dumps(record).encode()


WORST: dict[str, Callable[[], bytes]] = {
    "a note of letters that take four bytes": lambda: _notebook(_EMOJI + "x" * (_ROOM - 9)),
    "a note of line breaks": lambda: _notebook("\n" * (_ROOM // 2)),
    "a note of line breaks, and one such letter": lambda: _notebook(_EMOJI + "\n" * (_ROOM // 2)),
    "as many objects as may be": lambda: _notebook("", ", {}" * (MAX_JSON_PARTS // 2 - 100)),
    "as many nested ones": lambda: _notebook(
        "", "".join(f', {{"k{n}": {{}}}}' for n in range(MAX_JSON_PARTS // 3 - 100))
    ),
    "ten megabytes of objects": lambda: _notebook("", ", {}" * (_ROOM // 4)),
}


def run() -> list[Row]:
    """Measure each by itself: the worst of all is what has to fit."""
    find_alembic()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        return [*_graded(root), *_collected(root), *_asked(root), _listed(root)]


def _graded(root: Path) -> Iterator[Row]:
    course = _class(root / "grading", 4)
    students = sorted((course / "submitted").iterdir())
    for what, make in WORST.items():
        for student in students[:2]:
            (student / MODULE / f"{MODULE}.ipynb").write_bytes(make())
            (student / MODULE / RECORD_FILE).write_bytes(
                _record("\n" * (MAX_RECORD_BYTES // 2 - 500))
            )
        with _peak_memory() as peak:
            _timed(course, "allyship", "grade", "--force")
        yield Row(f"allyship grade: {what}", peak(), "MB", 400)


def _collected(root: Path) -> Iterator[Row]:
    course = _class(root / "collecting", 0)
    people = "Student,ID,SIS Login ID,Section\nPoints Possible,,,\n" + '"A, B",7,ab,X\n'
    (root / "people.csv").write_text(people)
    archive = root / "submissions.zip"
    notebook = _notebook(_EMOJI + "x" * (_ROOM - 130_000))  # and what can't be packed
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(40):
            raw = notebook[:-1] + f', "n": {number}, "r": "{secrets.token_hex(60_000)}"}}'.encode()
            file.writestr(f"ba_7_{number + 100}_{MODULE}-{number}.ipynb", raw)
    with _peak_memory() as peak:
        of = ("--lms", "canvas", "--class", str(root / "people.csv"), "--module", MODULE)
        _timed(course, "allyship", "collect", str(archive), *of)
    yield Row("allyship collect: 40 such notebooks of one person in a ZIP", peak(), "MB", 400)


def _listed(root: Path) -> Row:
    began = time.perf_counter()
    for number in range(10_000):
        list_refused(root, MODULE, f"nobody-{number}", "it is a link")
    return Row("10,000 refused names listed", time.perf_counter() - began, "s", 2)


# ------------------------------------------------------------------------- the exchange


def _asked(root: Path) -> Iterator[Row]:
    database = f"sqlite:///{root / 'exchange.db'}"
    Store(database).release(COURSE, MODULE, pack({f"{MODULE}.ipynb": b"{}"}), replace=True)
    with running_hub(root / "hub", database) as hub:
        process = psutil.Process(hub.service())
        with _watched(process) as peak:
            _hold(hub)
        yield Row("exchange: 100 connections that send 9.9 MB without a token", peak(), "MB", 250)
        parcel = pack({f"{MODULE}.ipynb": os.urandom(_BODY * 3 // 4 - 2000)})
        place = f"courses/{COURSE}/assignments/{MODULE}/submissions"
        hub.token("ann")

        def upload(_: int) -> int:
            return hub.ask("ann", "PUT", f"{place}/{secrets.token_hex(16)}", parcel).status_code

        with _watched(process) as peak, ThreadPoolExecutor(30) as pool:
            replies = list(pool.map(upload, range(30)))
        if not {*replies} <= {200, 409}:  # 409: there is no more room for one student
            raise SystemExit(f"uploads were refused: {replies}")
        yield Row("exchange: 30 uploads of 9.9 MB by one student at once", peak(), "MB", 250)


def _hold(hub: Hub) -> None:
    """Send all of a body but its end, 100 times, to each kind of address; and stay."""
    where = urlsplit(hub.exchange)
    submit = f"courses/{COURSE}/assignments/{MODULE}/submissions/{'0' * 32}"
    body = b"x" * _BODY
    held = []
    for place in itertools.islice(itertools.cycle(["health", submit, "nowhere"]), 100):
        s = socket.create_connection((where.hostname, where.port))
        s.settimeout(0.2)
        head = f"PUT {where.path}/api/{place} HTTP/1.1\r\nHost: x\r\n"
        with contextlib.suppress(OSError):
            s.sendall(f"{head}Content-Length: {_BODY + 1}\r\n\r\n".encode() + body)
        held.append(s)
    time.sleep(2)
    for s in held:
        s.close()


@contextlib.contextmanager
def _watched(process: psutil.Process) -> Iterator[Callable[[], float]]:
    """Watch one process that goes on; yields what tells its peak in MB."""
    peak, over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.02):
            peak = max(peak, process.memory_info().rss / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: peak
    finally:
        over.set()
        thread.join()
