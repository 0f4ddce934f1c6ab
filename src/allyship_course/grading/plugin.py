"""Grading modules inside nbgrader's own commands, with the same results as ``allyship grade``."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.api
from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearSolutions,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from traitlets.config import Config

from ..exchange.aside import hook_for_modules
from ..notebook.assignments import COMMENT_STUB
from ..spec import EXERCISES_FILE, load_module
from ..store.record import NOTEBOOK_KEY, record_or_error
from ..store.submission import note_in, visible
from .by_kind import by_kind, one_replaced, stock_steps
from .feedback import PAGES, TEMPLATE
from .folder import find_alembic
from .gradebook import bounded
from .graded_copy import Checks, is_check, note_cells, points_of, show_check
from .results import GradeError, after_lateness
from .rules import Extensions, Resubmission
from .shown import PageOfModules, markdown_filter

_NBGRADERS_PAGES = Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"


class CommentStub(ClearSolutions):
    """Puts our line into the one cell of a module that nbgrader clears."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        self.code_stub = {"python": COMMENT_STUB}
        nb, resources = super().preprocess(nb, resources)
        return nb, resources


class AsReleased(NbGraderPreprocessor):
    """Puts the student's note into the notebook as it was released, and grades that.

    A submission says two things: the completion record, and the note. What came from the
    published page has its record in the notebook's metadata.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        course = CourseDirectory(parent=self)
        names = resources["nbgrader"]
        folder = course.format_path(course.release_directory, ".", names["assignment"])
        released = nbformat.read(Path(folder) / f"{names['notebook']}.ipynb", as_version=4)
        note = note_in(nb.cells) or ""
        for cell in note_cells(released):
            cell.source = note
        if NOTEBOOK_KEY in nb.metadata:
            released.metadata[NOTEBOOK_KEY] = nb.metadata[NOTEBOOK_KEY]
        return released, resources


class CompletionChecks(NbGraderPreprocessor):
    """Stands in for nbgrader's ``Execute``: fills in the check cells' outputs, starts no kernel.

    A check's value depends on the course's own ``exercises.yml``, which is read once for all,
    and on the completion record, which is read as data.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        folder = Path(resources["metadata"]["path"])
        course = CourseDirectory(parent=self)
        assignment = resources["nbgrader"]["assignment"]
        source = course.format_path(course.source_directory, ".", assignment)
        module = load_module(Path(source))
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in filter(is_check, nb.cells)}
        record = record_or_error(folder, module.module)
        if not (folder / EXERCISES_FILE).exists():
            # Without this, the record would count as missing. nbgrader goes on with the next.
            raise GradeError(f"{folder} was replaced by another program. Grade it again")
        checks = Checks(module, {name: points_of(cell) for name, cell in cells.items()})
        if why := checks.why_nothing_counts(record):
            student = resources["nbgrader"]["student"]
            self.log.warning("%s: nothing of it counts: %s", visible(student), why)
        shared = checks.shared(record)
        for name, check in checks.of(record).items():
            show_check(cells[name], check, shared[name])
        nb.metadata.pop(NOTEBOOK_KEY, None)
        return nb, resources


class SaveCompletion(Resubmission, SaveAutoGrades):
    """Saves the points, and on handing in again keeps the last result or the better one."""

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        if self.resubmission == "last":
            super()._add_score(cell, resources)
        else:
            self._add_better_score(cell, resources)

    def _add_better_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        names = resources["nbgrader"]
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader.grade_id,
            names["notebook"],
            names["assignment"],
            names["student"],
        )
        before = grade.auto_score
        super()._add_score(cell, resources)
        if before is not None:
            grade.auto_score = max(before, grade.auto_score)
            self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        """Leave the place for the instructor's comment alone."""


class LatePenalties(Extensions, AssignLatePenalties):
    """nbgrader's late penalties; with ``best``, none takes away what was earned before."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        self._earned = resources.get("allyship_earned", 0.0)
        self._extend(resources["nbgrader"])
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def _extend(self, names: dict[str, str]) -> None:
        until = self.extensions.get(names["assignment"], {}).get(names["student"])
        if until is None:
            return
        with Gradebook(names["db_url"]) as gradebook:
            submission = gradebook.find_submission(names["assignment"], names["student"])
            if due := submission.assignment.duedate:
                submission.extension = until - due
                gradebook.db.commit()

    def _check_late_penalty(self, notebook: SubmittedNotebook, penalty: float) -> float:
        return bounded(penalty, notebook.score, self._earned) or 0.0


class EarnedBefore(NbGraderPreprocessor):
    """Notes what a submission had earned before it is graded anew."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        if SaveCompletion(parent=self).resubmission == "best":
            with Gradebook(names["db_url"]) as gradebook:
                notebook = gradebook.find_submission_notebook(
                    names["notebook"], names["assignment"], names["student"]
                )
                resources["allyship_earned"] = after_lateness(
                    notebook.score, notebook.late_submission_penalty
                )
        return nb, resources


def share_engines() -> None:
    """Let nbgrader compile each of its queries once in a process.

    It opens the gradebook seven times for a submission, and SQLAlchemy's engine, made anew each
    time, takes its compiled queries along: a quarter of the time. Closing a gradebook goes on
    closing its connections.
    """
    if not hasattr(nbgrader.api.create_engine, "cache_clear"):
        nbgrader.api.create_engine = functools.cache(nbgrader.api.create_engine)


def configure(c: Config) -> None:
    """Set up nbgrader for modules of this kind, and leave assignments of another kind as they are.

    ``course.yml`` comes on top, in :mod:`..instructor.course`.
    """
    find_alembic()
    share_engines()
    c.GenerateAssignment.preprocessors = one_replaced(
        stock_steps(GenerateAssignment, "preprocessors"), ClearSolutions, CommentStub
    )
    c.Autograde.pre_convert_hook = hook_for_modules(c)
    c.Autograde.sanitize_preprocessors = by_kind(
        [AsReleased, CheckCellMetadata], stock_steps(Autograde, "sanitize_preprocessors")
    )
    c.Autograde.autograde_preprocessors = by_kind(
        [EarnedBefore, CompletionChecks, SaveCompletion, LatePenalties],
        stock_steps(Autograde, "autograde_preprocessors"),
    )
    c.GenerateFeedback.preprocessors = [
        *stock_steps(GenerateFeedback, "preprocessors"),
        *by_kind([PageOfModules], []),
    ]
    c.GenerateFeedback.HTMLExporter.template_name = TEMPLATE
    c.GenerateFeedback.HTMLExporter.template_file = "either.html.j2"
    c.GenerateFeedback.HTMLExporter.extra_template_basedirs = [str(PAGES), str(_NBGRADERS_PAGES)]
    # Formgrader shows the note to the instructor.
    c.HTMLExporter.filters = {"markdown2html": markdown_filter(c)}
    c.ExchangeFactory.collect = "allyship_course.exchange.folder.SafeCollect"
    c.ExchangeFactory.release_assignment = "allyship_course.exchange.folder.SafeRelease"
    c.ExchangeFactory.release_feedback = "allyship_course.exchange.folder.SafeReleaseFeedback"
