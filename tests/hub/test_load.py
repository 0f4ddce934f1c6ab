"""Forty students at once: each logs in, gets a server, fetches, works in a kernel, submits.

All of it through the interfaces that a browser uses: the hub's and the servers' HTTP, and the
kernels' websockets. Prints what it took (``pytest -s``).
"""

# ruff: noqa: T201

from __future__ import annotations

import json
import os
import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import websocket
from hub.classroom import COURSE

from allyship_course.spec import load_module
from allyship_course.store.record import RECORD_FILE
from tests.hub.person import PATIENCE, Person
from tests.hub.running import MODULE, Hub, a_hub
from tests.support.classroom import VIEW, full_note, scores
from tests.support.paths import ROOT

pytestmark = pytest.mark.hub

STUDENTS = 40
SECRET = "written-by-"
EXERCISES = load_module(ROOT / "book" / "modules" / MODULE).exercises
FIRST = EXERCISES[0].id


def does(name: str) -> int:
    """How many exercises a student does, which tells them apart in the gradebook."""
    return int(name.rpartition("-")[2]) % len(EXERCISES) + 1


class Kernel:
    """The kernel of a notebook, as JupyterLab talks to it."""

    def __init__(self, person: Person, path: str) -> None:
        session = person.call(
            "POST",
            "api/sessions",
            {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}},
        )
        address = f"{person.server}/api/kernels/{session['kernel']['id']}/channels"
        self._session = uuid.uuid4().hex
        self._socket = websocket.create_connection(
            address.replace("http:", "ws:"),
            cookie=person.cookies(),
            origin=person.server.partition("/user/")[0],
            timeout=PATIENCE,
        )

    def _send(self, kind: str, content: dict[str, Any]) -> str:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session}
        header |= {"username": "", "date": "", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._socket.send(json.dumps({**message, "channel": "shell", "buffers": []}))
        return header["msg_id"]

    def _answers(self, to: str) -> Iterator[dict[str, Any]]:
        """All that the kernel says because of a message, until it is idle again."""
        while True:
            message = json.loads(self._socket.recv())
            if message["parent_header"].get("msg_id") != to:
                continue
            assert message["msg_type"] != "error", message["content"]
            if message["content"].get("execution_state") == "idle":
                return
            yield message

    def run(self, code: str) -> str:
        """Run a cell; return the id of the form that it shows, if it shows one."""
        content = {"code": code, "silent": False, "store_history": True}
        sent = self._send("execute_request", {**content, "allow_stdin": False})
        shown = ""
        for message in self._answers(sent):
            data = message["content"].get("data") or {}
            if VIEW in data:
                shown = data[VIEW]["model_id"]
        return shown

    def save(self, form: str, note: dict[str, Any]) -> None:
        """Send what was typed as the form does; the kernel must say that it is kept."""
        content = {"type": "save", "request": "1", "note": note}
        content["changed"] = [*note["answers"], "/pass", "/share"]
        data = {"method": "custom", "content": content}
        sent = self._send("comm_msg", {"comm_id": form, "data": data})
        said = [
            m["content"]["data"]["content"]["type"]
            for m in self._answers(sent)
            if m["msg_type"] == "comm_msg" and m["content"]["comm_id"] == form
        ]
        assert "kept" in said, said


def a_students_hour(person: Person, begin: threading.Barrier) -> dict[str, float]:
    """Do all of it; return after how many seconds each step was done."""
    begin.wait()
    began = time.monotonic()
    done: dict[str, float] = {}

    def step(name: str) -> None:
        done.setdefault(name, time.monotonic() - began)

    person.log_in()
    step("logged in")
    person.start()
    step("server")
    what = {"course_id": COURSE, "assignment_id": MODULE}
    person.call("POST", "assignments/fetch", what)
    path = f"{MODULE}/{MODULE}.ipynb"
    notebook = person.call("GET", f"api/contents/{path}")
    kernel = Kernel(person, path)
    forms: dict[str, str] = {}
    for cell in notebook["content"]["cells"]:
        if cell["cell_type"] == "code":
            shown = kernel.run(cell["source"])
            for exercise in EXERCISES:
                if f'exercise("{exercise.id}")' in cell["source"]:
                    forms[exercise.id] = shown
                    step("first exercise")
    for exercise in EXERCISES[: does(person.name)]:
        own = {"whom-else": f"{SECRET}{person.name}."} if exercise.id == FIRST else {}
        kernel.save(forms[exercise.id], full_note(exercise, exercise.id == FIRST, **own))
    saved = {k: notebook[k] for k in ("type", "format", "content")}
    person.call("PUT", f"api/contents/{path}", saved)
    step("saved")
    listed = person.call("POST", "assignments/submit", what)
    assert listed["success"], listed
    step("submitted")
    return done


def memory_of(name: str) -> float:
    """What all processes of a user take, in MB, what they share with others counted in parts."""
    total = 0
    for process in psutil.process_iter(["username"]):
        if process.info["username"] == name:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            total += int(rollup.partition("\nPss:")[2].split()[0])
    return total / 1024


@pytest.fixture(scope="module")
def large(hub_environment: Path) -> Iterator[Hub]:
    with a_hub(hub_environment, STUDENTS) as running:
        yield running


def test_forty_students_at_once(large: Hub) -> None:
    names = large.room.student_names
    large.released()
    begin = threading.Barrier(STUDENTS)
    with ThreadPoolExecutor(STUDENTS) as pool:
        hours = list(pool.map(lambda n: a_students_hour(Person(large, n), begin), names))
    megabytes = [memory_of(name) for name in names]

    print(f"\n{STUDENTS} students at once on {os.cpu_count()} cores; seconds from the start:")
    for step in hours[0]:
        took = sorted(hour[step] for hour in hours)
        print(f"  {step:15} first {took[0]:4.0f}, median {statistics.median(took):4.0f}", end="")
        print(f", last {took[-1]:4.0f}")
    print(f"MB each, with a kernel: median {statistics.median(megabytes):.0f}", end="")
    print(f", most {max(megabytes):.0f}; all: {sum(megabytes):.0f}")

    large.room.as_course("nbgrader", "collect", MODULE)
    large.room.as_course("allyship", "grade", MODULE)
    collected = large.room.course / "submitted"
    assert sorted(p.name for p in collected.iterdir()) == sorted(names)
    points = scores(large.room.course)
    for name in names:
        record = (collected / name / MODULE / RECORD_FILE).read_text()
        assert f"{SECRET}{name}." in record
        assert record.count(SECRET) == 1
        assert sum(points[name].values()) == does(name)
