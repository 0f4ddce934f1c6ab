"""Which columns of a platform's own gradebook export can be filled, and how far each goes.

Only a column that the platform would take for what it is can be chosen: a heading that it does
not know becomes a new assignment, and one that it calculates, or that holds something else than
points, is skipped or spoilt without a word.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .csvfile import Table, TableError
from .exports import Layout, column_of, maximum, points_row
from .labels import label
from .numbers import NUMBER
from .platforms import System

_WHY_NOT = (
    "the platform would take it for a new assignment, calculates it itself, takes no points there, "
    "or does not let it be changed"
)
# canvas-lms, lib/gradebook_importer.rb: a column without a number in brackets is a new assignment.
_CANVAS = re.compile(r"(?P<title>.*)\s\(\d+\)", re.DOTALL)
_CANVAS_NO_ASSIGNMENT = re.compile(
    r"(?:Current|Final) (?:Score|Points|Grade)|Override (?:Score|Grade|Status)"
)
# "[Total Pts: up to 100 Score] |1" is calculated; the first words are in the site's language.
_BLACKBOARD = re.compile(
    rf"(?P<title>.*?)\s*\[(?:[^\]:]*:)?\s*(?P<before>[^\]\d]*)(?:(?P<most>{NUMBER})"
    r"(?P<kind>[^\]]*))?\]\s*\|\s*\d+",
    re.DOTALL,
)
# What Blackboard calls points, beside percentages, letters and texts, in the languages it has.
_POINTS = {
    *("", "score", "points", "punkte", "punktzahl", "ergebnis", "bewertung", "puntuación"),
    *("puntaje", "puntos", "note", "points", "pontuação", "pontos", "punteggio", "punti"),
    *("punten", "poäng", "poeng", "point", "wynik", "punkty", "puan", "баллы", "оценка"),
    *("スコア", "得点", "点数", "分数", "得分", "점수", "النتيجة", "الدرجة"),
}
_BRIGHTSPACE = re.compile(
    rf"(?P<title>.*) Points Grade(?:\s*<(?P<kind>\w*)(?:.*?MaxPoints:\s*(?P<most>{NUMBER}))?.*>)?",
    re.DOTALL | re.IGNORECASE,
)
_BRIGHTSPACE_POINTS = {"", "numeric", "passfail"}
_MOODLE = re.compile(r"(?P<item>.*?)\s*\((?P<kind>[^()]*)\)", re.DOTALL)
_KIND = re.compile("[:\uff1a]")
_BEHIND_A_TITLE = re.compile(r"\s*[(\[]|\s+Points Grade")
_SHOWN = 30


class Target(NamedTuple):
    """A column that can be filled; ``most`` is its maximum, if the platform states one.

    ``titles`` are what somebody may call it. In Moodle's grading worksheet each row has the
    maximum, in ``most_at``, and says in ``locked_at`` whether the grade can be changed.
    ``never_states`` is true of a kind of file that has no maximum of any column.
    """

    at: int
    heading: str
    titles: tuple[str, ...]
    most: float | None = None
    most_at: int | None = None
    locked_at: int | None = None
    never_states: bool = False


def find_column(
    table: Table, layout: Layout, system: System, wanted: str | None, export: Path
) -> Target:
    """Return the column that is meant. Raises TableError where it can't be filled or told."""
    found = _columns(table, layout, system, export)
    called = label(wanted) if wanted else None
    fits = [t for t in found if called is None or called in {*map(label, (t.heading, *t.titles))}]
    exact = [t for t in fits if wanted and t.heading == wanted.strip()]
    if len(exact or fits) == 1:
        target = (exact or fits)[0]
        _check_maximum(target, table, export)
        return target
    headings = ", ".join(repr(t.heading) for t in found[:_SHOWN]) or "none"
    if fits:
        raise TableError(
            f"{export}: which column is to be filled? Name one with --column: {headings}"
        )
    there = called in {
        label(name)
        for cell in table.header.cells
        for name in (cell.text, _BEHIND_A_TITLE.split(cell.text.strip(), maxsplit=1)[0])
    }
    why = (
        f"the column {wanted!r} can't be filled: {_WHY_NOT}"
        if there
        else f"there is no column {wanted!r}"
        if wanted
        else "no column can be filled"
    )
    raise TableError(
        f"{export}: {why}. Columns that can be filled: {headings}. Make the assignment in the "
        "platform first, download the export in the platform's English version, and try again"
    )


def kept_columns(table: Table, layout: Layout, system: System, target: Target) -> list[int]:
    """Return which columns are written: those by which the platform knows people, and one more.

    Moodle's worksheet is written whole, for Moodle knows it by all of it.
    """
    every = range(len(table.header.cells))
    if layout.worksheet:
        return [*every]
    kept = {target.at, *_identity(layout)}
    words = {
        "canvas": {"integrationid", "rootaccount", "section"},
        "brightspace": {"endoflineindicator"},
    }.get(system, set())
    return [at for at in every if at in kept or label(table.header.text(at)) in words]


