"""The end of a term: what students handed in, and what was made of it, is deleted.

The gradebook goes first, in one transaction; then folders. Each step may be repeated, so that
a run that was stopped is taken up by the next; ``.allyship-purge.json`` says that there was one.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import Exchange
from sqlalchemy import Select, delete, false, func, make_url, select, text

from ..exchange.client import kept_by_service
from ..exchange.refused import REFUSED_FOLDER, REMOVED_FOLDER
from ..grading.folder import course_directory, load_settings, only_one
from ..grading.gradebook import open_gradebook
from ..grading.other_courses import (
    other_courses,
    other_kinds,
    students_here,
    students_of_other_courses,
)
from ..grading.results import GradeError
from ..grading.waiting import persist
from ..messages import Tell
from ..store.files import encode_json, replace_file
from ..store.submission import visible
from .course import COURSE_FILE, load_course
from .lms.csvfile import plain
from .staying import Staying, staying

STARTED_FILE = ".allyship-purge.json"
_TABLES = (Comment, Grade, SubmittedNotebook, SubmittedAssignment, Student)
_ROWS = {
    "comment": "comments",
    "grade": "grades of exercises",
    "submitted_notebook": "notebooks",
    "submitted_assignment": "submissions",
    "student": "students",
}
_STAY = (
    "These stay: the modules, course.yml, the class list, due dates, your own notebooks, and "
    "whatever you downloaded, exported or copied elsewhere, such as ZIPs. So do students' own "
    "copies, and backups that others make."
)
_COMPLETION = ["student", "module", "state", "complete", "of", "late"]


class Folder(NamedTuple):
    """A folder whose contents go; how many files are in it, and their bytes."""

    path: Path
    what: str
    files: int
    size: int


@dataclass(frozen=True)
class Plan:
    """What a purge would delete. ``resumed``: an earlier one was stopped.

    ``others`` are the courses that the database holds too, with how many submissions each.
    ``left`` are the assignments that are no modules.
    """

    folders: tuple[Folder, ...]
    backups: tuple[Path, ...]
    rows: dict[str, int]
    others: dict[str, int]
    gradebook: str
    resumed: bool
    service: int | None
    """What the exchange service keeps of this course; ``None`` where there is none."""
    left: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        copies = self.backups and not (self.others or self.left)
        kept = (*(f.files for f in self.folders), *self.rows.values(), self.service)
        return not (any(kept) or copies)

    def in_words(self) -> str:
        """Say what would go, and what would stay."""
        lines = ["An earlier purge was stopped. This one goes on with it."] if self.resumed else []
        lines.append("These are deleted for good:")
        lines += [
            f"  {f.what:<34} {f.files:>9,} files {f.size / 1e6:>10,.1f} MB  {f.path}"
            for f in self.folders
        ]
        if not (self.others or self.left):
            lines += [f"  {'the gradebook, an older copy':<34} {path}" for path in self.backups]
        lines += [
            f"  {_ROWS[n]:<34} {count:>9,} rows in {self.gradebook}"
            for n, count in self.rows.items()
        ]
        if self.service is not None:
            lines.append(
                f"  {'handed out, handed in and feedback':<34} {self.service:>9,} at the hub"
            )
        lines.append(_STAY)
        lines += self._others_in_words()
        lines += self._left_in_words()
        return "\n".join(lines)

    def _left_in_words(self) -> list[str]:
        if not self.left:
            return []
        kept = (
            f"Not of this course's modules, and so left as they are: {', '.join(self.left)}. What "
            "was handed in there stays, with its grades, its feedback and the list of students."
        )
        copies = [f"Not deleted, as they are in it too: {path}" for path in self.backups]
        return [kept, *([] if self.others else copies)]

    def _others_in_words(self) -> list[str]:
        if not self.others:
            return []
        named = ", ".join(
            f"'{name}' ({count:,} submissions)" for name, count in self.others.items()
        )
        kept = (
            f"The same database holds another course: {named}. It stays, and so does every student "
            "who has handed in nothing here, as the database does not say whose they are. If that "
            "is this course under an older name, run 'allyship teach' first."
        )
        copies = [f"Not deleted, as the other course is in it too: {path}" for path in self.backups]
        return [kept, *copies]


@dataclass
class Purged:
    """What is left after a purge: nothing, unless it belongs to somebody else."""

    files: int = 0
    rows: int = 0
    left: list[Path] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    of_others: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Say what was deleted, and that it was looked for again."""
        lines = [f"{self.files:,} files and {self.rows:,} rows deleted."]
        if not self.left:
            whose = " of this course" if self.others else ""
            whose = " of its modules" if self.of_others else whose
            lines.append(f"Looked again: no file and no row{whose} is left.")
            stay = f"These stay as they are: {', '.join(self.of_others)}."
            return "\n".join([*lines, *([stay] if self.of_others else [])])
        lines += ["These could not be deleted, as they belong to somebody else:"]
        lines += [f"  {visible(str(path))}" for path in self.left[:20]]
        more = len(self.left) - 20
        lines += [f"  and {more:,} more"] if more > 0 else []
        lines += ["Ask who runs this machine to delete them, then run it again."]
        return "\n".join(lines)


