"""The field types: what an author writes, and when an answer counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

NONE = "none"
RATINGS = {"knew": "I had it", "partly": "Some of it", "not-yet": "Not yet"}
_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_PHRASE = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\)")


# Ids become parts of HTML ids, file names and nbgrader cell ids.
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]


# One word: a run of characters without white space; a letter of a script that is written
# without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) counts by itself. The
# classes are spelt out because "\s" differs between Python and JavaScript.
SPACE = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(f"[{UNSPACED}]|[^{SPACE}{UNSPACED}]+")


def count_words(text: str) -> int:
    """Return how many words ``text`` has, by the same rule as ``countWords`` in words.mjs."""
    return len(_WORD.findall(text))


class Part(BaseModel):
    """A part of what an author writes: unknown keys are errors, texts are stripped."""

    # defer_build: a kernel imports this before it knows whether it will read a module.
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True
    )


class Answer(Part):
    """An answer shown after one's own; ``by`` says whose it might be, and that we wrote it."""

    by: Text
    text: Text


class _FieldBase(Part):
    """What every field has. ``rule()`` is all that completion needs to know of it."""

    id: Id
    label: Text
    hint: str = ""
    optional: bool = False
    private: Literal["always"] | None = None
    earlier: str = ""  # "module/exercise/field" whose answer is shown above this field
    ours: str = ""  # the authors' own answer, shown after an attempt or on request
    others: list[Answer] = []

    def rule(self) -> dict[str, Any]:
        return {"type": self.type, "required": not self.optional}  # type: ignore[attr-defined]

    def answered(self, value: object) -> bool:
        """Tell whether ``value``, which may be anything at all, answers this field."""
        raise NotImplementedError


class Effect(Part):
    """What a choice does to one person: they gain, they pay, or they were not asked."""

    who: Text
    gains: str = ""
    pays: str = ""
    unasked: str = ""


class Option(Part):
    """One answer of a choice; ``next`` names the step it leads to.

    ``plainly`` tells in about three sentences what happened, where the way ends here.
    """

    id: Id
    label: Text
    consequence: str = ""
    effects: list[Effect] = []
    plainly: str = ""
    next: Id | None = None


class Choice(_FieldBase):
    """One of several (radio buttons). The answer is the option's id."""

    type: Literal["choice"]
    options: Annotated[list[Option], Field(min_length=2)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "options": [o.id for o in self.options]}

    def answered(self, value: object) -> bool:
        return any(o.id == value for o in self.options)


class Scale(_FieldBase):
    """Labelled steps from one end to the other. The answer is the step's number, from 1."""

    type: Literal["scale"]
    steps: Annotated[list[Text], Field(min_length=2, max_length=11)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "steps": len(self.steps)}

    def answered(self, value: object) -> bool:
        return _is_number(value) and value in range(1, len(self.steps) + 1)


class Category(Part):
    """One of the places that cards are sorted into."""

    id: Id
    label: Text


class Card(Part):
    """Something to sort. Once it has a place, the reply for that category is shown, then why.

    ``replies`` maps category ids to what is said to who chose that category.
    """

    id: Id
    text: Text
    replies: dict[Id, Text] = {}
    reasoning: str = ""


class Sort(_FieldBase):
    """Cards, each put into a category. The answer maps card ids to category ids."""

    type: Literal["sort"]
    categories: Annotated[list[Category], Field(min_length=2, max_length=6)]
    cards: Annotated[list[Card], Field(min_length=1)]

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


class WordLimit(Part):
    """A number of words: a hint speaks above ``more_than`` or below ``fewer_than``."""

    more_than: int | None = Field(default=None, ge=1)
    fewer_than: int | None = Field(default=None, ge=1)


class When(Part):
    """What of a text makes a hint speak; all that are given must hold.

    ``word`` is one of these as a whole word, ``phrase`` one of these words in a row, ``starts``
    one of these at the beginning of a sentence, ``ends`` one of these at the text's end,
    ``lacks`` none of a named list of words, ``words`` a number of words.
    """

    word: list[Text] = []
    phrase: list[Text] = []
    starts: list[Text] = []
    ends: list[Text] = []
    lacks: Literal["day-or-moment", "first-person"] | None = None
    words: WordLimit | None = None


class Hint(Part):
    """A question about what was written, shown on the learner's device and nowhere kept."""

    when: When
    say: Text


class _Written(_FieldBase):
    """A field that is written in: it may have hints, and begin with an earlier answer."""

    hints: list[Hint] = []
    prefill: str = ""  # "module/exercise/field" whose answer this one begins with
    folded: bool = False  # an optional field that opens at "Write more"


class TextField(_Written):
    """An open reflection. The answer is what was written; only its words are counted."""

    type: Literal["text"]
    starters: list[Text] = []
    rows: Annotated[int, Field(ge=2, le=20)] = 4
    min_words: Annotated[int, Field(ge=1, le=200)] = 1

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "min_words": self.min_words}

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and count_words(value) >= self.min_words


