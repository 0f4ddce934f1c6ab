"""When something was handed in, by what a student can't change in a shared folder.

The name of the folder and ``timestamp.txt`` are the student's own, and can be written anew. When
a file was last changed is kept by the system, and nobody can put it back.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from ..store.files import RecordError, read_plain, replace_file
from ..store.submission import TIMESTAMP_FILE, parse_timestamp, visible

_WHILE_HANDING_IN = timedelta(minutes=10)
_FEW = 4
_MAX_LINE = 1000
_MOST = 1000  # files that are looked at; with more of them, it is refused


class Times:
    """The times of what lies in an exchange of one assignment, which is ``due`` then, in UTC.

    Where most of it was changed long after it was handed in, the exchange itself was moved or
    put back from a copy: then only names say a time.
    """

    def __init__(self, folders: Sequence[Path], due: datetime | None, log: Any) -> None:
        self._due, self._log = due, log
        self._changed = {folder.name: _last_change(folder) for folder in folders}
        later = [name for name in self._changed if self._is_later(name, _named(name))]
        self._moved = len(later) >= _FEW and 2 * len(later) > len(folders)
        if self._moved:
            log.warning(
                "Most of what lies in the exchange was changed long after it was handed in, as "
                "where an exchange was moved. Times are those that students' own files say."
            )

    def handed_in(self, folder: Path, named: datetime) -> datetime:
        """Return when a folder was handed in, that says it was ``named``."""
        changed = self._changed.get(folder.name)
        is_late = self._due is not None and changed is not None and changed > self._due
        if changed is None or not is_late or self._moved or not self._is_later(folder.name, named):
            return named
        self._log.warning(
            "%s was changed at %s UTC, after it was due: that counts as the time of handing in.",
            visible(folder.name),
            f"{changed:%Y-%m-%d %H:%M:%S}",
        )
        return changed

    def _is_later(self, name: str, named: datetime | None) -> bool:
        changed = self._changed[name]
        return bool(named and changed and changed - named > _WHILE_HANDING_IN)

    @staticmethod
    def write(place: Path, when: datetime) -> None:
        """Let what was collected say when it was handed in, unless it says a later time."""
        file = place / TIMESTAMP_FILE
        try:
            if parse_timestamp(read_plain(file, _MAX_LINE) or b"") >= when:
                return
        except (RecordError, ValueError):
            pass
        mode = 0o664 if place.stat().st_mode & 0o020 else 0o644
        replace_file(file, f"{when:%Y-%m-%d %H:%M:%S.%f} UTC".encode(), mode=mode)


def _last_change(folder: Path) -> datetime | None:
    try:
        stats = [folder.lstat()]
        with os.scandir(folder) as entries:
            stats += [entry.stat(follow_symlinks=False) for entry in islice(entries, _MOST)]
    except OSError:  # it is just being changed, or can't be looked into
        return None
    latest = max(one.st_ctime for one in stats)
    return datetime.fromtimestamp(latest, UTC).replace(tzinfo=None)


def _named(name: str) -> datetime | None:
    try:
        when: datetime = parse_utc(name.rsplit("+", 3)[2])
    except (ValueError, OverflowError, IndexError):
        return None
    return when
