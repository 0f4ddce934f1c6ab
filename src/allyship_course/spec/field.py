"""What every field has, whatever its type, and everything that is asked of a field type.

A field type is one class. Whoever needs to know something of a field (the form, the words of an
answer, a draft, the check, the book's tables, the demo class, the mirror) asks its class: no
other file lists the types. :data:`.fields.FIELD_TYPES` is the list of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from .findings import Finding, Loc

TO_WRITE = "To write:"
"""Where a draft still waits for its author; see ``allyship new``."""
# Ids become parts of HTML ids, file names and nbgrader cell ids.
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]


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


class Question(NamedTuple):
    """One thing that people chose among options, as a class's mirror counts it.

    ``options`` maps ids to labels; ``chosen`` returns the id that an answer to the field means.
    """

    key: str
    label: str
    options: Mapping[str, str]
    chosen: Callable[[Any], str]

    @property
    def is_box(self) -> bool:
        """Whether the question is about one box, which somebody ticked or did not."""
        return self.options == TICKS


TICKED, NOT_TICKED = "yes", "no"
TICKS = {TICKED: TICKED, NOT_TICKED: NOT_TICKED}


class Effort(NamedTuple):
    """What a field asks of somebody: ``words`` to read, ``taps`` to decide on, ``texts`` to write.

    All three may be parts of one: who chooses one of two options reads half of what they say.
    One line is half a text.
    """

    words: float = 0
    taps: float = 0
    texts: float = 0

    def __add__(self, other: object) -> Effort:  # as numbers add up, not as tuples do
        if not isinstance(other, Effort):
            return NotImplemented
        pairs = zip(self, other, strict=True)
        return Effort(*(one + another for one, another in pairs))

    def part(self, share: float) -> Effort:
        """Return the effort of who meets only this share of it, such as 0.5."""
        return Effort(*(one * share for one in self))


def to_read(*texts: str) -> Effort:
    """Return the effort of reading all of these."""
    return Effort(words=sum(len(text.split()) for text in texts))


def one_of(*texts: str) -> Effort:
    """Return the effort of reading one of these, whichever comes."""
    return to_read(*texts).part(1 / max(1, len(texts)))


def listed(value: object) -> object:
    """Take one name, which an author may write without a list, as a list of one."""
    return [value] if isinstance(value, str) else value


class FieldType(Part):
    """What every field has, and what its type must say of itself or may leave as it is here.

    A type must have ``type``, ``doing``, ``sample``, ``answered()`` and ``made_up()``. It also
    has a block in ``exercise.html.jinja``, a function in the scripts and a file of test vectors.
    """

    type: str
    id: Id
    label: Text
    hint: str = ""
    optional: bool = False
    private: Literal["always"] | None = None
    earlier: Annotated[list[Text], BeforeValidator(listed)] = []
    """Each "module/exercise/field" whose answer is shown above this field; one needs no list."""
    ours: str = ""  # the authors' own answer, shown after an attempt or on request
    others: list[Answer] = []

    doing: ClassVar[str]
    """What somebody does here, for a table: "she ...", as in "sorts cards"."""
    sample: ClassVar[str]
    """The YAML below ``id`` and ``type`` of a first draft, not indented."""
    shown_again: ClassVar[bool] = False
    """Whether another field's ``earlier`` may name a field of this type."""
    texts_in_mirror: ClassVar[bool] = False
    """Whether a class's mirror shows the answers word for word."""

    def rule(self) -> dict[str, Any]:
        """Return all that completion needs to know, as JSON: the scripts read it too."""
        return {"type": self.type, "required": not self.optional}

    def answered(self, value: object) -> bool:
        """Tell whether ``value``, which may be anything at all, answers this field."""
        raise NotImplementedError

    def counted_words(self, _value: object) -> int:
        """Return how many words of an answer are handed in as a number; 0 for most types."""
        return 0

    def labels(self) -> dict[str, str]:
        """Return the labels of the ids that an answer can hold."""
        return {}

    def part_labels(self) -> dict[str, str]:
        """Return the labels of the ids that are an answer's keys."""
        return {}

    @classmethod
    def in_words(cls, text: Mapping[str, Any], value: object) -> list[str]:
        """Return an answer, which may be anything at all, as lines in the words of the form.

        ``text`` holds the field's ``labels`` and ``parts``, as ``describe_field`` returns them.
        """
        if isinstance(value, list):
            return [line for one in value for line in cls.in_words(text, one)]
        if isinstance(value, dict):
            return [line for part in cls.parts_in_words(text, value) for line in lines_of(part)]
        words = text_of(value)
        return lines_of(text.get("labels", {}).get(words, words))

    @classmethod
    def parts_in_words(cls, text: Mapping[str, Any], value: Mapping[str, object]) -> list[str]:
        """Return each part of an answer that has several, such as the cards of a sort."""
        parts = text.get("parts", {})
        return [
            f"{parts.get(key, key)}: {', '.join(cls.in_words(text, one))}"
            for key, one in value.items()
        ]

    def effort(self) -> Effort:
        """Return what the field asks of somebody, by which ``allyship check`` counts minutes.

        What is optional is read and not written.
        """
        shown = to_read(self.label, self.hint, self.ours, *(other.text for other in self.others))
        own = self.own_effort()
        return shown + (Effort(words=own.words) if self.optional else own)

    def own_effort(self) -> Effort:
        """Return what is asked besides reading the label: for most types, one tap."""
        return Effort(taps=1)

    def made_up(self) -> Any:
        """Return an answer of a made-up student, made from the field itself."""
        raise NotImplementedError

    def questions(self) -> Iterator[Question]:
        """Return what a mirror counts of the answers; nothing where they are written."""
        yield from ()

    def check(self, _loc: Loc) -> Iterator[Finding]:
        """Find what no key alone can know, such as an id that stands twice. No form can be so."""
        yield from ()

    def unfinished(self, _loc: Loc) -> Iterator[Finding]:
        """Find what is valid but not ready for learners: an option without a consequence, say."""
        yield from ()


def is_number(value: object) -> bool:
    """Tell numbers from all else: JSON has one kind (1.0 is 1), and its true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def text_of(value: object) -> str:
    """Return a text, a number or a yes as text, and nothing for anything else."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case str() | int() | float():
            return str(value)
        case _:
            return ""


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, without empty ones at its end."""
    written = text.rstrip("\r\n")
    return re.split(r"\r\n?|\n", written) if written else []
