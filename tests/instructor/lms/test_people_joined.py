"""People joined by every key that two lists have, and lists recognised in many languages.

Each test is named by what an instructor sees; the files are in ``tests/lms``.
"""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from allyship_course.instructor.lms.class_list import read_class_list
from allyship_course.instructor.lms.csvfile import TableError
from allyship_course.instructor.lms.people import Person
from allyship_course.spec import SpecError
from tests.support.classroom import ours
from tests.support.lmsfiles import (
    collect,
    export,
    file_of,
    handed_in,
    nothing_written,
    packed,
    students,
    teach,
    written,
)
from tests.support.once import once
from tests.support.platforms import page_file
from tests.support.spring import copied, made


@pytest.fixture
def term(shared: Path, tmp_path: Path) -> Path:
    """A course folder that 'allyship teach' made, with a class list in course.yml."""
    return copied(once(shared, "term-made", made), tmp_path)


@pytest.mark.parametrize("who", ["class-list.csv", "grades.csv"])
def test_02_the_lms_id_of_ones_own_list_is_canvas_id(term: Path, who: str) -> None:
    own, grades = file_of("02/class-list.csv"), file_of("02/grades.csv")
    teach(term, own)
    assert collect(term, "canvas", "02", file_of(f"02/{who}")).startswith("3 new.")
    assert handed_in(term) == {"z1", "z2", "z6"}
    assert "3 graded, 0 unchanged, 0 refused." in ours(term, "grade")
    said = export(term, "canvas", grades, "--column", "Module 5")
    assert "3 grades written" in said
    _, _, _, *rows = written(term)
    assert {row[1]: row[-1] for row in rows} == {
        **dict.fromkeys(("10001", "10002", "10006"), "3.33"),
        **dict.fromkeys(("10008", "99999"), ""),
    }


def test_02_people_are_joined_by_what_only_the_class_list_has(term: Path) -> None:
    """The gradebook keeps no number of the institution's; the list in course.yml does."""
    teach(term, "id,student number\nz1,A16000001\nz2,a16000002\nz6,\u200bA16000006\n")
    grades = file_of("02/grades.csv")
    assert "3 new." in collect(term, "canvas", "02", grades)
    assert handed_in(term) == {"z1", "z2", "z6"}
    ours(term, "grade")
    assert "3 grades written" in export(term, "canvas", grades, "--column", "Module 5")


def test_03_a_list_and_an_export_without_a_common_key_are_refused_at_once(term: Path) -> None:
    said = "\n".join(teach(term, file_of("03/class-list.csv")))
    assert "columns that are not understood, and are left out: SID, section_name, Lab 01" in said
    grades = file_of("03/grades.csv")
    said = collect(term, "canvas", "03", grades, ok=False)
    assert "nobody of grades.csv is in the course's class list" in said
    assert "'username' (what stands below 'SIS Login ID')" in said
    assert "'lms id' (what stands below 'ID')" in said
    assert not (term / "submitted").exists()
    said = export(term, "canvas", grades, "--column", "Module 5", ok=False)
    assert nothing_written(term)
    # With what was asked for, it goes on.
    text = file_of("03/class-list.csv").read_text().replace("SID", "number")
    teach(term, text)
    assert "3 new" not in collect(term, "canvas", "03", grades, ok=False)  # Megan is in no list
    assert "2 graded, 0 unchanged, 0 refused." in ours(term, "grade")


def test_03_brightspace_by_username_here_and_by_number_there(term: Path) -> None:
    teach(term, "Username,Last Name,First Name,End-of-Line Indicator\n#zelda,Fitzgerald,Zelda,#\n")
    file = term.parent / "export.csv"
    head = "OrgDefinedId,Module 5 Points Grade <Numeric MaxPoints:30 Weight:10>"
    file.write_text(f"{head},End-of-Line Indicator\n#A16000001,,#\n")
    said = export(term, "brightspace", file, ok=False)
    assert "nobody of export.csv is in the course's class list" in said


def test_who_alone_cant_be_joined_is_named_and_the_others_are_collected(term: Path) -> None:
    teach(term, "id,lms id\nz1,10001\nz6,10006\n")
    said = collect(term, "canvas", "02", file_of("02/grades.csv"), ok=False)
    assert "2 new, 1 file refused" in said
    assert "maria.jose is not in the course's class list" in said
    assert handed_in(term) == {"z1", "z6"}


