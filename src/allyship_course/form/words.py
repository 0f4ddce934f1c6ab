"""A form's answers in words: ids become the labels that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..spec import FIELD_TYPES, AnyField, FieldType, Module
from .pictures import picture

EARLIER = " (from an earlier edition)"
"""Behind the words of what is asked no longer, where somebody reads what they answered."""


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
            "fields": words_of_fields(module, exercise.id),
            **({"picture": drawn} if (drawn := picture(exercise)) else {}),
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
        "earlier": gone_exercises(module),
    }


def gone_exercises(module: Module) -> list[dict[str, Any]]:
    """Return the exercises of earlier editions only, as :func:`describe` returns exercises."""
    here = {exercise.id for exercise in module.exercises}
    return [
        {
            "id": gone.id,
            "title": f"{gone.title}{EARLIER}",
            "rule": {"fields": {}, "steps": []},
            "fields": words_of_fields(module, gone.id),
        }
        for gone in module.earlier
        if gone.id not in here
    ]


def words_of_fields(module: Module, exercise_id: str) -> dict[str, dict[str, Any]]:
    """Return the words of an exercise's fields; last, those that only earlier editions had.

    What an id of an answer meant is known even where the field has that option no longer.
    """
    here = next((e.all_fields() for e in module.exercises if e.id == exercise_id), [])
    words = {field.id: describe_field(field) for field in here}
    for name, gone in module.earlier_fields(exercise_id).items():
        before = gone.model_dump(exclude_defaults=True)
        if words.get(name, {}).get("type") == gone.type:
            for key in ("labels", "parts"):
                if key in before:
                    words[name][key] = before[key] | words[name].get(key, {})
        else:
            words.setdefault(name, {**before, "label": f"{gone.label}{EARLIER}"})
    return words


def outline(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what :func:`describe` returned without the words of the fields: ``outline.json``."""
    exercises = [
        {k: e[k] for k in ("id", "title", "minutes", "rule")} for e in described["exercises"]
    ]
    module = {key: part for key, part in described.items() if key != "earlier"}
    return {**module, "exercises": exercises}


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
