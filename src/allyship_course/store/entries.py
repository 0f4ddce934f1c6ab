"""Answers to the same question on several days.

The first answer is kept under the field's id, its day under ``id@first``, and each later answer
under the id with its day, as in ``id@2026-12-12``. ``form/entries.mjs`` has the same; both run
against ``tests/vectors/entries.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

_DATED = re.compile(r"([\w-]+)@(.{10})", re.ASCII)
_DAY = re.compile(r"[1-9]\d{3}-\d\d-\d\d", re.ASCII)


class DatedEntry(NamedTuple):
    """One answer to a field. ``day`` is empty where nobody knows on which day it was given."""

    day: str
    value: Any


def parts_of(key: str) -> tuple[str, str]:
    """Return the id and the day in the name of a later answer; of any other, the name alone."""
    parts = _DATED.fullmatch(key)
    return (parts[1], parts[2]) if parts and _is_day(parts[2]) else (key, "")


def belongs_to(key: str, ids: Collection[str]) -> bool:
    """Tell whether a name says more of one of these fields: a later answer, or a first day."""
    name, day = parts_of(key)
    return (bool(day) and name in ids) or any(key == _first_day(name) for name in ids)


def entries_of(answers: Mapping[str, Any], field_id: str) -> list[DatedEntry]:
    """Return all answers to a field, the first one first."""
    first = []
    if field_id in answers:
        day = answers.get(_first_day(field_id))
        known = day if isinstance(day, str) and _is_day(day) else ""
        first.append(DatedEntry(known, answers[field_id]))
    later = sorted(key for key in answers if key != field_id and parts_of(key)[0] == field_id)
    return first + [DatedEntry(parts_of(key)[1], answers[key]) for key in later]


def _first_day(field_id: str) -> str:
    return f"{field_id}@first"


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
