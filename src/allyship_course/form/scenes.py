"""The pictures of exercises: one sprite for the website, and single pictures for elsewhere.

``scenes.svg`` has one ``<symbol>`` for each scene: its id is the name that stands under
``scene:`` in an ``exercises.yml``, its title says in words what is to be seen. Colours are
variables, which ``.ac-scene`` in exercise.css sets: light, dark, on paper, in forced colours.
"""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from ..spec import Exercise, did_you_mean

SPRITE = Path(__file__).with_name("scenes.svg")
_VIEW = 'viewBox="0 0 320 120"'
FRAME = (
    f'{_VIEW} fill="var(--ground)" stroke="var(--edge)" stroke-width="4" '
    'stroke-linecap="round" stroke-linejoin="round"'
)
"""What holds in each drawing unless a part of it says otherwise."""
_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)">\s*<title>(.*?)</title>(.*?)</symbol>', re.DOTALL)


class Scene(NamedTuple):
    """One picture. ``words`` say what is to be seen, ``drawing`` is the inside of an SVG."""

    words: str
    drawing: str


@functools.cache
def scenes() -> dict[str, Scene]:
    """Return all scenes by name, in the order of the sprite."""
    return {
        name: Scene(html.unescape(words), re.sub(r">\s+<", "><", drawing.strip()))
        for name, words, drawing in _SYMBOL.findall(SPRITE.read_text("utf-8"))
    }


def sprite() -> str:
    """Return the website's sprite: all drawings, each in its frame, without the words."""
    symbols = "\n".join(
        f'<symbol id="{name}" {FRAME}>{scene.drawing}</symbol>' for name, scene in scenes().items()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def scene(name: str, static: str | None = None) -> Markup:
    """Return the picture called ``name`` as HTML; a KeyError says which name is near.

    ``static`` is where the book's static files lie: the picture is then taken from the sprite
    there. Without it the drawing itself is returned, for notebooks and paper. The text around
    a picture says all that it shows: a screen reader passes it over.
    """
    drawn = scenes().get(name)
    if drawn is None:
        raise KeyError(f"there is no scene '{name}'. {did_you_mean(name, [*scenes()])}")
    if static is None:
        frame, inside = FRAME, drawn.drawing
    else:
        frame, inside = _VIEW, f'<use href="{html.escape(static)}/{SPRITE.name}#{name}"/>'
    picture = f'<svg class="ac-scene" aria-hidden="true" {frame}>{inside}</svg>'
    return Markup(picture)  # noqa: S704 - our own drawing, or a name that is known


def scene_of(exercise: Exercise) -> str:
    """Return the name of an exercise's picture: its own, or that of its kind."""
    kind = "case" if exercise.steps else exercise.fields[0].type
    return exercise.scene or f"kind-{kind}"
