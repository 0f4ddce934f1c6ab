"""Which program wrote a table of people, and which of its columns holds what.

What is known of Canvas is from its source (``lib/gradebook_exporter.rb``), of Moodle from its
(``mod/assign/gradingtable.php``, ``grade/export/lib.php``), of Blackboard and Brightspace from
public files and help pages. An export that is not recognised is refused, and never taken for a
list that somebody made: its ids would become the course's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .csvfile import Row, Table, TableError
from .labels import (
    FAMILY_NAMES,
    Language,
    fields_of,
    is_participant,
    label,
    language_of,
    languages,
    worksheet_language,
)
from .numbers import NUMBER, read_number
from .platforms import Source

POINTS_ROW = "points possible"
# The same word means another thing in each.
_THEIR_WORDS: dict[Source, dict[str, str]] = {
    "canvas": {"student": "name", "id": "lms_id"},
    "blackboard": {"studentid": "number"},
}
_CANVAS_PEOPLE = {"studentname": "name", "studentid": "lms_id", "studentsisid": "number"}
_CANVAS_KEYS = {"sisloginid", "sisuserid"}
_CANVAS_COLUMN = re.compile(r".*\s\(\d{2,}\)", re.DOTALL)
_BLACKBOARD_COLUMN = re.compile(r".*\[[^\]]*\]\s*\|\s*\d+", re.DOTALL)
_BRIGHTSPACE_COLUMN = re.compile(r".* Points Grade\s*<.*>", re.DOTALL | re.IGNORECASE)
# The same in any language: "M5 Note en points <Numérique MaxPoints:10 Weight:10>".
_ANYBODYS_BRIGHTSPACE_COLUMN = re.compile(r".*<[^<>]*:\s*[\d.,]+[^<>]*>", re.DOTALL)
_MOODLE_COLUMN = re.compile(r".*\((?P<kind>[^()]+)\)", re.DOTALL)
_PARTICIPANT = re.compile(r"(?P<word>\D*?)\s?(?P<number>\d+)")
_ONE_NUMBER = re.compile(rf"{NUMBER}[.,]\d\d")
_A_WORKSHEETS_COLUMNS = 7
_CANVAS_TEST = re.compile(r"[0-9a-f]{40}")
_CANVAS_TEST_NAMES = {"studenttest", "teststudent"}
_BLACKBOARD_TEST = "_previewuser"


class Layout(NamedTuple):
    """What is known of a table: who wrote it, in which language, and its columns by field.

    ``columns`` has the names of the fields of :class:`~.class_list.Student`. ``worksheet`` says
    that it is Moodle's grading worksheet, with all of the columns that Moodle wants.
    """

    source: Source
    columns: dict[str, int]
    language: Language
    worksheet: bool = False

    def unknown(self, table: Table) -> list[str]:
        """Return the headings of the columns whose meaning is not known."""
        known = {*self.columns.values()}
        headings = enumerate(cell.text.strip() for cell in table.header.cells)
        return [text for at, text in headings if text and at not in known]


def layout_of(table: Table, file: Path) -> Layout:
    """Say what a table is. Raises TableError for an export that is not understood."""
    labels = [label(cell.text) for cell in table.header.cells]
    participants = participants_in(table)
    language = worksheet_language(labels, has_participants=participants is not None)
    source = _source(table, labels)
    if source == "plain" and (language or participants is not None):
        source = "moodle"
    if source == "plain" and (trace := _trace_of_a_platform(table)):
        raise TableError(_not_understood(file, table, trace))
    columns = _columns(labels, source)
    if source != "plain":
        columns.pop("id", None)  # a column that somebody added to what the platform knows
    if source == "moodle":
        at = participants if participants is not None else _of(labels, language, "identifier")
        if at is not None:
            columns["lms_id"] = at
        if at is not None and not columns.keys() & {"name", "email", "number", "username"}:
            _cant_be_joined(file, table, language)
    if source == "blackboard" and not columns.keys() & {"username", "number"}:
        trace = f"it has a column of Blackboard's, and {_first(table)!r} is no word of English"
        raise TableError(_not_understood(file, table, trace))
    return Layout(source, columns, language or language_of(labels), language is not None)


def _source(table: Table, labels: list[str]) -> Source:
    there = {*labels}
    headings = [cell.text.strip() for cell in table.header.cells]
    if _is_canvas(table, there, headings):
        return "canvas"
    if there & {"orgdefinedid", "endoflineindicator"} or any(
        map(_BRIGHTSPACE_COLUMN.fullmatch, headings)
    ):
        return "brightspace"
    if any(map(_BLACKBOARD_COLUMN.fullmatch, headings)):
        return "blackboard"
    if {"username", "lastname"} <= there and there & {"studentid", "availability", "lastaccess"}:
        return "blackboard"
    language = language_of(labels)
    keys = language.words["email"] | language.words["id number"] | language.words["username"]
    if "id" not in there and there & keys and _moodle_grades(headings, language):
        return "moodle"
    return "plain"


def _is_canvas(table: Table, there: set[str], headings: list[str]) -> bool:
    if {*_CANVAS_PEOPLE} <= there:
        return True
    if "id" not in there:
        return False
    if "student" in there:
        return bool(there & {"section", *_CANVAS_KEYS})
    signs = there & _CANVAS_KEYS or any(map(_CANVAS_COLUMN.fullmatch, headings))
    return {"lastname", "firstname"} <= there and bool(signs or points_row(table))


def points_row(table: Table) -> Row | None:
    """Return Canvas's row with what there is to be had in each column."""
    return next((r for r in table.rows[:5] if POINTS_ROW in r.text(0).casefold()), None)


