"""What a student shared with the instructor, in words, for the graded copy."""

from __future__ import annotations

import html

from ..form.words import answer_in_words, describe_field
from ..spec import AnyField, Exercise
from ..store.files import RecordError
from ..store.record import Record


def shared_html(exercise: Exercise, record: Record | RecordError | None) -> str:
    """Return the answers to ``exercise`` that were shared, as HTML in one line; empty if none were.

    Only fields of the exercise that may be shared are shown. Values may be anything at all:
    whatever they are, they are shown as text.
    """
    entry = record.exercises.get(exercise.id) if isinstance(record, Record) else None
    if entry is None or not entry.shared:
        return ""
    answers = [
        f'<dt>{html.escape(field.label)}</dt><dd dir="auto">{_escaped(field, value)}</dd>'
        for field in exercise.all_fields()
        if field.private != "always" and (value := entry.shared.get(field.id)) is not None
    ]
    return f"<p><strong>Shared with you:</strong></p><dl>{''.join(answers)}</dl>" if answers else ""


def _escaped(field: AnyField, value: object) -> str:
    text = "\n".join(answer_in_words(describe_field(field), value))
    # "replace": half a surrogate pair has no UTF-8 form, and could not be written.
    plain = text.encode("utf-8", "replace").decode()
    return "<br>".join(html.escape(line) for line in plain.splitlines())
