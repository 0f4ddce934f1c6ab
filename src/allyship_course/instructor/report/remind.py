"""Who might be written to about a module, and a text to copy. Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ...grading.folder import course_directory, load_settings, source_of
from ...grading.gradebook import known_modules, open_gradebook
from ...spec import load_module
from ...store.submission import visible
from ..course import zone_of
from ..times import which_of_two, zone_in_words
from .table import ClassState, read_class, table_of
from .troubles import troubles

_NOTHING = """\
This is a reminder of the module "{title}".{due} Nothing of yours has arrived yet. If you have \
worked on it, please hand it in. You may leave out any exercise: that counts as complete, and \
nobody asks why. If something keeps you from it, write to me."""

_OPEN = """\
This is a reminder of the module "{title}".{due} What you handed in has arrived, and some of its \
exercises are still open. The feedback page says which. You may complete them and hand in again, \
or leave them out: that counts as complete too, and nobody asks why. If something keeps you \
from it, write to me."""


_NOT_COUNTED = """\
This is about the module "{title}".{due} Something of yours has arrived, and it could not be \
counted: a file in it is missing, damaged or another one. Your answers are still in your journal. \
Please open the module, wait until its exercises are there, save it under its own name, and hand \
in again. If that does not help, write to me."""


class Person(NamedTuple):
    """Somebody of the class, as the gradebook has them."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Reminder:
    """Who has handed nothing in, has exercises open, or is complete but late; with texts to copy.

    ``not_counted`` are those whose work has no points for another reason, with that reason.

    The texts name the module and its date, nobody and nothing else.
    """

    module: str
    nothing: tuple[Person, ...]
    not_complete: tuple[Person, ...]
    late: tuple[Person, ...]
    text_nothing: str
    text_open: str
    not_counted: tuple[tuple[Person, str], ...] = ()
    text_not_counted: str = ""

    def in_words(self) -> str:
        """Say who might be written to, with a text for each list."""
        parts = [
            *_part("Nothing handed in", self.nothing, self.text_nothing),
            *_part("Handed in, and some exercises open", self.not_complete, self.text_open),
            *_part(
                "Handed in, and nothing of it counts",
                [person for person, _ in self.not_counted],
                self.text_not_counted,
                [why for _, why in self.not_counted],
            ),
            *_part("Complete, and handed in late: nothing to write", self.late, ""),
        ]
        if not (self.nothing or self.not_complete or self.not_counted):
            parts.append(f"Nobody needs a reminder of {self.module}.")
        else:
            parts.append(
                "Nothing was sent. Write to each alone or with addresses in Bcc, so that nobody "
                "learns who else is on the list."
            )
        return "\n".join(parts)


def remind(course: Path, module: str) -> Reminder:
    """Return who might be reminded of a module, from the gradebook as it stands."""
    where = course_directory(course, load_settings(course))
    with open_gradebook(where) as gradebook:
        known_modules(gradebook, where, [module])
        people = {
            s.id: Person(s.id, f"{s.first_name or ''} {s.last_name or ''}".strip(), s.email or "")
            for s in gradebook.students
        }
        due = gradebook.find_assignment(module).duedate
    state = read_class(course)
    found = {t.student: t.why for t in troubles(Path(where.root), state) if t.module == module}
    rows = [row for row in table_of(state).itertuples(index=False) if row.module == module]
    lists: dict[str, list[Person]] = {"nothing": [], "open": [], "late": []}
    for row in rows:
        if row.student in found:
            continue
        if row.state == "nothing handed in" and _has_more_time(state, row.student, module):
            continue
        if row.state == "nothing handed in":
            lists["nothing"].append(people[row.student])
        elif row.state != "graded":
            continue  # what arrived is not known before it is graded
        elif row.complete < row.of:
            lists["open"].append(people[row.student])
        elif row.late:
            lists["late"].append(people[row.student])
    title = load_module(source_of(where, module)).title
    said = _due_in_words(due, zone_of(course))
    return Reminder(
        module,
        tuple(lists["nothing"]),
        tuple(lists["open"]),
        tuple(lists["late"]),
        _NOTHING.format(title=title, due=said),
        _OPEN.format(title=title, due=said),
        tuple((people[student], why) for student, why in sorted(found.items())),
        _NOT_COUNTED.format(title=title, due=said),
    )


def _has_more_time(state: ClassState, student: str, module: str) -> bool:
    until = next((m.until.get(student) for m in state.modules if m.id == module), None)
    return until is not None and until > datetime.now(UTC)


def _due_in_words(due: datetime | None, zone: ZoneInfo | None) -> str:
    if due is None:
        return ""
    due = due.replace(tzinfo=UTC)
    there = due.astimezone(zone)
    time = f"{there.day} {there:%B %Y, %H:%M}{which_of_two(due, zone)} ({zone_in_words(zone)})"
    return f" It {'was' if due < datetime.now(UTC) else 'is'} due on {time}."


def _part(title: str, people: Sequence[Person], text: str, whys: Sequence[str] = ()) -> list[str]:
    if not people:
        return []
    lines = [f"{title} ({len(people):,}):"]
    for person, why in zip(people, whys or [""] * len(people), strict=True):
        known = "  ".join(filter(None, [person.id, person.name, person.email, why]))
        lines.append(f"  {visible(known)}")
    return [*lines, "", *([text, ""] if text else [])]
