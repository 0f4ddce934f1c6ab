"""The class list: who is in a class, from a list of one's own or an export of a platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from ...errors import CourseError
from ...store.submission import RefusedError, check_id, visible
from .csvfile import RISKY, Row, Table, TableError, read_table
from .exports import Layout, is_somebodys, layout_of, made_up, number_of
from .people import KEYS, Joined, Person, folded, join, unique
from .platforms import Source

_NOT_IN_A_FOLDERS_NAME = '/\\*?[]<>:"|'
# What spreadsheets and tables of numbers make of ids: 1.23457E+11, 65001.0 and 65,001, #### and
# #N/A, in German #NV; 1-Mar of mar1, and whole dates.
_MONTH = "(?-i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SPOILT = re.compile(
    r"\d+[.,]\d+E[+-]?\d+|\d+E[+-]\d+|\d+[.,]0+|\d{1,3}(?:,\d{3})+|#{3,}"
    r"|#(?:N/A|NV|N/D|I/T|N/B)|#[\u00a1\u00bf]?[A-Z\u00c0-\u00dc/0]+[!?]"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d\d(?:\d\d)?)?|{_MONTH}-\d\d"
    r"|\d{4}-\d\d-\d\d(?:[ T].*)?|\d{1,2}[/.]\d{1,2}[/.]\d{4}",
    re.IGNORECASE,
)
_SHOWN = 12


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

    @property
    def person(self) -> Person:
        """The ids under which the course knows this student."""
        return Person(self.id, self.email, self.username, self.number, self.lms_id)


@dataclass(frozen=True)
class ClassList:
    """The students of a class, in the file's order; ``source`` is where the list came from.

    ``headings`` says for each field that the list has how its column is called. ``made_up`` are
    people whom a platform invented, to preview a course with. ``notes`` says what a person should
    know and need not mend.
    """

    students: tuple[Student, ...]
    source: Source
    headings: Mapping[str, str] = field(default_factory=dict)
    made_up: tuple[Student, ...] = ()
    notes: tuple[str, ...] = ()

    def by(self, name: Literal["username", "number", "email", "lms_id"]) -> dict[str, Student]:
        """Return the students by one of their folded ids; without those who share it."""
        return unique((folded(getattr(s, name)), s) for s in self.students)


def read_class_list(file: Path, known: Iterable[Person] = ()) -> ClassList:
    """Read who is in a class from a CSV of one's own, or from an export of one of four platforms.

    A list of one's own has a header with ``id`` and, as far as wanted, ``first name``,
    ``last name``, ``name``, ``email``, ``username``, ``number`` and ``lms id``, in any order, or
    with the words for them in another language. From a platform it may be: Canvas's gradebook
    export or list of people; Moodle's grading worksheet, gradebook export or list of
    participants; Blackboard's or Brightspace's gradebook export. :mod:`.exports` tells which.

    ``known`` are the people whom the course knows: who is one of them keeps the id there, see
    :func:`~.people.join`. Anybody else gets an id from the list: of an export, the username, or
    else the institution's number, the email address or the platform's own id, whichever the first
    is that most rows of it have; who does not have it, or shares it with another, gets the next.
    A row without any is left out. ``notes`` says so.

    Raises ClassListError with all problems at once (missing and double ids, ids that can't name
    a folder, that a spreadsheet would run or has shortened, rows that are too long), and
    TableError for a file that is no table or not understood.
    """
    table = read_table(file)
    layout = layout_of(table, file)
    keys = {*layout.columns} & {*KEYS} - ({"lms_id"} if layout.source == "moodle" else set())
    if not keys:
        raise TableError(
            f"{file}, line {table.header.line}: no column holds an id. The columns are: "
            f"{_some([cell.text.strip()[:40] for cell in table.header.cells])}. {_remedy(layout)}"
        )
    reader = _Reader(table, layout, [*known])
    students = tuple(reader.read())
    if not students and not reader.problems:
        why = f": {'; '.join(reader.notes[:_SHOWN])}" if reader.notes else ""
        reader.say(table.header.line, f"nobody is in the list{why}", "Add a row for each student")
    if reader.problems:
        raise ClassListError(file, sorted(reader.problems))
    headings = {key: table.header.text(at) for key, at in layout.columns.items()}
    notes = (*_about_the_table(table, layout), *reader.notes)
    return ClassList(students, layout.source, headings, tuple(reader.made_up), notes)


def _remedy(layout: Layout) -> str:
    if layout.source == "moodle":
        return (
            "Names alone join nobody. Let Moodle show email addresses or ID numbers too (its "
            "administrators call this showing user identity), and download it again"
        )
    return (
        "Name one of them 'id', if it is a list of your own. An export of a platform is to be "
        "downloaded again with the platform's language set to English, and given as it came"
    )


def _about_the_table(table: Table, layout: Layout) -> Iterator[str]:
    """Say what of a whole file should be known before anything is done with it."""
    if table.encoding == "cp1252":
        strange = next(
            cell.text.strip()
            for row in (table.header, *table.rows)
            for cell in row.cells
            if not cell.text.isascii()
        )
        yield (
            f"it is not in UTF-8 and was read as Windows-1252, in which somebody or something is "
            f"called {_shown(strange)!r}. If that is wrong, save it again as 'CSV UTF-8'"
        )
    if layout.source == "moodle" and layout.language.name != "English":
        yield (
            f"it is Moodle's in {layout.language.name}. What goes back to Moodle has to be "
            "uploaded in the same language; or set Moodle to English and download it again"
        )
    if layout.source == "plain" and (unknown := layout.unknown(table)):
        yield (
            f"columns that are not understood, and are left out: {_some(unknown)}. If one holds "
            "ids, names or addresses, call it id, username, number, email, first name, last "
            "name, name or lms id"
        )


@dataclass
class _Record:
    """A row about somebody: its cells by field."""

    row: Row
    cells: dict[str, str]

    @property
    def who(self) -> str:
        name = self.cells.get("name") or " ".join(
            filter(None, (self.cells.get("first_name"), self.cells.get("last_name")))
        )
        return f" ({_shown(name)})" if name else ""

    def as_student(self, name: str) -> Student:
        cells = {key: text for key, text in self.cells.items() if key != "id"}
        return replace(Student(name, line=self.row.line), **cells)  # type: ignore[arg-type]


class _Reader:
    """Reads the rows of one table; ``problems`` and ``notes`` say what was found on the way."""

    def __init__(self, table: Table, layout: Layout, known: Sequence[Person]) -> None:
        self._table, self._layout, self._known = table, layout, known
        self._source, self._columns = layout.source, dict(layout.columns)
        self._by_number = unique((_without_zeros(person.id), person.id) for person in known)
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.made_up: list[Student] = []

    def read(self) -> Iterator[Student]:
        rows = [row for row in self._table.rows if is_somebodys(row, self._layout)]
        self._leave_out_what_counts_rows(rows)
        records = [*self._without_doubles(self._records(rows))]
        joined = join([record.cells for record in records], self._known, self._source)
        fresh = self._fresh_ids(records, joined)
        for at, record in enumerate(records):
            if name := joined.ids.get(at) or fresh.get(at):
                if other := joined.doubtful.get(at):
                    self._say_doubtful(record, name, other)
                yield record.as_student(name)

    def say(self, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(line, what, remedy))

    # ---- rows

    def _records(self, rows: Iterable[Row]) -> Iterator[_Record]:
        for row in rows:
            cells = {key: _value(row.text(at), key) for key, at in self._columns.items()}
            record = _Record(row, cells)
            if self._is_too_long(row) or self._is_spoilt(record):
                continue
            if why := made_up(cells, self._source):
                self.notes.append(f"line {row.line}{record.who}: left out, as {why}")
                self.made_up.append(record.as_student(""))
                continue
            self._say_what_is_risky(record)
            yield record

    def _is_too_long(self, row: Row) -> bool:
        width = len(self._table.header.cells)
        if not any(cell.text.strip() for cell in row.cells[width:]):
            return False
        mark = {",": "comma", ";": "semicolon", "\t": "tab"}[self._table.delimiter]
        self.say(
            row.line,
            f"it has {len(row.cells)} cells, and there are {width} columns",
            f"Put quotation marks around a cell that holds a {mark}",
        )
        return True

    def _is_spoilt(self, record: _Record) -> bool:
        """Name an id that is no longer what it was: joined by it, somebody would be another."""
        spoilt = False
        for key in ("id", "username", "number", "lms_id"):
            text = record.cells.get(key, "")
            if _SPOILT.fullmatch(text):
                spoilt = True
                self.say(
                    record.row.line,
                    f"{_shown(text)!r} below {self._heading(key)!r}{record.who} is what a "
                    "spreadsheet made of an id",
                    "Download the file again and don't open it in a spreadsheet. In a list of "
                    "your own, set that column to 'Text' and write the id in full",
                )
        return spoilt

    def _say_what_is_risky(self, record: _Record) -> None:
        for key in ("first_name", "last_name", "name", "email"):
            text = record.cells.get(key, "")
            if text.startswith(RISKY):
                self.notes.append(
                    f"line {record.row.line}: the {key.replace('_', ' ')} begins with "
                    f"{text[0]!a}. It is kept as text and never run"
                )

    def _leave_out_what_counts_rows(self, rows: Sequence[Row]) -> None:
        """Take no numbers of rows for ids, where the list has something better."""
        at = self._columns.get("id")
        if at is None or len(rows) < 2 or self._source != "plain":
            return
        counts = [row.text(at) for row in rows] == [f"{n}" for n in range(1, len(rows) + 1)]
        ids = {folded(person.id) for person in self._known}
        if counts and "1" not in ids and self._columns.keys() & {"username", "number", "email"}:
            self.notes.append(
                f"{self._heading('id')!r} counts the rows from 1 to {len(rows)}, and is no id"
            )
            del self._columns["id"]

    def _without_doubles(self, records: Iterable[_Record]) -> Iterator[_Record]:
        """Leave out a row about somebody who has one already, by the platform's own key."""
        key = {"canvas": "lms_id", "moodle": "lms_id", "plain": "id"}.get(self._source, "username")
        lines: dict[str, _Record] = {}
        for record in records:
            value = folded(record.cells.get(key, ""))
            first = lines.setdefault(value, record) if value else record
            if first is record:
                yield record
            elif self._source == "plain":
                was, now = first.cells[key], record.cells[key]
                self._say_double(record, now, first.row.line, was)
            else:
                self.notes.append(
                    f"line {record.row.line}{record.who}: left out, as line {first.row.line} is "
                    f"about the same person"
                )

    # ---- ids

    def _fresh_ids(self, records: Sequence[_Record], joined: Joined) -> dict[int, str]:
        """Return the ids of those whom the course does not know, by the places of their rows."""
        keys = self._keys(records)
        shared = {key: self._shared(records, key) for key in keys}
        used = {folded(person.id) for person in self._known}
        ids: dict[int, str] = {}
        for at, record in enumerate(records):
            if at in joined.ids:
                continue
            whys = []
            if why := self._why_somebody_known(record, keys):
                self._say_no_id(record, keys, [why])
                continue
            for key in keys:
                text = record.cells[key]
                why = self._why_no_id(record, key, shared[key])
                if not why and folded(text) in used:
                    why = f"the id {_shown(text)!r} is another person's already"
                if not why:
                    ids[at] = text
                    used.add(folded(text))
                    break
                whys.append(why)
            else:
                self._say_no_id(record, keys, whys)
        return ids

    def _keys(self, records: Sequence[_Record]) -> list[str]:
        """Return which columns ids come from, the first being one that is not mostly empty.

        Moodle's exports have a column for a number that many sites never fill.
        """
        there = [key for key in KEYS if key in self._columns]
        if self._source == "moodle":
            there = [key for key in there if key != "lms_id"]  # another in each assignment
        if "id" in there:
            return ["id"]
        enough = max(len(records), 1) / 2
        filled = (key for key in there if sum(bool(r.cells[key]) for r in records) >= enough)
        best = next(filled, there[0])
        return [best, *(key for key in there if key != best)]

    def _why_somebody_known(self, record: _Record, keys: Sequence[str]) -> str:
        """Say whose id this may be without its first noughts: spreadsheets take them away."""
        for key in keys:
            text = record.cells[key]
            other = self._by_number.get(_without_zeros(text)) if key != "lms_id" else None
            if other and other != text:
                return (
                    f"the id {_shown(text)!r} may be {_shown(other)!r}, whom the course knows: "
                    "spreadsheets take the first noughts away"
                )
        return ""

    @staticmethod
    def _shared(records: Sequence[_Record], key: str) -> dict[str, list[int]]:
        lines: dict[str, list[int]] = {}
        for record in records:
            lines.setdefault(folded(record.cells[key]), []).append(record.row.line)
        return {value: some for value, some in lines.items() if value and len(some) > 1}

    def _why_no_id(self, record: _Record, key: str, shared: Mapping[str, list[int]]) -> str:
        """Say why a cell can't be a person's id in the course; empty if it can."""
        text = record.cells[key]
        raw = record.row.cells[self._columns[key]].text if text else ""
        if not text:
            return f"the cell below {self._heading(key)!r} is empty"
        if raw.startswith(RISKY):
            return (
                f"the id {raw[:40]!a} begins with {raw[0]!a}, "
                "which a spreadsheet takes for a formula"
            )
        if why := _unusable(text):
            return f"the id {_shown(text)!r} can't be used: {why}"
        if lines := shared.get(folded(text)):
            return f"{_shown(text)!r} stands in the lines {', '.join(map(str, lines[:4]))}"
        return ""

    def _say_no_id(self, record: _Record, keys: Sequence[str], whys: Sequence[str]) -> None:
        line, first = record.row.line, whys[0]
        if self._source != "plain":
            # What a platform wrote must not be edited, as it goes back there.
            self.notes.append(f"line {line}{record.who}: left out, as {'; '.join(whys)}")
        elif not record.cells[keys[0]]:
            self.say(
                line,
                f"there is no id: {'; '.join(whys)}",
                "Write the id that the class uses for this person, or delete the row",
            )
        else:
            self.say(line, first, "Write an id of this person's own")

    def _say_double(self, record: _Record, text: str, line: int, was: str) -> None:
        other = "" if was == text else f" (there as {_shown(was)!r})"
        self.say(
            record.row.line,
            f"the id {_shown(text)!r} is in line {line} already{other}",
            "Delete one of the two rows, or give each person an id of their own",
        )

    def _say_doubtful(self, record: _Record, name: str, other: str) -> None:
        if self._source == "plain":
            both = " and ".join(f"'{_shown(one)}'" for one in sorted((name, other)))
            self.say(
                record.row.line,
                f"this person may be {both}, whom the course knows as two people",
                "Correct the id or the address of the wrong one in your class list",
            )
        else:
            self.notes.append(
                f"line {record.row.line}{record.who}: taken for '{_shown(name)}', though a "
                f"weaker sign, such as the address, is that of '{_shown(other)}'"
            )

    def _heading(self, key: str) -> str:
        return _shown(self._table.header.text(self._layout.columns[key]))


def _value(text: str, key: str) -> str:
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]  # how Canvas, and some spreadsheets, write a text
    if key in {"number", "username"} and not _SPOILT.fullmatch(text):
        return text.removeprefix("#")  # Brightspace's sign for "this is a text"
    return number_of(text) if key == "lms_id" else text


def _without_zeros(text: str) -> str:
    """Return a number as a spreadsheet would show it; empty for what is no number."""
    return text.lstrip("0") if text.isascii() and text.isdigit() else ""


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


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(_shown(text) for text in texts[:_SHOWN]) + more


def _shown(text: str) -> str:
    return visible(text[:60])
