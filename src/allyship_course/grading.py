"""Grading without running anything that a student wrote, inside nbgrader's own chain."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade
from traitlets.config import Config

from .assignments import CHECK_PREFIX
from .spec import load_module
from .widget import Check, check_in


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
        titles = {f"{CHECK_PREFIX}{e.id}": e for e in module.exercises}
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            exercise = titles.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if exercise is not None and is_grade(cell):
                show_check(cell, check_in(module, exercise, folder))
            else:
                cell.outputs, cell.execution_count = [], None
        return nb, resources


def show_check(cell: NotebookNode, check: Check) -> None:
    """Give a check cell the output that running it would have given."""
    data = {"text/plain": repr(check), "text/html": check._repr_html_()}
    cell.outputs = [new_output("execute_result", data, execution_count=1)]
    cell.execution_count = 1


class KeepOneCheck(NbGraderPreprocessor):
    """Drop copies of check cells: nbgrader stops a whole class at the first one it meets."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        seen: set[str] = set()
        kept = []
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id is None or grade_id not in seen:
                kept.append(cell)
            if grade_id is not None:
                seen.add(grade_id)
        nb.cells = kept
        return nb, resources


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
    c.Autograde.sanitize_preprocessors = [
        ClearOutput,
        KeepOneCheck,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [
        CompletionChecks,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    # A deleted check comes back, instead of leaving the submission "needs manual grade".
    c.OverwriteCells.add_missing_cells = True
    # Feedback pages ask nothing of another host.
    c.HTMLExporter.mathjax_url = ""
    c.HTMLExporter.require_js_url = ""
    c.HTMLExporter.jquery_url = ""
    c.HTMLExporter.widget_renderer_url = ""