def _identity(layout: Layout) -> set[int]:
    fields = {
        "brightspace": {"username", "number"},
        "blackboard": {"last_name", "first_name", "username", "number"},
        "moodle": {"last_name", "first_name", "username", "number", "email"},
        "canvas": {"name", "last_name", "first_name", "lms_id", "number", "username"},
    }.get(layout.source, set())
    return {at for field, at in layout.columns.items() if field in fields}


def _columns(table: Table, layout: Layout, system: System, export: Path) -> list[Target]:
    """Return the columns that the platform would take for what they are."""
    if layout.worksheet:
        return [_of_worksheet(table, layout, export)]
    known = {*layout.columns.values()}
    headings = [
        (at, cell.text.strip()) for at, cell in enumerate(table.header.cells) if at not in known
    ]
    find = {
        "canvas": _of_canvas,
        "blackboard": _of_blackboard,
        "brightspace": _of_brightspace,
        "moodle": _of_moodle,
    }[system]
    targets = (find(table, layout, at, heading) for at, heading in headings)
    return [target for target in targets if target]


def _of_worksheet(table: Table, layout: Layout, export: Path) -> Target:
    language = layout.language
    at, scale = (column_of(table, language, meaning) for meaning in ("grade", "scale"))
    most_at = column_of(table, language, "maximum")
    if at is None or column_of(table, language, "grade modified") is None:
        raise TableError(
            f"{export}: columns of Moodle's grading worksheet are missing, and Moodle takes it in "
            "only whole. Download it again and give it as it came"
        )
    if most_at is None:
        why = "the assignment is graded by a scale" if scale is not None else "it has no maximum"
        raise TableError(
            f"{export}: {why}, and Moodle would skip points without a word. Set the "
            "assignment's grade to 'Point' in its settings, with a maximum, and download the "
            "worksheet again"
        )
    heading = table.header.text(at)
    locked = column_of(table, language, "can be changed")
    return Target(at, heading, ("Grade",), most_at=most_at, locked_at=locked)


def _of_canvas(table: Table, _layout: Layout, at: int, heading: str) -> Target | None:
    match = _CANVAS.fullmatch(heading)
    row = points_row(table)
    points = row.text(at) if row else ""
    # "(read only)" may be in another language.
    if not match or _CANVAS_NO_ASSIGNMENT.search(heading) or (points and not points[0].isdigit()):
        return None
    return Target(at, heading, (match["title"],), maximum(points))


def _of_blackboard(_table: Table, _layout: Layout, at: int, heading: str) -> Target | None:
    match = _BLACKBOARD.fullmatch(heading)
    if not match or label(match["before"]) or label(match["kind"] or "") not in _of_points():
        return None
    return Target(at, heading, (match["title"],), maximum(match["most"]))


@cache
def _of_points() -> frozenset[str]:
    return frozenset(map(label, _POINTS))


def _of_brightspace(_table: Table, _layout: Layout, at: int, heading: str) -> Target | None:
    match = _BRIGHTSPACE.fullmatch(heading)
    if not match or (match["kind"] or "").casefold() not in _BRIGHTSPACE_POINTS:
        return None
    return Target(at, heading, (match["title"],), maximum(match["most"]))


def _of_moodle(_table: Table, layout: Layout, at: int, heading: str) -> Target | None:
    """Only the points of an activity: no letters, percentages or feedback, and no totals."""
    match = _MOODLE.fullmatch(heading)
    words = layout.language
    if not match or label(match["kind"]) not in words.words["real"]:
        return None
    item = match["item"].strip()
    totals = words.patterns.get("category total", ())
    is_total = label(item) in words.words["course total"] or any(
        re.fullmatch(re.escape(total).replace(r"\*", ".+"), item, re.IGNORECASE)
        for total in totals
        if not _KIND.search(item)  # an activity's own name, behind the word for its kind
    )
    if is_total:
        return None
    own = _KIND.split(item, maxsplit=1)[-1]
    return Target(at, heading, (item, own), never_states=True)


def _check_maximum(target: Target, table: Table, export: Path) -> None:
    """Points can't be scaled to a maximum that is not known, and would stand there as they are."""
    if target.most_at is not None:
        missing = [row.line for row in table.rows if maximum(row.text(target.most_at)) is None]
        if missing:
            raise TableError(
                f"{export}, line {missing[0]}: there is no maximum below "
                f"{table.header.text(target.most_at)!r}. Download the worksheet again"
            )
    elif target.most is None and not target.never_states:
        raise TableError(
            f"{export}: the file does not say how many points there are for {target.heading!r}, "
            "so yours can't be scaled to them. Set the points in the platform, download the "
            "export again, and give it as it came"
        )
