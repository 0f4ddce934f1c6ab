"""Joining two lists of the same people: by every key that both have, the strongest first.

Nobody is joined by name. A key that two people of one list share joins nobody, and neither does
a platform's own number, unless both lists have it from the same platform.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from .platforms import Source

T = TypeVar("T")

KEYS = ("id", "username", "number", "email", "lms_id")
"""What may name a person in place of an id, the best first."""


class Person(NamedTuple):
    """Somebody whom the course knows: the id that it uses, and what else is known."""

    id: str
    email: str = ""
    username: str = ""
    number: str = ""
    lms_id: str = ""


class Joined(NamedTuple):
    """Who is whom: ``ids`` says for a row (by its place) which id the course uses.

    ``doubtful`` says for a row whom else it may be, by a weaker key.
    """

    ids: dict[int, str]
    doubtful: dict[int, str]


def folded(text: str) -> str:
    """Return a name or id for comparing: one form of each letter, no case, single spaces.

    Marks that can't be seen, as text copied from a page may hold, are left out.
    """
    if not text.isascii():
        seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
        text = "".join(seen)
    return " ".join(text.casefold().split())


def unique(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return what each key stands for, leaving out keys that are empty or stand for several."""
    found: dict[str, T] = {}
    several = set()
    for key, one in pairs:
        if key and found.setdefault(key, one) != one:
            several.add(key)
    return {key: one for key, one in found.items() if key not in several}


def join(rows: Sequence[Mapping[str, str]], known: Iterable[Person], source: Source) -> Joined:
    """Find for each row of a list whom of the known people it is about."""
    known = [*known]
    ids: dict[int, str] = {}
    doubtful: dict[int, tuple[int, str]] = {}
    taken: set[str] = set()
    for theirs, ours in _pairs(rows, source):
        here = unique((folded(row.get(theirs, "")), at) for at, row in enumerate(rows))
        there = unique((folded(getattr(person, ours)), person.id) for person in known)
        for value in here.keys() & there.keys():
            at, person = here[value], there[value]
            if at not in ids and person not in taken:
                ids[at] = person
                taken.add(person)
            elif at in ids and ids[at] != person:
                doubtful.setdefault(at, (at, person))
    free = {at: person for at, person in doubtful.values() if person not in taken}
    return Joined(ids, free)


def _pairs(rows: Sequence[Mapping[str, str]], source: Source) -> list[tuple[str, str]]:
    """Return which fields are compared, the strongest first.

    Moodle's numbers are others in each assignment, and so are compared with nothing.
    """
    pairs = [("id", "id"), ("id", "username"), ("id", "number"), ("id", "email")]
    if source in {"plain", "canvas"}:
        pairs.append(("lms_id", "lms_id"))
    for key in ("username", "number", "email"):
        pairs += [(key, key), (key, "id")]
    others = {key for row in rows for key, text in row.items() if text} & {*KEYS} - {"lms_id"}
    if source != "moodle" and not others:
        pairs.append(("lms_id", "id"))  # no other name for them is known
    return pairs