def _moodle_grades(headings: list[str], language: Language) -> bool:
    kinds = (_MOODLE_COLUMN.fullmatch(heading) for heading in headings)
    real = language.words["real"] | {"percentage", "letter", "feedback"}
    return any(kind and label(kind["kind"]) in real for kind in kinds)


def participants_in(table: Table) -> int | None:
    """Return the column in which Moodle numbers the participants of an assignment."""
    for at in range(len(table.header.cells)):
        cells = [text for row in table.rows if (text := row.text(at))]
        matches = [_PARTICIPANT.fullmatch(text) for text in cells]
        words = {match["word"] if match else "" for match in matches}
        if len(words) == 1 and is_participant(words.pop()):
            return at
    return None


def number_of(participant: str) -> str:
    """Return the number in "Participant 4711", in any language; another text as it is."""
    found = _PARTICIPANT.fullmatch(participant)
    return found["number"] if found and is_participant(found["word"]) else participant


def _columns(labels: list[str], source: Source) -> dict[str, int]:
    words = fields_of(labels) | _THEIR_WORDS.get(source, {})
    if source == "canvas" and {*_CANVAS_PEOPLE} <= {*labels}:
        words |= _CANVAS_PEOPLE
    columns: dict[str, int] = {}
    for at, word in enumerate(labels):
        if field := words.get(word):
            columns.setdefault(field, at)
    of_family = "first_name" in columns and "last_name" not in columns
    if of_family and "name" in columns and labels[columns["name"]] in FAMILY_NAMES:
        columns["last_name"] = columns.pop("name")
    return columns


def _of(labels: list[str], language: Language | None, meaning: str) -> int | None:
    words = language.words[meaning] if language else frozenset()
    return next((at for at, word in enumerate(labels) if word in words), None)


def column_of(table: Table, language: Language, meaning: str) -> int | None:
    """Return the column of Moodle's grading worksheet that holds, for instance, the grade."""
    return _of([label(cell.text) for cell in table.header.cells], language, meaning)


# --------------------------------------------------------------- what is not understood


def _trace_of_a_platform(table: Table) -> str:
    """Say by what a table that was not recognised shows that a platform wrote it."""
    headings = [cell.text.strip() for cell in table.header.cells]
    if points_row(table):
        return "it has a row with points"
    for heading in headings:
        signs = (_CANVAS_COLUMN, _ANYBODYS_BRIGHTSPACE_COLUMN)
        if any(sign.fullmatch(heading) for sign in signs) or "Points Grade" in heading:
            return f"it has a column {heading[:60]!r}"
        kind = _MOODLE_COLUMN.fullmatch(heading)
        real = {word for language in languages() for word in language.words["real"]}
        if kind and label(kind["kind"]) in real:
            return f"it has a column {heading[:60]!r}"
    if _numbers_participants(table):
        return f"below {_first(table)!r} it numbers participants, as Moodle's worksheet does"
    return ""


def _numbers_participants(table: Table) -> bool:
    """Tell whether this may be Moodle's worksheet in a language whose words are not known.

    The first column holds one word and a number, and one column the same maximum in all rows.
    """
    width = len(table.header.cells)
    first = [_PARTICIPANT.fullmatch(row.text(0)) for row in table.rows]
    words = {match["word"] if match else "" for match in first}
    if width < _A_WORKSHEETS_COLUMNS or len(words) != 1 or len(label(words.pop())) < 2:
        return False
    columns = ({row.text(at) for row in table.rows} for at in range(1, width))
    return any(len(cells) == 1 and _ONE_NUMBER.fullmatch(cells.pop()) for cells in columns)


def _not_understood(file: Path, table: Table, trace: str) -> str:
    return (
        f"{file}, line {table.header.line}: this looks like an export of a learning platform in "
        f"another language than English: {trace}. Set the platform's language to English, "
        "download it again, and give it as it came. Nothing was changed. If it is a list of your "
        "own, leave out its columns with grades"
    )


def _cant_be_joined(file: Path, table: Table, language: Language | None) -> None:
    """Refuse a worksheet that says of nobody who they are, or not in words that are known."""
    if language is None:
        raise TableError(
            f"{file}, line {table.header.line}: this is Moodle's grading worksheet in another "
            "language than English. Set Moodle's language to English and download it again. "
            "Nothing was changed"
        )
    raise TableError(
        f"{file}, line {table.header.line}: it names nobody, only numbers that are others in "
        "each assignment. Show the names in Moodle (it calls this revealing identities), and "
        "download it again"
    )


def _first(table: Table) -> str:
    return table.header.text(0)[:40]


# ------------------------------------------------------------------------ rows of nobody


def is_somebodys(row: Row, layout: Layout) -> bool:
    """Tell whether a row is about a person: Canvas has rows for points and for what is hidden."""
    if layout.source != "canvas":
        return True
    if POINTS_ROW in row.text(0).casefold():
        return False
    return any(row.text(layout.columns.get(key)) for key in ("lms_id", "username", "number"))


def made_up(cells: Mapping[str, str], source: Source) -> str:
    """Say by what a row shows that a platform made the person up, to preview a course with.

    Canvas's may have a translated name, and a login of 40 hexadecimal digits.
    """
    login = cells.get("username", "").casefold()
    if _CANVAS_TEST.fullmatch(login):
        return "it is Canvas's test student, as its login shows"
    if login.endswith(_BLACKBOARD_TEST):
        return "it is Blackboard's preview user, as its username shows"
    both = f"{cells.get('last_name', '')} {cells.get('first_name', '')}"
    names = {label(cells.get("name", "")), label(both)}
    if source == "canvas" and names & _CANVAS_TEST_NAMES:
        return "it is Canvas's test student, as its name shows"
    return ""


def maximum(text: str | None) -> float | None:
    """Return the largest grade that a cell or a heading states; None if it states none."""
    most = read_number(text or "")
    return most or None