def plan_purge(course: Path, term: str | None, *, tell: Tell) -> Plan:
    """Return what :func:`purge` would delete. GradeError: ``term`` is not this course's."""
    where = _where(course, term)
    with open_gradebook(where, tell) as gradebook:
        rows = persist(gradebook, lambda: _rows(gradebook, where), tell)
        others = persist(gradebook, lambda: other_courses(gradebook, where), tell)
        left = persist(gradebook, lambda: other_kinds(gradebook, where), tell)
    stays = staying(where, left, _in_exchange(where))
    folders = tuple(
        Folder(path, what, *_measure(path, stays))
        for path, what in _folders(where)
        if path.exists()
    )
    shown = make_url(where.db_url).render_as_string(hide_password=True)
    resumed = (Path(where.root) / STARTED_FILE).exists()
    service = _service(where, but=left)
    backups, names = tuple(_backups(where)), tuple(sorted(left))
    return Plan(folders, backups, rows, others, shown, resumed, service, names)


def purge(
    course: Path, term: str | None = None, completion: Path | None = None, *, tell: Tell
) -> Purged:
    """Delete what students handed in and all that was made of it, and look for it again.

    ``term`` must be the one of ``course.yml``; without it, whatever the course folder holds goes.
    ``completion`` is a CSV to write first: who has completed how much of which module, and
    nothing else. Raises GradeError before anything is deleted, or with what to do to go on.
    """
    where = _where(course, term)
    root = Path(where.root)
    done = Purged()
    if completion:
        _stays(completion, where)
    with only_one(root):
        started = root / STARTED_FILE
        with open_gradebook(where, tell) as gradebook:
            before = persist(gradebook, lambda: _rows(gradebook, where), tell)
            left = persist(gradebook, lambda: other_kinds(gradebook, where), tell)
            if completion and any(before.values()):
                _keep_completion(course, completion)
            elif completion:  # perhaps a run that was stopped has written it
                tell("The gradebook is empty: there is no completion to keep.")
            replace_file(started, encode_json({"schema": 1}))
            persist(gradebook, lambda: _delete_rows(gradebook, where), tell)
            _forget(gradebook)
            after = persist(gradebook, lambda: _rows(gradebook, where), tell)
            done.others = persist(gradebook, lambda: other_courses(gradebook, where), tell)
        done.rows = sum(before.values()) - sum(after.values())
        done.rows += _service(where, forget=True, but=left) or 0
        done.of_others = tuple(sorted(left))
        for path in [] if done.others or left else _backups(where):
            path.unlink()
            done.files += 1
        stays = staying(where, left, _in_exchange(where))
        for path, _ in _folders(where):
            if path.exists():
                files = _measure(path, stays)[0]
                _empty(path, stays)
                done.left += _leftovers(path, stays)
                done.files += files - _measure(path, stays)[0]
        if any(after.values()):
            raise GradeError(
                f"there are rows left in the gradebook: {after}. Is another program writing to "
                "it? Close Formgrader and run it again"
            )
        if not done.left:
            started.unlink()
    return done


