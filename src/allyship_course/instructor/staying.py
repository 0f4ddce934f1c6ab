"""What a purge leaves: the files of assignments that are no modules of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash

from ..store.files import RecordError, read_plain
from ..store.submission import SECRET_FILE

_MAX_SECRET = 1000


@dataclass(frozen=True)
class Staying:
    """The assignments that stay, and where in a folder that is purged their files lie.

    ``pages`` are the names of their pages of feedback in the exchange, which name nobody.
    """

    assignments: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()

    def __contains__(self, within: Path) -> bool:
        """Tell whether a path, as seen from a purged folder, is of an assignment that stays."""
        first, *more = within.parts
        if first in self.pages or first in self.assignments:
            return True
        if more and more[0] in self.assignments:  # student/assignment
            return True
        parts = first.rsplit("+", 3)  # student+assignment+time, and perhaps some letters
        return any(part in self.assignments for part in parts[1:2])


def staying(where: CourseDirectory, assignments: set[str], exchange: Path) -> Staying:
    """Return what stays of these assignments; ``exchange`` is this course's folder there."""
    if not assignments:
        return Staying()
    pages = {
        f"{notebook_hash(secret=secret, notebook_id=notebook)}.html"
        for folder in _handed_in(where, assignments, exchange)
        if (secret := _secret_in(folder))
        for notebook in {f.stem for kind in ("*.ipynb", "*.html") for f in folder.glob(kind)}
    }
    return Staying(frozenset(assignments), frozenset(pages))


def _handed_in(where: CourseDirectory, assignments: set[str], exchange: Path) -> Iterator[Path]:
    root = Path(where.root)
    for name in assignments:
        for step in (where.submitted_directory, where.autograded_directory):
            yield from (root / step).glob(f"*/{name}/")
        yield from (root / where.feedback_directory).glob(f"*/{name}/")
        yield from (exchange / "inbound").glob(f"*+{name}+*/")


def _secret_in(folder: Path) -> str:
    try:
        return (read_plain(folder / SECRET_FILE, _MAX_SECRET) or b"").decode()
    except (RecordError, UnicodeDecodeError):
        return ""
