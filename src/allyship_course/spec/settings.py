"""What a course says of itself, under ``course`` in the book's ``_config.yml``.

A book lies in the folder ``book/`` beside that file; in a package, and where an overlay is laid
over it, the file lies in the book's own folder.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from .colours import LIGHT_PAPER, READABLE, Hex, contrast, readable
from .field import Id, Part, Text
from .findings import Finding, Loc
from .yamlfile import Problem, Source, SpecError, in_words

CONFIG = "_config.yml"
KEY = "course"
PLACE: Loc = ("sphinx", "config", KEY)
"""Where the settings stand in the file: Jupyter Book hands what stands there to Sphinx."""
OwnPart = Literal["journal", "certificate", "trail", "posters"]
PARTS: tuple[OwnPart, ...] = get_args(OwnPart)


class Colours(Part):
    """The two colours of a course, as they are on light paper."""

    first: Hex = "#0a5c58"
    second: Hex = "#a84a22"


class Licence(Part):
    """Under which terms others may use the course's text."""

    name: Text
    address: Annotated[str, Field(pattern=r"^https?://\S+$")]


Range = Annotated[list[int], Field(min_length=2, max_length=2)]


class Promises(Part):
    """What every module of a course keeps to; ``allyship check`` looks after it.

    ``grade`` is the reading grade (Flesch-Kincaid), for English.
    """

    words: Range | None = None
    minutes: Range | None = None
    exercises: Range | None = None
    grade: int | None = None


class Settings(Part):
    """A course's own name, look and parts.

    ``name`` is what a computer calls it: the beginning of the names of files, and of what a
    browser keeps. ``mark`` is a picture in the book's folder (SVG) that stands before the
    wordmark; two rings in the two colours stand there otherwise.
    """

    name: Id = "course"
    wordmark: str = ""
    mark: Annotated[str, Field(pattern=r"^([\w./-]+\.svg)?$")] = ""
    line: str = ""
    colours: Colours = Colours()
    licence: Licence | None = None
    parts: list[OwnPart] = list(PARTS)
    promises: Promises = Promises()

    def has(self, part: OwnPart) -> bool:
        return part in self.parts

    @property
    def folder_name(self) -> str:
        """The name of what this course makes on a machine, such as a learner's folder."""
        return self.name if self.name.endswith("course") else f"{self.name}-course"


USUAL, USUAL_COLOURS = Settings(), Colours()


class Course(BaseModel):
    """A course's title and its settings."""

    title: str = "Course"
    settings: Settings = USUAL


def course_of(book: Path) -> Course:
    """Return what the course in the folder ``book`` says of itself.

    Raises :class:`SpecError` with all that is wrong in it.
    """
    files = (book.parent / CONFIG, book / CONFIG)
    file = next((file for file in files if file.exists()), None)
    return _course(file, file.read_text("utf-8", "replace")) if file else Course()


def settings_of(book: Path) -> Settings:
    """Return the settings of the course in the folder ``book``."""
    return course_of(book).settings


def read_settings(given: Mapping[str, Any] | None) -> Settings:
    """Return the settings that Sphinx was given; an error says all that is wrong in them."""
    settings, findings = _settings(given or {})
    if settings is None or findings:
        problems = [Problem(Path(CONFIG), 1, None, what, remedy) for _, what, remedy in findings]
        raise SpecError(problems)
    return settings


@functools.lru_cache(maxsize=16)
def _course(file: Path, _text: str) -> Course:
    source = Source(file)
    given: Any = source.data
    title = given.get("title") if isinstance(given, dict) else None
    for key in PLACE:
        given = given.get(key) if isinstance(given, dict) else None
    settings, findings = _settings({} if given is None else given)
    if settings is None or findings:
        placed = [((*PLACE, *loc), what, remedy) for loc, what, remedy in findings]
        raise SpecError([source.problem(finding) for finding in placed])
    return Course(title=str(title or Course().title), settings=settings)


def _settings(given: object) -> tuple[Settings | None, list[Finding]]:
    try:
        settings = Settings.model_validate(given)
    except ValidationError as e:
        return None, [in_words(error, Settings) for error in e.errors()]
    return settings, [*_unreadable(settings.colours)]


def _unreadable(colours: Colours) -> Iterator[Finding]:
    for name, colour in colours:
        measured = contrast(colour, LIGHT_PAPER)
        if measured < READABLE:
            what = (
                f"the {name} colour, {colour}, is hard to read on the page's light paper: "
                f"{measured:.1f} to 1, and text needs {READABLE} to 1"
            )
            near = readable(colour, LIGHT_PAPER)
            yield ("colours", name), what, f"Write a darker one, such as '{near}'"
