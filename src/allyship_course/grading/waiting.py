"""Waiting for a gradebook that somebody else is writing to, and saying why it failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from nbgrader.api import Gradebook
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from ..messages import Tell
from .results import GradeError

_POSTGRES_DISK_FULL = "53100"
_GIVE_UP_SECONDS = 600.0
_BUSY_TRIES = 5
T = TypeVar("T")


def persist(gradebook: Gradebook, do: Callable[[], T], tell: Tell) -> T:
    """Do ``do``, which reads, or is a transaction that may be repeated, through what passes.

    Another program that writes at the same time, a locked database, a server that is gone and
    comes back: each is waited for. Raises GradeError when the wait is too long, and at once for
    what waiting does not help, such as a full disk.
    """
    return _patiently(do, _passes, tell, "used", gradebook.db.rollback)


def _patiently(
    do: Callable[[], T],
    passes: Callable[[DBAPIError], bool],
    tell: Tell,
    what: str,
    undo: Callable[[], None] = lambda: None,
) -> T:
    started, tries, has_told = time.monotonic(), 0, False
    while True:
        tries += 1
        try:
            return do()
        except DBAPIError as e:
            undo()
            waited = time.monotonic() - started
            conflict = isinstance(e, IntegrityError)
            if not passes(e) or waited > _GIVE_UP_SECONDS or (conflict and tries > _BUSY_TRIES):
                raise GradeError(
                    f"the gradebook can't be {what}: {_why(e)}. "
                    "When that is mended, run it again: it goes on where it was"
                ) from None
            if not conflict and not has_told:
                tell(
                    f"The gradebook can't be {what} yet ({_why(e)}). Waiting; it goes on by itself."
                )
                has_told = True
            time.sleep(min(2.0 ** min(tries, 5) / 4, 8.0))


def _passes(error: DBAPIError) -> bool:
    """Tell whether waiting may help."""
    if isinstance(error, IntegrityError):
        return True  # somebody else has just written the same rows: look again
    if _is_sqlite(error):
        return _locked(error)
    full = getattr(error.orig, "sqlstate", None) == _POSTGRES_DISK_FULL
    return (isinstance(error, OperationalError) and not full) or error.connection_invalidated


def _locked(error: DBAPIError) -> bool:
    return _is_sqlite(error) and isinstance(error, OperationalError) and "locked" in str(error.orig)


def _is_sqlite(error: DBAPIError) -> bool:
    return "sqlite" in type(error.orig).__module__


def _why(error: DBAPIError) -> str:
    """Return the database's own first line, which names no student."""
    return str(error.orig).strip().partition("\n")[0].rstrip(".")
