"""A term as it stands: the course folder, its modules, its students and its exchange."""

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import CourseError
from ..grading.folder import CONFIG_FILE
from ..notebook.assignments import Terms
from ..spec import MODULES_FOLDER, Module, Problem, SpecError, load_module, module_folders
from ..spec.overlay import lay_over
from .course import COURSE_FILE, Course, load_course, overlay_of, place, project_of, written
from .lms.class_list import ClassListError, Student, read_class_list
from .lms.csvfile import TableError
from .lms.enrolment import enrolled, people_of

OVERLAID = ".allyship"
"""In the course folder: the book with the overlay in it, and what is built of it."""


class TeachError(CourseError):
    """Setting up can't go on; the message says what happened and what to do."""


@dataclass(frozen=True)
class Term:
    """A course folder, what its ``course.yml`` says, and the book with the overlay in it."""

    folder: Path
    course: Course
    book: Path
    students: tuple[Student, ...] | None
    notes: tuple[str, ...] = ()

    @property
    def exchange(self) -> Path | None:
        return place(self.folder, self.course.exchange) if self.course.exchange else None

    def terms(self, module: Module) -> Terms:
        """Return what is said of a module's exercises."""
        entry = next((m for m in self.course.modules if m.module == module.module), None)
        if entry is None:
            return Terms()
        points = {e.id: entry.points_of(e.id) for e in module.exercises}
        mirror = self.course.mirror.at_least if self.course.mirror.on else 0
        return Terms({e: p for e, p in points.items() if p != 1}, entry.share, mirror)


def new_course(folder: Path, project: Path, answers: Mapping[str, str]) -> Path:
    """Begin a course folder, that nobody else may look into; return its ``course.yml``.

    ``project`` is the folder with ``book/``. ``answers`` are values for the file's keys.
    """
    check_path(folder)
    if folder.exists() and any(folder.iterdir()) and not (folder / CONFIG_FILE).exists():
        some = ", ".join(sorted(p.name for p in folder.iterdir())[:3])
        raise TeachError(
            f"{folder} is no course folder: it holds {some}. Name a new or an empty folder"
        )
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
    elif not any(folder.iterdir()):
        with suppress(PermissionError):  # somebody else's, such as a cluster's volume
            folder.chmod(0o700)
    if not (folder / CONFIG_FILE).exists():
        shutil.copyfile(project / "course" / CONFIG_FILE, folder / CONFIG_FILE)
    content = (project / "course" / COURSE_FILE).read_text("utf-8")
    for key, value in {"book": str(project), **answers}.items():
        content = _with_value(content, key, value)
    (folder / COURSE_FILE).write_text(content, "utf-8")
    return folder / COURSE_FILE


def _with_value(content: str, key: str, value: str) -> str:
    """Return the file with a value for a key, which may be commented out."""
    lines = content.splitlines()
    at = next(n for n, line in enumerate(lines) if line.removeprefix("# ").startswith(f"{key}: "))
    lines[at] = f"{key}: {json.dumps(value, ensure_ascii=False)}"  # JSON is YAML, and quotes
    return "\n".join([*lines, ""])


def load_term(folder: Path) -> Term:
    """Read all that a term is made from; raise :class:`SpecError` with all that is wrong."""
    check_path(folder.absolute())
    problems: list[Problem] = []
    file = folder / COURSE_FILE
    book, own = _book_of(folder, problems)
    course: Course | None = None
    try:
        course = load_course(folder, own)
    except SpecError as e:
        problems = [*e.problems, *(p for p in problems if p not in e.problems)]
    students, notes = _students_of(folder, problems)
    if course and course.exchange:
        trouble = exchange_trouble(place(folder, course.exchange))
        where = (file, _line_of(file, "exchange"), None)
        problems += [Problem(*where, *trouble)] if trouble else []
    config = folder / CONFIG_FILE
    if config.exists() and "configure" not in config.read_text("utf-8"):
        what = f"it does not read {COURSE_FILE}"
        remedy = "Delete it and run this again, or copy the two last lines of a new one into it"
        problems.append(Problem(config, 1, None, what, remedy))
    if problems or course is None or book is None:
        raise SpecError(problems)
    return Term(folder, course, book, students, notes)


def _line_of(file: Path, key: str) -> int:
    lines = file.read_text("utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def _book_of(folder: Path, problems: list[Problem]) -> tuple[Path | None, dict[str, Module] | None]:
    """Return the book, with the overlay in it, and its modules."""
    project = project_of(folder)
    file = folder / COURSE_FILE
    if project is None or not (project / "book" / MODULES_FOLDER).is_dir():
        what = f"there is no book/{MODULES_FOLDER} in {project}"
        remedy = "Write after 'book:' where the project's folder is"
        problems.append(Problem(file, _line_of(file, "book"), None, what, remedy))
        return None, None
    book = project / "book"
    try:
        if overlay := overlay_of(folder):
            book = lay_over(book, overlay, folder / OVERLAID / "book").book
        return book, modules_of(book)
    except SpecError as e:
        problems += e.problems
        return None, None


def modules_of(book: Path) -> dict[str, Module]:
    """Load a book's modules by their names; SpecError with all that is wrong in any."""
    found: dict[str, Module] = {}
    problems: list[Problem] = []
    for folder in module_folders(book):
        try:
            found[folder.name] = load_module(folder)
        except SpecError as e:
            problems += e.problems
    if problems:
        raise SpecError(problems)
    return found


def _students_of(
    folder: Path, problems: list[Problem]
) -> tuple[tuple[Student, ...] | None, tuple[str, ...]]:
    named = written(folder).get("students")
    if not isinstance(named, str) or not named:
        return None, ()
    file, course = place(folder, named), folder / COURSE_FILE
    line = _line_of(course, "students")
    if not file.is_file():
        what, remedy = f"there is no file {file}", "Correct the name, or put the class list there"
        problems.append(Problem(course, line, None, what, remedy))
        return None, ()
    try:
        found = read_class_list(file, people_of(folder))
    except ClassListError as e:
        problems += [Problem(file, p.line, None, p.what, p.remedy) for p in e.problems]
        return None, ()
    except TableError as e:
        problems.append(Problem(course, line, None, str(e), "Export or save the list again"))
        return None, ()
    return enrolled(found), found.notes


def exchange_trouble(exchange: Path) -> tuple[str, str] | None:
    """Say why a folder can't be the exchange, and what to do; ``None`` if it can."""
    if glob.escape(str(exchange)) != str(exchange):
        return f"nbgrader can't work in {exchange}", "Name a folder without any of [ ] * ?"
    above = next(p for p in (exchange, *exchange.parents) if p.exists())
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return None
    remedy = (
        "Let an administrator run once: "
        f"mkdir -p {exchange} && chmod 1777 {exchange}, or name another folder"
    )
    return f"you may not write into {above}", remedy


def check_path(folder: Path) -> None:
    """Raise TeachError for a folder in which nbgrader finds nothing, by the letters of its path."""
    if glob.escape(str(folder)) != str(folder):
        raise TeachError(
            f"nbgrader can't work in {folder}: it takes [ ] * and ? in a path for a pattern. Use a "
            "folder without them. Nothing was made"
        )
