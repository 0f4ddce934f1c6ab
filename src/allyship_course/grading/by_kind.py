"""Steps of nbgrader's that are for modules only, or for assignments of another kind only.

nbgrader has one list of steps for all assignments of a course. Each step of such a list here
looks first which kind a notebook's assignment is of, and leaves the other kind as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from ..exchange.kinds import is_module

Steps = list[type[Preprocessor]]


def stock_steps(
    converter: type[Autograde | GenerateAssignment | GenerateFeedback], steps: str
) -> Steps:
    """Return the steps that nbgrader takes where nothing is configured."""
    return list(converter.class_traits()[steps].default())


def by_kind(modules: Sequence[type[Preprocessor]], others: Sequence[type[Preprocessor]]) -> Steps:
    """Return one list of steps: these for modules, those for other assignments."""
    return [*(_only(s, modules=True) for s in modules), *(_only(s, modules=False) for s in others)]


def one_replaced(steps: Steps, theirs: type[Preprocessor], ours: type[Preprocessor]) -> Steps:
    """Return the steps, with ``ours`` in the place of ``theirs`` where it is a module."""
    place = steps.index(theirs)
    return [*steps[:place], *by_kind([ours], [theirs]), *steps[place + 1 :]]


def _only(step: type[Preprocessor], *, modules: bool) -> type[Preprocessor]:
    def preprocess(
        self: Any, nb: NotebookNode, resources: dict[str, Any], *more: Any, **named: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        course = CourseDirectory(parent=self)
        if is_module(course, resources["nbgrader"]["assignment"]) is not modules:
            return nb, resources
        done: tuple[NotebookNode, dict[str, Any]] = step.preprocess(
            self, nb, resources, *more, **named
        )
        return done

    # Of the same name, by which a configuration reaches it.
    return type(step.__name__, (step,), {"preprocess": preprocess})
