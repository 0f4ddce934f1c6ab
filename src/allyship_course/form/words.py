"""A form's answers in words: ids become the labels that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..spec import FIELD_TYPES, AnyField, FieldType, Module


def describe(module: Module, page: str) -> dict[str, Any]:
    """Return a module for ``course.json``: what a page needs to show answers in words.

    ``page`` is its page's address within the site.
    """
    exercises = [
        {
            "id": exercise.id,
            "title": exercise.title,
            "minutes": exercise.minutes,
            "rule": exercise.rule(),
            "fields": {f.id: describe_field(f) for f in exercise.all_fields()},
        }
        for exercise in module.exercises
    ]
    return {
        "id": module.module,
        "title": module.title,
        "page": page,
        "minutes": module.minutes,
        "collected": module.collected,
        "exercises": exercises,
    }


def outline(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what :func:`describe` returned without the words of the fields: ``outline.json``."""
    exercises = [
        {k: e[k] for k in ("id", "title", "minutes", "rule")} for e in described["exercises"]
    ]
    return {**described, "exercises": exercises}


def describe_field(field: AnyField) -> dict[str, Any]:
    """Return a field's label, and the labels that its answer's ids stand for."""
    words: dict[str, Any] = {"type": field.type, "label": field.label}
    if field.private == "always":
        words["private"] = True
    if labels := field.labels():
        words["labels"] = labels
    if parts := field.part_labels():
        words["parts"] = parts
    return words


def answer_in_words(text: Mapping[str, Any], value: object) -> list[str]:
    """Return an answer as lines in the words of the form: ids become what they stand for.

    ``text`` is what :func:`describe_field` returns. The value may be anything at all: what no form
    of ours sends is shown as it is. Of an answer to a field that is no longer in the course, the
    ``type`` is none of the field types. ``in-words.mjs`` has the same rule; both run against
    ``tests/vectors/in-words.yml``.
    """
    return FIELD_TYPES.get(text["type"], FieldType).in_words(text, value)
