"""Routes: what an author may write, and what is said of a fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allyship_course.spec import SpecError
from allyship_course.spec.routes import ROUTES_FILE, load_routes
from tests.support.paths import ROOT, TINY

STOPS = """\
routes:
  - id: short
    title: Short
    why: There is no time.
    stops:
      - {stop: 01-tiny/kettle, why: The tea comes first.}
      - {stop: 01-tiny/mine, why: And then your own.}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    shutil.copytree(TINY, folder)
    return folder


def test_a_book_need_not_have_routes(book: Path) -> None:
    (book / ROUTES_FILE).unlink(missing_ok=True)
    assert load_routes(book) == []


def test_a_route_names_exercises_in_its_own_order(book: Path) -> None:
    (book / ROUTES_FILE).write_text(STOPS, encoding="utf-8")
    (route,) = load_routes(book)
    assert [one.stop for one in route.stops] == ["01-tiny/kettle", "01-tiny/mine"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("01-tiny/ketle", "'01-tiny/ketle' is no exercise of the modules"),
        ("01-tiny/mine", "the stop '01-tiny/mine' stands here twice"),
    ],
)
def test_a_stop_that_is_not_there_is_named_with_its_line(book: Path, wrong: str, says: str) -> None:
    text = STOPS.replace("01-tiny/kettle", wrong)
    (book / ROUTES_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        load_routes(book)
    (problem,) = refused.value.problems
    assert says in problem.what
    assert wrong in text.splitlines()[problem.line - 1]


def test_every_stop_of_the_course_is_there() -> None:
    assert [len(route.stops) >= 3 for route in load_routes(ROOT / "book")] == [True] * 5
