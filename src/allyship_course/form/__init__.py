"""How a form looks and answers: the template, its style, its scripts, and :func:`render`.

The one place that knows it. The same HTML stands on the page, in a notebook and on paper.
"""

from __future__ import annotations

import functools
import json
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from ..completion import Progress, about
from ..spec import (
    NONE,
    RATINGS,
    AnyField,
    Choice,
    Choices,
    Exercise,
    Mark,
    Module,
    Order,
    Recall,
    Scale,
    Sort,
)

if TYPE_CHECKING:
    import jinja2
    from markdown_it import MarkdownIt

FOLDER = Path(__file__).parent
STYLE = FOLDER / "exercise.css"
PROGRESS_STYLE = FOLDER / "progress.css"

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
def template(name: str) -> jinja2.Template:
    """Return one of the templates beside this file; everything put into it is escaped."""
    import jinja2  # here, for a kernel that starts without a form

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = markdown
    # How a template is indented is for who reads the template: a page has hundreds of controls.
    return environment.from_string(re.sub(r"\n\s+", "\n", (FOLDER / name).read_text("utf-8")))


def _earlier_text(module: Module, field: AnyField) -> dict[str, Any]:
    """Return the words of the field that ``field.earlier`` names, if it is of the same module."""
    of_module, exercise_id, field_id = field.earlier.split("/")
    if of_module != module.module:
        return {}
    fields = {f.id: f for f in module.exercise(exercise_id).all_fields()}
    return describe_field(fields[field_id])


def render(module: Module, exercise: Exercise, place: Place) -> str:
    """Return ``exercise`` as an HTML form.

    ``place`` says where answers go: on a ``page`` they stay in the browser and there is
    nobody to share with; in a ``notebook`` they go to the learner's journal.
    """
    fields = exercise.all_fields()
    private = [f.private == "always" for f in fields]
    return template("exercise.html.jinja").render(
        module=module,
        exercise=exercise,
        place=place,
        letter=_letter(module.exercises.index(exercise)),
        rule=_attribute(json.dumps(exercise.rule(), separators=(",", ":"))),
        step_titles={step.id: step.title for step in exercise.steps},
        next_of=exercise.default_next(),
        may_share=place == "notebook" and module.collected and not all(private),
        some_private=any(private),
        mirror=module.mirror,
        earlier_texts={f.id: json.dumps(_earlier_text(module, f)) for f in fields if f.earlier},
        scale_steps=max((len(f.steps) for f in fields if isinstance(f, Scale)), default=0),
        ratings=RATINGS,
        blank_text=exercise.compose.blank() if exercise.compose else "",
    )


def render_certificate() -> str:
    """Return the certificate for a notebook, not filled in; the page includes the same file."""
    return template("templates/parts/certificate.html").render(notebook=True)


def render_progress(module: Module) -> str:
    """Return the strip at a notebook's head, not filled in."""
    return template("progress.html.jinja").render(exercises=len(module.exercises))


def render_my_course(summary: str, progress: Sequence[Progress], links: Sequence[str]) -> str:
    """Return a table of all modules; ``links`` are those to their notebooks, or empty."""
    rows = [
        {"progress": one, "left": about(one.minutes_left).lower(), "link": link}
        for one, link in zip(progress, links, strict=True)
    ]
    return template("my-course.html.jinja").render(summary=summary, rows=rows)


def describe(module: Module, page: str) -> dict[str, Any]:
    """Return a module for ``course.json``: what a page needs to show answers in words.

    ``page`` is its page's address within the site.
    """
    exercises = [
        {
            "id": exercise.id,
            "title": exercise.title,
            "rule": exercise.rule(),
            "fields": {f.id: describe_field(f) for f in exercise.all_fields()},
        }
        for exercise in module.exercises
    ]
    return {
        "id": module.module,
        "title": module.title,
        "page": page,
        "collected": module.collected,
        "exercises": exercises,
    }


def _attribute(text: str) -> Markup:
    """Return ``text`` for an attribute in single quotes: JSON is full of double ones."""
    for sign, entity in (("&", "&amp;"), ("'", "&#39;"), ("<", "&lt;")):
        text = text.replace(sign, entity)
    return Markup(text)  # noqa: S704 - just escaped


def _letter(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    before = _letter(number // 26 - 1) if number >= 26 else ""
    return before + string.ascii_lowercase[number % 26]


def outline(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what :func:`describe` returned without the words of the fields: ``outline.json``."""
    exercises = [{k: e[k] for k in ("id", "title", "rule")} for e in described["exercises"]]
    return {**described, "exercises": exercises}


def describe_field(field: AnyField) -> dict[str, Any]:
    """Return a field's label, and the labels that its answer's ids stand for."""
    words: dict[str, Any] = {"type": field.type, "label": field.label}
    if field.private == "always":
        words["private"] = True
    match field:
        case Choice():
            words["labels"] = {o.id: o.label for o in field.options}
        case Choices():
            words["labels"] = {o.id: o.label for o in field.options} | {NONE: field.none}
        case Scale():
            words["labels"] = {str(i): step for i, step in enumerate(field.steps, 1)}
        case Sort():
            words["labels"] = {c.id: c.label for c in field.categories}
            words["parts"] = {c.id: c.text for c in field.cards}
        case Order():
            words["labels"] = {i.id: i.text for i in field.items}
        case Mark():
            words["labels"] = {one: text for text, one in field.parts() if one}
            words["labels"][NONE] = "None of the phrases"
        case Recall():
            words["labels"] = RATINGS
    return words


def answer_in_words(text: Mapping[str, Any], value: object) -> list[str]:
    """Return an answer as lines in the words of the form: ids become what they stand for.

    ``text`` is what :func:`describe_field` returns. The value may be anything at all: what no form
    of ours sends is shown as it is. ``in-words.mjs`` has the same rule; both run against
    ``tests/vectors/in-words.yml``.
    """
    if isinstance(value, list):
        return [line for one in value for line in answer_in_words(text, one)]
    if isinstance(value, dict):
        return [line for part in _parts_in_words(text, value) for line in _lines(part)]
    words = _text_of(value)
    return _lines(text.get("labels", {}).get(words, words))


def _parts_in_words(text: Mapping[str, Any], value: Mapping[str, object]) -> list[str]:
    labels, parts = text.get("labels", {}), text.get("parts", {})
    match text["type"]:
        case "list":
            return [": ".join(filter(None, map(_text_of, value.values())))]
        case "order":
            placed = [(item, place) for item, place in value.items() if _text_of(place)]
            placed.sort(key=lambda one: _place(one[1]))
            return [f"{_text_of(place)}. {labels.get(item, item)}" for item, place in placed]
        case _:
            return [
                f"{parts.get(key, key)}: {', '.join(answer_in_words(text, one))}"
                for key, one in value.items()
            ]


def _place(value: object) -> tuple[bool, int | float]:
    """Return what a place in a row is sorted by; what is no number comes last."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (False, value)
    return (True, 0)


def _text_of(value: object) -> str:
    """Return a text, a number or a yes as text, and nothing for anything else."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case str() | int() | float():
            return str(value)
        case _:
            return ""


def _lines(text: str) -> list[str]:
    written = text.rstrip("\r\n")
    return re.split(r"\r\n?|\n", written) if written else []