class ManyOption(Part):
    """One box of ``choices``."""

    id: Id
    label: Text
    consequence: str = ""


class Choices(_FieldBase):
    """Any of several (checkboxes). The answer lists the options' ids, or just ``"none"``.

    ``none`` is the label of a last box that excludes the others, such as "None of these".
    """

    type: Literal["choices"]
    options: Annotated[list[ManyOption], Field(min_length=2)]
    at_least: Annotated[int, Field(ge=1)] = 1
    none: str = ""
    unticked: str = ""  # what is said to who ticks none, once they have looked at all

    def rule(self) -> dict[str, Any]:
        return {
            **super().rule(),
            "options": [o.id for o in self.options],
            "at_least": self.at_least,
            "none": bool(self.none),
        }

    def answered(self, value: object) -> bool:
        if self.none and value == [NONE]:
            return True
        return _known(value, [o.id for o in self.options]) >= self.at_least


class Item(Part):
    """One thing of an order; ``first`` is what comes of it when this one stands first."""

    id: Id
    text: Text
    first: str = ""


class Order(_FieldBase):
    """Things to put in an order. The answer maps each item's id to its place, from 1."""

    type: Literal["order"]
    items: Annotated[list[Item], Field(min_length=2, max_length=9)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "items": [i.id for i in self.items]}

    def answered(self, value: object) -> bool:
        if not isinstance(value, dict):
            return False
        places = [value.get(i.id) for i in self.items]
        return all(map(_is_number, places)) and {*places} == {*range(1, len(places) + 1)}


class Line(_Written):
    """One line of text."""

    type: Literal["line"]

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and count_words(value) > 0


class Date(_FieldBase):
    """A day. The answer is YYYY-MM-DD."""

    type: Literal["date"]

    def answered(self, value: object) -> bool:
        if not (isinstance(value, str) and _DATE.match(value)):
            return False
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True


class Column(Part):
    """One column of a ``list``; ``options`` are texts to press in place of typing them."""

    id: Id
    label: Text
    options: list[Text] = []
    hints: list[Hint] = []


class Rows(_FieldBase):
    """Rows to add and remove. The answer is a list of rows, each column id to text.

    ``at_least`` so many rows must have something in them.
    """

    type: Literal["list"]
    columns: Annotated[list[Column], Field(min_length=1, max_length=4)]
    at_least: Annotated[int, Field(ge=1, le=10)] = 1

    def rule(self) -> dict[str, Any]:
        columns = [c.id for c in self.columns]
        return {**super().rule(), "columns": columns, "at_least": self.at_least}

    def answered(self, value: object) -> bool:
        if not isinstance(value, list):
            return False
        rows = [[row.get(c.id) for c in self.columns] for row in value if isinstance(row, dict)]
        filled = [any(isinstance(v, str) and count_words(v) > 0 for v in row) for row in rows]
        return sum(filled) >= self.at_least


class Phrase(Part):
    """A phrase of a passage that can be pressed; ``note`` is what we would say of it."""

    id: Id
    note: Text


class Mark(_FieldBase):
    """Press the phrases that... In ``passage``, plain text, ``[a phrase](its-id)`` can be pressed.

    The answer lists the ids of the pressed phrases, or just ``"none"``.
    """

    type: Literal["mark"]
    passage: Text
    phrases: Annotated[list[Phrase], Field(min_length=2)]

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "phrases": [p.id for p in self.phrases]}

    def answered(self, value: object) -> bool:
        return value == [NONE] or _known(value, [p.id for p in self.phrases]) > 0

    def parts(self) -> list[tuple[str, str]]:
        """Return the passage as (text, phrase id) in a row; the id is empty for plain text."""
        # Split by a pattern with two groups: text, phrase, id, text, phrase, id, ..., text.
        pieces = _PHRASE.split(self.passage)
        parts = [(pieces[0], "")]
        for phrase, one, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            parts += [(phrase, one), (after, "")]
        return [(text, one) for text, one in parts if text]


class Recall(_FieldBase):
    """A card turned over: a question (the label), what we would say, and how well one knew it."""

    type: Literal["recall"]
    back: Text

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "ratings": list(RATINGS)}

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and value in RATINGS


def _is_number(value: object) -> bool:
    """Tell numbers from all else: JSON has one kind (1.0 is 1), and its true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(value: object, ids: Sequence[str]) -> int:
    """Count the different ids that stand in a list that may hold anything."""
    return len({v for v in value if isinstance(v, str)} & {*ids}) if isinstance(value, list) else 0


AnyField = Annotated[
    Choice | Choices | Scale | Sort | Order | TextField | Line | Date | Rows | Mark | Recall,
    Field(discriminator="type"),
]
FIELD_TYPES: dict[str, type[_FieldBase]] = {
    get_args(shape.model_fields["type"].annotation)[0]: shape
    for shape in get_args(get_args(AnyField)[0])
}
