"""What somebody answers to the questions of a first set-up, checked as soon as it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError

from ..errors import CourseError
from ..spec import Id
from .course import zone_named
from .lms.class_list import ClassListError, read_class_list
from .lms.csvfile import TableError
from .term import check_path, exchange_trouble
from .times import WrongTimeError


def _title(answer: str) -> str:
    if not answer.strip():
        raise click.UsageError("A course needs a title")
    return answer.strip()


def _term(answer: str) -> str:
    try:
        TypeAdapter(Id).validate_python(answer)
    except ValidationError:
        why = f"{answer!r} can't be a term: use small letters, digits and hyphens"
        raise click.UsageError(why) from None
    return answer


def _timezone(answer: str) -> str:
    try:
        zone_named(answer)
    except WrongTimeError as e:
        raise click.UsageError(f"{e}. {e.remedy}") from None
    return answer


def _students(answer: str) -> str:
    if not answer:
        return answer
    file = Path(answer).expanduser().absolute()
    if not file.is_file():
        raise click.UsageError(f"There is no file {file}")
    try:
        read_class_list(file)
    except (ClassListError, TableError) as e:
        raise click.UsageError(str(e)) from None
    return answer


def _exchange(answer: str) -> str:
    if not answer:
        return answer
    folder = Path(answer).expanduser().absolute()
    try:
        check_path(folder)
    except CourseError as e:
        raise click.UsageError(str(e)) from None
    if trouble := exchange_trouble(folder):
        raise click.UsageError(". ".join(trouble))
    return answer


CHECKS: Mapping[str, Callable[[str], str]] = {
    "title": _title,
    "term": _term,
    "timezone": _timezone,
    "students": _students,
    "exchange": _exchange,
}
"""For each question, what returns the answer, or raises click's UsageError: it is asked again."""
