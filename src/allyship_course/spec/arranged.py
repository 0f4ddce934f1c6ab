"""Field types whose answer gives things their places: cards in categories, items in an order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from .field import (
    TO_WRITE,
    Effort,
    FieldType,
    Id,
    Part,
    Question,
    Text,
    is_number,
    listed,
    one_of,
    text_of,
    to_read,
)
from .findings import Finding, Loc, did_you_mean, twice

_ALL_OR_NONE = "Say of each card where you would put it, or of none."


class Category(Part):
    """One of the places that cards are sorted into."""

    id: Id
    label: Text


class Card(Part):
    """Something to sort. Once it has a place, the reply for that category is shown, then why.

    ``replies`` maps category ids to what is said to who chose that category. ``ours`` names the
    category, or those, in which the authors would put it: shown at the end, beside one's own.
    """

    id: Id
    text: Text
    ours: Annotated[list[Id], BeforeValidator(listed)] = []
    replies: dict[Id, Text] = {}
    reasoning: str = ""


class Sort(FieldType):
    """Cards, each put into a category. The answer maps card ids to category ids."""

    type: Literal["sort"]
    categories: Annotated[list[Category], Field(min_length=2, max_length=6)]
    cards: Annotated[list[Card], Field(min_length=1)]

    doing: ClassVar[str] = "sorts cards"
    sample: ClassVar[str] = f"""\
label: Where does each of these belong?
categories:
  - {{id: mine, label: With me}}
  - {{id: theirs, label: With somebody else}}
cards:
  - id: first
    text: The list of who speaks
    # ours: mine   # where you would put it, or [mine, theirs]: shown at the end, beside theirs
    # replies:
    #   mine: "{TO_WRITE} to whoever puts it there, what the reasoning does not say."
    #   theirs: "{TO_WRITE} the same for this place."
    reasoning: "{TO_WRITE} why one could put it there, and why elsewhere."
"""

    def rule(self) -> dict[str, Any]:
        return {
            **super().rule(),
            "cards": [c.id for c in self.cards],
            "categories": [c.id for c in self.categories],
        }

    def answered(self, value: object) -> bool:
        categories = {c.id for c in self.categories}
        return isinstance(value, dict) and all(
            isinstance(value.get(c.id), str) and value[c.id] in categories for c in self.cards
        )

    def labels(self) -> dict[str, str]:
        return {c.id: c.label for c in self.categories}

    def part_labels(self) -> dict[str, str]:
        return {c.id: c.text for c in self.cards}

    def own_effort(self) -> Effort:
        answers = [one_of(*c.replies.values()) + to_read(c.text, c.reasoning) for c in self.cards]
        return sum(answers, Effort(taps=len(self.cards)))

    def made_up(self) -> dict[str, str]:
        return {card.id: self.categories[0].id for card in self.cards}

    def questions(self) -> Iterator[Question]:
        for card in self.cards:
            yield Question(card.id, card.text, self.labels(), _place_of(card.id))

    def check(self, loc: Loc) -> Iterator[Finding]:
        yield from twice([c.id for c in self.cards], (*loc, "cards"), "card")
        yield from twice([c.id for c in self.categories], (*loc, "categories"), "category")
        known = [c.id for c in self.categories]
        for i, card in enumerate(self.cards):
            here: Loc = (*loc, "cards", i)
            named = [((*here, "replies", name), name) for name in card.replies]
            named += [((*here, "ours"), name) for name in card.ours]
            for where, name in named:
                if name not in known:
                    yield where, f"'{name}' is no category", did_you_mean(name, known)
            if not card.ours and any(other.ours for other in self.cards):
                yield here, "it has no 'ours', and other cards have one", _ALL_OR_NONE

    def unfinished(self, loc: Loc) -> Iterator[Finding]:
        for i, card in enumerate(self.cards):
            if not card.reasoning:
                problem = f"card '{card.id}' of '{self.id}' has no reasoning"
                yield (*loc, "cards", i), problem, "Add one"


class Item(Part):
    """One thing of an order; ``first`` is what comes of it when this one stands first."""

    id: Id
    text: Text
    first: str = ""


class Order(FieldType):
    """Things to put in an order. The answer maps each item's id to its place, from 1."""

    type: Literal["order"]
    items: Annotated[list[Item], Field(min_length=2, max_length=9)]

    doing: ClassVar[str] = "puts in order"
    sample: ClassVar[str] = """\
label: What comes first?
items:
  - {id: ask, text: Ask the person}
  - {id: tell, text: Tell somebody who decides}
"""

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "items": [i.id for i in self.items]}

    def answered(self, value: object) -> bool:
        if not isinstance(value, dict):
            return False
        places = [value.get(i.id) for i in self.items]
        return all(map(is_number, places)) and {*places} == {*range(1, len(places) + 1)}

    def labels(self) -> dict[str, str]:
        return {i.id: i.text for i in self.items}

    @classmethod
    def parts_in_words(cls, text: Mapping[str, Any], value: Mapping[str, object]) -> list[str]:
        labels = text.get("labels", {})
        placed = [(item, place) for item, place in value.items() if text_of(place)]
        # An answer may come from a file that somebody changed: no place need be a number.
        placed.sort(key=lambda one: _place(one[1]))
        return [f"{text_of(place)}. {labels.get(item, item)}" for item, place in placed]

    def own_effort(self) -> Effort:
        told = to_read(*self.labels().values()) + one_of(*(item.first for item in self.items))
        return told + Effort(taps=len(self.items))

    def made_up(self) -> dict[str, int]:
        return {item.id: place for place, item in enumerate(self.items, 1)}

    def questions(self) -> Iterator[Question]:
        yield Question("first", "Put first", self.labels(), self._first)

    def _first(self, answer: Mapping[str, Any]) -> str:
        return next(i.id for i in self.items if answer[i.id] == 1)

    def check(self, loc: Loc) -> Iterator[Finding]:
        yield from twice([i.id for i in self.items], (*loc, "items"), "item")


def _place_of(card: str) -> Any:
    """Return a function that says where an answer puts the card."""
    return lambda answer: str(answer[card])


def _place(value: object) -> float:
    """Return what a place in an order is sorted by: what is no number comes last."""
    return float(value) if isinstance(value, int | float) and is_number(value) else math.inf
