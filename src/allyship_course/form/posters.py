"""Posters: one description in ``posters.yml``; a picture for the page, its text, a PDF."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from markupsafe import Markup
from pydantic import Field

from ..spec import Finding, Id, Loc, Part, Text, load_checked, twice
from ..spec.colours import Hex
from ..spec.settings import Colours, Settings
from . import FOLDER, template

POSTERS_FILE = "posters.yml"


# How many letters go into a line of the sheet, and how many lines there is room for: as in
# poster.svg.jinja, which breaks its lines by the same numbers.
_ROOM = {
    "title": (22, 2),
    "lead": (66, 2),
    "close": (66, 2),
    "title of a point": (44, 1),
    "text of a point": (62, 2),
}


class Point(Part):
    """One line of a poster: a few words, and a sentence that makes them plain."""

    title: Text
    text: Text


class Poster(Part):
    """A sheet to hang up."""

    id: Id
    title: Text
    lead: Text
    points: Annotated[list[Point], Field(min_length=3, max_length=8)]
    close: Text


class Sheet(Part):
    """What is on every poster of a course: its two colours, and the line at the foot."""

    first: Hex = Colours().first
    second: Hex = Colours().second
    author: str = ""
    foot: str = ""

    @classmethod
    def of(cls, title: str, settings: Settings) -> Self:
        """Return the sheet of a course."""
        licence = settings.licence
        terms = [licence.name, "copy it, change it, hang it up"] if licence else []
        foot = " · ".join([title, *terms])
        return cls(**settings.colours.model_dump(), author=title, foot=foot)


_PLAIN = Sheet()


class Posters(Part):
    """All posters of a module. ``sheet`` stands in a notebook's own copy only."""

    posters: list[Poster]
    sheet: Sheet = _PLAIN


def load_posters(folder: Path) -> list[Poster]:
    """Load ``folder/posters.yml``; a SpecError says in which line something is wrong."""
    return load_checked(folder / POSTERS_FILE, Posters, _check).posters


def sheet_of(folder: Path) -> Sheet:
    """Return the sheet that a notebook's own copy of ``posters.yml`` names."""
    return load_checked(folder / POSTERS_FILE, Posters, _check).sheet


def with_sheet(posters: str, sheet: Sheet) -> str:
    """Return the text of a ``posters.yml`` for a notebook, which knows nothing of the course."""
    return f"{posters.rstrip()}\n\n# From _config.yml.\nsheet: {json.dumps(sheet.model_dump())}\n"


def _check(posters: Posters) -> Iterator[Finding]:
    yield from twice([p.id for p in posters.posters], ("posters",), "poster")
    for i, poster in enumerate(posters.posters):
        for loc, kind, text in _texts(poster):
            letters, most = _ROOM[kind]
            if len(textwrap.wrap(text, letters)) > most:
                what = f"the {kind} is too long for the sheet"
                remedy = f"Shorten it to {most} x {letters} letters"
                yield ("posters", i, *loc), what, remedy


def _texts(poster: Poster) -> Iterator[tuple[Loc, str, str]]:
    """Return every text of a poster: where it stands, what it is, and itself."""
    yield ("title",), "title", poster.title
    yield ("lead",), "lead", poster.lead
    for j, point in enumerate(poster.points):
        yield ("points", j, "title"), "title of a point", point.title
        yield ("points", j, "text"), "text of a point", point.text
    yield ("close",), "close", poster.close


def _height(poster: Poster) -> int:
    """Return the sheet's height in the units of which its width is 840."""
    return 450 + 118 * len(poster.points)


def svg(poster: Poster, sheet: Sheet = _PLAIN) -> str:
    """Return the poster as an SVG picture, 840 units wide, with a title and a description."""
    return template(FOLDER / "poster.svg.jinja").render(
        poster=poster,
        sheet=sheet,
        hollow=poster.id.endswith("not"),
        lines=textwrap.wrap,
        height=_height(poster),
    )


def markdown(poster: Poster) -> str:
    """Return the poster's full text."""
    points = "\n".join(f"- **{p.title}.** {p.text}" for p in poster.points)
    return f"**{poster.title}**\n\n{poster.lead}\n\n{points}\n\n{poster.close}\n"


def page_html(poster: Poster, static: str | None, sheet: Sheet = _PLAIN) -> str:
    """Return the picture and, below it, its full text.

    ``static`` is where the book's static files lie: the picture is then loaded from there when
    somebody comes near it, and the PDF is offered. Without it the picture is part of the HTML.
    """
    if static is None:
        # From our template, which escapes what is put in.
        return template(FOLDER / "poster.html.jinja").render(
            poster=poster,
            picture=Markup(svg(poster, sheet)),  # noqa: S704
            pdf=None,
        )
    return template(FOLDER / "poster.html.jinja").render(
        poster=poster,
        picture=None,
        source=f"{static}/{picture_name(poster)}",
        height=_height(poster),
        pdf=f"{static}/{pdf_name(poster)}",
    )


def pdf_name(poster: Poster) -> str:
    """Return the name of the poster's PDF among the book's static files."""
    return f"poster-{poster.id}.pdf"


def picture_name(poster: Poster) -> str:
    """Return the name of the poster's picture among the book's static files."""
    return f"poster-{poster.id}.svg"


def write_pdf(poster: Poster, file: Path, sheet: Sheet = _PLAIN) -> None:
    """Write the poster as one A4 page: real text with headings and reading order (PDF/UA-1).

    Needs typst, which comes with the ``book`` extra.
    """
    import typst

    pdf = typst.compile(
        FOLDER / "poster.typ",
        sys_inputs={
            "poster": json.dumps(poster.model_dump()),
            "sheet": json.dumps(sheet.model_dump()),
        },
        ignore_system_fonts=True,
        pdf_standards="ua-1",
    )
    file.write_bytes(pdf)
