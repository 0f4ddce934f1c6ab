"""What four learning platforms call the files of a class in a ZIP, and whose each file is.

The patterns of Canvas and Moodle are from their own source, those of Blackboard and Brightspace
from other people's scripts and pages; none was tried against a live system. A person is found
by an id where the name holds one, by name only where nobody else has it, and never by likeness.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from ...grading.results import GradeError
from ...store.submission import RefusedError, visible
from .class_list import ClassList, Student
from .people import folded, unique
from .platforms import NAMES, SYSTEMS, System

EXAMPLES: dict[System, str] = {
    "canvas": "doejane_12345_678901_03-module.ipynb",
    "moodle": "Jane Doe_123456_assignsubmission_file/03-module.ipynb",
    "blackboard": "Module 3_jdoe_attempt_2026-11-21-15-00-00_03-module.ipynb",
    "brightspace": "1527-3517 - Jane Doe - Nov 21, 2026 1224 PM/03-module.ipynb",
}

# canvas-lms, lib/content_zipper.rb
_CANVAS = re.compile(
    r"(?:(?!(?i:LATE)_|anon_)(?P<name>.+?)_)?(?P<late>(?i:LATE)_)?"
    r"(?:(?P<user>\d+)|anon_(?P<anon>[A-Za-z0-9]+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<kind>text|link)\.html)",
    re.ASCII | re.DOTALL,
)
# moodle, mod/assign/classes/downloader.php; with folders, or without
_MOODLE = re.compile(
    r"(?:.*/)?(?P<name>[^_/]*)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?:_?/(?:.*/)?|_)(?P<file>[^/]+)",
    re.ASCII | re.DOTALL,
)
# The word for "attempt" is in the site's language. The shortest assignment, as a file's own name
# may hold such a word and a time too.
_BLACKBOARD = re.compile(
    r"(?P<before>.+?)_(?P<attempt>[^\W\d_]+)_(?P<when>[0-9]{4}(?:-[0-9]{2}){5})"
    r"(?:_(?P<file>.+)|(?P<about>\.txt))",
    re.DOTALL,
)
# The first line; what a student wrote is further below.
_BLACKBOARD_NAME = re.compile(r"\s*[^\W\d_]+\s?[:\uff1a].*\(([^()\s]+)\)\s*")
# A site writes dates in its own way: "Nov 21, 2026", "21 de noviembre de 2026", "2026-11-21".
_DATE = (
    r"(?:(?:\w+\.? \d{1,2}|\d{1,2}\.?(?: de)? \w+\.?(?: de)?),? \d{4}"
    r"|\d{4}[-.\u5e74] ?\d{1,2}[-.\u6708] ?\d{1,2}\u65e5?|\d{1,2}[-.]\d{1,2}[-.]\d{4})"
)
_TIME = r"(?:[^\W\d]{2} ?)?\d{1,2}(?: ?[h.:]? ?\d{2})?(?:\s?(?:[AaPp]\.?\s?[Mm]\.?|[^\W\d]{2,3}))?"
# With a folder for each attempt, or without; the first date, as a file's own name may hold another.
_BRIGHTSPACE = re.compile(
    rf"(?:.*/)?(?P<attempt>\d+-\d+ - (?P<name>[^/]+?) - (?P<when>{_DATE},? {_TIME}))"
    r"(?:/(?:.*/)?| - )(?P<file>[^/]+)",
    re.DOTALL,
)
# Marraskuu is no March: it is the Finnish November.
_WHEN = re.compile(
    r"(?:(?P<month>(?!marr)\w{3})\w*\.? (?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})\.? (?P<then>(?!marr)\w{3})\w*\.?"
    r"|(?P<iso>\d{4}-\d{1,2}-\d{1,2})),? (?:(?P<year>\d{4}),? )?"
    r"(?P<hour>\d{1,2}?) ?[h.:]? ?(?P<minute>\d\d)(?:\s?(?P<half>[AP])\.?\s?M\.?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NOBODYS = ("Thumbs.db", "desktop.ini", "index.html")


class Named(NamedTuple):
    """What the name of a file in a ZIP says.

    ``who`` is whatever the platform tells one person from another by; files with the same
    ``who`` and ``attempt`` were handed in together. ``file`` is the name that the student
    gave, and empty where a text was typed into the platform. ``when`` has no time zone: it
    goes by the platform's clock. A larger ``order`` came later.
    """

    who: str
    file: str
    lms_id: str = ""
    username: str = ""
    name: str = ""
    attempt: str = ""
    when: datetime | None = None
    order: int = 0
    late: bool = False


def is_nobodys(path: str) -> bool:
    """Tell whether a file in a ZIP was put there by a program, such as macOS's resource forks."""
    *folders, file = path.split("/")
    return "__MACOSX" in folders or file.startswith((".", "~")) or file in _NOBODYS


