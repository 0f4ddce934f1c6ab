"""ZIPs and gradebook exports as four learning platforms write them.

Made by their documented rules, and on purpose not with the code that reads them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.lms.platforms import System
from allyship_course.notebook.assignments import assignment_notebook
from allyship_course.spec import load_module
from allyship_course.store.record import Entry
from tests.support.classroom import make_class, ours
from tests.support.once import once
from tests.support.paths import TINY_MODULE

SYSTEMS: tuple[System, ...] = ("canvas", "moodle", "blackboard", "brightspace")
NOON = datetime.fromisoformat("2026-11-21 12:00")
EVENING = datetime.fromisoformat("2026-11-21 19:30")
OURS = {"canvas": "utf-8", "moodle": "utf-8", "blackboard": "utf-16", "brightspace": "utf-8-sig"}


@dataclass(frozen=True)
class Person:
    """Somebody whom each platform knows by an id of its own."""

    id: str
    first: str
    last: str
    number: int

    @property
    def canvas(self) -> int:
        return 120_000 + self.number

    @property
    def participant(self) -> int:
        return 4_700 + self.number

    @property
    def institution(self) -> str:
        return f"{self.number:06}"

    @property
    def email(self) -> str:
        return f"{self.id}@example.org"


@dataclass(frozen=True)
class HandedIn:
    """A file as somebody handed it in."""

    who: Person
    raw: bytes
    file: str = "01-tiny.ipynb"
    when: datetime = NOON
    late: bool = False
    attachment: int = 0


ADA = Person("ada", "Ada", "O'Brien-Smith", 1)
BEN = Person("ben", "Ben", "Ōta", 2)
CLEO = Person("cleo_x", "Cleo", "de la Cruz", 3)
PEOPLE = (ADA, BEN, CLEO)
DONE = {ADA: ["all-types"], BEN: ["all-types", "kettle"], CLEO: ["all-types", "kettle", "mine"]}
SECRET = "What I thought on the stairs"


def empty_course(shared: Path) -> Path:
    """A course with the tiny module and nothing handed in. For looking at; copy it to change it."""

    def make(root: Path) -> None:
        make_class(root, {})

    return once(shared, "lms-course", make) / "course"


def graded_course(shared: Path, root: Path, people: Sequence[Person] = PEOPLE) -> Path:
    """Ada has 1 of 3, Ben 2, Cleo 3; all of them wrote the secret, and share it."""
    course = Path(shutil.copytree(empty_course(shared), root / "course"))
    for who, complete in DONE.items():
        folder = course / "submitted" / who.id / "01-tiny"
        folder.mkdir(parents=True)
        raw = page_file(complete, shared={"thoughts": SECRET})
        (folder / "01-tiny.ipynb").write_bytes(raw)
    ours(course, "grade")
    with open_gradebook(course) as gradebook:
        for who in people:
            gradebook.update_or_create_student(who.id, email=who.email)
    return course


def path_of(system: str, handed_in: HandedIn, number: int = 0) -> str:
    """The name that a platform gives to a file in its ZIP."""
    who, when = handed_in.who, handed_in.when
    match system:
        case "canvas":
            name = re.sub(r"\W", "", f"{who.last}, {who.first}").lower()
            late = "_LATE" if handed_in.late else ""
            attachment = handed_in.attachment or 900_000 + number
            return f"{name}{late}_{who.canvas}_{attachment}_{handed_in.file}"
        case "moodle":
            folder = f"{who.first} {who.last}_{who.participant}_assignsubmission_file"
            return f"{folder}/{handed_in.file}"
        case "blackboard":
            return f"Module 1_{who.id}_attempt_{when:%Y-%m-%d-%H-%M-%S}_{handed_in.file}"
        case _:
            hour = f"{when.hour % 12 or 12}{when:%M %p}"
            day = f"{when:%b} {when.day}, {when.year} {hour}"
            return f"15{who.number}-{when:%d%H%M} - {who.first} {who.last} - {day}/{handed_in.file}"


def pack(system: str, file: Path, all_of_it: Sequence[HandedIn]) -> Path:
    """Write the ZIP of an assignment."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, handed_in in enumerate(all_of_it):
            path = path_of(system, handed_in, number)
            archive.writestr(path, handed_in.raw)
            if system == "blackboard":
                who = handed_in.who
                about = path.removesuffix(f"_{handed_in.file}") + ".txt"
                if about not in archive.namelist():
                    archive.writestr(
                        about,
                        f"Name: {who.first} {who.last} ({who.id})\r\nAssignment: Module 1\r\n"
                        "Date Submitted: Saturday\r\nCurrent Grade: Needs Grading\r\n\r\n"
                        "Submission Field:\r\nName: Somebody Else (ben)\r\n\r\nFiles:\r\n",
                    )
        if system == "brightspace":
            archive.writestr("index.html", "<html></html>")
    return file


