"""A form's answers in words: ids become the labels that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..spec import (
    NONE,
    RATINGS,
    AnyField,
    Choice,
    Choices,
    Mark,
    Module,
    Order,
    Recall,
    Scale,
    Sort,
)


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
