"""The course of nbgrader's own quickstart: code cells, hidden tests, formulas, files beside."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat

from tests.support.classroom import nbgrader

PS1 = "ps1"
RIGHT = """\
def squares(n):
    if n < 1:
        raise ValueError
    return [i**2 for i in range(1, n + 1)]"""
WRONG = "def squares(n):\n    return []"
FORMULA = "By hand: $\\sum_{i=1}^n i^2$ and <b>bold</b>"


def add_ps1(course: Path, scratch: Path) -> None:
    """Lay the problem set of ``nbgrader quickstart`` into a course's ``source``."""
    if not (scratch / "quickstart").exists():
        nbgrader(scratch, "quickstart", "quickstart")
    shutil.copytree(scratch / "quickstart" / "source" / PS1, course / "source" / PS1)


def hand_in_ps1(course: Path, student: str, squares: str) -> Path:
    """Hand in the problem set, from what was handed out, with this as the first answer."""
    folder = course / "submitted" / student / PS1
    shutil.copytree(course / "release" / PS1, folder)
    fill_in_ps1(folder, squares)
    (folder / "timestamp.txt").write_text("2026-11-21 12:00:00.000000 UTC")
    (folder / "submission_secret.txt").write_text("s" * 64)
    return folder


def fill_in_ps1(folder: Path, squares: str) -> None:
    _edit(folder / "problem1.ipynb", {"squares": squares, "sum_of_squares_equation": FORMULA})


def _edit(notebook: Path, answers: Mapping[str, str]) -> None:
    nb = nbformat.read(notebook, as_version=4)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    nbformat.write(nb, notebook)


def tree(folder: Path, *, but: Callable[[bytes], bytes] = lambda raw: raw) -> dict[str, bytes]:
    """All files of a folder, by their paths."""
    return {
        str(file.relative_to(folder)): but(file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
