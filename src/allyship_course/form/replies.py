"""What a module's forms answer a learner: one file for each module, made of the authors' YAML.

A page loads it when somebody begins, so that it costs nobody anything who only reads. It holds
what the authors wrote and nothing of any learner. Only keys that an author has used are in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ..spec import AnyField, Choice, Choices, Effect, Exercise, Hint, Module, Rows, Sort
from . import markdown
from .case_maps import case_map
from .hints import hint_words
from .pictures import picture

_LANGUAGE = "en"
"""Of the course's text, and so of the words that hints go by."""
FOLDER_NAME = "replies"
"""The folder of these files among a site's static files."""


def replies(module: Module) -> dict[str, Any]:
    """Return what the module's forms answer, by exercise id; texts are HTML, hints are plain."""
    return _given({e.id: _of_exercise(e) for e in module.exercises})


def _of_exercise(exercise: Exercise) -> dict[str, Any]:
    fields = _given({f.id: _of_field(f) for f in exercise.all_fields()})
    return _given(
        {
            "words": hint_words(_LANGUAGE) if _has_hints(fields) else None,
            "people": [{"name": p.name, "who": p.who} for p in exercise.people],
            "fields": fields,
            "steps": _given({s.id: _given({"plainly": _html(s.plainly)}) for s in exercise.steps}),
            "picture": picture(exercise),
            "map": dataclasses.asdict(case_map(exercise)) if _branches(exercise) else None,
        }
    )


def _of_field(field: AnyField) -> dict[str, Any]:
    said: dict[str, Any] = {
        "ours": _html(field.ours),
        "others": [{"by": o.by, "text": _html(o.text)} for o in field.others],
        "hints": _hints(getattr(field, "hints", [])),
    }
    match field:
        case Sort():
            said["replies"] = _given(
                {c.id: {pile: _html(t) for pile, t in c.replies.items()} for c in field.cards}
            )
            said["piles"] = _given({c.id: c.ours for c in field.cards})
        case Choice():
            said["effects"] = _given({o.id: _effects(o.effects) for o in field.options})
            said["plainly"] = _given({o.id: _html(o.plainly) for o in field.options})
        case Choices():
            said["unticked"] = _html(field.unticked)
        case Rows():
            said["columns"] = _given(
                {c.id: _given({"hints": _hints(c.hints)}) for c in field.columns}
            )
    return _given(said)


def _branches(exercise: Exercise) -> bool:
    return any(len(route["next"]) > 1 for route in exercise.routes())


def _effects(effects: Sequence[Effect]) -> list[dict[str, str]]:
    """Return one line for each thing that somebody gains, pays or was not asked."""
    return [
        {"who": effect.who, "kind": kind, "text": text}
        for effect in effects
        for kind in ("gains", "pays", "unasked")
        if (text := getattr(effect, kind))
    ]


def _has_hints(fields: dict[str, Any]) -> bool:
    """Tell whether there is a hint to any field of an exercise, or to any column of one."""
    return any(
        "hints" in field or any("hints" in column for column in field.get("columns", {}).values())
        for field in fields.values()
    )


def _hints(hints: Sequence[Hint]) -> list[dict[str, Any]]:
    return [h.model_dump(exclude_defaults=True) for h in hints]


def _html(text: str) -> str:
    return str(markdown(text)).strip()


def _given(parts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what no author has written."""
    return {key: part for key, part in parts.items() if part}
