"""The pictures of exercises: a sprite for each module's page, and single pictures elsewhere.

``scenes.svg`` has one ``<symbol>`` for each scene: its id is the name that stands under
``scene:`` in an ``exercises.yml``, its title says in words what is to be seen. Colours are
variables, which ``.ac-scene`` in exercise.css sets: light, dark, on paper, in forced colours.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from ..spec import Exercise, Finding, Loc, Module, did_you_mean

SCENES = Path(__file__).with_name("scenes.svg")
TILES = "scenes-modules.svg"
"""The sprite of the modules' own pictures, for a page that shows them side by side."""
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
        for name, words, drawing in _SYMBOL.findall(SCENES.read_text("utf-8"))
    }


def sprite_name(module: Module) -> str:
    """Return how the sprite of a module's page is called among the book's static files."""
    return f"scenes-{module.module}.svg"


def scenes_of(module: Module) -> list[str]:
    """Return the names of all pictures on a module's page, each once."""
    names = [scene_of(exercise) for exercise in module.exercises]
    names += [step.scene for e in module.exercises for step in e.steps if step.scene]
    return [*dict.fromkeys([module.scene, *names] if module.scene else names)]


def _scenes_named(module: Module) -> Iterator[tuple[Loc, str]]:
    """Yield each picture that a module names, with where it does."""
    if module.scene:
        yield ("scene",), module.scene
    for i, exercise in enumerate(module.exercises):
        here: Loc = ("exercises", i)
        if exercise.scene:
            yield (*here, "scene"), exercise.scene
        for s, step in enumerate(exercise.steps):
            if step.scene:
                yield (*here, "steps", s, "scene"), step.scene


def scene_faults(module: Module) -> Iterator[Finding]:
    """Find pictures that a module names and that are not drawn."""
    for loc, name in _scenes_named(module):
        if name not in scenes():
            yield loc, f"there is no scene '{name}'", did_you_mean(name, [*scenes()])


def sprite(names: Iterable[str]) -> str:
    """Return these pictures as one file: each drawing in its frame, without the words."""
    symbols = "\n".join(
        f'<symbol id="{name}" {FRAME}>{_drawn(name).drawing}</symbol>' for name in names
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _drawn(name: str) -> Scene:
    if name not in scenes():
        raise KeyError(f"there is no scene '{name}'. {did_you_mean(name, [*scenes()])}")
    return scenes()[name]


def scene(name: str, sprite_address: str | None = None) -> Markup:
    """Return the picture called ``name`` as HTML; a KeyError says which name is near.

    It is taken from the sprite at ``sprite_address``; without one the drawing itself is
    returned, for notebooks and paper. The text around a picture says all that it shows: a
    screen reader passes it over.
    """
    frame, inside = FRAME, _drawn(name).drawing
    if sprite_address is not None:
        frame, inside = _VIEW, f'<use href="{html.escape(sprite_address)}#{name}"/>'
    picture = f'<svg class="ac-scene" aria-hidden="true" {frame}>{inside}</svg>'
    return Markup(picture)  # noqa: S704 - our own drawing, or a name that is known


def scene_of(exercise: Exercise) -> str:
    """Return the name of an exercise's picture: its own, or that of its kind.

    A field type that has no drawing yet is shown as a line to write on.
    """
    kind = f"kind-{'case' if exercise.steps else exercise.fields[0].type}"
    return exercise.scene or (kind if kind in scenes() else "kind-line")
