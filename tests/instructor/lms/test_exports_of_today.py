"""Points into the exports that platforms write today: which columns, how far, and for whom.

Each test is named by what an instructor sees; the files are in ``tests/lms``.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.lms.numbers import read_number
from tests.support.classroom import ours
from tests.support.lmsfiles import (
    ONE,
    collect,
    export,
    file_of,
    graded,
    handed_in,
    nothing_written,
    written,
)


@pytest.mark.parametrize("name", ["worksheet.csv", "worksheet-marker-crlf.csv"])
def test_01_points_are_scaled_to_the_maximum_of_todays_moodle(course: Path, name: str) -> None:
    file = file_of(f"01/{name}")
    mails = {"zelda@example.edu": ["all-types"], "xli@example.edu": ["all-types", "kettle", "mine"]}
    with open_gradebook(course) as gradebook:
        for mail in mails:
            gradebook.add_student(mail.partition("@")[0], email=mail)
    graded(course, {mail.partition("@")[0]: done for mail, done in mails.items()})
    said = export(course, "moodle", file)
    assert "3 points here are 30 there" in said
    head, *rows = written(course)
    grades = {row[1]: row[head.index("Grade")] for row in rows}
    assert grades["Zelda Fitzgerald"] == "10"
    assert grades.get("小明 李") == ("30" if "crlf" in name else None)


@pytest.mark.parametrize(
    "heading", ["maximum  grade", "Max grade", "MAXIMUM GRADE", "Maximum\u00a0Grade"]
)
def test_01_headings_are_compared_without_case_and_spaces(
    course: Path, tmp_path: Path, heading: str
) -> None:
    file = tmp_path / "worksheet.csv"
    text = file_of("01/worksheet.csv").read_text("utf-8-sig")
    file.write_text(text.replace("Maximum grade", heading), "utf-8")
    graded(course, {"zelda@example.edu": ["all-types"]})
    assert "3 points here are 30 there" in export(course, "moodle", file)


def test_14_an_assignment_graded_by_a_scale_is_refused(course: Path, tmp_path: Path) -> None:
    graded(course, {"zelda@example.edu": ["all-types"]})
    said = export(course, "moodle", file_of("14/worksheet.csv"), ok=False)
    assert "graded by a scale" in said
    assert "Set the assignment's grade to 'Point'" in said
    text = file_of("01/worksheet.csv").read_text("utf-8-sig")
    bare = tmp_path / "bare.csv"
    bare.write_text(text.replace('"Maximum grade",', "").replace(",30.00,", ","))
    assert "it has no maximum" in export(course, "moodle", bare, ok=False)
    empty = tmp_path / "empty.csv"
    empty.write_text(text.replace("30.00", "", 1))
    assert "line 2: there is no maximum" in export(course, "moodle", empty, ok=False)
    assert nothing_written(course)


def test_06_a_german_worksheet_is_read_filled_and_said(course: Path) -> None:
    german = file_of("06/german.csv")
    assert collect(course, "moodle", "01", german).startswith("3 new.")
    ours(course, "grade")
    said = export(course, "moodle", german)
    assert "it is Moodle's in German" in said
    assert "has to be uploaded in the same language" in said
    assert "3 points here are 100 there" in said
    head, *rows = written(course)
    assert {row[0]: row[head.index("Bewertung")] for row in rows} == {
        **dict.fromkeys(
            ("Teilnehmer/in541961", "Teilnehmer/in541962", "Teilnehmer/in541966"), "33.33"
        ),
        "Teilnehmer/in541968": "",
    }


def test_06_moodles_gradebook_export_in_german_is_filled(course: Path, tmp_path: Path) -> None:
    graded(course, {"z@x.org": ["all-types"]})
    file = tmp_path / "noten.csv"
    file.write_text(
        "Vorname,Nachname,ID-Nummer,Institution,E-Mail-Adresse,Aufgabe: Thema 5 (Punkte),"
        "Test: Eins (Prozentsatz),Kurs gesamt (Punkte)\nZ,F,,,z@x.org,-,-,-\n"
    )
    assert "1 grade written" in export(course, "moodle", file)
    assert written(course)[0][-1] == "Aufgabe: Thema 5 (Punkte)"
    assert written(course)[1][-1] == "1"


def test_07_canvas_with_first_and_last_names_apart(course: Path) -> None:
    grades = file_of("07/grades.csv")
    assert "3 new." in collect(course, "canvas", "07", grades)
    assert handed_in(course) == {"zelda", "maria.jose", "mt61"}
    ours(course, "grade")
    assert "3 grades written" in export(course, "canvas", grades, "--column", "Module 5")
    head, points, *rows = written(course)
    assert head == [
        *("LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Section"),
        "Module 5 (157892)",
    ]
    assert points[-1] == "10.00"
    assert {row[2]: row[-1] for row in rows}["10001"] == "3.33"


def test_08_who_is_excused_stays_excused_and_is_named(course: Path) -> None:
    graded(course, ONE)
    said = export(course, "canvas", file_of("08/grades.csv"), "--column", "Module 5")
    assert "3 grades written" in said
    assert "Excused there, or not asked to do it, the cell left as it was: zelda." in said
    assert {row[1]: row[-1] for row in written(course)[2:]}["10001"] == "EX"


@pytest.mark.parametrize(("name", "mark"), [("one-column.csv", ","), ("three-columns.tsv", "\t")])
def test_10_blackboards_download_of_one_column_is_filled(
    course: Path, name: str, mark: str
) -> None:
    graded(course, ONE)
    assert "4 grades written" in export(course, "blackboard", file_of(f"10/{name}"))
    head, *rows = written(course, mark)
    assert head[:3] == ["Last Name", "First Name", "Username"]
    assert head[3].endswith("|403340")
    assert [row[3] for row in rows] == ["10"] * 4


@pytest.mark.parametrize(
    "heading",
    [
        "Total [Total Pts: up to 130 Score] |403338",
        "Gesamt [Gesamtpunkte: bis zu 130 Punkte] |403338",
        "Essay [Total Pts: 30 Text] |403341",
        "Essay [Total Pts: 30 Percentage] |403341",
        "Essay [Total Pts: 30 Complete/Incomplete] |403341",
    ],
)
def test_10_what_blackboard_calculates_or_keeps_in_words_cant_be_filled(
    course: Path, tmp_path: Path, heading: str
) -> None:
    graded(course, ONE)
    file = tmp_path / "gc.csv"
    file.write_text(f'"Last Name","First Name","Username","{heading}"\n"F","Z","zelda",""\n')
    assert "can't be filled" in export(course, "blackboard", file, "--column", heading, ok=False)


def test_11_brightspaces_zip_without_folders_is_collected(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    head = "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator"
    file.write_text(
        f"{head}\n#1,#zelda,Fitzgerald,Zelda,z@x,#\n#2,#maria.jose,O'Brien-Núñez,María José,m@x,#\n"
        "#3,#mt61,Thompson,Megan,t@x,#\n"
    )
    assert collect(course, "brightspace", "11", file).startswith("3 new.")
    assert handed_in(course) == {"zelda", "maria.jose", "mt61"}


@pytest.mark.parametrize(
    "column",
    [
        "Institution",
        "Department",
        "Course total (Real)",
        "Last downloaded from this course",
        "Quiz: Loops & Lists (Percentage)",
        "Quiz: Loops & Lists (Letter)",
        "Quiz: Loops & Lists (Feedback)",
        "Unit 1 total (Real)",
    ],
)
def test_13_only_the_points_of_an_activity_can_be_filled_in_moodles_gradebook(
    course: Path, tmp_path: Path, column: str
) -> None:
    graded(course, {"zelda@example.edu": ["all-types"]})
    text = file_of("13/gradebook.csv").read_text("utf-8-sig")
    file = tmp_path / "gradebook.csv"
    lines = [
        f"{line},{column if number == 0 else '1'}" if column not in text else line
        for number, line in enumerate(text.splitlines())
    ]
    file.write_text("\n".join(lines))
    said = export(course, "moodle", file, "--column", column, ok=False)
    assert f"the column '{column}' can't be filled" in said
    assert "filled: 'Quiz: Loops & Lists (Real)', 'Assignment: Module 5 (Real)'." in said
    assert nothing_written(course)
    assert "1 grade written" in export(course, "moodle", file, "--column", "module 5")


THOUSAND = [
    "1000",
    "1,000",
    "1.000",
    "1,000.00",
    "1.000,00",
    "1 000,00",
    "1\u202f000,0",
    "1'000.00",
]


@pytest.mark.parametrize("text", THOUSAND)
def test_16_a_maximum_of_a_thousand_is_a_thousand_however_it_is_written(
    course: Path, tmp_path: Path, text: str
) -> None:
    graded(course, {"zelda": ["all-types", "kettle"]})
    files = {
        "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,Module 5 (15)\n"
        f'    Points Possible,,,,,"{text}"\n"F, Z",1,,zelda,A,\n',
        "blackboard": f'"Last Name","First Name","Username","M5 [Total Pts: {text} Score] |40"\n'
        '"F","Z","zelda",""\n',
        "brightspace": f'Username,"M5 Points Grade <Numeric MaxPoints:{text} Weight:10>",'
        "End-of-Line Indicator\n#zelda,,#\n",
        "moodle": "Identifier,Full name,Username,Grade,Maximum grade,Last modified (grade)\n"
        f'Participant 1,Z F,zelda,,"{text}",-\n',
    }
    for system, content in files.items():
        file = tmp_path / f"{system}.csv"
        file.write_text(content)
        assert "3 points here are 1000 there" in export(course, system, file), system


@pytest.mark.parametrize(
    ("text", "number"),
    [("30.00", 30), ("7,5", 7.5), ("0,500", 0.5), ("1.234.567,8", 1_234_567.8), ("1.2.3", None)],
)
def test_16_numbers_are_read_in_all_notations(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_where_nothing_was_done_no_command_ends_well(course: Path) -> None:
    graded(course, {"somebody": ["all-types"]})
    said = export(course, "canvas", file_of("02/grades.csv"), "--column", "Module 5", ok=False)
    assert "nobody of grades.csv is in the course's class list" in said
    with open_gradebook(course) as gradebook:
        gradebook.add_student("zelda")
    said = export(course, "canvas", file_of("02/grades.csv"), "--column", "Module 5", ok=False)
    assert "no grade can be written into the column 'Module 5 (157892)'" in said
    assert "Nothing graded here, the cell left as it was: zelda." in said
    assert nothing_written(course)
    file = course.parent / "empty.zip"
    zipfile.ZipFile(file, "w").close()
    where = ["--lms", "canvas", "--class", str(file_of("02/grades.csv")), "--module", "01-tiny"]
    assert "there is nothing of a student" in ours(course, "collect", str(file), *where, ok=False)
