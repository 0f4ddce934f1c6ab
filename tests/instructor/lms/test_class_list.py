"""Reading a class list: what programs write, and what people do to it in between."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allyship_course.instructor.lms.class_list import ClassListError, Student, read_class_list
from allyship_course.instructor.lms.csvfile import RISKY, TableError, plain, read_table
from allyship_course.instructor.lms.people import Person

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Module 3 (77)\r\n"
    "    Points Possible,,,,,9\r\n"
    '"O\'Brien, Ada",11,S1,ada,A,\r\n"=""Doe, Ben""",12,S2,ben,A,\r\n"Student, Test",99,,,A,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade)\n"
    "Participant 4711,Ada O'Brien,ada@x.org,Submitted,,9.00,-\n"
    "Participant 4712,Ben Doe,Ben@x.org,Submitted,,9.00,-\n"
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"M3 [Total Pts: 9 Score] |77"\r\n'
    '"O\'Brien"\t"Ada"\t"ada"\t"0012"\t""\r\n"Doe"\t"Ben"\t"ben"\t"0013"\t""\r\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,M3 Points Grade,End-of-Line Indicator\r\n"
    "#0012,#ada,O'Brien,Ada,,#\r\n#0013,#ben,Doe,Ben,,#\r\n"
)


def read(tmp_path: Path, text: str, encoding: str = "utf-8", **known: str) -> list[Student]:
    file = tmp_path / "class.csv"
    file.write_bytes(text.encode(encoding))
    people = [Person(name, email=mail) for name, mail in known.items()]
    return [*read_class_list(file, people).students]


@pytest.mark.parametrize(
    ("export", "encoding", "lms_ids", "numbers"),
    [
        (CANVAS, "utf-8-sig", ["11", "12"], ["S1", "S2"]),
        (MOODLE, "utf-8", ["4711", "4712"], ["", ""]),
        (BLACKBOARD, "utf-16", ["", ""], ["0012", "0013"]),
        (BRIGHTSPACE, "utf-8", ["", ""], ["0012", "0013"]),
    ],
    ids=["canvas", "moodle", "blackboard", "brightspace"],
)
def test_each_platforms_export_names_the_same_people(
    tmp_path: Path, export: str, encoding: str, lms_ids: list[str], numbers: list[str]
) -> None:
    found = read(tmp_path, export, encoding, ada="ada@x.org", ben="ben@x.org")
    assert [s.id for s in found] == ["ada", "ben"]
    assert [s.lms_id for s in found] == lms_ids
    assert [s.number for s in found] == numbers
    assert "Ada O'Brien" in found[0].names
    assert "Ben Doe" in found[1].names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_list_of_ones_own_is_read_however_it_was_saved(
    tmp_path: Path, encoding: str, delimiter: str, newline: str
) -> None:
    rows = [
        ["Name", "Student_ID", " E-Mail "],
        [f'"Nguyễn{delimiter} ""Zoë"""', " zoe ", "z@x.org"],
        ["", "", ""],
        ['"two\nlines"', "0007", ""],
    ]
    text = newline.join(delimiter.join(row) for row in rows)
    zoe, other = read(tmp_path, text, encoding)
    assert (zoe.id, zoe.name, zoe.email) == ("zoe", f'Nguyễn{delimiter} "Zoë"', "z@x.org")
    assert (other.id, other.name) == ("0007", "two\nlines")


def test_all_problems_are_listed_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    rows = ["id,name", "ada,Ada", ",Nobody", "ADA,Twice", "=1+1,Sum", "@x,At", "-x,M", "+x,P"]
    rows += ['"\tx",Tab', "../x,Up", "ben,Doe,Ben", "ok,=HYPERLINK(1)", "a\u202eb,Turned"]
    with pytest.raises(ClassListError) as caught:
        read(tmp_path, "\n".join(rows))
    assert [p.line for p in caught.value.problems] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 13]
    assert all(p.what and p.remedy for p in caught.value.problems)
    said = str(caught.value)
    assert "line 4: the id 'ADA' is in line 2 already (there as 'ada'). Delete one" in said
    assert "line 3: there is no id" in said
    assert "\u202e" not in said
    assert "\t" not in said