def about_attempts(path: str) -> str:
    """Return the beginning of the names that one of Blackboard's .txt files is about."""
    match = _BLACKBOARD.fullmatch(path.rpartition("/")[2])
    return _begin(match) if match and match["about"] else ""


def _begin(match: re.Match[str]) -> str:
    return f"{match['before']}_{match['attempt']}_{match['when']}"


def without_attempt(begin: str) -> str:
    """Return what stands before the attempt: the assignment and the username."""
    return begin.rsplit("_", 2)[0]


def username_in(about: bytes) -> str:
    """Return the username that one of Blackboard's .txt files names; empty if it names none."""
    encoding = "utf-16" if about.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    first, *_ = about.decode(encoding, "replace").strip().splitlines() or [""]
    match = _BLACKBOARD_NAME.fullmatch(first)
    return match[1] if match else ""


def read_name(system: System, path: str, usernames: Mapping[str, str]) -> Named | None:
    """Return what the path of a file in a ZIP says; None if the platform names none so.

    ``usernames`` are Blackboard's: by the beginning of the names, from its .txt files.
    """
    base = path.rpartition("/")[2]
    match system:
        case "canvas":
            match = _CANVAS.fullmatch(base)
            return _canvas(match) if match else None
        case "moodle":
            match = _MOODLE.fullmatch(path)
            return _moodle(match) if match else None
        case "blackboard":
            match = _BLACKBOARD.fullmatch(base)
            return _blackboard(match, usernames) if match else None
        case "brightspace":
            match = _BRIGHTSPACE.fullmatch(path)
            return _brightspace(match) if match else None


def _canvas(match: re.Match[str]) -> Named:
    user = match["user"] or ""
    return Named(
        who=user or f"anon {match['anon']}",
        file=match["file"] or "",
        lms_id=user,
        name=match["name"] or "",
        order=int(match["attachment"] or 0),
        late=bool(match["late"]),
    )


def _moodle(match: re.Match[str]) -> Named:
    file = match["file"] if match["plugin"] == "file" else ""
    return Named(who=match["id"], file=file, lms_id=match["id"], name=match["name"])


def _blackboard(match: re.Match[str], usernames: Mapping[str, str]) -> Named:
    begin = _begin(match)
    when = _moment(*map(int, match["when"].split("-")))
    username = usernames.get(begin, "")
    # Without the .txt, what stands before the attempt ends with the username.
    who = username or match["before"]
    return Named(who, match["file"] or "", username=username, name=who, attempt=begin, when=when)


def _brightspace(match: re.Match[str]) -> Named:
    return Named(
        who=folded(match["name"]),
        file=match["file"],
        name=match["name"],
        attempt=match["attempt"],
        when=_when(match["when"]),
    )


def _when(text: str) -> datetime | None:
    """Read "Nov 21, 2026 1224 PM" or "2026-11-21 1224".

    None for a month in another language, and where day and month can't be told apart.
    """
    match = _WHEN.fullmatch(" ".join(text.split()))
    if not match or bool(match["iso"]) == bool(match["year"]):
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    if match["iso"]:
        return _moment(*map(int, match["iso"].split("-")), hour, int(match["minute"]))
    named = (match["month"] or match["then"]).casefold()
    if named not in _MONTHS:
        return None
    day = int(match["day"] or match["first"])
    return _moment(int(match["year"]), _MONTHS.index(named) + 1, day, hour, int(match["minute"]))


def _moment(*parts: int) -> datetime | None:
    try:
        return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  see Named
    except ValueError:
        return None