def export_rows(
    system: str, people: Sequence[Person], column: str, points: float
) -> list[list[str]]:
    """The rows of a gradebook export with one column that holds no grades yet."""
    match system:
        case "canvas":
            head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
            head += ["Quiz (1)", f"{column} (77)", "Final Score"]
            rows = [head, ["    Points Possible", "", "", "", "", "5", f"{points}", "(read only)"]]
            rows += [
                [f"{p.last}, {p.first}", f"{p.canvas}", p.institution, p.id, "A", "4", "", "80"]
                for p in people
            ]
            return [*rows, ["Student, Test", "99", "", "", "A", "", "", ""]]
        case "moodle":
            head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
            head += ["Grade can be changed", "Last modified (submission)", "Last modified (grade)"]
            return [
                [*head, "Feedback comments"],
                *(
                    [
                        *(f"Participant {p.participant}", f"{p.first} {p.last}", p.email),
                        *("Submitted for grading", "", f"{points:.2f}", "Yes", "Saturday", "-", ""),
                    ]
                    for p in people
                ),
            ]
        case "blackboard":
            head = ["Last Name", "First Name", "Username", "Student ID", "Availability"]
            head += ["Weighted Total [Total Pts: up to 100] |1"]
            head += [f"{column} [Total Pts: {points:g} Score] |403340"]
            return [
                head,
                *([p.last, p.first, p.id, p.institution, "Yes", "", ""] for p in people),
            ]
        case _:
            head = ["OrgDefinedId", "Username", "Last Name", "First Name", "Email"]
            head += [f"{column} Points Grade <Numeric MaxPoints:{points:g} Weight:10>"]
            return [
                [*head, "End-of-Line Indicator"],
                *(
                    [f"#{p.institution}", f"#{p.id}", p.last, p.first, p.email, "", "#"]
                    for p in people
                ),
            ]


def export(
    system: str,
    file: Path,
    people: Sequence[Person] = PEOPLE,
    column: str = "Module 1",
    points: float = 3,
) -> Path:
    """Write a gradebook export in the way in which the platform is said to write it."""
    out = io.StringIO(newline="")
    quoting: str = {"blackboard": "all"}.get(system, "minimal")
    writer = csv.writer(
        out,
        delimiter="\t" if system == "blackboard" else ",",
        quoting=csv.QUOTE_ALL if quoting == "all" else csv.QUOTE_MINIMAL,
        lineterminator="\n" if system == "moodle" else "\r\n",
    )
    writer.writerows(export_rows(system, people, column, points))
    file.write_bytes(out.getvalue().encode(OURS[system]))
    return file


def page_file(
    complete: Sequence[str] = ("all-types", "kettle"),
    student: str = "",
    folder: Path = TINY_MODULE,
    shared: dict[str, str] | None = None,
    own: Mapping[str, Entry] | None = None,
) -> bytes:
    """The one file that the book makes: the notebook with the record in its metadata.

    Those exercises are complete, as left out by choice, which needs no answers; those in ``own``
    are as they are there.
    """
    module = load_module(folder)
    notebook = assignment_notebook(module, folder / "index.md")
    entries = {
        name: {
            "answered": [],
            "words": {},
            "passed": True,
            **({"shared": shared} if shared else {}),
        }
        for name in complete
    } | {name: entry.to_json() for name, entry in (own or {}).items()}
    record = {"schema": 1, "module": module.module, "exercises": entries}
    notebook.metadata["allyship"] = {"record": record, "student": student}
    return str(nbformat.writes(notebook)).encode()


def plain_notebook(folder: Path = TINY_MODULE) -> bytes:
    """The notebook as it comes out of Jupyter, without the record."""
    notebook = assignment_notebook(load_module(folder), folder / "index.md")
    return str(nbformat.writes(notebook)).encode()


def record_file(
    complete: Sequence[str] = ("all-types", "kettle"), module: str = "01-tiny"
) -> bytes:
    entries = {name: {"passed": True} for name in complete}
    return json.dumps({"schema": 1, "module": module, "exercises": entries}).encode()


def taken_in(system: str, raw: bytes, column: str = "Module 1") -> dict[str, str]:
    """Read an uploaded file as the platform is documented to; return grades by its own id.

    An assertion says what the platform would have refused, or made a new assignment of.
    """
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    delimiter = "\t" if system == "blackboard" else ","
    text = io.StringIO(raw.decode(encoding), newline="")
    head, *rows = csv.reader(text, delimiter=delimiter, strict=True)
    assert all(len(row) == len(head) for row in rows)
    match system:
        case "canvas":
            return _canvas_takes_in(head, rows, column)
        case "moodle":
            assert encoding == "utf-8-sig"
            assert {"Identifier", "Grade", "Last modified (grade)"} <= {*head}
            who, grade = head.index("Identifier"), head.index("Grade")
            found = {row[who]: row[grade] for row in rows}
            assert all(re.fullmatch(r"Participant \d+", name) for name in found)
        case "blackboard":
            assert [h.split(" |")[1] for h in head if column in h] == ["403340"]
            who = head.index("Username")
            found = {row[who]: row[-1] for row in rows}
        case _:
            assert head[:2] == ["OrgDefinedId", "Username"]
            assert re.fullmatch(rf"{re.escape(column)} Points Grade( <.*>)?", head[2])
            assert head[3:] == ["End-of-Line Indicator"]
            assert all(row[-1] == "#" for row in rows)
            found = {row[1].removeprefix("#"): row[2] for row in rows}
    return {who: _a_number(grade) for who, grade in found.items()}


def _canvas_takes_in(head: list[str], rows: list[list[str]], column: str) -> dict[str, str]:
    *identity, assignment = head
    accepted = (
        ["Student", "ID", "Section"],
        ["Student", "ID", "SIS Login ID", "Section"],
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
    )
    assert identity in accepted, "Invalid header row"
    title = re.fullmatch(r"(.*)\s\((\d+)\)", assignment)
    assert title, "a new assignment"
    assert (title[1], title[2]) == (column, "77")
    found = {}
    for row in rows:
        if "Points Possible" in row[0]:
            assert float(row[-1]) > 0
            continue
        found[row[1]] = _a_number(row[-1])
    return found


def _a_number(grade: str) -> str:
    assert grade == "" or re.fullmatch(r"\d+(\.\d+)?", grade), grade
    return grade
