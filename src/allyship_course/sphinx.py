"""One exercise in a Sphinx site that exists: ``extensions = ["allyship_course.sphinx"]``.

On a page, with an ``exercises.yml`` beside it::

    ```{exercise-form} the-flask
    ```

A code cell of MyST-NB that ends with ``exercise("the-flask")`` does the same. What readers wrote
is shown, saved and deleted where a page says::

    ```{exercise-journal}
    ```

For a whole course, which has pages of its own, see :mod:`allyship_course.book`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from . import __version__
from .book.tables import MyJournal
from .book.website import write_scripts
from .errors import CourseError
from .form import STYLE, render
from .form.replies import FOLDER_NAME as REPLIES
from .form.replies import replies
from .form.scenes import scenes_of, sprite, sprite_name
from .form.words import describe, outline
from .notebook.page import BUILDING, SOURCE
from .spec import EXERCISES_FILE, Module, load_module

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_THEMES = Path(__file__).parent / "book" / "themes.css"
_FORM, _JOURNAL = 'class="ac-exercise', 'data-course="journal"'
_QUERY = f"v={__version__}"
_STYLE_NAME = "exercises.css"


class ExerciseForm(SphinxDirective):
    """One exercise of the ``exercises.yml`` beside the page."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        page = Path(self.env.doc2path(self.env.docname))
        self.env.note_dependency(str(page.parent / EXERCISES_FILE))
        try:
            module = load_module(page.parent)
            exercise = module.exercise(self.arguments[0])
        except (CourseError, KeyError) as e:
            raise self.error(str(e.args[0] if isinstance(e, KeyError) else e)) from None
        up = _way_up(self.env.app, self.env.docname)
        form = render(module, exercise, "page", f"{up}_static")
        # Paper and other kinds of output have no form: there it is named.
        named = addnodes.only(expr="not html")
        named += nodes.paragraph("", f"Exercise, on the website: {exercise.title}")
        return [nodes.raw("", form, format="html"), named]


def _way_up(app: Sphinx, docname: str) -> str:
    """Return the way from a page to the root of its site."""
    return "../" * app.builder.get_target_uri(docname).count("/")


def _begin(app: Sphinx) -> None:
    """Let code cells show forms as pages have them."""
    os.environ[BUILDING] = "1"
    os.environ[SOURCE] = str(app.srcdir)


def _dress(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Give our style and scripts to a page that has a form on it, and to no other."""
    body = context.get("body", "")
    if _FORM not in body and _JOURNAL not in body:
        return
    # Not by Sphinx's own lists: it puts a mark of its own behind an address, and our scripts know
    # one another by theirs.
    style, script = (
        f"{context['pathto'](f'_static/{name}', 1)}?{_QUERY}" for name in (_STYLE_NAME, "page.js")
    )
    context["metatags"] += f'\n<link rel="stylesheet" href="{style}">'
    context["metatags"] += f'\n<script type="module" src="{script}"></script>'


def _write(app: Sphinx, error: Exception | None) -> None:
    """Write what the pages load, when all of them have been written."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    (static / REPLIES).mkdir(parents=True, exist_ok=True)
    write_scripts(static, _QUERY)
    style = STYLE.read_text("utf-8") + _THEMES.read_text("utf-8")
    (static / _STYLE_NAME).write_text(style, "utf-8")
    described = []
    for page, module in _modules(app):
        described.append({**describe(module, page), "collected": False})
        _write_json(static / REPLIES / f"{module.module}.json", replies(module))
        (static / sprite_name(module)).write_text(sprite(scenes_of(module)), "utf-8")
    _write_json(static / "course.json", described)
    _write_json(static / "outline.json", [outline(module) for module in described])


def _modules(app: Sphinx) -> Iterator[tuple[str, Module]]:
    """Yield each module with the address of the first page beside its exercises."""
    seen = set()
    for docname in sorted(app.env.found_docs):
        folder = Path(app.env.doc2path(docname)).parent
        if folder not in seen and (folder / EXERCISES_FILE).exists():
            seen.add(folder)
            yield app.builder.get_target_uri(docname), load_module(folder)


def _write_json(file: Path, data: object) -> None:
    file.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_directive("exercise-form", ExerciseForm)
    app.add_directive("exercise-journal", MyJournal)
    app.connect("builder-inited", _begin)
    app.connect("html-page-context", _dress)
    app.connect("build-finished", _write)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