class Owners:
    """Tells whose a file is, for all the files of one ZIP."""

    def __init__(self, system: System, names: Collection[Named], students: ClassList) -> None:
        if students.source not in {"plain", system}:
            raise GradeError(
                f"the class list is an export of {NAMES[students.source]}, and the ZIP is said to "
                f"be one of {NAMES[system]}: their numbers are not the same people's. Nothing was "
                "collected"
            )
        self._system, self._is_own = system, students.source == "plain"
        self._by_id = students.by("lms_id")
        # Who has no username of their own may have it for an id.
        ids = unique((folded(s.id), s) for s in students.students if not s.username)
        self._by_username = ids | students.by("username")
        self._by_name: dict[str, set[Student]] = defaultdict(set)
        for student in students.students:
            for name in student.names:
                self._by_name[_squash(name)].add(student)
        self._handed_in: dict[str, set[str]] = defaultdict(set)
        for named in names:
            self._handed_in[_squash(named.name)].add(named.who)
        self._made_up = {
            folded(key) for s in students.made_up for key in (s.lms_id, s.username) if key
        }

    def is_made_up(self, named: Named) -> bool:
        """Tell whether a file is that of somebody whom the platform made up."""
        return bool({folded(named.lms_id), folded(named.username)} & self._made_up)

    def of(self, named: Named) -> Student:
        """Return whose a file is. RefusedError: nobody's, or it can't be told."""
        if self._system == "canvas" and not named.lms_id:
            raise RefusedError("it was handed in without a name: it can't be told whose it is")
        if self._system == "blackboard":
            return self._of_username(named)
        if self._system == "brightspace":
            return self._of_name(named)
        return self._of_id(named)

    def _of_id(self, named: Named) -> Student:
        """Return whose the platform's number is, or else the name of somebody without a number."""
        person = self._by_id.get(named.lms_id)
        is_named = person and (self._is_blind() or _is_named(person, named.name))
        if person and (is_named or self._system == "canvas"):
            return person
        if not self._by_id or (self._is_own and self._system == "moodle"):
            return self._of_name(named)  # the numbers of a list of one's own are not Moodle's
        if person:
            # A worksheet of another assignment may have the same number.
            raise RefusedError(
                f"participant {named.lms_id} has another name in the class list: is it the "
                "grading worksheet of another assignment"
            )
        without = [s for s in self._by_name.get(_squash(named.name), ()) if not s.lms_id]
        if without:
            return self._of_name(named)
        what = "Canvas ID" if self._system == "canvas" else "participant"
        raise RefusedError(f"the class list has no {what} {named.lms_id}")

    def _of_username(self, named: Named) -> Student:
        if named.username:
            if person := self._by_username.get(folded(named.username)):
                return person
            raise RefusedError(f"the class list has no username {visible(named.username)}")
        parts = folded(named.name).split("_")
        ends = {"_".join(parts[i:]) for i in range(1, len(parts))}
        people = [self._by_username[end] for end in ends if end in self._by_username]
        if not people:
            raise RefusedError("the class list has no username that stands in its name")
        if len(people) > 1:
            raise RefusedError("several usernames of the class list may stand in its name")
        return people[0]

    def _of_name(self, named: Named) -> Student:
        name = _squash(named.name)
        if len(self._handed_in[name]) > 1:
            raise RefusedError("two people with this name have handed in")
        people: list[Student] = [*self._by_name.get(name, ())]
        if not people:
            raise RefusedError("nobody in the class list has this name")
        if len(people) > 1:
            raise RefusedError("two people in the class list have this name")
        return people[0]

    def _is_blind(self) -> bool:
        """Tell whether a word such as "Participant" stands for every name."""
        return len(self._handed_in) == 1 and len(*self._handed_in.values()) > 1


def _is_named(student: Student, name: str) -> bool:
    return _squash(name) in map(_squash, student.names)


def _squash(name: str) -> str:
    """Return a name as platforms put it into a file's: letters and digits only, one case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", name).casefold()))


def looks_like(paths: Collection[str]) -> Iterator[System]:
    """Yield the platforms by whose rules at least one of the paths is named."""
    for system in SYSTEMS:
        if any(read_name(system, path, {}) for path in paths):
            yield system
