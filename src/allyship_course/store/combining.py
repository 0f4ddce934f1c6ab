"""Two notes of one exercise, from two devices, as one.

``book/combine.mjs`` has the same rules; both run against ``tests/vectors/combine.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from .entries import parts_of
from .journal import Note
from .moments import iso, sound_moment

Counts = Literal["newer", "here", "file"]
"""Whose answer counts where two differ: what was kept later, what is here, what comes in."""


def combine(
    here: Note, theirs: Note, types: Mapping[str, str], now: int, counts: Counts = "newer"
) -> Note:
    """Return two notes of one exercise as one: the one that counts, with what only the other has.

    Where the newer one counts and their clocks can't say which that is, nothing that was written
    is lost: texts of both stay. ``types`` names the type of each field. Nothing becomes shared
    that was not: the tick stands only if both have it, or if all that is in the note was written
    under it.
    """
    if counts == "file":
        return _with_theirs(here, theirs, now)
    if counts == "here":
        return _with_what_is_missing(here, theirs)
    mine, other = sound_moment(here.saved, now), sound_moment(theirs.saved, now)
    if mine is None or other is None or mine == other:
        return _joined(here, theirs, types, now)
    older, newer = (here, theirs) if mine < other else (theirs, here)
    return _with_what_is_missing(newer, older)


def different(here: Note, theirs: Note, types: Mapping[str, str], now: int) -> tuple[str, ...]:
    """Return of which answers only one would stay, if the newer counts."""
    result = combine(here, theirs, types, now).answers
    return tuple(
        key
        for key, value in here.answers.items()
        if key in theirs.answers
        and not all(
            _holds(types.get(parts_of(key)[0]), result[key], one)
            for one in (value, theirs.answers[key])
        )
    )


def _with_what_is_missing(note: Note, other: Note) -> Note:
    more = {key: value for key, value in other.answers.items() if key not in note.answers}
    if not more:
        return note
    shared = note.shared and other.shared
    return replace(note, answers={**note.answers, **more}, shared=shared)


def _with_theirs(here: Note, theirs: Note, now: int) -> Note:
    answers = {**here.answers, **theirs.answers}
    if answers == here.answers and theirs.passed == here.passed:
        return here
    shared = here.shared and theirs.shared
    return Note(answers, passed=theirs.passed, shared=shared, saved=iso(now))


def _joined(here: Note, theirs: Note, types: Mapping[str, str], now: int) -> Note:
    answers = dict(here.answers)
    for key, value in theirs.answers.items():
        answers[key] = (
            _join(types.get(parts_of(key)[0]), value, answers[key]) if key in answers else value
        )
    if answers == here.answers:
        return here
    return replace(here, answers=answers, shared=here.shared and theirs.shared, saved=iso(now))


def _join(field_type: str | None, earlier: Any, later: Any) -> Any:
    """Return one answer out of two, such that nothing written is lost; without a way, the later."""
    match field_type, earlier, later:
        case "text" | "line", str(), str():
            if earlier in later or later in earlier:
                return max(later, earlier, key=len)
            return f"{later}{_BETWEEN[field_type]}{earlier}"
        case "list", list(), list():
            return [*later, *(row for row in earlier if row not in later)]
        case _:
            return later


def _holds(field_type: str | None, answer: Any, part: Any) -> bool:
    """Tell whether all that stands in ``part`` stands in ``answer``."""
    if answer == part:
        return True
    match field_type, answer, part:
        case "text" | "line", str(), str():
            return part in answer
        case "list", list(), list():
            return all(row in answer for row in part)
        case _:
            return False


_BETWEEN = {"text": "\n\n", "line": " / "}
