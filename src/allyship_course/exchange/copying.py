"""Copying a student's folder: no link, nothing of somebody else, nothing beyond the limits."""

from __future__ import annotations

import errno
import fnmatch
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from traitlets.log import get_logger

from ..store.limits import MAX_DEPTH, MAX_FILES
from ..store.submission import RefusedError, open_folder, visible

_MAX_FILES_OF_OTHERS = 100_000
_MAX_DEPTH_OF_OTHERS = 50


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


@dataclass(frozen=True)
class Limits:
    """What may be copied: sizes in bytes, names to leave out, and whose it must be.

    An assignment of another kind may have many more files. As in nbgrader, one that is too large
    is left out there, and the rest is collected.
    """

    file: int
    folder: int
    ignore: tuple[str, ...]
    own_only: bool
    groupshared: bool
    of_module: bool = True

    @property
    def files(self) -> int:
        return MAX_FILES if self.of_module else _MAX_FILES_OF_OTHERS

    @property
    def depth(self) -> int:
        return MAX_DEPTH if self.of_module else _MAX_DEPTH_OF_OTHERS


def copy_safely(source: Path, target: Path, limits: Limits) -> None:
    """Copy a student's folder into the empty folder ``target``; RefusedError at anything unsafe.

    Each file is examined after it was opened, so that it can't be exchanged for a link between
    the look and the copy.
    """
    with open_folder(source) as folder:
        owner = os.fstat(folder).st_uid if limits.own_only else None
        try:
            _Copy(limits, owner).folder(folder, target, depth=0)
        except OSError as e:
            if e.errno != errno.ENAMETOOLONG:
                raise
            raise RefusedError("a name in it is too long") from None


class _Copy:
    def __init__(self, limits: Limits, owner: int | None) -> None:
        self._limits, self._owner = limits, owner
        self._bytes = self._files = 0

    def folder(self, folder: int, target: Path, depth: int) -> None:
        if depth > self._limits.depth:
            raise RefusedError(f"its folders are nested deeper than {self._limits.depth}")
        if self._limits.groupshared:
            target.chmod(0o2775)
        for name in self._names(folder):
            if any(fnmatch.fnmatch(name, pattern) for pattern in self._limits.ignore):
                continue
            if _is_folder(name, folder):
                (target / name).mkdir()
                with open_folder(name, folder) as inner:
                    self.folder(inner, target / name, depth + 1)
            else:
                self._file(name, folder, target)

    def _file(self, name: str, folder: int, target: Path) -> None:
        with _open_plain(name, folder) as fd:
            status = os.fstat(fd)
            if not self._limits.of_module and status.st_size > self._limits.file:
                get_logger().warning("Left out, as it is too large: %s", visible(name))
                return
            self._check(visible(name), status)
            mode = 0o664 if self._limits.groupshared else 0o644
            to = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(to, "wb") as out:
                left = status.st_size  # it may still grow
                while left and (block := _read(fd, min(left, 1 << 20), name)):
                    out.write(block)
                    left -= len(block)

    def _check(self, name: str, status: os.stat_result) -> None:
        self._files += 1
        self._bytes += status.st_size
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(f"{name} in it is not a plain file")
        if self._owner is not None and status.st_uid != self._owner:
            raise RefusedError(f"{name} in it belongs to somebody else")
        if status.st_size > self._limits.file or self._bytes > self._limits.folder:
            raise RefusedError(f"it is too large ({name} is {status.st_size / 1e6:,.1f} MB)")
        if self._files > self._limits.files:
            raise RefusedError(self._too_many)

    @property
    def _too_many(self) -> str:
        return f"there are more than {self._limits.files:,} files in it"

    def _names(self, folder: int) -> list[str]:
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in islice(entries, 2 * self._limits.files)]
        except OSError as e:
            raise RefusedError(f"a folder in it can't be read: {e.strerror}") from None
        if len(names) == 2 * self._limits.files:  # twice: some of them may be left out
            raise RefusedError(self._too_many)
        return sorted(names)


def _read(fd: int, size: int, name: str) -> bytes:
    try:
        return os.read(fd, size)
    except OSError as e:  # such as a disk of another machine that went away
        raise RefusedError(f"{visible(name)} in it can't be read: {e.strerror}") from None


def _is_folder(name: str, folder: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError as e:  # whoever handed it in may still be changing it
        raise RefusedError(f"{visible(name)} in it can't be read: {e.strerror}") from None


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
