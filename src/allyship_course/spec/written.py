"""Field types whose answer is written: a text, a line, a day, rows of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from .field import TO_WRITE, Effort, FieldType, Id, Part, Text, text_of
from .findings import Finding, Loc, twice

_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
# One word: a run of characters without white space; a letter of a script that is written
# without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) counts by itself. The
# classes are spelt out because "\s" differs between Python and JavaScript.
SPACE = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(f"[{UNSPACED}]|[^{SPACE}{UNSPACED}]+")
_MADE_UP = "One made-up sentence of a demo class."


def count_words(text: str) -> int:
    """Return how many words ``text`` has, by the same rule as ``countWords`` of the scripts."""
    return len(_WORD.findall(text))


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

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given, so that the hint would speak at every text."""
        limit = self.words and (self.words.more_than or self.words.fewer_than)
        return not (self.word or self.phrase or self.starts or self.ends or self.lacks or limit)


class Hint(Part):
    """A question about what was written, shown on the learner's device and nowhere kept."""

    when: When
    say: Text


class Written(FieldType):
    """A field that is written in: it may have hints, and begin with an earlier answer."""

    hints: list[Hint] = []
    prefill: str = ""  # "module/exercise/field" whose answer this one begins with
    folded: bool = False  # an optional field that opens at "Write more"

    shown_again: ClassVar[bool] = True

    def check(self, loc: Loc) -> Iterator[Finding]:
        yield from _empty_hints(self.hints, loc)
        if self.folded and not self.optional:
            problem = f"the field '{self.id}' is folded and must be answered"
            yield (*loc, "folded"), problem, "Add 'optional: true', or remove 'folded'"


class TextField(Written):
    """An open reflection. The answer is what was written; only its words are counted."""

    type: Literal["text"]
    starters: list[Text] = []
    rows: Annotated[int, Field(ge=2, le=20)] = 4
    min_words: Annotated[int, Field(ge=1, le=200)] = 1

    doing: ClassVar[str] = "writes"
    texts_in_mirror: ClassVar[bool] = True
    sample: ClassVar[str] = f"""\
label: What happened?
starters: [It began when …, I would have …]
# hints:
#   - {{when: {{phrase: [only meant]}}, say: "{TO_WRITE} a question about it."}}
# prefill: module/exercise/field
# optional: true
# folded: true
"""

    def rule(self) -> dict[str, Any]:
        return {**super().rule(), "min_words": self.min_words}

    def answered(self, value: object) -> bool:
        return self.counted_words(value) >= self.min_words

    def counted_words(self, value: object) -> int:
        return count_words(value) if isinstance(value, str) else 0

    def own_effort(self) -> Effort:
        return Effort(texts=1)

    def made_up(self) -> str:
        return " ".join([_MADE_UP] * (6 + self.min_words // count_words(_MADE_UP)))


class Line(Written):
    """One line of text."""

    type: Literal["line"]

    doing: ClassVar[str] = "fills in lines"
    sample: ClassVar[str] = f"""\
label: Who told you?
# hints:
#   - {{when: {{phrase: [only meant]}}, say: "{TO_WRITE} a question about it."}}
# prefill: module/exercise/field
# optional: true
# folded: true
"""

    def answered(self, value: object) -> bool:
        return isinstance(value, str) and count_words(value) > 0

    def own_effort(self) -> Effort:
        return Effort(texts=0.5)

    def made_up(self) -> str:
        return _MADE_UP


class Date(FieldType):
    """A day. The answer is YYYY-MM-DD."""

    type: Literal["date"]

    doing: ClassVar[str] = "sets dates"
    sample: ClassVar[str] = """\
label: When do you want to look at it again?
"""

    def answered(self, value: object) -> bool:
        if not (isinstance(value, str) and _DATE.match(value)):
            return False
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True

    def made_up(self) -> str:
        return "2031-01-31"


class Column(Part):
    """One column of a ``list``; ``options`` are texts to press in place of typing them."""

    id: Id
    label: Text
    options: list[Text] = []
    hints: list[Hint] = []


class Rows(FieldType):
    """Rows to add and remove. The answer is a list of rows, each column id to text.

    ``at_least`` so many rows must have something in them.
    """

    type: Literal["list"]
    columns: Annotated[list[Column], Field(min_length=1, max_length=4)]
    at_least: Annotated[int, Field(ge=1, le=10)] = 1

    doing: ClassVar[str] = "lists"
    shown_again: ClassVar[bool] = True
    sample: ClassVar[str] = """\
label: Who else is concerned?
columns:
  - {id: who, label: Who}
  - id: how
    label: How
    # options: [was asked, was told, does not know yet]
    # hints:
    #   - {when: {lacks: day-or-moment}, say: "When will you know?"}
"""

    def rule(self) -> dict[str, Any]:
        columns = [c.id for c in self.columns]
        return {**super().rule(), "columns": columns, "at_least": self.at_least}

    def answered(self, value: object) -> bool:
        if not isinstance(value, list):
            return False
        rows = [[row.get(c.id) for c in self.columns] for row in value if isinstance(row, dict)]
        filled = [any(isinstance(v, str) and count_words(v) > 0 for v in row) for row in rows]
        return sum(filled) >= self.at_least

    @classmethod
    def parts_in_words(cls, _text: Mapping[str, Any], value: Mapping[str, object]) -> list[str]:
        return [": ".join(filter(None, map(text_of, value.values())))]

    def own_effort(self) -> Effort:
        row = [Effort(taps=1) if c.options else Effort(texts=0.5) for c in self.columns]
        return sum(row * self.at_least, Effort())

    def made_up(self) -> list[dict[str, str]]:
        return [{c.id: _MADE_UP for c in self.columns}] * self.at_least

    def check(self, loc: Loc) -> Iterator[Finding]:
        yield from twice([c.id for c in self.columns], (*loc, "columns"), "column")
        for i, column in enumerate(self.columns):
            yield from _empty_hints(column.hints, (*loc, "columns", i))


def _empty_hints(hints: list[Hint], loc: Loc) -> Iterator[Finding]:
    """Find hints that would speak whatever somebody writes."""
    for i, hint in enumerate(hints):
        if hint.when.is_empty:
            problem = "this hint says of no text when it speaks"
            remedy = "Write into 'when' a word, phrase, starts, ends, lacks or words"
            yield (*loc, "hints", i, "when"), problem, remedy
