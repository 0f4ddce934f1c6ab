"""Grading without running anything that a student wrote, inside nbgrader's own chain."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

import nbformat
from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade
from traitlets.config import Config

from .assignments import CHECK_PREFIX, NOTE_TAG
from .spec import load_module
from .widget import Check, check_in

_PAGES = Path(__file__).parent / "pages"

# No HTML, and no images, which a browser would fetch.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


class AsReleased(NbGraderPreprocessor):
    """Puts the student's note into the notebook as it was released, and grades that.

    A submission says two things: ``completion.json``, and the note. Whatever else became of
    the notebook (checks deleted, doubled or edited, metadata of another schema) neither
    changes a grade nor stops nbgrader in the middle of a class.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        course = CourseDirectory(parent=self)
        names = resources["nbgrader"]
        folder = course.format_path(course.release_directory, ".", names["assignment"])
        released = nbformat.read(Path(folder) / f"{names['notebook']}.ipynb", as_version=4)
        written = [cell.source for cell in nb.cells if _is_note(cell)]
        for cell in filter(_is_note, released.cells):
            cell.source = "\n\n".join(written)
        return released, resources


def _is_note(cell: NotebookNode) -> bool:
    tags = cell.metadata.get("tags")
    return isinstance(tags, list) and NOTE_TAG in tags


class CompletionChecks(NbGraderPreprocessor):
    """Stands in for nbgrader's ``Execute``: fills in the check cells' outputs, starts no kernel.

    A check's value depends on ``exercises.yml``, which nbgrader has just put over the
    student's copy, and on ``completion.json``, which is read as data.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        folder = Path(resources["metadata"]["path"])
        module = load_module(folder)
        exercises = {f"{CHECK_PREFIX}{e.id}": e for e in module.exercises}
        for cell in filter(is_grade, nb.cells):
            grade_id = cell.metadata.nbgrader.grade_id
            if exercise := exercises.get(grade_id):
                show_check(cell, check_in(module, exercise, folder))
            else:
                # Without an output, nbgrader would give full points.
                show_check(cell, Check(None, grade_id, "not counted. There is no such exercise."))
        return nb, resources


def show_check(cell: NotebookNode, check: Check) -> None:
    """Give a check cell the output that running it would have given."""
    data = {"text/plain": repr(check), "text/html": check._repr_html_()}
    cell.outputs = [new_output("execute_result", data, execution_count=1)]
    cell.execution_count = 1


def student_markdown(text: str) -> str:
    """Render a note for the instructor, whose browser runs and fetches nothing because of it."""
    return str(_MARKDOWN.render(text))


def open_gradebook(course: Path) -> Gradebook:
    """Open the gradebook of a course folder, with nbgrader's own API."""
    _find_alembic()
    return Gradebook(f"sqlite:///{(course / 'gradebook.db').resolve()}")


def _find_alembic() -> None:
    """Put this Python's commands on PATH: nbgrader starts ``alembic`` by its bare name."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + path


def configure(c: Config) -> None:
    """Set up nbgrader for this course; called from ``course/nbgrader_config.py``."""
    _find_alembic()
    c.Autograde.sanitize_preprocessors = [AsReleased, CheckCellMetadata]
    c.Autograde.autograde_preprocessors = [CompletionChecks, SaveAutoGrades, AssignLatePenalties]
    # Formgrader shows the note to the instructor.
    c.HTMLExporter.filters = {"markdown2html": student_markdown}
    c.GenerateFeedback.HTMLExporter.template_name = "allyship-feedback"
    c.GenerateFeedback.HTMLExporter.extra_template_basedirs = [str(_PAGES)]
