"""The same faults as in ``tests/lms``, where another site, language or spreadsheet has them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.lms.class_list import ClassListError, read_class_list
from allyship_course.instructor.lms.csvfile import TableError
from allyship_course.instructor.lms.names import read_name, username_in
from allyship_course.instructor.lms.numbers import read_number
from allyship_course.instructor.lms.people import Person
from allyship_course.instructor.lms.platforms import System
from tests.support.classroom import ours
from tests.support.lmsfiles import ONE, export, graded, handed_in, nothing_written, written
from tests.support.platforms import page_file


@pytest.mark.parametrize(
    "text",
    [
        "\uff11,\uff10\uff10\uff10\uff0e\uff15",
        *("1\u02bc000.5", "1\u00b4000,5", "1`000.5", "1\u066c000\u066b5"),
    ],
)
def test_numbers_are_read_with_the_marks_of_other_keyboards(text: str) -> None:
    assert read_number(text) == 1000.5


@pytest.mark.parametrize(
    ("text", "number"), [("1,00,000", 100_000), ("12,34,567.5", 1_234_567.5), ("1,00", 1)]
)
def test_numbers_are_read_as_india_writes_them(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("points", "others"),
    [
        ("Total de puntos: 10 Puntuación", ["Porcentaje", "Texto", "Letra", "Completo"]),
        ("Nombre total de points : 10 Note", ["Pourcentage", "Texte", "Lettre"]),
        ("Pontos totais: 10 Pontuação", ["Porcentagem", "Texto", "Letra"]),
    ],
)
def test_only_points_can_be_filled_in_blackboards_other_languages(
    course: Path, tmp_path: Path, points: str, others: list[str]
) -> None:
    graded(course, ONE)
    file = tmp_path / "gc.csv"
    more = [
        f"{kind} [{points.rpartition(' ')[0]} {kind}] |40334{n}" for n, kind in enumerate(others)
    ]
    heads = ["Apellidos", "Nombre", "Nombre de usuario", f"M5 [{points}] |403340", *more]
    text = ",".join(f'"{head}"' for head in heads)
    file.write_text(f"{text}\n" + '"F","Z","zelda"' + ',""' * (len(heads) - 3) + "\n")
    assert "3 points here are 10 there" in export(course, "blackboard", file)
    for heading in more:
        said = export(course, "blackboard", file, "--column", heading, ok=False)
        assert "can't be filled" in said, heading


@pytest.mark.parametrize("word", ["Exento", "Befreit", "Exempté", "免除", "(Exempt)"])
def test_who_is_excused_stays_excused_in_other_languages(
    course: Path, tmp_path: Path, word: str
) -> None:
    graded(course, ONE)
    file = tmp_path / "gc.csv"
    file.write_text(
        '"Last Name","First Name","Username","M5 [Total Pts: 10 Score] |403340"\n'
        f'"F","Z","zelda","{word}"\n"D","D","dave","Needs Grading"\n'
    )
    said = export(course, "blackboard", file)
    assert "not asked to do it, the cell left as it was: zelda." in said
    assert [row[-1] for row in written(course)[1:]] == [word, "3.33"]


def test_brightspace_in_another_language_is_no_list_of_ones_own(
    course: Path, tmp_path: Path
) -> None:
    file = tmp_path / "notes.csv"
    file.write_text(
        '"Nom d\'utilisateur","M5 Note en points <Numérique MaxPoints:10 Weight:10>",'
        '"Indicateur de fin de ligne"\n#zelda,,#\n'
    )
    with pytest.raises(TableError, match="in another language than English"):
        read_class_list(file)
    graded(course, ONE)
    file.write_text("OrgDefinedId," + file.read_text().replace("\n#", "\n#1,#", 1))
    said = export(course, "brightspace", file, ok=False)
    assert "no column can be filled" in said
    assert "in the platform's English version" in said
    assert nothing_written(course)


@pytest.mark.parametrize(
    "spoilt",
    [
        *("1.2E11", "6,5E+4", "65001.00", "65001,0", "65,001", "1-Mar", "02-Sep-26", "Sep-02"),
        *("2026-03-04", "2026-03-04 00:00:00", "#NV", "#¡REF!", "#NAME?", "####"),
    ],
)
def test_an_id_that_a_spreadsheet_changed_is_named_in_all_its_shapes(
    tmp_path: Path, spoilt: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f'id,name\n"{spoilt}",A\nb,B\n')
    with pytest.raises(ClassListError, match=r"line 2: .* is what a spreadsheet made of an id"):
        read_class_list(file)


def test_ids_that_only_look_alike_stay(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    names = ["1e10", "5E12", "mar-01", "dan-02", "12-abc", "12.345", "007"]
    file.write_text("\n".join(["id", *names]))
    assert [student.id for student in read_class_list(file).students] == names


def test_noughts_that_a_spreadsheet_took_away_make_nobody_a_second_person(tmp_path: Path) -> None:
    known = [Person("00123"), Person("00456")]
    own = tmp_path / "list.csv"
    own.write_text("id,name\n123,A\n00456,B\n")
    with pytest.raises(ClassListError, match=r"line 2: the id '123' may be '00123'"):
        read_class_list(own, known)
    canvas = tmp_path / "grades.csv"
    canvas.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Module 5 (15)\n    Points Possible,,,,,10\n"
        '"F, Z",1,123,,A,\n"X, Y",2,00456,,A,\n'
    )
    read = read_class_list(canvas, known)
    assert [student.id for student in read.students] == ["00456"]
    assert any("may be '00123', whom the course knows" in note for note in read.notes)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a workbook of Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old workbook"),
        (b"\n<!DOCTYPE html>\n<html><title>Log in</title>", "a web page"),
        (b"%PDF-1.7\n", "a PDF"),
    ],
)
def test_a_file_that_is_no_table_is_called_what_it_is(
    tmp_path: Path, raw: bytes, kind: str
) -> None:
    file = tmp_path / "students.csv"
    file.write_bytes(raw)
    with pytest.raises(TableError, match=f"is no table, but {kind}.*CSV"):
        read_class_list(file)


@pytest.mark.parametrize(
    "date",
    [
        "21 nov. 2026 12 h 24",
        "21. November 2026 1224",
        "2026-11-21 1224",
        "Nov 21, 2026 1224\u202fPM",
        "21 nov 2026 1224 p. m.",
        "21 de noviembre de 2026 1224",
        "2026年11月21日 1224",
        "21-11-2026 1224",
        "marraskuuta 21, 2026 1224",
    ],
)
def test_brightspaces_zip_is_read_with_dates_of_any_site(date: str) -> None:
    for between in ("/", " - "):
        named = read_name("brightspace", f"1527-3517 - Jane Doe - {date}{between}03 - x.ipynb", {})
        assert named is not None
        assert (named.name, named.file) == ("Jane Doe", "03 - x.ipynb")
        assert named.when is None or f"{named.when:%F %R}" == "2026-11-21 12:24"


@pytest.mark.parametrize("word", ["Versuch", "intento", "tentative", "попытка", "試行"])
def test_blackboards_zip_is_collected_in_other_languages(
    course: Path, tmp_path: Path, word: str
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("id,username\ns1,j_doe\ns2,zelda\n")
    begin = f"Módulo 5_j_doe_{word}_2026-11-21-15-00-00"
    file = tmp_path / "gradebook.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{begin}.txt", "Nombre: Jane Doe (j_doe)\nActividad: Módulo 5\n")
        archive.writestr(f"{begin}_01-tiny.ipynb", page_file(["all-types"]))
        other = f"Módulo 5_zelda_{word}_2026-11-21-15-00-00_01-tiny.ipynb"
        archive.writestr(other, page_file(["all-types"]))
    where = ["--lms", "blackboard", "--class", str(listed), "--module", "01-tiny"]
    assert ours(course, "collect", str(file), *where).startswith("2 new.")
    assert handed_in(course) == {"s1", "s2"}


def test_no_line_of_a_students_own_says_whose_a_file_is() -> None:
    about = "Nombre: Jane Doe (jdoe)\nCampo de envío:\nName: somebody (else)\n"
    assert username_in(about.encode()) == "jdoe"


@pytest.mark.parametrize("late", ["LATE", "late"])
def test_canvas_says_late_in_either_case(late: str) -> None:
    system: System = "canvas"
    named = read_name(system, f"doejane_{late}_12345_678901_03.ipynb", {})
    assert named is not None
    assert (named.name, named.lms_id, named.late) == ("doejane", "12345", True)


def test_a_damaged_file_in_a_zip_of_another_kind_stops_nobody(course: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("id,lms id\ns1,1001\ns2,1002\n")
    file = tmp_path / "submissions.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("doe_1001_1_01-tiny.ipynb", page_file(["all-types"]))
        archive.writestr("roe_1002_2_01-tiny.ipynb", page_file(["all-types"]))
        begin = archive.infolist()[0].header_offset + 100
    raw = bytearray(file.read_bytes())
    raw[begin : begin + 50] = bytes(50)
    file.write_bytes(raw)
    where = ["--lms", "canvas", "--class", str(listed), "--module", "01-tiny"]
    said = ours(course, "collect", str(file), *where, ok=False)
    assert said.startswith("1 new, 1 file refused.")
    assert "damaged in the ZIP" in said
    assert handed_in(course) == {"s2"}


def test_a_zip_of_a_version_to_come_is_no_zip_for_us(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "submissions.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("doe_1001_1_01-tiny.ipynb", page_file(["all-types"]))
    raw = bytearray(file.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 6] = 240
    file.write_bytes(raw)
    listed = tmp_path / "list.csv"
    listed.write_text("id,lms id\ns1,1001\n")
    where = ["--lms", "canvas", "--class", str(listed), "--module", "01-tiny"]
    said = ours(course, "collect", str(file), *where, ok=False)
    assert "can't be read as a ZIP file" in said


def test_points_go_to_who_keeps_noughts_before_the_number(course: Path, tmp_path: Path) -> None:
    with open_gradebook(course) as gradebook:
        gradebook.add_student("00123")
    graded(course, {"00123": ["all-types"]})
    file = tmp_path / "grades.csv"
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Module 5 (15)\n    Points Possible,,,,,10\n"
    file.write_text(f'{head}"F, Z",1,00123,,A,\n')
    assert "1 grade written" in export(course, "canvas", file)
    file.write_text(f'{head}"F, Z",1,123,,A,\n')
    assert "may be '00123'" in export(course, "canvas", file, ok=False)
