"""The report: what it says of a class, what it never says, and that everybody can use it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor import completion_table
from allyship_course.instructor.demo import Demo
from allyship_course.instructor.report.report import MOST_ON_A_PAGE, left_out, report
from allyship_course.instructor.report.table import exercise_table, read_class
from allyship_course.store.submission import CHECK_PREFIX
from tests.support.accessibility import scan, sideways, sniff
from tests.support.classroom import ours
from tests.support.site import served

SECRET = "xyzzy-nobody-may-read-this"
HOSTILE = {
    "student-01": ("<script>alert(1)</script>", "<img src=x onerror=alert(2)>"),
    "student-02": ('=HYPERLINK("http://evil.example")', "@SUM(A1)"),
    "student-03": ("\u202eevil\u200f", "\ud800 & \x00"),
}


@pytest.fixture
def course(demo_class: Demo, tmp_path: Path) -> Path:
    """The demo class, with names nobody has, one student not graded and a secret in each place."""
    course = tmp_path / "course"
    shutil.copytree(demo_class.course, course)
    for record in course.glob("submitted/*/*/completion.json"):
        try:
            data = json.loads(record.read_text())
        except ValueError:
            continue  # one is damaged
        for entry in data["exercises"].values():
            entry["shared"] = {"thoughts": SECRET, SECRET: SECRET}
        data["exercises"][SECRET] = {"answered": [SECRET], "passed": True}
        record.write_text(json.dumps(data))
    with open_gradebook(course) as gradebook:
        for student, (first, last) in HOSTILE.items():
            row = gradebook.find_student(student)
            row.first_name = first.encode("utf-8", "replace").decode().replace("\0", "")
            row.last_name = last.encode("utf-8", "replace").decode().replace("\0", "")
        comment = next(s for s in gradebook.assignment_submissions("01-tiny")).notebooks[0].comments
        comment[0].manual_comment = SECRET
        gradebook.db.commit()
        gradebook.remove_submission("01-tiny", "student-12")
    return course


@pytest.fixture
def site(course: Path) -> Iterator[str]:
    (course / "report").mkdir(mode=0o700)
    with served(course / "report") as address:
        yield address


def test_the_table_says_who_handed_in_when_and_who_waits_for_a_grade(course: Path) -> None:
    table = completion_table(course).set_index("student")
    assert table["state"].value_counts().to_dict() == {
        "graded": 10,
        "nothing handed in": 1,
        "not graded yet": 1,
    }
    assert table.loc["student-12", "state"] == "not graded yet"
    assert table.loc["student-05", "late"]
    assert table.loc["student-05", "handed_in"] > table.loc["student-05", "due"]
    assert table.loc["student-02", "name"].startswith("=HYPERLINK")


def test_a_point_that_a_person_changed_counts(course: Path) -> None:
    with open_gradebook(course) as gradebook:
        cell = gradebook.find_submission("01-tiny", "student-04").notebooks[0].grades[0]
        cell.manual_score = 1
        gradebook.db.commit()
    assert completion_table(course).set_index("student").loc["student-04", "complete"] == 1


def test_the_funnel_says_where_the_class_stops(course: Path) -> None:
    state = read_class(course)
    table = exercise_table(state)
    (module,) = state.modules
    done = [work.done for work in module.work.values()]
    assert list(table["complete"]) == [sum(column) for column in zip(*done, strict=True)]
    # student-02 has two of three, the others all or none.
    assert list(table["stopped_here"]) == [0, 1, 0]
    with open_gradebook(course) as gradebook:
        names = {g.name for g in gradebook.find_notebook("01-tiny", "01-tiny").grade_cells}
    assert {f"{CHECK_PREFIX}{e}" for e in table["exercise"]} == names


@pytest.mark.parametrize(
    ("count", "people", "said"),
    [
        (9, 9, "not shown"),
        (0, 10, "fewer than 5"),
        (4, 30, "fewer than 5"),
        (5, 30, "5 to 9"),
        (25, 30, "25 to 29"),
        (26, 30, "more than 25"),
        (30, 30, "more than 25"),
    ],
)
def test_who_left_something_out_can_not_be_told_from_the_number(
    count: int, people: int, said: str
) -> None:
    assert left_out(count, people) == said


def test_nothing_that_anybody_wrote_is_in_any_output(course: Path) -> None:
    before = {file for file in course.rglob("*") if file.is_file()}
    ours(course, "report")
    made = {f for f in course.rglob("*") if f.is_file() and f not in before}
    assert {f.name for f in made} == {
        "report.html",
        "report.csv",
        "report.parquet",
        "remembered.json",
    }
    for file in made:
        assert SECRET.encode() not in file.read_bytes(), file
        assert file.stat().st_mode & 0o077 == 0, file
    # Found where it is, so that the search above could have found it.
    assert SECRET.encode() in (course / "submitted/student-01/01-tiny/completion.json").read_bytes()


def test_the_tables_say_the_same_and_hold_no_formula(course: Path) -> None:
    made = report(course)
    table = completion_table(course)
    pd.testing.assert_frame_equal(pd.read_parquet(made.parquet), table)
    with made.csv.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["student"], int(r["complete"])) for r in rows] == list(
        table[["student", "complete"]].itertuples(index=False, name=None)
    )
    assert rows[1]["name"].startswith("'=HYPERLINK")
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_a_report_says_what_is_new_since_the_last_one_of_another_day(course: Path) -> None:
    today = datetime(2031, 1, 10, 12, tzinfo=UTC)
    with open_gradebook(course) as gradebook:
        gradebook.remove_submission("01-tiny", "student-01")
    first = report(course, now=today - timedelta(days=7)).page.read_text()
    assert "This is the first report" in first
    ours(course, "grade", "--force")
    for hour in (0, 2):  # made again on the same day, it compares with the same one
        page = report(course, now=today + timedelta(hours=hour)).page.read_text()
        # student-01 and student-12, whom the first one did not have, with three exercises each
        said = "Since 3 January 2031: 2 modules more handed in, 6 exercises more complete"
        assert f"{said}, by 2 students." in page
    page = report(course, now=today + timedelta(days=1)).page.read_text()
    assert "Since 10 January 2031 nothing new has been graded." in page
    (course / "report" / "remembered.json").write_text("{")
    made = report(course, now=today + timedelta(days=1))
    assert "could not be read" in made.notes[0]


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-10-25 00:30:00", "2026-10-25 02:30 +02:00"),  # this time comes twice in Berlin
        ("2026-10-25 01:30:00", "2026-10-25 02:30 +01:00"),
        ("2027-03-28 01:30:00", "2027-03-28 03:30"),  # 02:30 does not come at all
        ("2027-03-31 22:00:00", "2027-04-01 00:00"),
    ],
)
def test_dates_go_by_the_clocks_of_the_course(
    course: Path, due: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment("01-tiny", duedate=f"{due} UTC")
    with monkeypatch.context() as here:  # without a course.yml, those of the computer
        here.setenv("TZ", "Europe/Berlin")
        time.tzset()
        page = report(course, now=datetime(2026, 12, 1, 12, tzinfo=UTC)).page.read_text()
    time.tzset()
    assert f'<td class="due">{said}</td>' in page
    assert "Times are those of CET/CEST." in page
    (course / "course.yml").write_text(
        "title: A\nterm: a\ntimezone: Europe/Berlin\nmodules: [01-tiny]\n"
    )
    # In UTC the evening before, in Berlin the day of the first report: no other day yet.
    page = report(course, now=datetime(2026, 11, 30, 23, 30, tzinfo=UTC)).page.read_text()
    assert f'<td class="due">{said}</td>' in page
    assert "Times are those of Europe/Berlin." in page
    assert "1 December 2026</p>" in page
    assert "This is the first report" in page


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_everybody_can_use_the_report(
    course: Path, site: str, page_with: Callable[..., Page], scheme: str, width: int
) -> None:
    report(course, now=datetime.now(UTC) + timedelta(days=1))
    size = {"width": width, "height": 900}
    page = page_with(color_scheme=scheme, viewport=size, bypass_csp=True)
    page.goto(f"{site}/report.html")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert scan(page) == ([], [])
    assert sniff(page) == []
    assert sideways(page) == []
    # A table that is wider than the page is read with the arrow keys, too.
    table = page.get_by_role("region", name="By student")
    table.focus()
    page.keyboard.press("ArrowRight")
    wider = table.evaluate("one => one.scrollWidth > one.clientWidth")
    assert wider == (width == 375)
    if wider:
        page.wait_for_function("one => one.scrollLeft > 0", arg=table.element_handle())
        expect(table.get_by_role("rowheader", name="student-05")).to_be_in_viewport()


@pytest.mark.browser
def test_students_are_found_and_sorted_in_the_page(
    course: Path, site: str, page_with: Callable[..., Page]
) -> None:
    report(course, now=datetime.now(UTC) + timedelta(days=1))
    page = page_with()  # its own security policy holds here
    page.goto(f"{site}/report.html")
    expect(page.get_by_text("<script>alert(1)</script>")).to_have_count(1)
    assert page.evaluate("document.querySelectorAll('img, script:not([type=module])').length") == 0
    page.get_by_label("Show").select_option("something missing")
    expect(page.get_by_role("status")).to_have_text("1 of 12 shown")
    expect(page.locator(".students tbody tr:visible th")).to_have_text(["student-10"])
    page.get_by_label("Show").select_option("everybody")
    page.get_by_label("Name or id").fill("hyperlink")
    expect(page.get_by_role("status")).to_have_text("1 of 12 shown")
    page.get_by_label("Name or id").fill("")
    head = page.get_by_role("columnheader", name="1 ")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    counts = page.locator(".students tbody tr td:last-child").evaluate_all(
        "cells => cells.map((cell) => Number(cell.dataset.value))"
    )
    assert counts == sorted(counts)
    assert counts[-1] == 3


@pytest.mark.browser
def test_without_script_the_report_is_plain_tables(
    course: Path, site: str, page_with: Callable[..., Page]
) -> None:
    page = page_with(java_script_enabled=False)
    report(course)
    page.goto(f"{site}/report.html")
    expect(page.get_by_role("row", name=re.compile("student-05.*3 of 3"))).to_be_visible()
    expect(page.get_by_label("Name or id")).to_be_hidden()


def test_of_a_large_class_the_page_shows_those_furthest_behind(course: Path) -> None:
    with open_gradebook(course) as gradebook:
        for number in range(MOST_ON_A_PAGE):
            gradebook.add_student(f"many-{number:04}")
    made = report(course, now=datetime.now(UTC) + timedelta(days=1))
    page = made.page.read_text()
    assert page.count("<tr data-has=") == MOST_ON_A_PAGE
    assert "many-0000" in page
    assert "student-05" not in page
    assert "student-05" in made.csv.read_text(encoding="utf-8-sig")
