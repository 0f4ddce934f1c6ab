"""A form's answers in words: ids become the labels that they stand for."""

from __future__ import annotations

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


def say(words: dict[str, Any], value: object) -> str:
    """Say an answer in the words of the form: ids become the labels that they stand for."""
    labels, parts = words.get("labels", {}), words.get("parts", {})
    match value:
        case list():
            return "\n".join(say(words, item) for item in value)
        case dict():
            if words["type"] == "list":
                return "; ".join(str(cell) for cell in value.values())
            if words["type"] == "order":
                return "\n".join(f"{at}. {labels.get(item, item)}" for item, at in value.items())
            return "\n".join(f"{say(words, v)}: {parts.get(key, key)}" for key, v in value.items())
        case _:
            return str(labels.get(str(value), value))
