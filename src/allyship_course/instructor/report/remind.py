"""Who might be written to about a module, and a text to copy. Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ...grading.folder import course_directory, load_config, source_of
from ...grading.gradebook import known_modules, open_gradebook
from ...spec import load_module
from ...store.submission import visible
from ..course import zone_of
from ..times import which_of_two, zone_in_words
from .table import completion_table

_NOTHING = """\
This is a reminder of the module "{title}".{due} Nothing of yours has arrived yet. If you have \
worked on it, please hand it in. You may leave out any exercise: that counts as complete, and \
nobody asks why. If something keeps you from it, write to me."""

_OPEN = """\
This is a reminder of the module "{title}".{due} What you handed in has arrived, and some of its \
exercises are still open. The feedback page says which. You may complete them and hand in again, \
or leave them out: that counts as complete too, and nobody asks why. If something keeps you \
from it, write to me."""


class Person(NamedTuple):
    """Somebody of the class, as the gradebook has them."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Reminder:
    """Three lists: nothing handed in, some exercises open, and complete but handed in late.

    The texts name the module and its date, nobody and nothing else.
    """

    module: str
    nothing: tuple[Person, ...]
    not_complete: tuple[Person, ...]
    late: tuple[Person, ...]
    text_nothing: str
    text_open: str

    def in_words(self) -> str:
        """Say who might be written to, with a text for each list."""
        parts = [
            *_part("Nothing handed in", self.nothing, self.text_nothing),
            *_part("Handed in, and some exercises open", self.not_complete, self.text_open),
            *_part("Complete, and handed in late: nothing to write", self.late, ""),
        ]
        if not self.nothing and not self.not_complete:
            parts.append(f"Nobody needs a reminder of {self.module}.")
        else:
            parts.append(
                "Nothing was sent. Write to each alone or with addresses in Bcc, so that nobody "
                "learns who else is on the list."
            )
        return "\n".join(parts)


def remind(course: Path, module: str) -> Reminder:
    """Return who might be reminded of a module, from the gradebook as it stands."""
    where = course_directory(course, load_config(course))
    with open_gradebook(where) as gradebook:
        known_modules(gradebook, where, [module])
        people = {
            s.id: Person(s.id, f"{s.first_name or ''} {s.last_name or ''}".strip(), s.email or "")
            for s in gradebook.students
        }
        due = gradebook.find_assignment(module).duedate
    table = completion_table(course)
    rows = [row for row in table.itertuples(index=False) if row.module == module]
    lists: dict[str, list[Person]] = {"nothing": [], "open": [], "late": []}
    for row in rows:
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
    )


def _due_in_words(due: datetime | None, zone: ZoneInfo | None) -> str:
    if due is None:
        return ""
    due = due.replace(tzinfo=UTC)
    there = due.astimezone(zone)
    time = f"{there.day} {there:%B %Y, %H:%M}{which_of_two(due, zone)} ({zone_in_words(zone)})"
    return f" It {'was' if due < datetime.now(UTC) else 'is'} due on {time}."


def _part(title: str, people: Sequence[Person], text: str) -> list[str]:
    if not people:
        return []
    lines = [f"{title} ({len(people):,}):"]
    for person in people:
        known = "  ".join(filter(None, [person.id, person.name, person.email]))
        lines.append(f"  {visible(known)}")
    return [*lines, "", *([text, ""] if text else [])]
