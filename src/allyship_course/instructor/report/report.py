"""The report: where a class is, as one page for the instructor, with CSV and Parquet beside it."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from ...grading.folder import course_directory
from ...messages import plural
from ...store.files import RecordError, encode_json, read_json, replace_file
from ...store.submission import visible
from ..course import title_of, zone_of
from ..lms.csvfile import plain
from ..times import shown, zone_in_words
from .page import render_page
from .table import ClassState, ModuleState, Work, exercise_table, passes, read_class, table_of
from .troubles import Trouble, troubles

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "report"
"""In the course folder: the page, both tables, and what the next report compares with."""
REMEMBERED_FILE = "remembered.json"
MOST_ON_A_PAGE = 500
"""Students whose rows stand in the page; more would be slow to open and no use to look at."""
GROUP, STEP = 10, 5
"""Nothing is said of who left out what among fewer than GROUP; above that in steps of STEP."""
_MOST_NAMED = 50
_SCHEMA = 1
_NOTHING = "–"  # noqa: RUF001  a dash is what stands in an empty cell
_MAX_REMEMBERED_BYTES = 500_000_000

Counts = Mapping[str, Mapping[str, int]]
"""How many exercises each student has complete, by module; only of those who handed in."""


class Report(NamedTuple):
    """The files that were written, and the figures at the head of the page."""

    page: Path
    csv: Path
    parquet: Path
    figures: dict[str, str]
    notes: tuple[str, ...]


def report(course: Path, into: Path | None = None, now: datetime | None = None) -> Report:
    """Write the report of a course folder: ``report/report.html``, or ``into``; return what it is.

    Beside the page stand the completion table as CSV, safe for spreadsheets, and as Parquet.
    It says what has changed since the last report of an earlier day, for which each report
    remembers, in ``report/remembered.json``, how many exercises each student had complete.
    Raises GradeError when the gradebook can't be read, OSError when a file can't be written.
    """
    now = now or datetime.now(UTC)
    state = read_class(course)
    folder = Path(course_directory(course).root) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    page = into or folder / "report.html"
    memory = folder / REMEMBERED_FILE
    zone = zone_of(course)
    now = now.astimezone(zone)
    earlier, notes = _recall(memory, now, zone)
    found = list(troubles(folder.parent, state))
    content = _content(state, earlier, now, zone, found)
    beside = {"csv": page.with_suffix(".csv"), "parquet": page.with_suffix(".parquet")}
    table = table_of(state)
    text = render_page(
        "report.html.jinja",
        "report.mjs",
        course=title_of(folder.parent),
        **content,
        notes=[*_changes(state, earlier), *notes],
        **{kind: file.name for kind, file in beside.items()},
    )
    replace_file(beside["csv"], csv_of(table))
    replace_file(beside["parquet"], _parquet_of(table))
    replace_file(page, text.encode())
    _remember(memory, earlier, state, now)
    figures = {figure["label"]: figure["value"] for figure in content["figures"]}
    return Report(page, beside["csv"], beside["parquet"], figures, (*notes, *_named(found)))


def _named(found: Sequence[Trouble]) -> list[str]:
    """Say what counts for nothing, and why, for a terminal."""
    if not found:
        return []
    lines = [f"  {visible(str(one))}." for one in found[:_MOST_NAMED]]
    more = len(found) - len(lines)
    more_told = [f"  and {more:,} more, on the page."] if more > 0 else []
    return ["Handed in, and nothing of it counts:", *lines, *more_told]


def csv_of(table: pd.DataFrame) -> bytes:
    """Return a table as CSV that spreadsheets read as it is meant: nothing in it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(table.columns)
    # In a large class a value stands in a column many times: each is made safe once.
    columns = [map(functools.cache(_cell), table[name].tolist()) for name in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8-sig", "replace")


def left_out(count: int, people: int) -> str:
    """Say how many of ``people`` left an exercise out, such that it points at nobody."""
    if people < GROUP:
        return "not shown"
    if count < STEP:
        return f"fewer than {STEP}"
    if people - count < STEP:
        return f"more than {people - STEP}"
    low = count // STEP * STEP
    return f"{low} to {low + STEP - 1}"


# ------------------------------------------------------------------- what is remembered


class _Earlier(NamedTuple):
    at: datetime
    counts: Counts


def _recall(
    file: Path, now: datetime, zone: ZoneInfo | None
) -> tuple[_Earlier | None, tuple[str, ...]]:
    """Return the last report of an earlier day; a file that can't be used is begun anew."""
    try:
        data = read_json(file, _MAX_REMEMBERED_BYTES)
        found = [
            _Earlier(datetime.fromisoformat(one["at"]).astimezone(zone), one["complete"])
            for one in (data or {}).get("reports", [])
        ]
        before = [one for one in found if one.at.date() < now.date()]
        return max(before, key=lambda one: one.at, default=None), ()
    except (RecordError, ValueError, KeyError, TypeError, AttributeError):
        return None, (f"{FOLDER}/{file.name} could not be read. Changes are counted from today.",)


def _remember(file: Path, earlier: _Earlier | None, state: ClassState, now: datetime) -> None:
    counts = {
        module.id: {student: sum(work.done) for student, work in module.work.items()}
        for module in state.modules
    }
    kept = [*([earlier] if earlier else []), _Earlier(now, counts)]
    reports = [{"at": one.at.isoformat("T", "seconds"), "complete": one.counts} for one in kept]
    replace_file(file, encode_json({"schema": _SCHEMA, "reports": reports}))


def _changes(state: ClassState, earlier: _Earlier | None) -> list[str]:
    """Say in words what has changed since the last report."""
    if earlier is None:
        return ["This is the first report. From tomorrow on, a report says what has changed since."]
    changes = [(m, _new(m, earlier)) for m in state.modules]
    handed_in = sum(s not in earlier.counts.get(m.id, {}) for m, new in changes for s in new)
    people = len({student for _, new in changes for student in new})
    if not people:
        return [f"Since {_day(earlier.at)} nothing new has been graded."]
    more = sum(n for _, new in changes for n in new.values())
    what = f"{plural(handed_in, 'module')} more handed in, {plural(more, 'exercise')} more complete"
    return [f"Since {_day(earlier.at)}: {what}, by {plural(people, 'student')}."]


def _new(module: ModuleState, earlier: _Earlier) -> dict[str, int]:
    """Return who has handed in, or has more complete, than then, and how many exercises more."""
    gains = {student: _gain(module, student, earlier) for student in module.work}
    return {student: gain for student, gain in gains.items() if gain is not None}


def _gain(module: ModuleState, student: str, earlier: _Earlier) -> int | None:
    """Return how many exercises more a student has complete than then; None if nothing is new."""
    then = earlier.counts.get(module.id, {}).get(student)
    work = module.work.get(student)
    if work is None or then == sum(work.done):
        return None
    return max(sum(work.done) - (then or 0), 0)


# ------------------------------------------------------------------------- the page


def _content(
    state: ClassState,
    earlier: _Earlier | None,
    now: datetime,
    zone: ZoneInfo | None,
    found: Sequence[Trouble],
) -> dict[str, Any]:
    why = {(one.module, one.student): one.why for one in found}
    modules = [
        {**_module(m, state, earlier, now), "due": shown(m.due, zone) if m.due else ""}
        for m in state.modules
    ]
    rows = [_student(s, name, state, earlier, now, why) for s, name in state.names.items()]
    first = sorted(rows, key=lambda row: (-row["missing"], row["behind"]))[:MOST_ON_A_PAGE]
    chosen = {row["id"] for row in first}
    size, places = len(rows), len(rows) * len(modules)
    handed_in = sum(m["handed_in"] for m in modules)
    complete = sum(m["complete"] for m in modules)
    missing = sum(row["missing"] > 0 for row in rows)
    return {
        "day": _day(now),
        "zone": zone_in_words(zone),
        "since": _day(earlier.at) if earlier else "",
        "figures": [
            {"label": "students", "value": f"{size:,}"},
            {"label": "of all modules handed in", "value": _share(handed_in, places)},
            {"label": "of all modules complete", "value": _share(complete, places)},
            {"label": "students with a module missing", "value": f"{missing:,}"},
        ],
        "modules": modules,
        "modules_in_words": _in_words(modules, size),
        "modules_bars": [
            _bar(m["label"], f"{m['complete']} + {some_open}", m["complete"], some_open, size)
            for m in modules
            for some_open in (m["handed_in"] - m["complete"],)
        ],
        "troubles": [
            {"who": state.names[one.student] or one.student, "of": one.module, "why": one.why}
            for one in found
        ],
        "students": [row for row in rows if row["id"] in chosen],
        "students_in_words": _students_in_words(size),
    }


def _module(
    module: ModuleState, state: ClassState, earlier: _Earlier | None, now: datetime
) -> dict[str, Any]:
    short, rest = _split(module)
    handed_in = len(module.work)
    left = passes(state.submitted, module.id, list(module.work))
    table = exercise_table(ClassState(state.names, (module,), state.submitted))
    exercises = [
        {
            "title": row.title,
            "complete": row.complete,
            "stopped": row.stopped_here,
            "left_out": left_out(left[row.exercise], handed_in),
        }
        for row in table.itertuples()
    ]
    return {
        "label": f"{short} {rest}".strip(),
        "said": f"module {short}, {rest}" if rest else short,
        "short": short,
        "rest": rest,
        "handed_in": handed_in,
        "complete": sum(all(work.done) for work in module.work.values()),
        "late": sum(work.late for work in module.work.values()),
        "missing": sum(_is_missing(module, s, now) for s in state.names),
        "waiting": len(module.waiting),
        "new": len(_new(module, earlier)) if earlier else 0,
        "exercises": exercises,
        "in_words": _stops_in_words(exercises, handed_in),
        "bars": [
            _bar(e["title"], str(e["complete"]), e["complete"], 0, handed_in) for e in exercises
        ],
    }


def _split(module: ModuleState) -> tuple[str, str]:
    """Return a module's number and title; the id and nothing where there is no number."""
    number = re.match(r"0*(\d+)-", module.id)
    return (number[1], module.title) if number else (module.id, "")


def _is_missing(module: ModuleState, student: str, now: datetime) -> bool:
    due = module.due_for(student)
    late = due is not None and due < now
    return late and student not in module.work and student not in module.waiting


def _student(
    student: str,
    name: str,
    state: ClassState,
    earlier: _Earlier | None,
    now: datetime,
    why: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    cells = [
        _not_counted(module, student)
        if (module.id, student) in why
        else _cell_of(module, student, now)
        for module in state.modules
    ]
    has = {flag for cell in cells for flag in cell["has"]}
    gains = [_gain(m, student, earlier) for m in state.modules] if earlier else []
    new = [gain for gain in gains if gain is not None]
    has |= {"new"} if new else set()
    return {
        "id": student,
        "name": name,
        "missing": sum(cell["flag"] == "missing" for cell in cells),
        "late": sum("late" in cell["has"] for cell in cells),
        "new": sum(new),
        "behind": sum(cell["value"] for cell in cells),
        "cells": cells,
        "has": " ".join(sorted(has)),
    }


def _cell_of(module: ModuleState, student: str, now: datetime) -> dict[str, Any]:
    work = module.work.get(student)
    if work is not None:
        return _graded(work)
    if student in module.waiting:
        flag, kind, text = "not graded yet", "", ""
        return {"text": text, "flag": flag, "kind": kind, "value": 0, "has": ["waiting"]}
    if _is_missing(module, student, now):
        return {"text": "", "flag": "missing", "kind": "", "value": -1, "has": ["missing"]}
    return {"text": _NOTHING, "flag": "", "kind": "soft-cell", "value": -1, "has": []}


def _not_counted(module: ModuleState, student: str) -> dict[str, Any]:
    work = module.work.get(student)
    text = f"0 of {len(module.exercises)}" if work else ""
    has = ["waiting"] if work is None else ["open", *(["late"] if work.late else [])]
    return {"text": text, "flag": "not counted", "kind": "", "value": 0, "has": has}


def _graded(work: Work) -> dict[str, Any]:
    done, of = sum(work.done), len(work.done)
    has = [*(["late"] if work.late else []), *(["open"] if done < of else [])]
    kind = "full" if done == of else ""
    flag = "late" if work.late else ""
    return {"text": f"{done} of {of}", "flag": flag, "kind": kind, "value": done, "has": has}


def _bar(label: str, said: str, filled: int, hollow: int, whole: int) -> dict[str, Any]:
    """Return a row for the template's ``bars``; ``filled`` and ``hollow`` become percents."""
    filled_percent, hollow_percent = (round(100 * n / max(whole, 1), 1) for n in (filled, hollow))
    return {"label": label, "said": said, "filled": filled_percent, "hollow": hollow_percent}


def _in_words(modules: Sequence[dict[str, Any]], size: int) -> str:
    """Say what the picture shows."""
    most = max(modules, key=lambda m: m["handed_in"], default=None)
    least = min(modules, key=lambda m: m["handed_in"], default=None)
    if most is None or least is None:
        return ""
    first = f"Most have handed in {most['said']}: {most['handed_in']} of {size}."
    if least is most or least["handed_in"] == most["handed_in"]:
        return f"Of {plural(size, 'student')}, {most['handed_in']} have handed in each module."
    return f"{first} Fewest have handed in {least['said']}: {least['handed_in']}."


def _stops_in_words(exercises: Sequence[dict[str, Any]], people: int) -> str:
    if not exercises or not people:
        return ""
    least = min(exercises, key=lambda e: e["complete"])
    if least["complete"] == people:
        return f"All {people} who handed in have every exercise complete."
    return f"The fewest have “{least['title']}” complete: {least['complete']} of {people}."


def _students_in_words(size: int) -> str:
    if size <= MOST_ON_A_PAGE:
        return f"{plural(size, 'student')}, by id."
    return (
        f"Here are {MOST_ON_A_PAGE} of {size:,} students: those with most modules missing, and "
        "then those with least complete. All of them are in the table beside this page."
    )


def _share(part: int, whole: int) -> str:
    if not whole:
        return _NOTHING
    percent = 100 * part / whole
    # 99.6 per cent are not all.
    return f"{min(round(percent), 99) if part < whole else 100}%"


def _day(time: datetime) -> str:
    return f"{time.day} {time:%B %Y}"


def _cell(value: object) -> object:
    import pandas as pd

    if isinstance(value, str):
        return plain(value)
    if isinstance(value, datetime):
        return "" if value is pd.NaT else value.isoformat("T", "seconds")
    return value


def _parquet_of(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()