def test_two_who_share_a_name_or_an_address_are_joined_by_neither(tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text(
        "Username,Last Name,First Name,Email,End-of-Line Indicator\n"
        "#a1,Li,Ann,li@x.org,#\n#a2,Li,Ann,li@x.org,#\n"
    )
    known = [Person("one", "li@x.org"), Person("two", username="a2")]
    assert [s.id for s in read_class_list(file, known).students] == ["a1", "two"]


def test_04_a_list_with_fewer_columns_empties_nothing(term: Path) -> None:
    teach(term, file_of("04/first.csv"))
    before = students(term)
    assert before["zelda"] == ("Zelda", "Fitzgerald", "zelda@example.edu", "10001")
    said = " ".join(teach(term, file_of("04/second-canvas.csv")))
    assert "another name or address" not in said
    now = students(term)
    assert {i: now[i] for i in ("zelda", "maria.jose")} == {
        i: before[i] for i in ("zelda", "maria.jose")
    }
    assert now["dave"] == ("Lany Dave", "ACOSTA CAPERA", "", "10008")
    teach(term, file_of("04/third-ids-only.csv"))
    assert students(term) == now


def test_04_an_empty_cell_empties_nothing_and_a_new_word_is_taken(term: Path) -> None:
    teach(term, "id,first name,last name,email\nada,Ada,Okafor,a@x.org\n")
    said = " ".join(teach(term, "id,first name,last name,email\nada,,Okafor-Li,\n"))
    assert "1 (ada) with another name or address" in said
    assert students(term)["ada"] == ("Ada", "Okafor-Li", "a@x.org", "")


def test_05_a_japanese_worksheet_gives_nobody_a_participants_number(term: Path) -> None:
    said = "\n".join(teach(term, file_of("05/japanese.csv")))
    assert "it is Moodle's in Japanese" in said
    assert students(term)["zelda@example.edu"] == ("", "Zelda Fitzgerald", "zelda@example.edu", "")
    assert not any("54196" in i for i in students(term))


@pytest.mark.parametrize("participant", ["Uczestnik ", "Účastník ", "參與者", "Kursdeltaker"])
def test_06_a_worksheet_in_a_language_that_is_not_known_is_refused_with_the_remedy(
    term: Path, participant: str
) -> None:
    """No heading of it is known: each is written from its end."""
    text = file_of("06/german.csv").read_text("utf-8-sig").replace("Teilnehmer/in", participant)
    head, _, rest = text.partition("\n")
    head = ",".join(word.strip('"')[::-1] for word in head.split(","))
    with pytest.raises(SpecError, match="another language than English"):
        teach(term, f"{head}\n{rest}")
    assert not any("54196" in i for i in students(term))
    file = term.parent / "worksheet.csv"
    file.write_text(f"{head}\n{rest}")
    said = export(term, "moodle", file, ok=False)
    assert "language to English" in said
    assert "download it again" in said


@pytest.mark.parametrize(
    "head",
    [
        "Nachname;Vorname;Matrikelnummer;E-Mail",
        "Nom;Prénom;Numéro étudiant;Courriel",
        "Apellidos;Nombre;Número de ID;Correo",
        "Cognoms;Nom;Número ID;Adreça electrònica",
        "姓;名;学号;电子邮件地址",
        "SURNAME;FIRSTNAME;STUDENT_NUMBER;EMAIL",
        "Name;Vorname;Matrikel-Nr.;E-Mail",
    ],
)
def test_the_columns_of_ones_own_list_may_be_in_another_language(tmp_path: Path, head: str) -> None:
    file = tmp_path / "class.csv"
    file.write_bytes(f"{head}\r\nFitzgerald;Zelda;0065001;z@x.org\r\n".encode("utf-8-sig"))
    found = read_class_list(file)
    (zelda,) = found.students
    assert (zelda.first_name, zelda.last_name) == ("Zelda", "Fitzgerald")
    assert (zelda.id, zelda.number, zelda.email) == ("0065001", "0065001", "z@x.org")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (
            "Jméno,Příjmení,E-mailová adresa,Úkol: M5 (Skutečná)\nZ,F,z@x.org,-\n",
            "language set to English",
        ),
        (
            '"Nazwisko","Nazwa użytkownika","M5 [Suma: 30 Wynik] |403340"\n"F","zelda",""\n',
            "Set the platform's language to English",
        ),
        (
            "Identifier,Full name,Grade,Maximum grade\nParticipant 1,Z F,,30.00\n",
            "Let Moodle show email addresses or ID numbers",
        ),
    ],
    ids=["gradebook", "blackboard", "names only"],
)
def test_what_cant_be_read_is_refused_with_the_one_remedy(
    tmp_path: Path, text: str, remedy: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(text)
    with pytest.raises(TableError, match=remedy):
        read_class_list(file)


def test_07_its_points_and_its_test_student_are_nobody(term: Path) -> None:
    said = "\n".join(teach(term, file_of("07/grades.csv")))
    assert {*students(term)} == {"zelda", "maria.jose", "mt61", "dave"}
    assert students(term)["zelda"][:2] == ("Zelda", "Fitzgerald")
    assert "left out, as it is Canvas's test student" in said


def test_09_who_has_no_login_is_known_by_the_next_best_key(course: Path) -> None:
    file = file_of("09/canvas-no-login.csv")
    assert "3 new." in collect(course, "canvas", "02", file)
    assert handed_in(course) == {"zelda", "maria.jose", "A16000006"}
    ours(course, "grade")
    assert "3 grades written" in export(course, "canvas", file, "--column", "Module 5")
    assert {row[1]: row[-1] for row in written(course)[3:]}["10006"] == "3.33"


def test_09_who_has_no_number_in_moodle_is_known_by_the_address(tmp_path: Path) -> None:
    file = file_of("09/worksheet-no-id-number.csv")
    found = {s.lms_id: s.id for s in read_class_list(file).students}
    assert found["541961"] == "0065001"
    assert found["541964"] == "xli@example.edu"


def test_09_a_shared_address_stops_nobody(tmp_path: Path) -> None:
    """Who shares one is known by a number; who has nothing else is left out, and named."""
    head = "First name,Last name,ID number,Email address,Quiz: One (Real)"
    rows = ["Ada,Li,7,li@x.org,1", "Bo,Li,8,li@x.org,1", "Cy,Li,,li@x.org,1", "Di,Ro,,di@x.org,1"]
    file = tmp_path / "gradebook.csv"
    file.write_text("\n".join([head, *rows]))
    found = read_class_list(file)
    assert [s.id for s in found.students] == ["7", "8", "di@x.org"]
    (note,) = found.notes
    assert note.startswith("line 4 (Cy Li): left out, as the cell below 'ID number' is empty; ")
    assert note.endswith("'li@x.org' stands in the lines 2, 3, 4")


@pytest.mark.parametrize(
    ("name", "who", "unknown"),
    [
        ("banner.csv", ("W00001", "Zelda", "Fitzgerald"), "Registration Status"),
        ("german.csv", ("0065001", "Zelda", "Fitzgerald"), ""),
        ("ucsb-egrades.csv", ("zelda@example.edu", "ZELDA", "FITZGERALD"), "Enrl Cd, Perm #"),
    ],
)
def test_12_names_are_taken_and_other_columns_named_before_anything_is_set_up(
    term: Path, name: str, who: tuple[str, str, str], unknown: str
) -> None:
    said = teach(term, file_of(f"12/{name}"))
    told = [line for line in said if "not understood" in line]
    assert len(told) == bool(unknown)
    assert all(unknown in line for line in told)
    assert told == said[: len(told)]
    student, *names = who
    assert students(term)[student][:2] == tuple(names)


def test_12_canvas_number_in_its_list_of_people_is_no_id(term: Path) -> None:
    teach(term, file_of("12/canvas-people.csv"))
    assert {i: s[3] for i, s in students(term).items()} == {
        f"A1600000{n}": f"1000{n}" for n in range(1, 5)
    }


def test_12_numbers_of_rows_are_no_ids(tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("ID,Name,Email\n1,Ada,a@x.org\n2,Bo,b@x.org\n3,Cy,c@x.org\n")
    found = read_class_list(file)
    assert [s.id for s in found.students] == ["a@x.org", "b@x.org", "c@x.org"]
    assert found.notes == ("'ID' counts the rows from 1 to 3, and is no id",)


@pytest.mark.parametrize(
    "head",
    [
        "id,Module 5 (157892)",
        "id,name,Module 5 Points Grade",
        "id,name,Tarea: Uno (Real)",
    ],
)
def test_an_export_that_is_not_recognised_is_no_list_of_ones_own(tmp_path: Path, head: str) -> None:
    file = tmp_path / "class.csv"
    file.write_text(f"{head}\na,b,c\n".replace(",c", "", head.count(",") < 2))
    with pytest.raises(TableError, match="looks like an export of a learning platform"):
        read_class_list(file)


def test_an_own_list_with_an_email_address_is_an_own_list(term: Path) -> None:
    """It was taken for Moodle's, and then refused beside a ZIP of Canvas."""
    file = term.parent / "own.csv"
    file.write_text("id,first name,last name,email address,lms id\nada,A,B,a@x.org,10001\n")
    teach(term, file)
    said = collect(term, "canvas", "02", file, ok=False)
    assert "1 new, 2 files refused" in said


CANVAS_HEAD = "Student,ID,SIS User ID,SIS Login ID,Section"
MADE_UP = {
    "as its login shows": f"{CANVAS_HEAD}\n"
    '"Teilnehmer, Test-",99,,843B2EBF97D6DFF55E1BA2CE8C7910F987D72B05,A\n"Li, Ada",1,,ada,A\n',
    "as its name shows": f'{CANVAS_HEAD}\n"Student, Test",99,,,A\n"Li, Ada",1,,ada,A\n',
    "as its username shows": "Last Name,First Name,Username,Student ID\nLi,Ada,ada,1\n"
    "Prof_PreviewUser,Prof,prof_previewuser,\n",
}


@pytest.mark.parametrize(("why", "text"), MADE_UP.items(), ids=["login", "name", "blackboard"])
def test_15_whom_a_platform_made_up_does_not_join_the_class(
    term: Path, why: str, text: str
) -> None:
    said = "\n".join(teach(term, text))
    assert {*students(term)} == {"ada"}
    assert f"left out, as it is {'Blackboard' if 'user' in why else 'Canvas'}'s" in said
    assert why in said


def test_15_the_test_students_file_is_left_in_the_zip(course: Path) -> None:
    file = packed(course, "02")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("studenttest_99999_900109_05.ipynb", page_file())
    where = ["--lms", "canvas", "--class", str(file_of("02/grades.csv")), "--module", "01-tiny"]
    said = ours(course, "collect", str(file), *where)
    assert said.startswith("3 new.")
    assert "left in the ZIP: the platform made this one up" in said


@pytest.mark.parametrize("text", ["1.23457E+11", "1,23457E+11", "65001.0", "########", "#N/A"])
def test_17_an_id_that_a_spreadsheet_changed_is_named_with_the_remedy(
    term: Path, text: str
) -> None:
    """A list and an export: neither sets anything up, and neither joins anybody."""
    with pytest.raises(SpecError, match="is what a spreadsheet made of an id"):
        teach(term, f'number,name,email\n"{text}",Zelda,z@x.org\n0065002,Bo,b@x.org\n')
    file = term.parent / "grades.csv"
    file.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Module 5 (15)\n    Points Possible,,,,,10\n"
        f'"F, Zelda",1,"{text}",zelda,A,\n'
    )
    said = export(term, "canvas", file, ok=False)
    assert f"line 3: '{text}' below 'SIS User ID' (F, Zelda)" in said
    assert "don't open it in a spreadsheet" in said


@pytest.mark.parametrize(
    ("encoding", "first"), [("cp1252", ""), ("utf-16", ""), ("utf-8", "sep=;\r\n")]
)
def test_a_list_as_excel_saves_it_is_read(tmp_path: Path, encoding: str, first: str) -> None:
    file = tmp_path / "class.csv"
    text = f"{first}Nachname;Vorname;Matrikelnummer\r\nO\u2019Brien-Núñez;María José;0065002\r\n"
    file.write_bytes(text.encode(encoding))
    found = read_class_list(file)
    assert [s.names[0] for s in found.students] == ["María José O\u2019Brien-Núñez"]
    assert ["Windows-1252" in note for note in found.notes] == [True] * (encoding == "cp1252")


def test_c13_a_class_of_two_thousand_is_set_up_in_seconds(term: Path) -> None:
    """Joining, another address for everybody, and leaving: each took a commit for a person."""
    head = "id,name,email"
    for rows in (
        [f"s{n:05},Person {n},s{n}@x.org" for n in range(2032)],
        [f"s{n:05},Person {n},s{n}@y.org" for n in range(2032)],
        ["ada,Ada,"],
    ):
        began = time.monotonic()
        teach(term, "\n".join([head, *rows]))
        assert time.monotonic() - began < 6
        assert len(students(term)) == len(rows)
