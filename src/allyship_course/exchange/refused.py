"""``refused/`` in the course folder: what was not taken, and a list that says why."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from ..store.submission import visible

REFUSED_FOLDER = "refused"
REFUSED_LIST = "list.txt"
REMOVED_FOLDER = "removed"
"""In the course folder: the files of students who were removed from the class."""


class _List:
    """An open list. It is read once, and then only added to."""

    def __init__(self, file: Path) -> None:
        self._fd = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._fd).st_size
        texts = file.read_text(encoding="utf-8").splitlines()
        self._known = {text.partition("\t")[2] for text in texts}

    def is_still(self, file: Path) -> bool:
        """Tell whether a file is this list, and nobody else has written to it."""
        try:
            at_path = file.stat()
        except FileNotFoundError:
            return False
        opened = os.fstat(self._fd)
        return (at_path.st_ino, at_path.st_size) == (opened.st_ino, self._size)

    def add(self, line: str) -> None:
        if line not in self._known:
            now = datetime.now(UTC).isoformat(" ", "seconds")
            self._size += os.write(self._fd, f"{now}\t{line}\n".encode())
            self._known.add(line)

    def close(self) -> None:
        os.close(self._fd)


_lists: dict[Path, _List] = {}


def list_refused(root: Path, module: str, what: str, why: str) -> None:
    """Add a line to ``refused/list.txt`` in the course folder, unless it is there already."""
    folder = root / REFUSED_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / REFUSED_LIST
    known = _lists.get(file)
    if known is None or not known.is_still(file):
        if known:
            known.close()
        known = _lists[file] = _List(file)
    known.add(f"{module}\t{visible(what)}\t{why}")


def why_refused(root: Path, module: str) -> dict[str, str]:
    """Return by student why the last thing that they handed in of a module was refused."""
    file = root / REFUSED_FOLDER / REFUSED_LIST
    reasons = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        _, of, what, why = [*line.split("\t", 3), "", "", ""][:4]
        path = what.split("/")
        if of != module:
            continue
        if len(path) > 2:  # where it was in the course folder: submitted/student/...
            reasons[path[1]] = f"{path[-1]} {why}"
        elif "+" in what:  # as it is called in the exchange
            reasons[what.rsplit("+", 3)[0]] = why
    return reasons
