"""People joined and files recognised: exports as platforms write them today, people made up.

The files are in ``tests/lms``; each test is named by what an instructor sees.
"""

from __future__ import annotations

import csv
import io
import shutil
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from allyship_course.desk.class_list import read_class_list
from allyship_course.desk.csvfile import TableError
from allyship_course.desk.numbers import read_number
from allyship_course.desk.people import Person
from allyship_course.grading.gradebook import open_gradebook
from allyship_course.spec import SpecError
from tests.classroom import ours
from tests.conftest import ROOT, once
from tests.platforms import empty_course, page_file
from tests.test_teach import apply, copied, made

FILES = ROOT / "tests" / "lms"


def file_of(name: str) -> Path:
    """A file of ``tests/lms`` by the number of its folder and its own name."""
    number, _, own = name.partition("/")
    (file,) = FILES.glob(f"{number}-*/{own}")
    return file


def packed(course: Path, number: str) -> Path:
    """The ZIP whose names are those in a case: everybody has one exercise of three."""
    names = [name for name in file_of(f"{number}/zip-entries.txt").read_text().splitlines() if name]
    file = course.parent / "submissions.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, page_file(["all-types"]))
    return file


def collect(course: Path, lms: str, number: str, class_list: Path, ok: bool = True) -> str:
    file = packed(course, number)
    where = ["--lms", lms, "--class", str(class_list), "--module", "01-tiny"]
    return ours(course, "collect", str(file), *where, ok=ok)


def export(course: Path, lms: str, gradebook: Path, *more: str, ok: bool = True) -> str:
    to = ("--to", str(course.parent / "out.csv"))
    where = ("--lms", lms, "--gradebook", str(gradebook), "--module", "01-tiny", *to, *more)
    return ours(course, "export", *where, ok=ok)


def written(course: Path, delimiter: str = ",") -> list[list[str]]:
    text = (course.parent / "out.csv").read_text("utf-8-sig")
    return [*csv.reader(io.StringIO(text), delimiter=delimiter)]


def nothing_written(course: Path) -> bool:
    return not (course.parent / "out.csv").exists()


def handed_in(course: Path) -> set[str]:
    return {folder.name for folder in (course / "submitted").iterdir()}


@pytest.fixture
def course(shared: Path, tmp_path: Path) -> Path:
    """A course without a class list: whoever hands in is taken in."""
    return shutil.copytree(empty_course(shared), tmp_path / "course")


@pytest.fixture
def term(shared: Path, tmp_path: Path) -> Path:
    """A course folder that 'allyship teach' made, with a class list in course.yml."""
    return copied(once(shared, "term-made", made), tmp_path)


def teach(folder: Path, class_list: Path | str) -> list[str]:
    """Put a class list in the place of the one before, and set up; return what was said."""
    content = class_list.read_bytes() if isinstance(class_list, Path) else class_list.encode()
    (folder / "students.csv").write_bytes(content)
    return apply(folder)


def students(folder: Path) -> dict[str, tuple[str, str, str, str]]:
    with open_gradebook(folder) as gradebook:
        return {
            s.id: (s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
            for s in gradebook.students
        }


def graded(course: Path, points: Mapping[str, list[str]]) -> None:
    """Let people have handed in, with the exercises that are complete, and grade them."""
    for student, complete in points.items():
        folder = course / "submitted" / student / "01-tiny"
        folder.mkdir(parents=True)
        (folder / "01-tiny.ipynb").write_bytes(page_file(complete))
    ours(course, "grade")


ONE = {name: ["all-types"] for name in ("zelda", "maria.jose", "mt61", "dave")}


# ------------------------------------------------------------------ 01 and 14: maximum


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


# ------------------------------------------------------------------------ 02 and 03: keys


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


# ------------------------------------------------------------------------ 04: what stays


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


# ---------------------------------------------------------------- 05 and 06: languages


def test_05_a_japanese_worksheet_gives_nobody_a_participants_number(term: Path) -> None:
    said = "\n".join(teach(term, file_of("05/japanese.csv")))
    assert "it is Moodle's in Japanese" in said
    assert students(term)["zelda@example.edu"] == ("", "Zelda Fitzgerald", "zelda@example.edu", "")
    assert not any("54196" in i for i in students(term))


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


def test_06_moodles_gradebook_export_in_german_is_filled(course: Path, tmp_path: Path) -> None:
    graded(course, {"z@x.org": ["all-types"]})
    file = tmp_path / "noten.csv"
    file.write_text(
        "Vorname,Nachname,ID-Nummer,Institution,E-Mail-Adresse,Aufgabe: Modul 5 (Punkte),"
        "Test: Eins (Prozentsatz),Kurs gesamt (Punkte)\nZ,F,,,z@x.org,-,-,-\n"
    )
    assert "1 grades written" in export(course, "moodle", file)
    assert written(course)[0][-1] == "Aufgabe: Modul 5 (Punkte)"
    assert written(course)[1][-1] == "1"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (
            "Imię,Nazwisko,Adres e-mail,Zadanie: M5 (Rzeczywista)\nZ,F,z@x.org,-\n",
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


# ---------------------------------------------------------------------- 07 and 08: Canvas


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


def test_07_its_points_and_its_test_student_are_nobody(term: Path) -> None:
    said = "\n".join(teach(term, file_of("07/grades.csv")))
    assert {*students(term)} == {"zelda", "maria.jose", "mt61", "dave"}
    assert students(term)["zelda"][:2] == ("Zelda", "Fitzgerald")
    assert "left out, as it is Canvas's test student" in said


def test_08_who_is_excused_stays_excused_and_is_named(course: Path) -> None:
    graded(course, ONE)
    said = export(course, "canvas", file_of("08/grades.csv"), "--column", "Module 5")
    assert "3 grades written" in said
    assert "Excused there, or not asked to do it, the cell left as it was: zelda." in said
    assert {row[1]: row[-1] for row in written(course)[2:]}["10001"] == "EX"


# ------------------------------------------------------------------- 09: one key a person


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


# ---------------------------------------------------- 10, 11: Blackboard and Brightspace


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


# ----------------------------------------------------------------------- 12: own rosters


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


# --------------------------------------------------------------- 13: which can be chosen


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
    assert "1 grades written" in export(course, "moodle", file, "--column", "module 5")


# ----------------------------------------------------------- 15: people of the platforms


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


# ------------------------------------------------------------------- 16, 17: spreadsheets

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


# ------------------------------------------------------------------------- nothing done


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