def _service(where: CourseDirectory, *, forget: bool = False, but: Collection[str]) -> int | None:
    try:
        return kept_by_service(where, forget=forget, but=but)
    except ExchangeError as e:
        raise GradeError(f"{e} What is in the exchange is not deleted; run it again later") from e


def _where(course: Path, term: str | None) -> CourseDirectory:
    where = course_directory(course, load_settings(course))
    if term is None:
        return where
    if not (course / COURSE_FILE).exists():
        raise GradeError(
            f"there is no {COURSE_FILE} that says which term this is. Nothing was deleted. To "
            "delete what the course folder holds whatever the term, say --all"
        )
    named = load_course(course).term
    if named != term:
        raise GradeError(
            f"{COURSE_FILE} says that this is the term '{named}', not '{term}'. Nothing was "
            "deleted. Change to the folder of the right term"
        )
    return where


def _folders(where: CourseDirectory) -> Iterator[tuple[Path, str]]:
    """Yield the folders that hold anything of students."""
    root = Path(where.root)
    for name, what in (
        (where.submitted_directory, "what was handed in"),
        (where.autograded_directory, "graded copies"),
        (where.feedback_directory, "feedback"),
        (REFUSED_FOLDER, "what was refused"),
        (REMOVED_FOLDER, "what removed students left"),
        ("report", "reports"),
        ("mirror", "mirrors"),
    ):
        yield (root / name).resolve(), what
    if where.course_id:
        exchange = Exchange(coursedir=where, config=where.config)
        course_folder = _in_exchange(where)
        yield course_folder / "inbound", "the exchange: handed in"
        yield course_folder / "feedback", "the exchange: feedback"
        yield course_folder / "outbound", "the exchange: handed out"
        cache = Path(exchange.cache).expanduser() / where.course_id
        yield cache, "your own copies of the exchange"


def _in_exchange(where: CourseDirectory) -> Path:
    """Return this course's folder in the exchange."""
    exchange = Exchange(coursedir=where, config=where.config)
    course_folder: Path = Path(exchange.root).expanduser() / where.course_id
    return course_folder


def _backups(where: CourseDirectory) -> Iterator[Path]:
    """Yield the copies that nbgrader makes of a gradebook file before it changes its tables."""
    url = make_url(where.db_url)
    if url.get_backend_name() == "sqlite" and url.database:
        file = Path(url.database)
        yield from sorted(file.parent.glob(f"{file.name}.*"))


def _walk(folder: Path, stays: Staying, open_up: bool = False) -> Iterator[tuple[Path, bool]]:
    """Yield what is in a folder, a folder before its contents, and whether it is a folder.

    What stays is passed over, and no link is followed. With ``open_up``, folders that are
    read-only are made writable.
    """
    todo = [folder]
    while todo:
        here = todo.pop()
        if open_up:
            with contextlib.suppress(OSError):
                here.chmod(stat.S_IMODE(here.stat().st_mode) | stat.S_IRWXU)
        try:
            entries = list(os.scandir(here))
        except OSError:
            continue
        for entry in entries:
            if Path(entry.path).relative_to(folder) in stays:
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            yield Path(entry.path), is_folder
            if is_folder:
                todo.append(Path(entry.path))


def _measure(folder: Path, stays: Staying) -> tuple[int, int]:
    """Return how many files in a folder go, and their bytes."""
    files = [path.lstat() for path, is_folder in _walk(folder, stays) if not is_folder]
    return len(files), sum(f.st_size for f in files)


def _leftovers(folder: Path, stays: Staying) -> list[Path]:
    """Return what could not be deleted. A folder in which something stays has to stay, too."""
    return [
        path
        for path, is_folder in _walk(folder, stays)
        if not (is_folder and _holds(path, folder, stays))
    ]


