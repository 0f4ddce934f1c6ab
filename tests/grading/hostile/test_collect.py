"""Collecting from an exchange in which anybody can write anything.

The one who runs the tests is the student whose folders are their own; a folder that names
another student is forged. What is refused stays in the exchange and is listed.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from allyship_course.store.record import RECORD_FILE
from tests.grading.hostile.exchange import EARLIER, LATER, ME, Exchange, mine
from tests.grading.hostile.submissions import (
    HONEST,
    Change,
    deep_folders,
    endless,
    instead,
    loop,
    nowhere,
    sparse,
)
from tests.support.classroom import nbgrader, ours, scores


def test_an_honest_submission_is_collected_as_it_is(exchange: Exchange) -> None:
    exchange.hand_in(mine())
    exchange.collect()
    collected = exchange.submitted / ME / "01-tiny"
    assert {p.name: p.read_bytes() for p in collected.iterdir()} == {
        p.name: p.read_bytes() for p in exchange.honest.iterdir()
    }
    assert not exchange.refused


def test_a_newer_one_replaces_the_collected_one_and_an_older_does_not(exchange: Exchange) -> None:
    def saying(text: str) -> Change:
        return lambda folder: (folder / "said.txt").write_text(text)

    def stamp(when: str) -> Change:
        return lambda folder: (folder / "timestamp.txt").write_text(when)

    def both(*changes: Change) -> Change:
        return lambda folder: [change(folder) for change in changes]

    exchange.hand_in(mine(EARLIER), both(saying("earlier"), stamp(EARLIER)))
    exchange.collect()
    exchange.hand_in(mine(LATER), both(saying("later"), stamp(LATER)))
    exchange.collect()
    said = exchange.submitted / ME / "01-tiny" / "said.txt"
    assert said.read_text() == "later"
    shutil.rmtree(exchange.inbound / mine(LATER))
    exchange.collect()
    assert said.read_text() == "later"
    assert [p.name for p in said.parent.parent.iterdir()] == ["01-tiny"]


def test_what_another_wrote_in_a_students_name_is_refused_and_theirs_is_collected(
    exchange: Exchange,
) -> None:
    """The forged one is newer: nbgrader as it comes would take it, with a warning."""
    forged = exchange.hand_in(f"victim+01-tiny+{LATER}+x")
    exchange.hand_in(mine())
    exchange.collect()
    assert {p.name for p in exchange.submitted.iterdir()} == {ME}
    assert f"it belongs to {ME}, not to victim" in exchange.refused
    assert forged.is_dir()


def collected_by_stock(exchange: Exchange) -> set[str]:
    stock = exchange.course.with_name("stock")
    shutil.copytree(exchange.course, stock)
    with (stock / "nbgrader_config.py").open("a") as f:
        f.write('\nc.ExchangeFactory.collect = "nbgrader.exchange.default.ExchangeCollect"\n')
    nbgrader(stock, "collect", "01-tiny")
    return {p.name for p in (stock / "submitted").iterdir()}


@pytest.mark.slow
def test_the_forgery_works_where_nobody_looks(exchange: Exchange) -> None:
    """That the test above proves something: stock nbgrader takes the forged one."""
    exchange.hand_in(f"victim+01-tiny+{LATER}+x")
    assert collected_by_stock(exchange) == {"victim"}


def in_it(name: str, make: Callable[[Path], object]) -> Change:
    return instead(name, make)


def many_files(folder: Path) -> None:
    for number in range(1100):
        (folder / str(number)).touch()


UNSAFE: dict[str, tuple[Change, str]] = {
    "link": (in_it(RECORD_FILE, lambda f: f.symlink_to("/etc/hostname")), "is a link"),
    "link-nowhere": (in_it("x", nowhere), "is a link"),
    "link-loop": (in_it("x", loop), "is a link"),
    "link-endless": (in_it("x", endless), "is a link"),
    "link-to-folder": (in_it("x", lambda f: f.symlink_to("/etc")), "is a link"),
    "pipe": (in_it("x", os.mkfifo), "is not a plain file"),
    "huge": (in_it("x", sparse(3_000_000)), "too large"),
    "many": (many_files, "more than 1,000"),
    "deep": (in_it("x", deep_folders), "nested deeper"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_what_is_unsafe_is_refused_and_the_last_safe_one_stays(
    exchange: Exchange, case: str
) -> None:
    change, why = UNSAFE[case]
    exchange.hand_in(mine(EARLIER))
    exchange.collect()
    before = {p.name: p.read_bytes() for p in (exchange.submitted / ME / "01-tiny").iterdir()}
    unsafe = exchange.hand_in(mine(LATER), change)
    said = exchange.collect()
    assert {
        p.name: p.read_bytes() for p in (exchange.submitted / ME / "01-tiny").iterdir()
    } == before
    assert why in exchange.refused
    assert "Refused: " in said
    assert unsafe.is_dir(), "nothing is lost"
    assert [p.name for p in (exchange.submitted / ME).iterdir()] == ["01-tiny"]


# nbgrader does not look at names without the assignment, nor at hidden ones.
OVERLOOKED = ["no-plus-at-all", f"..+01-tiny+{EARLIER}+x"]
NAMES = [
    f"+01-tiny+{EARLIER}+x",
    f"a\nb+01-tiny+{EARLIER}+x",
    f"{'i' * 129}+01-tiny+{EARLIER}+x",
    f"{ME}+01-tiny+yesterday+x",
    f"{ME}+01-tiny+99999-01-01 UTC+x",
]


def test_no_name_stops_the_class_or_leads_out_of_the_folder(exchange: Exchange) -> None:
    for name in (*OVERLOOKED, *NAMES):
        exchange.hand_in(name)
    exchange.hand_in(mine())
    before = {p.name for p in exchange.course.iterdir()}
    exchange.collect()
    assert {p.name for p in exchange.submitted.iterdir()} == {ME}
    assert {p.name for p in exchange.course.iterdir()} - before == {"refused", "submitted"} - before
    assert len(exchange.refused.splitlines()) == len(NAMES)


def test_a_refusal_is_listed_once_however_often_is_collected(exchange: Exchange) -> None:
    exchange.hand_in(f"victim+01-tiny+{LATER}+x")
    exchange.collect()
    exchange.collect()
    assert len(exchange.refused.splitlines()) == 1


def test_the_exchange_is_set_up_such_that_nobody_can_move_what_is_anothers(
    exchange: Exchange,
) -> None:
    for folder in (exchange.root, exchange.inbound):
        assert folder.stat().st_mode & stat.S_ISVTX, folder
    assert stat.S_IMODE(exchange.inbound.stat().st_mode) & 0o733 == 0o733


def test_what_was_collected_is_graded(exchange: Exchange) -> None:
    exchange.hand_in(mine())
    exchange.collect()
    ours(exchange.course, "grade")
    assert sorted(scores(exchange.course)[ME].values(), reverse=True) == HONEST
