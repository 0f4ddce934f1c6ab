"""Whom a course knows: the people in its gradebook, and what its class list says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nbgrader.api import Gradebook

from ..course import place, written
from .class_list import ClassList, ClassListError, read_class_list
from .csvfile import TableError
from .people import Person
from .platforms import NAMES

_ADD = {"username": "username", "number": "number", "email": "email", "lms_id": "lms id"}


def class_list_of(course: Path) -> Path | None:
    """Return the class list that ``course.yml`` names."""
    named = written(course).get("students")
    return place(course, named) if isinstance(named, str) and named else None


def people_in(gradebook: Gradebook) -> tuple[Person, ...]:
    """Return the people whom the gradebook has."""
    return tuple(
        Person(s.id, email=s.email or "", lms_id=s.lms_user_id or "") for s in gradebook.students
    )


def with_class_list(
    course: Path, people: Sequence[Person], tell: Callable[[str], None]
) -> tuple[Person, ...]:
    """Add what the class list of ``course.yml`` says of people: more keys to join them by.

    A class list that can't be used is said, and adds nothing.
    """
    file = class_list_of(course)
    if file is None:
        return tuple(people)
    try:
        listed = read_class_list(file, people).students
    except (ClassListError, TableError) as e:
        tell(f"The class list in course.yml can't be used to join people: {e}")
        return tuple(people)
    merged = {person.id: person for person in people}
    for student in listed:
        before, now = merged.get(student.id, Person(student.id)), student.person
        keys = {key: text for key, text in now._asdict().items() if text}
        merged[student.id] = before._replace(**keys)
    return tuple(merged.values())


def nobody_joined(students: ClassList, file: Path, people: Iterable[Person]) -> str:
    """Say that nobody of a list is in the course, and what to add; empty if somebody is."""
    known = {person.id for person in people}
    if not known or any(student.id in known for student in students.students):
        return ""
    keys = [key for key in _ADD if key in students.headings]
    if students.source == "moodle":
        keys = [key for key in keys if key != "lms_id"]  # another in each assignment
    named = " or ".join(
        f"'{_ADD[key]}' (what stands below {students.headings[key]!r})" for key in keys
    )
    whose = NAMES.get(students.source, "your list")
    return (
        f"nobody of {file.name} is in the course's class list: no key of {whose}'s is the same "
        f"there. Add to the class list a column {named}, run 'allyship teach', and try again"
    )
