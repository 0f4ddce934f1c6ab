"""Grading modules in Grader Service, with the same points as in nbgrader, and no kernel.

Grader Service is a successor of nbgrader for hubs, of others, and no part of what this package
installs. In its configuration::

    from allyship_course.grading.grader_service import CompletionExecutor

    c.RequestHandlerConfig.autograde_executor_class = CompletionExecutor
    c.CompletionExecutor.modules = "/srv/course/book/modules"

An assignment is a module if it has the name of a folder there. The service grades every other one
as it always does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader_service.autograding.local_grader import LocalAutogradeExecutor
from grader_service.convert.converters.autograde import Autograde
from grader_service.convert.preprocessors import Execute
from nbformat import NotebookNode
from traitlets import Unicode
from traitlets.config import Config

from ..errors import CourseError
from ..spec import EXERCISES_FILE, load_module
from ..store.record import NOTEBOOK_KEY, record_or_error
from .graded_copy import Checks, is_check, points_of, show_check

_MODULES = "The folder with the course's modules, as its authors wrote them: an absolute path."


class ModulesError(CourseError):
    """Nobody has said where the modules are; the message says how to."""


class CompletionChecks(Execute):
    """Stands in for the service's ``Execute``: fills in the checks' outputs, starts no kernel.

    What an exercise asks for is read from the course's own modules, never from what was handed in.
    """

    modules = Unicode(help=_MODULES).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], retries: int | None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        # A relative place would be looked for in what was handed in.
        if not (Path(self.modules).is_absolute() and Path(self.modules).is_dir()):
            raise ModulesError(
                f"Grader Service looks for the course's modules in {self.modules!r}, which is no "
                "absolute path of a folder. Set c.CompletionExecutor.modules in its configuration."
            )
        source = Path(self.modules, resources["unique_key"])
        if not (source / EXERCISES_FILE).exists():
            done: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources, retries)
            return done
        self._fill_in(nb, source, Path(resources["output_json_path"]).parent)
        return nb, resources

    def _fill_in(self, nb: NotebookNode, source: Path, submission: Path) -> None:
        module = load_module(source)
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in filter(is_check, nb.cells)}
        record = record_or_error(submission, module.module)
        checks = Checks(module, {name: points_of(cell) for name, cell in cells.items()})
        if why := checks.why_nothing_counts(record):
            self.log.warning("nothing of it counts: %s", why)
        shared = checks.shared(record)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        for name, check in checks.of(record).items():
            show_check(cells[name], check, shared[name])
        nb.metadata.pop(NOTEBOOK_KEY, None)


class CompletionExecutor(LocalAutogradeExecutor):
    """Grades one submission in the service, with our step in the place of the one that runs it."""

    modules = Unicode(help=_MODULES).tag(config=True)

    def _get_autograde_config(self) -> Config:
        config = super()._get_autograde_config()
        steps = Autograde.class_traits()["autograde_preprocessors"].default()
        ours = [CompletionChecks if step is Execute else step for step in steps]
        config.Autograde.autograde_preprocessors = ours
        config.CompletionChecks.modules = self.modules
        return config
