"""nbgrader's steps in a shared folder, made such that nobody can change what is another's.

Nothing is collected that its owner did not write, no link, and nothing gets lost. Whatever one
student has there, the others are collected, and their feedback reaches them.
"""

from __future__ import annotations

import glob
import re
import shutil
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)
from nbgrader.utils import notebook_hash, parse_utc

from ..store.files import RecordError, read_plain
from ..store.submission import (
    SECRET_FILE,
    TIMESTAMP_FILE,
    RefusedError,
    check_id,
    parse_timestamp,
    visible,
)
from .copying import Limits, copy_safely, replacing, take_up
from .kinds import is_module
from .refused import REMOVED_FOLDER, list_refused
from .times import Times

_LONG_AGO = parse_utc("1970-01-01 00:00:00 UTC")
_NOBODY = ""  # the name under which nbgrader groups what we refuse
_MAX_SECRET = 1000
_SECRET = re.compile(r"[0-9a-f]{32,256}")


class SafeRelease(ExchangeReleaseAssignment):
    """nbgrader's release, with the sticky bit: nobody can rename what is another's."""

    def ensure_root(self) -> None:
        super().ensure_root()
        _make_sticky(Path(self.root), self.log)

    def init_dest(self) -> None:
        super().init_dest()
        _make_sticky(Path(self.inbound_path), self.log)


def _make_sticky(folder: Path, log: Any) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & stat.S_ISVTX:
        return
    try:
        folder.chmod(mode | stat.S_ISVTX)
    except PermissionError:
        log.warning(
            "%s has no sticky bit: whoever may write there can rename what is another's. "
            "Ask its owner to run: chmod +t %s",
            folder,
            folder,
        )


class SafeSubmit(ExchangeSubmit):
    """nbgrader's submit, which lets everybody read and change what is handed in who knows its name.

    Where the exchange gives submissions to the course's group, as nbgrader's release makes it,
    this lets nobody else near them.
    """

    def copy_files(self) -> None:
        super().copy_files()
        place = Path(self.inbound_path) / self.assignment_filename
        if place.stat().st_gid == Path(self.inbound_path).stat().st_gid:
            place.chmod(0o770)  # the course may delete it, too


class SafeCollect(ExchangeCollect):
    """nbgrader's collect, for an exchange in which anybody can write anything."""

    _times: Times | None = None

    def _path_to_record(self, path: str) -> dict[str, Any]:
        folder = Path(path)
        try:
            student, _, timestamp = folder.name.rsplit("+", 3)[:3]
            check_id(student)
            if self.check_owner:
                _check_owner(folder, student)
            when = parse_utc(timestamp)
            if self._times:
                when = self._times.handed_in(folder, when)
        except (ValueError, OverflowError):
            why = "its name is not made of an id, the assignment and a date"
        except RefusedError as e:
            why = str(e)
        else:
            return {"username": student, "filename": folder.name, "timestamp": when}
        self._refuse(folder.name, why)
        return {"username": _NOBODY, "filename": folder.name, "timestamp": _LONG_AGO}

    def init_src(self) -> None:
        self._times = self._look_at_times()
        super().init_src()
        removed = self._removed()
        self.src_records: list[dict[str, Any]] = [
            r for r in self.src_records if r["username"] not in {_NOBODY, *removed}
        ]

    def _removed(self) -> set[str]:
        """Return who was removed from the class, and is not in it again."""
        folder = Path(self.coursedir.root) / REMOVED_FOLDER
        names = {f.name for f in folder.iterdir()} if folder.is_dir() else set()
        if names:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                names -= {student.id for student in gradebook.students}
        for record in self.src_records:
            if record["username"] in names:
                self.log.warning(
                    "Not collected: %s was removed from the class.", visible(record["username"])
                )
        return names

    def _look_at_times(self) -> Times | None:
        """Return what is known of times here; ``None`` where nbgrader's rules hold alone."""
        course = self.coursedir
        if not is_module(course, course.assignment_id):
            return None
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                due = gradebook.find_assignment(course.assignment_id).duedate
            except MissingEntry:
                due = None
        inbound = Path(self.root) / course.course_id / "inbound"
        pattern = f"*+{glob.escape(course.assignment_id)}+*"
        return Times(sorted(inbound.glob(pattern)), due, self.log)

    def copy_files(self) -> None:
        for record in self.src_records:
            place = Path(
                self.coursedir.format_path(
                    self.coursedir.submitted_directory,
                    record["username"],
                    self.coursedir.assignment_id,
                )
            )
            who = f"{record['username']} {self.coursedir.assignment_id}"
            take_up(place)
            if place.is_dir() and not self._is_newer(place, record["timestamp"]):
                self.log.info("No newer submission to collect: %s", who)
                continue
            try:
                self._collect(Path(self.inbound_path) / record["filename"], place)
                if self._times:
                    self._times.write(place, record["timestamp"])
            except RefusedError as e:
                self._refuse(record["filename"], str(e))
            else:
                self.log.info("Collected submission: %s", who)

    def _is_newer(self, place: Path, timestamp: datetime) -> bool:
        """Tell whether a submission is to replace the collected one, by nbgrader's rules."""
        try:
            raw = (place / TIMESTAMP_FILE).read_bytes()
            existing = parse_timestamp(raw)
        except (OSError, ValueError):
            existing = None
        if self.update:
            return existing is None or timestamp > existing
        return bool(self.before_duedate and existing != timestamp)

    def _collect(self, source: Path, place: Path) -> None:
        with replacing(place) as new:
            copy_safely(source, new, self._limits())

    def _limits(self) -> Limits:
        course = self.coursedir
        return Limits(
            course.max_file_size * 1000,
            course.max_dir_size * 1000,
            tuple(course.ignore),
            self.check_owner,
            course.groupshared,
            of_module=is_module(course, course.assignment_id),
        )

    def _refuse(self, name: str, why: str) -> None:
        self.log.warning("Refused: %s: %s. It stays in the exchange.", visible(name), why)
        list_refused(Path(self.coursedir.root), self.coursedir.assignment_id, name, why)


