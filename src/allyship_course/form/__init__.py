"""How a form looks and answers: the template, its style, its scripts, and :func:`render`.

The one place that knows it. The same HTML stands on the page, in a notebook and on paper.
"""

from __future__ import annotations

import functools
import json
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from ..spec import BESIDE, RATINGS, Exercise, Module, Scale
from .cover import cover_of
from .scenes import scene, scene_of, sprite_name
from .words import describe_field

if TYPE_CHECKING:
    import jinja2
    from markdown_it import MarkdownIt


FOLDER = Path(__file__).parent
STYLE = FOLDER / "exercise.css"
VIEW_STYLE = FOLDER / "focus.css"
"""Of an exercise that is shown one thing at a time."""
DRAWING_STYLE = FOLDER / "drawing.css"
"""Of pictures of one's own answers."""
Place = Literal["page", "notebook"]


@functools.cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # here, for a kernel that starts without a form

    # No raw HTML: an author's "<" is text, and nothing in a form can run.
    renderer = MarkdownIt("commonmark", {"html": False, "typographer": False})
    # A line break in the YAML reads as a space, and as one a page packs smaller.
    renderer.add_render_rule("softbreak", lambda *_: " ")
    return renderer


def markdown(text: str) -> Markup:
    """Render CommonMark without raw HTML."""
    return Markup(_markdown().render(text))  # noqa: S704  the renderer escapes all HTML


@functools.cache
def template(file: Path) -> jinja2.Template:
    """Return the Jinja template in ``file``; everything put into it is escaped."""
    import jinja2  # here, for a kernel that starts without a form

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = markdown
    # How a template is indented is for who reads the template: a page has hundreds of controls.
    return environment.from_string(re.sub(r"\n\s+", "\n", file.read_text("utf-8")))


def _earlier_text(module: Module, path: str) -> dict[str, Any]:
    """Return the words of the field that an ``earlier`` names, if it is of the same module."""
    of_module, exercise_id, field_id = path.split("/")
    if of_module != module.module:
        return {}
    fields = {f.id: f for f in module.exercise(exercise_id).all_fields()}
    return describe_field(fields[field_id])


def _words_of_answers(exercise: Exercise) -> dict[str, Any]:
    """Return what the answers to each field stand for."""
    texts = {f.id: describe_field(f) for f in exercise.all_fields()}
    used = ("type", "labels", "parts")
    return {name: {k: v for k, v in text.items() if k in used} for name, text in texts.items()}


def render(module: Module, exercise: Exercise, place: Place, static: str | None = None) -> str:
    """Return ``exercise`` as an HTML form.

    ``place`` says where answers go: on a ``page`` they stay in the browser and there is
    nobody to share with; in a ``notebook`` they go to the learner's journal. ``static`` is where
    the static files of a page's site lie, if that is not where a course has them.
    """
    fields = exercise.all_fields()
    private = [f.private == "always" for f in fields]
    return template(FOLDER / "exercise.html.jinja").render(
        module=module,
        exercise=exercise,
        cover=cover_of(exercise, markdown(exercise.intro)),
        picture=scene_of(exercise),
        scene=functools.partial(scene, sprite_address=_sprite_address(module, place, static)),
        place=place,
        book=_up_to_book(module),
        letter=_letter(module.exercises.index(exercise)),
        rule=_attribute(json.dumps(exercise.rule(), separators=(",", ":"))),
        step_titles={step.id: step.title for step in exercise.steps},
        next_of=exercise.default_next(),
        may_share=place == "notebook" and module.collected and not all(private),
        some_private=any(private),
        mirror=module.mirror,
        earlier_texts={
            path: json.dumps(_earlier_text(module, path)) for f in fields for path in f.earlier
        },
        again_texts=_attribute(json.dumps(_words_of_answers(exercise))) if exercise.again else "",
        scale_steps=max((len(f.steps) for f in fields if isinstance(f, Scale)), default=0),
        ratings=RATINGS,
        blank_text=exercise.compose.blank() if exercise.compose else "",
    )


def _sprite_address(module: Module, place: Place, static: str | None) -> str | None:
    """Return where a page finds its pictures; a notebook has each of them in itself."""
    if place == "notebook":
        return None
    return f"{static or f'{_up_to_book(module)}_static'}/{sprite_name(module)}"


def _up_to_book(module: Module) -> str:
    """Return the way from a module's page to the book's root: two folders up, for some one."""
    return "../" if module.module in BESIDE else "../../"


def _attribute(text: str) -> Markup:
    """Return ``text`` for an attribute in single quotes: JSON is full of double ones."""
    for sign, entity in (("&", "&amp;"), ("'", "&#39;"), ("<", "&lt;")):
        text = text.replace(sign, entity)
    return Markup(text)  # noqa: S704 - just escaped


def _letter(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    before = _letter(number // 26 - 1) if number >= 26 else ""
    return before + string.ascii_lowercase[number % 26]
