"""Whatever one student hands in, all others are collected, graded and get their feedback."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.utils import notebook_hash

from allyship_course.exchange.refused import list_refused
from allyship_course.grading.gradebook import open_gradebook
from allyship_course.store.submission import SECRET_FILE, parse_timestamp
from tests.grading.hostile.exchange import EARLIER, LATER, ME, Exchange, mine
from tests.grading.hostile.submissions import HONEST, Change, instead, note_is
from tests.support.classroom import nbgrader, ours, scores


def due(exchange: Exchange, when: datetime) -> None:
    with open_gradebook(exchange.course) as gradebook:
        gradebook.update_or_create_assignment("01-tiny", duedate=when)


def collected_time(exchange: Exchange) -> datetime:
    return parse_timestamp((exchange.submitted / ME / "01-tiny" / "timestamp.txt").read_bytes())


def test_a_timestamp_that_was_written_anew_takes_no_lateness_away(exchange: Exchange) -> None:
    due(exchange, parse_timestamp(b"2026-11-21 00:00 UTC"))
    exchange.hand_in(mine(LATER), lambda folder: (folder / "timestamp.txt").write_text(EARLIER))
    exchange.collect()
    assert collected_time(exchange) >= parse_timestamp(LATER.encode())


@pytest.mark.parametrize("change", ["deleted", "garbled"])
def test_without_a_timestamp_the_exchange_says_when(exchange: Exchange, change: str) -> None:
    def spoil(folder: Path) -> None:
        (folder / "timestamp.txt").unlink()
        if change == "garbled":
            (folder / "timestamp.txt").write_bytes(b"\xff\xfe soon")

    exchange.hand_in(mine(EARLIER), spoil)
    exchange.collect()
    assert collected_time(exchange) == parse_timestamp(EARLIER.encode())


def test_a_folder_that_was_renamed_to_an_earlier_time_is_late_all_the_same(
    exchange: Exchange,
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    due(exchange, now - timedelta(days=2))
    folder = exchange.hand_in(mine(f"{now:%Y-%m-%d %H:%M:%S.%f} UTC"))
    folder.rename(exchange.inbound / mine(EARLIER))
    said = exchange.collect()
    assert collected_time(exchange) >= now - timedelta(minutes=1)
    assert "after it was due: that counts as the time of handing in" in said


def test_in_an_exchange_that_was_moved_names_say_the_time(exchange: Exchange) -> None:
    with (exchange.course / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")
    due(exchange, parse_timestamp(b"2026-11-21 00:00 UTC"))
    for student in ("ada", "bob", "cleo", "dan", ME):
        exchange.hand_in(f"{student}+01-tiny+{EARLIER}+0123456789abcdef")
    assert "Times are those that students' own files say" in exchange.collect()
    assert collected_time(exchange) < parse_timestamp(LATER.encode())


def test_files_that_come_and_go_stop_nobody(exchange: Exchange) -> None:
    with (exchange.course / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")
    for student in ("ada", "bob", "zoe"):
        exchange.hand_in(f"{student}+01-tiny+{EARLIER}+x")
    busy = exchange.inbound / f"bob+01-tiny+{EARLIER}+x"
    script = f"""
import os
while True:
    for n in range(200):
        open({str(busy)!r} + f"/{{n}}", "w").close()
    for n in range(200):
        os.unlink({str(busy)!r} + f"/{{n}}")
"""
    loop = subprocess.Popen([sys.executable, "-c", script])
    try:
        for _ in range(5):
            exchange.collect()
            shutil.rmtree(exchange.submitted / "bob", ignore_errors=True)
    finally:
        loop.kill()
        loop.wait()
    assert {"ada", "zoe"} <= {p.name for p in exchange.submitted.iterdir()}


def test_ten_thousand_refusals_are_listed_in_two_seconds(tmp_path: Path) -> None:
    started = time.monotonic()
    for number in range(10_000):
        list_refused(tmp_path, "01-tiny", f"nobody-{number}", "it is a link")
    list_refused(tmp_path, "01-tiny", "nobody-7", "it is a link")
    assert time.monotonic() - started < 2
    assert len((tmp_path / "refused" / "list.txt").read_text().splitlines()) == 10_000


SECRETS: dict[str, Change] = {
    "deleted": lambda folder: (folder / SECRET_FILE).unlink(),
    "empty": lambda folder: (folder / SECRET_FILE).write_text(""),
    "garbled": lambda folder: (folder / SECRET_FILE).write_bytes(b"\xff\xfe\x00"),
    "a-folder": instead(SECRET_FILE, lambda f: f.mkdir()),
}


@pytest.mark.parametrize("grader", ["ours", "nbgrader"])
def test_no_secret_stops_the_feedback_of_others(exchange: Exchange, grader: str) -> None:
    with (exchange.course / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")
    fine: Change = lambda folder: (folder / SECRET_FILE).write_text("a" * 128)  # noqa: E731
    for student, change in {"ann": fine, **SECRETS, "zoe": fine}.items():
        folder = exchange.hand_in(f"{student}+01-tiny+{EARLIER}+x", fine)
        change(folder)
    exchange.collect()
    if grader == "ours":
        ours(exchange.course, "grade")
        ours(exchange.course, "feedback")
    else:
        nbgrader(exchange.course, "autograde", "01-tiny")
        nbgrader(exchange.course, "generate_feedback", "01-tiny")
    said = nbgrader(exchange.course, "release_feedback", "01-tiny")
    for student in SECRETS:
        assert f"No feedback for {student}" in said
        assert str(exchange.course / "feedback" / student / "01-tiny" / "01-tiny.html") in said
    assert [p.name for p in (exchange.root / "allyship" / "feedback").iterdir()] == [
        f"{notebook_hash(secret='a' * 128, notebook_id='01-tiny')}.html"
    ]


@pytest.mark.parametrize("grader", ["ours", "nbgrader"])
def test_a_notebook_under_another_name_is_taken_and_its_feedback_comes_back(
    exchange: Exchange, grader: str
) -> None:
    def renamed(folder: Path) -> None:
        (folder / SECRET_FILE).write_text("a" * 128)
        note_is("Dear all, I renamed it.")(folder)
        (folder / "01-tiny.ipynb").rename(folder / "01-tiny (1).ipynb")

    exchange.hand_in(mine(), renamed)
    exchange.collect()
    if grader == "ours":
        said = ours(exchange.course, "grade")
        assert "its notebook is called 01-tiny (1).ipynb, and was taken for 01-tiny.ipynb" in said
        ours(exchange.course, "feedback")
    else:
        said = nbgrader(exchange.course, "autograde", "01-tiny")
        assert "'01-tiny (1).ipynb' is taken for 01-tiny.ipynb" in said
        nbgrader(exchange.course, "generate_feedback", "01-tiny")
    copy = exchange.course / "autograded" / ME / "01-tiny" / "01-tiny.ipynb"
    assert "Dear all, I renamed it." in copy.read_text()
    assert sorted(scores(exchange.course)[ME].values(), reverse=True) == HONEST
    nbgrader(exchange.course, "release_feedback", "01-tiny")
    name = notebook_hash(secret="a" * 128, notebook_id="01-tiny (1)")
    assert (exchange.root / "allyship" / "feedback" / f"{name}.html").exists()
