"""Nobody gets a nought in silence: what counts for nothing is named everywhere, and why."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from allyship_course.exchange.refused import list_refused
from allyship_course.store.record import RECORD_FILE
from tests.support.classroom import make_class, nbgrader, ours
from tests.support.once import once

Change = Callable[[Path], object]


def _record_is(raw: bytes) -> Change:
    return lambda folder: (folder / RECORD_FILE).write_bytes(raw)


def _of_another(folder: Path) -> None:
    record = json.loads((folder / RECORD_FILE).read_text())
    (folder / RECORD_FILE).write_text(json.dumps({**record, "module": "02-more"}))


def _with_foreign_names(folder: Path) -> None:
    record = json.loads((folder / RECORD_FILE).read_text())
    (folder / RECORD_FILE).write_text(json.dumps({**record, "exercises": {"elsewhere": {}}}))


def _linked(folder: Path) -> None:
    (folder / RECORD_FILE).unlink()
    (folder / RECORD_FILE).symlink_to("/etc/hostname")


def _huge(folder: Path) -> None:
    with (folder / RECORD_FILE).open("wb") as file:
        file.truncate(200_000_000)


BAD: dict[str, tuple[Change, str]] = {
    "foreign": (_of_another, "completion.json is of another module: 02-more"),
    "strange": (_with_foreign_names, "completion.json names no exercise of this module"),
    "damaged": (_record_is(b'{"schema": 1, '), "completion.json is damaged"),
    "deep": (_record_is(b'{"a":' * 30 + b"1" + b"}" * 30), "nested too deep"),
    "linked": (_linked, "is a link"),
    "huge": (_huge, "is larger than 1,000 kB|is too large"),
    "missing": (lambda folder: (folder / RECORD_FILE).unlink(), "completion.json is missing"),
}


def _made(root: Path) -> None:
    changes: dict[str, Change] = {name: change for name, (change, _) in BAD.items()}
    make_class(root, {"fine": lambda _: None, **changes})


@pytest.fixture
def course(shared: Path, tmp_path: Path) -> Path:
    made = once(shared, "bad-records", _made)
    return shutil.copytree(made / "course", tmp_path / "course", symlinks=True)


def assert_all_are_named(said: str) -> None:
    for name, (_, whys) in BAD.items():
        lines = [line for line in said.splitlines() if re.search(rf"^ *(01-tiny +)?{name}\b", line)]
        assert any(why in line for why in whys.split("|") for line in lines), (name, lines)


@pytest.mark.parametrize("grader", ["allyship", "nbgrader"])
def test_each_nought_is_named_with_its_reason(course: Path, grader: str) -> None:
    if grader == "allyship":
        assert_all_are_named(ours(course, "grade"))
    else:
        nbgrader(course, "autograde", "01-tiny")
    for command in (["report"], ["remind", "01-tiny"]):
        said = ours(course, *command)
        assert "nothing of it counts" in said
        assert_all_are_named(said)
        assert "fine," not in said
    page = (course / "report" / "report.html").read_text()
    for name, (_, why) in BAD.items():
        assert any(w in page for w in why.split("|")), name
    for name in BAD:
        copy = (course / "autograded" / name / "01-tiny" / "01-tiny.ipynb").read_text()
        assert "not counted" in copy.lower() or "nothing counts" in copy.lower()


def test_what_was_refused_at_collecting_is_named_too(course: Path) -> None:
    shutil.rmtree(course / "submitted" / "fine")
    with_row = ours(course, "grade")
    assert "fine" not in with_row
    nbgrader(course, "db", "student", "add", "fine")
    list_refused(course, "01-tiny", "fine+01-tiny+2026-11-21 10:00:00 UTC+x", "x in it is a link")
    for command in (["report"], ["remind", "01-tiny"]):
        assert "refused while it was collected: x in it is a link" in ours(course, *command)