def _check_owner(folder: Path, student: str) -> None:
    import pwd

    try:
        owner = pwd.getpwuid(folder.lstat().st_uid).pw_name
    except KeyError:
        owner = "nobody known"
    except OSError as e:
        raise RefusedError(f"it can't be looked at: {e.strerror}") from None
    if owner != student:
        raise RefusedError(f"it belongs to {owner}, not to {student}")


class SafeReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's release of feedback, in which one student's files never stop the class.

    A page goes by a name that only its reader can work out, from the secret beside what they
    handed in and from the name of their notebook.
    """

    def copy_files(self) -> None:
        left_out = set(self.coursedir.student_id_exclude.split(","))
        folders = sorted(map(Path, glob.glob(self.src_path)))  # noqa: PTH207  with a student's *
        for folder in folders:
            student = folder.parent.name
            pages = [] if student in left_out else sorted(folder.glob("*.html"))
            if pages:
                self._release(student, folder, pages)

    def _release(self, student: str, folder: Path, pages: list[Path]) -> None:
        try:
            secret = _secret_in(folder)
        except RecordError as e:
            self.log.warning(
                "No feedback for %s, on what was not handed in through the exchange, or was "
                "changed there: %s. Give them the page yourself: %s",
                visible(student),
                e,
                ", ".join(map(str, pages)),
            )
            return
        if not _SECRET.fullmatch(secret):
            self.log.warning(
                "%s: %s is not as nbgrader writes it. If the feedback does not reach them, give "
                "them the page yourself: %s",
                visible(student),
                SECRET_FILE,
                ", ".join(map(str, pages)),
            )
        for page in pages:
            for name in self._names(student, page.stem):
                self._put(page, notebook_hash(secret=secret, notebook_id=name))
            self.log.info(
                "Released feedback for student '%s' on assignment '%s/%s/%s'",
                student,
                self.coursedir.course_id,
                self.coursedir.assignment_id,
                page.stem,
            )

    def _names(self, student: str, notebook: str) -> set[str]:
        """Return the names of a page's notebook: a student may have renamed a module's."""
        course = self.coursedir
        if not is_module(course, course.assignment_id):
            return {notebook}
        folder = course.format_path(course.submitted_directory, student, course.assignment_id)
        return {notebook, *(file.stem for file in Path(folder).glob("*.ipynb"))}

    def _put(self, page: Path, name: str) -> None:
        """Copy a page beside its place first, then put it there in one step."""
        place = Path(self.dest_path)
        shutil.copy(page, place / f"{name}-tmp.html")
        (place / f"{name}-tmp.html").replace(place / f"{name}.html")


def _secret_in(folder: Path) -> str:
    raw = read_plain(folder / SECRET_FILE, _MAX_SECRET)
    if raw is None:
        raise RecordError(f"there is no {SECRET_FILE} in {folder}")
    try:
        secret = raw.decode()
    except UnicodeDecodeError:
        secret = ""
    if not secret.strip():
        raise RecordError(f"{SECRET_FILE} in {folder} is damaged")
    return secret