def _holds(path: Path, folder: Path, stays: Staying) -> bool:
    try:
        return any(inner.relative_to(folder) in stays for inner in path.iterdir())
    except OSError:
        return False


def _empty(folder: Path, stays: Staying) -> None:
    """Delete all that is in a folder and does not stay, as far as one may."""
    folders = []
    for path, is_folder in _walk(folder, stays, open_up=True):
        if is_folder:
            folders.append(path)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    for path in reversed(folders):
        with contextlib.suppress(OSError):
            path.rmdir()


def _rows(gradebook: Gradebook, where: CourseDirectory) -> dict[str, int]:
    """Return how many rows of each table are this course's."""
    rows = {
        table.__tablename__: int(
            gradebook.db.scalar(select(func.count()).select_from(ids.subquery())) or 0
        )
        for table, ids in _ids(gradebook, where).items()
    }
    gradebook.db.commit()
    return rows


def _ids(gradebook: Gradebook, where: CourseDirectory) -> dict[Any, Select[Any]]:
    """Return of each table the rows to delete. A database may hold several courses."""
    # By the course's name alone: what an older name left, 'allyship teach' enters under this one.
    left = other_kinds(gradebook, where)
    ours = select(Assignment.id).where(
        Assignment.course_id == where.course_id, Assignment.name.not_in(left)
    )
    submissions = select(SubmittedAssignment.id).where(SubmittedAssignment.assignment_id.in_(ours))
    notebooks = select(SubmittedNotebook.id).where(SubmittedNotebook.assignment_id.in_(submissions))
    students = select(Student.id)
    if left:  # their class: in a list of students, nobody belongs to one assignment only
        students = students.where(false())
    elif other_courses(gradebook, where):
        students = students.where(
            Student.id.in_(students_here(ours)),
            Student.id.not_in(students_of_other_courses(ours)),
        )
    return {
        Comment: select(Comment.id).where(Comment.notebook_id.in_(notebooks)),
        Grade: select(Grade.id).where(Grade.notebook_id.in_(notebooks)),
        SubmittedNotebook: notebooks,
        SubmittedAssignment: submissions,
        Student: students,
    }


def _delete_rows(gradebook: Gradebook, where: CourseDirectory) -> None:
    if gradebook.engine.dialect.name == "sqlite":
        gradebook.db.execute(text("PRAGMA secure_delete = ON"))
    ids = _ids(gradebook, where)
    # Whose they are must be known before their submissions are gone.
    students = list(gradebook.db.scalars(ids[Student]))
    for table in _TABLES[:-1]:
        gradebook.db.execute(delete(table.__table__).where(table.__table__.c.id.in_(ids[table])))
    for first in range(0, len(students), 500):
        some = students[first : first + 500]
        gradebook.db.execute(delete(Student.__table__).where(Student.__table__.c.id.in_(some)))
    gradebook.db.commit()


def _forget(gradebook: Gradebook) -> None:
    """Let the database write its file anew: what was deleted could be read in it till then."""
    gradebook.db.commit()
    engine = gradebook.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            connection.execute(text("VACUUM"))
            return
        for table in _TABLES:
            connection.execute(text(f"VACUUM FULL {table.__tablename__}"))


def _stays(file: Path, where: CourseDirectory) -> None:
    """Raise GradeError if a file would be deleted with the rest."""
    for folder, _ in _folders(where):
        if file.resolve().is_relative_to(folder.resolve()):
            raise GradeError(
                f"{file} lies in a folder that is emptied, {folder}. Name another place; nothing "
                "was deleted"
            )


def _keep_completion(course: Path, file: Path) -> None:
    from .report.table import completion_table  # pandas, which the rest can do without

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(_COMPLETION)
    rows = completion_table(course)[_COMPLETION].itertuples(index=False)
    writer.writerows([plain(str(cell)) for cell in row] for row in rows)
    raw = out.getvalue().encode("utf-8-sig")
    if not file.exists():
        replace_file(file, raw)
    elif file.read_bytes() != raw:  # the same bytes are those of a run that was stopped
        raise GradeError(f"{file} is there already. Name another file; nothing was deleted")
