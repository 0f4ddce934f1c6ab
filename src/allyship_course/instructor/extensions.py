"""More time for one student: a line in ``course.yml``, which grading and the report go by."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

from ..errors import CourseError
from ..grading.folder import course_directory
from ..grading.gradebook import open_gradebook
from ..spec import SpecError, did_you_mean
from ..store.files import replace_file
from ..store.submission import visible
from .course import COURSE_FILE, load_course
from .times import WrongTimeError, moment, shown

_INLINE = re.compile(r"^extensions:[ \t]*\[(?P<list>.*)\][ \t]*$", re.MULTILINE)
_ENTRY = re.compile(r"\{[^{}]*\}")
_BEGINS = re.compile(r"^extensions:[ \t]*(#.*)?$", re.MULTILINE)


class ExtensionError(CourseError):
    """The extension was not given; the message says why and what to do."""


def extend(folder: Path, student: str, module: str, until: str) -> str:
    """Give a student until ``until`` for a module; return what was done, in words.

    What they handed in already is looked at anew by the next ``allyship grade``.
    """
    file = folder / COURSE_FILE
    if not file.exists():
        raise ExtensionError(f"there is no {COURSE_FILE} in {folder}. Run 'allyship teach' first")
    course = load_course(folder)
    names = [entry.module for entry in course.modules]
    if module not in names:
        raise ExtensionError(f"{COURSE_FILE} has no module {module}. {did_you_mean(module, names)}")
    _check_student(folder, student)
    zone = ZoneInfo(course.timezone)
    try:
        when = moment(until, zone)
    except WrongTimeError as e:
        raise ExtensionError(f"{e}. {e.remedy}") from None
    entry = next(e for e in course.modules if e.module == module)
    due = course.due(entry)
    if due is None:
        raise ExtensionError(f"{module} has no due date, so that nobody can be late with it")
    before = file.read_text("utf-8")
    _write(file, _with(before, student, module, until))
    try:
        load_course(folder)
    except SpecError as e:
        _write(file, before)
        raise ExtensionError(
            f"the line could not be added to {COURSE_FILE}, which is as it was. Write it yourself, "
            f"under 'extensions:': {_line(student, module, until).strip()}"
        ) from e
    told = f"{visible(student)} has until {shown(when, zone)} {zone.key} for {module}"
    told += f", and not until {shown(due, zone)}" if when != due else ""
    return f"{told}. It stands in {COURSE_FILE}; the next 'allyship grade' goes by it."


def _one_a_line(found: re.Match[str]) -> str:
    lines = [f"  - {entry}" for entry in _ENTRY.findall(found["list"])]
    return "\n".join(["extensions:", *lines])


def _check_student(folder: Path, student: str) -> None:
    with open_gradebook(course_directory(folder)) as gradebook:
        known = [s.id for s in gradebook.students]
    if student not in known:
        near = f" {did_you_mean(student, known)}" if known else ""
        raise ExtensionError(f"nobody in the gradebook has the id {visible(student)}.{near}")


def _write(file: Path, content: str) -> None:
    replace_file(file, content.encode(), mode=file.stat().st_mode & 0o777)


def _line(student: str, module: str, until: str) -> str:
    quoted = (json.dumps(part, ensure_ascii=False) for part in (student, module, until))
    return "  - {{student: {}, module: {}, due: {}}}\n".format(*quoted)


def _with(content: str, student: str, module: str, until: str) -> str:
    """Return the file with this extension, and without an earlier one that was written so."""
    line = _line(student, module, until)
    earlier = re.escape(line.partition("due:")[0])
    content = re.sub(rf"^{earlier}.*\n", "", content, flags=re.MULTILINE)
    content = content if content.endswith("\n") else f"{content}\n"
    content = _INLINE.sub(_one_a_line, content)
    if begin := _BEGINS.search(content):
        return f"{content[: begin.end()]}\n{line}{content[begin.end() + 1 :]}"
    return f"{content}\n# More time for one student.\nextensions:\n{line}"
