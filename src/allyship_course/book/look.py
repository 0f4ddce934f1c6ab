"""A course's own look: its two colours, its mark, and the picture beside a link to it."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..errors import CourseError
from ..form import template
from ..spec.colours import DARK_PAPER, EASY, readable
from ..spec.settings import Colours, Settings

_ROOM = Path(__file__).parent
_RINGS = _ROOM / "icon.svg.jinja"
ICON = "icon.svg"
CARD = "card.png"


class LookError(CourseError):
    """A file that the settings name is not there."""


def style_of(colours: Colours) -> str:
    """Return the style that puts a course's colours in place of those of book.css.

    On dark pages stand the same colours, as much lighter as it takes to read them.
    """
    if colours == Colours():
        return ""
    light = _values(colours.first, colours.second)
    dark = _values(*(readable(c, DARK_PAPER, EASY) for c in (colours.first, colours.second)))
    chosen = ':root[data-theme="dark"]'
    unchosen = ':root:not([data-theme="light"])'
    return (
        f":root {{ {light} }}\n@media not print {{ {chosen} {{ {dark} }}\n"
        f"@media (prefers-color-scheme: dark) {{ {unchosen} {{ {dark} }} }} }}\n"
        "@media print { :root { --course-accent: #000; --course-second: #000; } }\n"
    )


def _values(first: str, second: str) -> str:
    return f"--course-accent: {first}; --course-second: {second};"


def write_mark(static: Path, book: Path, settings: Settings) -> None:
    """Write the course's mark, which is its icon too: a picture of its own, or two rings."""
    if not settings.mark:
        rings = template(_RINGS).render(colours=settings.colours)
        (static / ICON).write_text(rings, "utf-8")
        return
    picture = book / settings.mark
    if not picture.is_file():
        what = f"the mark of the course is to be {settings.mark}, and there is no such file in"
        raise LookError(f"{what} {book}. Correct 'mark' in _config.yml, or take the line out")
    shutil.copyfile(picture, static / ICON)


def write_card(static: Path, title: str, settings: Settings) -> None:
    """Write the picture that stands beside a link to the course where it is shared."""
    import typst

    inputs = {
        "title": title,
        "line": settings.line,
        "rings": "" if settings.mark else "yes",
        **settings.colours.model_dump(),
    }
    picture = typst.compile(
        _ROOM / "print" / "card.typ",
        format="png",
        ppi=72,
        sys_inputs=inputs,
        ignore_system_fonts=True,
    )
    (static / CARD).write_bytes(picture)
