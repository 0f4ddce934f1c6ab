"""Collecting safely: nothing that its owner did not write, no link, and nothing gets lost."""

from __future__ import annotations

import errno
import fnmatch
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeSubmit,
)
from nbgrader.utils import parse_utc
from traitlets.config import Config
from traitlets.log import get_logger

from ..store.record import MAX_NOTEBOOK_BYTES
from ..store.submission import (
    TIMESTAMP_FILE,
    RefusedError,
    check_id,
    open_folder,
    parse_timestamp,
    visible,
)
from .kinds import is_module

REFUSED_FOLDER = "refused"
REFUSED_LIST = "list.txt"
_MAX_FILES = 1000
_MAX_DEPTH = 10
_LONG_AGO = parse_utc("1970-01-01 00:00:00 UTC")
_NOBODY = ""  # the name under which nbgrader groups what we refuse


def list_refused(root: Path, module: str, what: str, why: str) -> None:
    """Add a line to ``refused/list.txt`` in the course folder, unless it is there already."""
    folder = root / REFUSED_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / REFUSED_LIST
    line = f"{module}\t{visible(what)}\t{why}"
    known = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    if line not in {text.partition("\t")[2] for text in known}:
        now = datetime.now(UTC).isoformat(" ", "seconds")
        with file.open("a", encoding="utf-8") as f:
            f.write(f"{now}\t{line}\n")


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Yield an empty folder, which takes the place of ``place`` unless an error ends the block.

    A run that is stopped leaves the old folder or the new one; where it was killed between two
    steps, :func:`take_up` brings the old one back.
    """
    take_up(place)
    new, old = _beside(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    new.mkdir()
    try:
        yield new
        if os.path.lexists(place):
            place.rename(old)
        new.rename(place)
    except BaseException:
        take_up(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def take_up(place: Path) -> None:
    """Mend what a run left that was killed while it replaced a folder."""
    new, old = _beside(place)
    if os.path.lexists(old) and not os.path.lexists(place):
        old.rename(place)
    for rest in (new, old):
        shutil.rmtree(rest, ignore_errors=True)


def _beside(place: Path) -> tuple[Path, Path]:
    return place.with_name(f".{place.name}.new"), place.with_name(f".{place.name}.old")


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

    def _path_to_record(self, path: str) -> dict[str, Any]:
        folder = Path(path)
        try:
            student, _, timestamp = folder.name.rsplit("+", 3)[:3]
            check_id(student)
            if self.check_owner:
                _check_owner(folder, student)
            when = parse_utc(timestamp)
        except (ValueError, OverflowError):
            why = "its name is not made of an id, the assignment and a date"
        except RefusedError as e:
            why = str(e)
        else:
            return {"username": student, "filename": folder.name, "timestamp": when}
        self._refuse(folder.name, why)
        return {"username": _NOBODY, "filename": folder.name, "timestamp": _LONG_AGO}

    def init_src(self) -> None:
        super().init_src()
        self.src_records: list[dict[str, Any]] = [
            r for r in self.src_records if r["username"] != _NOBODY
        ]

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
    if owner != student:
        raise RefusedError(f"it belongs to {owner}, not to {student}")


@dataclass(frozen=True)
class Limits:
    """What may be copied: sizes in bytes, names to leave out, and whose it must be."""

    file: int
    folder: int
    ignore: tuple[str, ...]
    own_only: bool
    groupshared: bool


def copy_safely(source: Path, target: Path, limits: Limits) -> None:
    """Copy a student's folder into the empty folder ``target``; RefusedError at anything unsafe.

    Each file is examined after it was opened, so that it can't be exchanged for a link between
    the look and the copy.
    """
    with open_folder(source) as folder:
        owner = os.fstat(folder).st_uid if limits.own_only else None
        _Copy(limits, owner).folder(folder, target, depth=0)


class _Copy:
    def __init__(self, limits: Limits, owner: int | None) -> None:
        self._limits, self._owner = limits, owner
        self._bytes = self._files = 0

    def folder(self, folder: int, target: Path, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise RefusedError(f"its folders are nested deeper than {_MAX_DEPTH}")
        if self._limits.groupshared:
            target.chmod(0o2775)
        for name in sorted(os.listdir(folder)):
            if any(fnmatch.fnmatch(name, pattern) for pattern in self._limits.ignore):
                continue
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                (target / name).mkdir()
                with open_folder(name, folder) as inner:
                    self.folder(inner, target / name, depth + 1)
            else:
                self._file(name, folder, target)

    def _file(self, name: str, folder: int, target: Path) -> None:
        with _open_plain(name, folder) as fd:
            found = os.fstat(fd)
            self._check(visible(name), found)
            mode = 0o664 if self._limits.groupshared else 0o644
            to = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(to, "wb") as out:
                left = found.st_size  # it may still grow
                while left and (block := os.read(fd, min(left, 1 << 20))):
                    out.write(block)
                    left -= len(block)

    def _check(self, name: str, found: os.stat_result) -> None:
        self._files += 1
        self._bytes += found.st_size
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError(f"{name} in it is not a plain file")
        if self._owner is not None and found.st_uid != self._owner:
            raise RefusedError(f"{name} in it belongs to somebody else")
        if found.st_size > self._limits.file or self._bytes > self._limits.folder:
            raise RefusedError(f"it is too large ({name} is {found.st_size / 1e6:,.1f} MB)")
        if self._files > _MAX_FILES:
            raise RefusedError(f"there are more than {_MAX_FILES:,} files in it")


@contextmanager
def _open_plain(name: str, folder: int) -> Iterator[int]:
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as e:
        kind = "is a link" if e.errno == errno.ELOOP else f"can't be read: {e.strerror}"
        raise RefusedError(f"{visible(name)} in it {kind}") from None
    try:
        yield fd
    finally:
        os.close(fd)


def hook_for_modules(config: Config) -> Callable[..., None]:
    """Return a hook that nbgrader calls before its first copy of a submission, to make it safe.

    What is a link, no plain file or too large goes to ``refused/`` in the course folder, and so
    do a notebook and a timestamp that nbgrader would stumble over; the notebook as released
    takes the place of such a notebook. Assignments of another kind are left as they are.
    """

    def make_safe(*, notebooks: Sequence[str], **_names: str) -> None:
        where = CourseDirectory(config=config)
        for folder in sorted({Path(notebook).parent for notebook in notebooks}):
            if is_module(where, folder.name):
                _make_safe(folder, where)

    return make_safe


def _make_safe(folder: Path, where: CourseDirectory) -> None:
    root, module = folder.parents[2], folder.name
    for outer in (folder.parent, folder):
        if outer.is_symlink():
            _put_aside(root, outer, module, "is a link, not a folder")
            return
    for path in _files_below(folder):
        if why := _unsafe(path, module):
            _put_aside(root, path, module, why)
            if path.name == f"{module}.ipynb" and path.parent == folder:
                released = where.format_path(where.release_directory, ".", module)
                shutil.copyfile(Path(released) / path.name, path)


def _files_below(folder: Path) -> list[Path]:
    found = []
    for inside, folders, files in os.walk(folder):
        found += [Path(inside) / name for name in (*files, *folders)]
    return [path for path in found if path.is_symlink() or not path.is_dir()]


def _unsafe(path: Path, module: str) -> str:
    """Say why nbgrader should not have a file; empty if it may."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        return "is a link" if stat.S_ISLNK(found.st_mode) else "is not a plain file"
    if found.st_size > MAX_NOTEBOOK_BYTES:
        return "is too large"
    if path.name == TIMESTAMP_FILE:
        try:
            parse_timestamp(path.read_bytes())
        except ValueError:
            return "holds no date"
    if path.name == f"{module}.ipynb":
        try:
            nbformat.read(path, as_version=4)
        except Exception:  # noqa: BLE001  whatever nbformat stumbles over, nbgrader would too
            return "is not a notebook that can be read"
    return ""


def _put_aside(root: Path, path: Path, module: str, why: str) -> None:
    within = path.relative_to(root)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = root / REFUSED_FOLDER / within.parent / f"{within.name}.{stamp}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    path.rename(aside)
    get_logger().warning("Put aside into %s/: %s %s.", REFUSED_FOLDER, ascii(str(within)), why)
    list_refused(root, module, str(within), why)
