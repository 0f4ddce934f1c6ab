"""How Formgrader and nbgrader's feedback show a module. They show other assignments as always."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from ..exchange.kinds import is_module
from ..store.submission import NOTE_TAG

# No HTML, and no images, which a browser would fetch.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


def markdown_filter(config: Config) -> Callable[[Any, str], str]:
    """Return the filter ``markdown2html``: a browser runs and fetches nothing of a note.

    Assignments of another kind are shown as nbconvert shows them, with formulas and pictures.
    """
    stock: list[HTMLExporter] = []

    @jinja2.pass_context
    def markdown2html(context: Any, source: str) -> str:
        if _of_module(context, config):
            return str(_MARKDOWN.render(source))
        stock[:] = stock or [HTMLExporter(config=config)]
        return str(stock[0].markdown2html(context, source))

    return markdown2html


def _of_module(context: Any, config: Config) -> bool:
    """Tell whether a page shows a module: by its notebook, which is the one that was handed out."""
    if any(NOTE_TAG in cell.metadata.get("tags", []) for cell in context["nb"].cells):
        return True
    resources = context.get("resources", {})
    named = resources.get("assignment_id") or resources.get("nbgrader", {}).get("assignment")
    return named is None or is_module(CourseDirectory(config=config), named)


class PageOfModules(NbGraderPreprocessor):
    """Says to the template of nbgrader's ``generate_feedback`` that a notebook is a module's."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        resources["allyship_module"] = True
        return nb, resources