def test_a_name_that_is_a_formula_is_text_and_said(tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("id,name\nada,=1+1\n")
    found = read_class_list(file)
    assert found.students[0].name == "=1+1"
    assert found.notes == ("line 2: the name begins with '='. It is kept as text and never run",)
    assert all(plain(f"{begin}x") == f"'{begin}x" for begin in RISKY)


def test_an_export_with_empty_cells_is_not_to_be_edited(tmp_path: Path) -> None:
    """Who has no username gets the next best id; Moodle's empty numbers don't count."""
    file = tmp_path / "class.csv"
    file.write_text(CANVAS + '"Guest, A",13,,,A,\r\n')
    found = read_class_list(file)
    assert [s.id for s in found.students] == ["ada", "ben", "13"]
    assert found.notes == (
        "line 5 (Student, Test): left out, as it is Canvas's test student, as its name shows",
    )
    moodle = "First name,Last name,ID number,Email address\nAda,B,,ada@x.org\nBen,C,77,ben@x.org\n"
    assert [s.id for s in read(tmp_path, moodle + "Cy,D,,cy@x.org\n")] == [
        "ada@x.org",
        "ben@x.org",
        "cy@x.org",
    ]


def test_a_platforms_number_is_nobodys_id(tmp_path: Path) -> None:
    """Moodle counts its participants anew in each assignment, and institutions count students."""
    worksheet = MOODLE.replace("Email address", "ID number,Email address")
    worksheet = worksheet.replace("ada@x.org", "s900,ada@x.org").replace("Ben@x", "s901,Ben@x")
    known = {"4711": "dan@x.org", "s901": ""}
    assert [s.id for s in read(tmp_path, worksheet, **known)] == ["s900", "s901"]
    own = "id,lms id\n100,200\n200,100\n"
    assert [s.id for s in read(tmp_path, own, **{"100": "", "200": ""})] == ["100", "200"]
    numbers = "Student,ID,Section\nA,11,x\nB,12,x\n"  # a Canvas that shows no other id
    assert [s.id for s in read(tmp_path, numbers, **{"12": ""})] == ["11", "12"]


def test_who_may_be_two_people_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(ClassListError, match="may be 'ada' and 'ben'"):
        read(tmp_path, "id,email\nada,ben@x.org\n", ada="ada@x.org", ben="ben@x.org")


@pytest.mark.parametrize(
    ("text", "encoding", "why"),
    [
        ("", "utf-8", "is empty"),
        ("a,b\n1,2\n", "utf-8", "Name one of them 'id'"),
        ("id,name\nada,Zo\x81\n", "latin-1", "line 2: this is no UTF-8 text"),
        ('id,name\nada,"Zoe\n', "utf-8", "never closed"),
    ],
)
def test_what_is_no_table_is_refused_with_a_way_out(
    tmp_path: Path, text: str, encoding: str, why: str
) -> None:
    with pytest.raises(TableError, match=why):
        read(tmp_path, text, encoding)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_cells_are_what_pythons_csv_reads_and_are_written_back_to_the_byte(
    rows: list[list[str]], quoting: int
) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows([["id", "name"], *rows])  # type: ignore[arg-type]
    raw = b"\xef\xbb\xbf" + out.getvalue().encode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        file.write_bytes(raw)
        table = read_table(file)
    texts = [[cell.text for cell in row.cells] for row in (table.header, *table.rows)]
    assert texts == [["id", "name"], *(row for row in rows if "".join(row).strip())]
    if all("".join(row).strip() for row in rows):
        raws = [[cell.raw for cell in row.cells] for row in (table.header, *table.rows)]
        assert table.encode(raws) == raw
