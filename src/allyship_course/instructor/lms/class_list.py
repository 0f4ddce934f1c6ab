"""The class list: who is in a class, from a list of one's own or an export of a platform."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from ...errors import CourseError
from ...store.submission import RefusedError, check_id, visible
from .csvfile import RISKY, Row, Table, TableError, read_table

System = Literal["canvas", "moodle", "blackboard", "brightspace"]
Source = Literal["plain", "canvas", "moodle", "blackboard", "brightspace"]

# What each column may be called, small letters, without spaces around and without "#".
_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "student id", "student"),
    "lms_id": ("lms id", "canvas id", "identifier"),
    "username": ("username", "user name", "sis login id", "login"),
    "number": ("number", "student number", "id number", "sis user id", "orgdefinedid"),
    "email": ("email", "e-mail", "email address", "e-mail address"),
    "first_name": ("first name", "given name"),
    "last_name": ("last name", "surname", "family name"),
    "name": ("name", "full name"),
}
_OWN_COLUMNS: dict[Source, dict[str, str]] = {
    # The same word means another thing in each.
    "canvas": {"student": "name", "id": "lms_id"},
    "blackboard": {"student id": "number"},
    "moodle": {},
    "brightspace": {},
    "plain": {},
}
_BEST_ID = ("id", "username", "number", "email", "lms_id")
_CANVAS_POINTS = "points possible"
_CANVAS_TEST_STUDENT = "Student, Test"
_PARTICIPANT = re.compile(r"^\D*\b(\d+)$")
_NOT_IN_A_FOLDERS_NAME = '/\\*?[]<>:"|'


class Problem(NamedTuple):
    """One thing to mend in a class list."""

    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}. {self.remedy}"


class ClassListError(CourseError):
    """A class list that can't be used. ``problems`` holds all there are, in the file's order."""

    def __init__(self, file: Path, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = f"{len(self.problems)} thing{'s' if len(self.problems) > 1 else ''} to mend"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{file} can't be used: {count}. Nothing was changed.\n{lines}")


@dataclass(frozen=True)
class Student:
    """One person of a class. What the list does not say is empty.

    ``id`` is the name in ``submitted/`` and the gradebook. ``username``, ``number`` (the
    institution's own), ``email`` and ``lms_id`` are other names under which a platform knows
    the same person: in Canvas ``lms_id`` is the user's number, in a Moodle grading worksheet the
    participant's, which is another one in each assignment.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    name: str = ""
    email: str = ""
    username: str = ""
    number: str = ""
    lms_id: str = ""
    line: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The name in the ways in which platforms write it: for comparing, see :func:`folded`."""
        both = f"{self.first_name} {self.last_name}".strip()
        turned = " ".join(reversed(self.name.split(", ", 1))) if ", " in self.name else ""
        sorts_as = f"{self.last_name}, {self.first_name}" if self.last_name else ""
        return tuple(dict.fromkeys(filter(None, (self.name, both, turned, sorts_as))))


@dataclass(frozen=True)
class ClassList:
    """The students of a class, in the file's order; ``source`` is where the list came from.

    ``notes`` says what a person should know and need not mend.
    """

    students: tuple[Student, ...]
    source: Source
    notes: tuple[str, ...] = ()

    def by(self, name: Literal["username", "number", "email", "lms_id"]) -> dict[str, Student]:
        """Return the students by one of their folded ids; without those who share it."""
        return unique((folded(getattr(s, name)), s) for s in self.students)

    def by_name(self) -> dict[str, Student]:
        """Return the students by their folded names; without those who share one."""
        return unique((folded(name), s) for s in self.students for name in s.names)


def read_class_list(file: Path, known: Collection[str] | Mapping[str, str] = ()) -> ClassList:
    """Read who is in a class from a CSV of one's own, or from an export of one of four platforms.

    A list of one's own has a header with ``id`` and, as far as wanted, ``first name``,
    ``last name``, ``name``, ``email``, ``username``, ``number`` and ``lms id``, in any order.
    From a platform it may be: Canvas's gradebook export; Moodle's grading worksheet, gradebook
    export or list of participants; Blackboard's or Brightspace's gradebook export. Their header
    tells which it is. UTF-8 or UTF-16, with or without a byte order mark, separated by commas,
    semicolons or tabs.

    The id that the course uses is, of an export, the username, or else the institution's number,
    the email address or the platform's own id, whichever the first is that most rows of it have;
    a row without it is left out, and ``notes`` says so.
    ``known`` are the ids that the course already uses, perhaps with an email address for each:
    who is one of them by the username, number or address keeps that id.

    Raises ClassListError with all problems at once (missing and double ids, ids that can't name
    a folder or that a spreadsheet would run, rows that are too long), and TableError for a file
    that is no table.
    """
    table = read_table(file)
    source = source_of(table)
    columns = columns_of(table, source)
    if not {*columns} & {*_BEST_ID}:
        raise TableError(
            f"{file}, line {table.header.line}: no column holds an id. The columns are: "
            f"{', '.join(cell.text.strip()[:40] for cell in table.header.cells)}. "
            "Name one of them 'id', or use the export of your platform as it came"
        )
    if source == "moodle" and not {*columns} & {*_BEST_ID} - {"lms_id"}:
        raise TableError(
            f"{file}, line {table.header.line}: it names nobody, only numbers that are others in "
            "each assignment. Show the names in Moodle (it calls this revealing identities), and "
            "download it again"
        )
    reader = _Reader(table, source, columns, known)
    students = tuple(reader.read())
    if not students and not reader.problems:
        reader.problems.append(
            Problem(table.header.line, "nobody is in the list", "Add a row for each student")
        )
    if reader.problems:
        raise ClassListError(file, sorted(reader.problems))
    return ClassList(students, source, tuple(reader.notes))


def source_of(table: Table) -> Source:
    """Tell by the header which program wrote a table; "plain" for a list of one's own."""
    names = {_column_name(cell.text) for cell in table.header.cells}
    if {"student", "id"} <= names and names & {"section", "sis login id"}:
        return "canvas"
    if "orgdefinedid" in names or "end-of-line indicator" in names:
        return "brightspace"
    if {"username", "last name"} <= names and names & {"student id", "availability", "last access"}:
        return "blackboard"
    if {"identifier", "grade"} <= names or "email address" in names or "id number" in names:
        return "moodle"
    return "plain"


def columns_of(table: Table, source: Source) -> dict[str, int]:
    """Return which column holds what: the names of :class:`Student`'s fields, as far as found."""
    found: dict[str, int] = {}
    by_word = {word: field for field, words in _COLUMNS.items() for word in words}
    by_word |= _OWN_COLUMNS[source]
    for number, cell in enumerate(table.header.cells):
        field = by_word.get(_column_name(cell.text))
        if field:
            found.setdefault(field, number)
    return found


def is_student(row: Row, source: Source, columns: Mapping[str, int]) -> bool:
    """Tell whether a row is somebody's: Canvas has rows for points and for a made-up student."""
    name = row.text(columns.get("name"))
    if source != "canvas":
        return True
    if _CANVAS_POINTS in row.text(0).casefold() or name == _CANVAS_TEST_STUDENT:
        return False
    return bool(row.text(columns.get("lms_id")) or row.text(columns.get("username")))  # "Muted" row


def folded(text: str) -> str:
    """Return a name or id for comparing: one form of each letter, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def unique(pairs: Iterable[tuple[str, Student]]) -> dict[str, Student]:
    """Return what each key stands for, leaving out keys that are empty or stand for several."""
    found: dict[str, Student] = {}
    several = set()
    for key, student in pairs:
        if key and found.setdefault(key, student) != student:
            several.add(key)
    return {key: s for key, s in found.items() if key not in several and key}


class _Reader:
    def __init__(
        self,
        table: Table,
        source: Source,
        columns: Mapping[str, int],
        known: Collection[str] | Mapping[str, str],
    ) -> None:
        self._table, self._source, self._columns = table, source, columns
        self._known = {folded(name): name for name in known}
        self._by_email: dict[str, str] = {}
        if isinstance(known, Mapping):
            mails = [(folded(mail), name) for name, mail in known.items() if mail]
            counted = [mail for mail, _ in mails]
            self._by_email = {m: name for m, name in mails if counted.count(m) == 1}
        self._best = self._best_id()
        self._heading = table.header.text(columns[self._best])
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def read(self) -> Iterator[Student]:
        lines: dict[str, Student] = {}
        for row in self._table.rows:
            if not is_student(row, self._source, self._columns):
                continue
            student = self._student(row)
            if student is None:
                continue
            first = lines.setdefault(folded(student.id), student)
            if first is student:
                yield student
                continue
            other = "" if first.id == student.id else f" (there as '{_shown(first.id)}')"
            self._say(
                row,
                f"the id '{_shown(student.id)}' is in line {first.line} already{other}",
                "Delete one of the two rows, or give each person an id of their own",
            )

    def _best_id(self) -> str:
        """Return the column whose cells are ids: the first that is not mostly empty.

        Moodle's exports have a column for a number that many sites never fill.
        """
        found = [field for field in _BEST_ID if field in self._columns]
        if self._source == "moodle":
            found = [field for field in found if field != "lms_id"]  # another in each assignment
        rows = [r for r in self._table.rows if is_student(r, self._source, self._columns)]
        for field in found:
            filled = sum(bool(row.text(self._columns[field])) for row in rows)
            if field == "id" or 2 * filled >= max(len(rows), 1):
                return field
        return found[0]

    def _student(self, row: Row) -> Student | None:
        cells = {field: _value(row.text(at), field) for field, at in self._columns.items()}
        if len(row.cells) > len(self._table.header.cells) and any(
            cell.text.strip() for cell in row.cells[len(self._table.header.cells) :]
        ):
            self._say(
                row,
                f"it has {len(row.cells)} cells, and there are "
                f"{len(self._table.header.cells)} columns",
                "Put quotation marks around a cell that holds a "
                + {",": "comma", ";": "semicolon", "\t": "tab"}[self._table.delimiter],
            )
            return None
        for field in ("first_name", "last_name", "name", "email"):
            if cells.get(field, "").startswith(RISKY):
                self.notes.append(
                    f"line {row.line}: the {field.replace('_', ' ')} begins with "
                    f"{cells[field][0]!a}. It is kept as text and never run"
                )
        name = self._id(row, cells)
        if name is None:
            return None
        fields = {field: value for field, value in cells.items() if field != "id"}
        return Student(name, line=row.line, **fields)

    def _id(self, row: Row, cells: Mapping[str, str]) -> str | None:
        if name := self._known_id(row, cells):
            return name
        name = cells[self._best]
        raw = row.cells[self._columns[self._best]].text if name else ""
        if not name and self._source != "plain":
            # What a platform wrote must not be edited, as it goes back there.
            self.notes.append(
                f"line {row.line}: left out, as the cell below '{_shown(self._heading)}' is empty"
            )
        elif not name:
            self._say(
                row,
                f"there is no id: the cell below '{_shown(self._heading)}' is empty",
                "Write the id that the class uses for this person, or delete the row",
            )
        elif raw.startswith(RISKY):
            self._say(
                row,
                f"the id {raw[:40]!a} begins with {raw[0]!a}, "
                "which a spreadsheet takes for a formula",
                "Write the id itself",
            )
        elif why := _unusable(name):
            self._say(row, f"the id '{_shown(name)}' can't be used: {why}", "Choose another one")
        else:
            return name
        return None

    def _known_id(self, row: Row, cells: Mapping[str, str]) -> str | None:
        """Return the id under which the course knows this person already, if it does.

        A platform's own number is no name of theirs here, unless the list has no other: Moodle's
        is another in each assignment, and may be the number by which the course knows another.
        """
        fields = [field for field in _BEST_ID if field != "lms_id" or field == self._best]
        sought = {cells.get(field, "") for field in fields}
        found = {self._known[folded(s)] for s in sought if folded(s) in self._known}
        if mail := self._by_email.get(folded(cells.get("email", ""))):
            found.add(mail)
        if len(found) > 1:
            ids = " and ".join(f"'{_shown(name)}'" for name in sorted(found))
            self._say(
                row,
                f"this person may be {ids}, whom the course knows as two people",
                "Correct the id or the address of the wrong one in your class list",
            )
        return found.pop() if len(found) == 1 else None

    def _say(self, row: Row, what: str, remedy: str) -> None:
        self.problems.append(Problem(row.line, what, remedy))


def _value(text: str, field: str) -> str:
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]  # how Canvas, and some spreadsheets, write a text
    if field in {"number", "username"}:
        return text.removeprefix("#")  # Brightspace's sign for "this is a text"
    if field == "lms_id" and (found := _PARTICIPANT.match(text)):
        return found[1]
    return text


def _unusable(name: str) -> str:
    """Say why a text can't be the name of somebody's folder; empty if it can."""
    try:
        check_id(name)
    except RefusedError as e:
        return str(e)
    if bad := sorted({c for c in name if c in _NOT_IN_A_FOLDERS_NAME}):
        return f"it holds {' '.join(bad)}, and it names a folder"
    if name.startswith(".") or name.endswith("."):
        return "it begins or ends with a full stop, and it names a folder"
    return ""


def _column_name(text: str) -> str:
    return " ".join(text.replace("_", " ").strip().removeprefix("#").casefold().split())


def _shown(text: str) -> str:
    return visible(text[:60])
