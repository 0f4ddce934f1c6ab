"""``allyship check`` where a module names something of another one, or of the journal."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from allyship_course.author.lint import check_book
from tests.support.books import write_module

EARLIER = """\
module: 01-earlier
title: Earlier
minutes: 30
exercises:
  - id: first
    title: The first
    minutes: 4
    sources: [C4]
    practice-wisdom: true
    fields:
      - {id: wet, type: scale, label: How wet is it?, steps: [Dust, Pond]}
      - {id: line, type: line, label: In one line?}
      - {id: day, type: date, label: When?}
      - {id: rows, type: list, label: Who?, columns: [{id: who, label: Who}]}
      - id: one
        type: choice
        label: Which?
        options:
          - {id: a, label: A, consequence: It minds.}
          - {id: b, label: B, consequence: It sleeps.}
"""
LATER = """\
module: 02-later
title: Later
minutes: 30
ending:
  prompts: [doors/which]
exercises:
  - id: again
    title: Again
    minutes: 4
    sources: [C4]
    practice-wisdom: true
    profile: {title: Then and now, compare: 01-earlier/first}
    fields:
      - {id: wet, type: scale, label: How wet is it?, steps: [Dust, Pond]}
      - {id: shown, type: text, label: And now?, earlier: 01-earlier/first/rows}
      - {id: begun, type: text, label: In one line?, prefill: 01-earlier/first/line}
"""
JOURNAL = """\
module: journal
title: Journal
minutes: 30
collected: false
exercises:
  - id: doors
    title: Doors
    minutes: 4
    sources: [C4]
    practice-wisdom: true
    fields: [{id: which, type: text, label: Which?}]
"""


class Named(NamedTuple):
    """What the later module names in place of what it should, and what is said of which line."""

    old: str
    new: str
    line: int
    what: str
    remedy: str


SHOWN = "Name the module/exercise/field of a text, a line or a list"
BEGUN = "Name the module/exercise/field of a text or a line"


@pytest.mark.parametrize(
    "named",
    [
        Named("first/rows", "first/row", 15,
              "'01-earlier/first/row' is no field that can be shown here", SHOWN),
        Named("first/rows", "first/day", 15,
              "'01-earlier/first/day' is no field that can be shown here", SHOWN),
        Named("first/rows", "first/one", 15,
              "'01-earlier/first/one' is no field that can be shown here", SHOWN),
        Named("first/line", "first/rows", 16,
              "'01-earlier/first/rows' is no field whose answer this one can begin with", BEGUN),
        Named("01-earlier/first/line", "first/line", 16,
              "'first/line' is no field whose answer this one can begin with", BEGUN),
        Named("compare: 01-earlier/first", "compare: 01-earlier/none", 12,
              "'01-earlier/none/wet' is no scale", "Name a module/exercise with the same scales"),
        Named("prompts: [doors/which]", "prompts: [doors/witch]", 5,
              "the journal has no question 'doors/witch'", "Did you mean 'doors/which'?"),
    ],
    ids=lambda named: named.new,
)  # fmt: skip
def test_a_name_of_nothing_is_told(named: Named, tmp_path: Path) -> None:
    book = tmp_path / "book"
    write_module(book / "modules" / "01-earlier", EARLIER)
    write_module(book / "modules" / "02-later", LATER)
    write_module(book / "journal", JOURNAL)
    before = check_book(book)
    assert LATER.count(named.old) == 1
    later = book / "modules" / "02-later" / "exercises.yml"
    later.write_text(LATER.replace(named.old, named.new))
    (problem,) = (p for p in check_book(book) if p not in before)
    assert (problem.file, problem.line) == (later, named.line)
    assert (problem.what, problem.remedy) == (named.what, named.remedy)


def test_a_stop_of_a_way_through_that_there_is_not(tmp_path: Path) -> None:
    book = tmp_path / "book"
    write_module(book / "modules" / "01-earlier", EARLIER)
    write_module(book / "modules" / "02-later", LATER)
    stops = "[{stop: 01-earlier/first, why: A}, {stop: 02-later/agaim, why: B}]"
    routes = f"routes:\n- id: short\n  title: Short\n  why: A bus.\n  stops: {stops}\n"
    (book / "routes.yml").write_text(routes, encoding="utf-8")
    (problem,) = (p for p in check_book(book) if "no exercise of the modules" in p.what)
    assert problem.line == 5
    assert problem.what == "'02-later/agaim' is no exercise of the modules"
    assert problem.remedy == "Did you mean '02-later/again'?"


def test_a_prompt_of_a_journal_that_there_is_not(tmp_path: Path) -> None:
    write_module(tmp_path / "book" / "modules" / "01-earlier", EARLIER)
    write_module(tmp_path / "book" / "modules" / "02-later", LATER)
    assert [p.remedy for p in check_book(tmp_path / "book") if "journal" in p.what] == [
        "The book has no journal: remove the line"
    ]


def test_dates_that_lead_back_to_a_page_that_there_is_not(tmp_path: Path) -> None:
    events = "events: [{title: Again, weeks: 2}]"
    calendar = f"    calendar: {{title: Dates, page: journal/index, {events}}}\n"
    write_module(tmp_path / "book" / "modules" / "01-earlier", EARLIER)
    write_module(tmp_path / "book" / "modules" / "02-later", LATER + calendar)
    (problem,) = (p for p in check_book(tmp_path / "book") if "no page" in p.what)
    assert problem.what == "there is no page 'journal/index'"
    assert problem.line == len(LATER.splitlines()) + 1
    write_module(tmp_path / "book" / "journal", JOURNAL)
    assert not [p for p in check_book(tmp_path / "book") if "no page" in p.what]
