"""What the picture of an exercise's answers is drawn of, for the scripts: no answer, only words."""

from __future__ import annotations

from typing import Any

from ..spec import Exercise, Rows, Scale, Sort


def picture(exercise: Exercise) -> dict[str, Any] | None:
    """Return the drawing of an exercise as ``picturing.mjs`` reads it, or None without one."""
    drawing = exercise.drawing
    if drawing is None:
        return None
    fields = exercise.all_fields()
    field = next((f for f in fields if f.id == drawing.field), None)
    made: dict[str, Any] = {"kind": drawing.kind, "title": drawing.title}
    match drawing.kind, field:
        case "rings", Sort():
            made |= {"field": field.id, "places": field.labels(), "cards": field.part_labels()}
        case "seats", Rows():
            seat = next(c for c in field.columns if c.id == drawing.seat)
            name = next(c for c in field.columns if c is not seat)
            made |= {"field": field.id, "name": name.id, "seat": seat.id, "seats": seat.options}
        case "access", Rows():
            made |= {"field": field.id, "columns": [c.id for c in field.columns]}
        case "slope", _:
            scales = [f for f in fields if isinstance(f, Scale)]
            made |= {
                "compare": exercise.profile.compare if exercise.profile else "",
                "steps": scales[0].steps,
                "apart": drawing.apart,
                "scales": {f.id: f.label for f in scales},
            }
        case _:
            message = f"the drawing '{drawing.kind}' can't be made of '{drawing.field}'"
            raise ValueError(message)
    return made
