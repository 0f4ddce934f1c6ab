"""What stands on an exercise's cover: its first words, and how many parts it has one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import NamedTuple

from ..spec import AnyField, Exercise, Sort, Step

_LONGEST = 240
"""Letters of the first words that a cover shows; a longer second sentence is left out."""
_SENTENCE_END = re.compile(r"(?<=[.?!…”])\s+(?=[“\"\w])")


class Cover(NamedTuple):
    """``parts`` counts the cards, steps and questions that are shown one at a time."""

    words: str
    parts: int


def cover_of(exercise: Exercise, intro_html: str) -> Cover:
    """Return the cover of ``exercise``, whose introduction is ``intro_html``."""
    steps = exercise.steps
    beginning = _plain(intro_html) or (steps[0].title if steps else exercise.fields[0].label)
    parts = _longest_way(exercise) if steps else sum(_parts_of(f) for f in exercise.fields)
    return Cover(_first_sentences(beginning), parts)


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _first_sentences(text: str) -> str:
    """Return one or two sentences, as many as are short enough."""
    sentences = _SENTENCE_END.split(text)
    two = " ".join(sentences[:2])
    return two if len(two) <= _LONGEST else sentences[0]


def _parts_of(field: AnyField) -> int:
    return len(field.cards) if isinstance(field, Sort) else 1


def _step_parts(step: Step) -> int:
    """Count a step's parts: one, but where cards are sorted in it, these and what is around them.

    ``units.mjs`` takes a step apart by the same rule.
    """
    return 1 + _cards_and_rest(step.fields)


def _cards_and_rest(fields: Sequence[AnyField]) -> int:
    count = 0
    after_cards = False
    for field in fields:
        if isinstance(field, Sort):
            count += len(field.cards)
        elif after_cards:
            count += 1
        after_cards = isinstance(field, Sort)
    return count


def _longest_way(exercise: Exercise) -> int:
    """Count the parts along the longest way through the steps."""
    parts = {step.id: _step_parts(step) for step in exercise.steps}
    onward = {route["id"]: route["next"] for route in exercise.routes()}

    def longest(step: str, before: frozenset[str]) -> int:
        if step not in parts or step in before:
            return 0
        passed = before | {step}
        return parts[step] + max(longest(following, passed) for following in onward[step])

    return longest(exercise.steps[0].id, frozenset())
