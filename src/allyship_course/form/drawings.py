"""The pictures of one's own answers as empty forms: to be drawn in by hand, on paper.

The same places stand in them as in the pictures that ``drawing.mjs`` makes of answers, by the
measures of ``drawing.json``. Without colours: they are printed and copied.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

from ..spec import Exercise, Rows, Scale, Sort
from .case_maps import SIZES, case_map

_MIDDLE = SIZES["width"] / 2
# In the ink of the page, which a reader of an e-book may have turned light on dark.
_FLAT = 'fill="currentColor" fill-opacity=".08"'
_LINE = 'fill="none" stroke="currentColor"'
_RING = f'{_LINE} stroke-width="2.5"'
_PEOPLE_ON_PAPER = 3
_LOANS_ON_PAPER = 4


def empty_drawing(exercise: Exercise) -> Markup | None:
    """Return the empty form of an exercise's drawing as SVG, or None where it has none."""
    drawing = exercise.drawing
    if drawing is None:
        return None
    fields = exercise.all_fields()
    field = next((f for f in fields if f.id == drawing.field), None)
    match drawing.kind, field:
        case "rings", Sort():
            shapes, height = _rings([c.label for c in field.categories])
        case "seats", Rows():
            column = next(c for c in field.columns if c.id == drawing.seat)
            shapes, height = _seats(column.options)
        case "access", Rows():
            shapes, height = _access()
        case "slope", _:
            steps = next(f.steps for f in fields if isinstance(f, Scale))
            shapes, height = _slope([step for step in steps if step != drawing.apart])
        case _:
            message = f"the drawing '{drawing.kind}' can't be made of '{drawing.field}'"
            raise ValueError(message)
    return _svg(drawing.title, shapes, height)


def empty_way(exercise: Exercise, title: str, numbers: Mapping[str, str]) -> Markup:
    """Return the map of a case on which to mark one's way.

    ``numbers`` are what its steps have on paper, by id: nothing for one without a number.
    """
    plan = case_map(exercise)
    half = SIZES["way"]["place"] / 2
    shapes = [f'<path {_LINE} stroke-dasharray="1 4" d="{d}"/>' for *_, d in plan.roads]
    for step in exercise.steps:
        x, y = plan.spots[step.id]
        shapes.append(_box(x - half, y - half, 2 * half, 2 * half, 'fill="#fff" stroke="#000"'))
        shapes += ['<g fill="#000" font-size="9">', *_text(x, y + 3, [numbers[step.id]]), "</g>"]
    return _svg(title, shapes, plan.high, plan.wide)


def empty_sum(exercise: Exercise, title: str) -> Markup:
    """Return a row for each of a case's people, in which to mark who gained and who paid."""
    size = SIZES["sum"]
    shapes: list[str] = []
    for x, head in zip(size["columns"], size["heads"], strict=True):
        shapes += _text(x, 14, [head], start=True, bold=True)
    y = size["head"]
    for person in exercise.people:
        lines = _wrap(person.name, size["letters"], 2)
        height = len(lines) * SIZES["line"] + size["gap"]
        shapes.append(_path(f"M0 {y:g}H{SIZES['width']}", dashed=False))
        shapes += _text(0, _first_foot(y + height / 2, lines), lines, start=True)
        y += height
    return _svg(title, shapes, y)


def _rings(places: Sequence[str]) -> tuple[list[str], float]:
    size = SIZES["rings"]
    band = size["outer"] / (len(places) - 1 + size["inner"])
    radii = [band * (i + 1 + size["inner"]) for i in range(len(places) - 1)]
    at = f'cx="{_MIDDLE:g}" cy="{_MIDDLE:g}"'
    shapes = [f'<circle {_LINE} {at} r="{radius:.1f}"/>' for radius in reversed(radii)]
    shapes.append(f'<circle {_RING} {at} r="{size["self"]}"/>')
    for radius, label in zip(radii, places, strict=False):
        shapes += _text(_MIDDLE, _MIDDLE - radius + size["label"], [label], bold=True)
    below = SIZES["width"] + size["outside"]
    shapes += _text(_MIDDLE, below, [places[-1]], bold=True)
    return shapes, below + 8 + size["pitch"]


def _seats(labels: Sequence[str]) -> tuple[list[str], float]:
    size = SIZES["seats"]
    start, table = size["table_from"], size["table"]
    shapes: list[str] = []
    y = _people(shapes, size["gap"], above=True)
    shapes.append(_box(start, y, SIZES["width"] - 2 * start, table, _FLAT))
    shapes += _text(_MIDDLE, y + size["upper"], [f"↑ {labels[0]}"], bold=True)
    shapes += _text(_MIDDLE, y + size["lower"], [f"↓ {labels[1]}"], bold=True)
    y = _people(shapes, y + table + size["gap"])
    for seat, label in enumerate(labels[2:]):
        if seat == 0:
            shapes.append(_path(f"M0 {y + 4:g}H{SIZES['width']}"))
        shapes += _text(_MIDDLE, y + size["label"], [label], bold=True)
        y = _people(shapes, y + size["label"] + size["gap"])
    return shapes, y


def _people(shapes: list[str], y: float, *, above: bool = False) -> float:
    """Put a row of rings from y on, each with a line for a name; return where it ends."""
    size = SIZES["seats"]
    apart = SIZES["width"] / size["in_row"]
    high = SIZES["line"]
    ring = y + size["ring"] + (high + 2 if above else 2)
    line = ring - size["ring"] - 6 if above else ring + 30
    for i in range(_PEOPLE_ON_PAPER):
        x = _MIDDLE + (i - 1) * apart
        shapes.append(f'<circle {_RING} cx="{x:.1f}" cy="{ring:g}" r="{size["ring"]}"/>')
        shapes.append(_path(f"M{x - 42:.1f} {line:g}h84", dashed=False))
    return float(y + high + 2 * size["ring"] + size["gap"])


def _slope(steps: Sequence[str]) -> tuple[list[str], float]:
    size = SIZES["slope"]
    shapes = _text(size["then"], 14, ["then"], bold=True)
    shapes += _text(size["now"], 14, ["now"], bold=True)
    y = size["head"]
    for step, label in reversed([*enumerate(steps, 1)]):
        if step % 2:
            shapes.append(_box(0, y, SIZES["width"], size["band"], _FLAT))
        lines = _wrap(label, size["letters"], 2)
        shapes += _text(8, _first_foot(y + size["band"] / 2, lines), lines, start=True)
        y += size["band"]
    for x in (size["then"], size["now"]):
        shapes.append(_path(f"M{x} {size['head']}V{y:g}", dashed=False))
    return shapes, y


def _access() -> tuple[list[str], float]:
    size = SIZES["access"]
    shapes: list[str] = []
    tall = size["lines"] * SIZES["line"]
    y = 1.0
    for _ in range(_LOANS_ON_PAPER):
        middle = y + tall / 2
        shapes.append(_box(1, y, size["box"], tall, _LINE))
        shapes.append(f'<circle {_RING} cx="{size["person"]}" cy="{middle:g}" r="{size["ring"]}"/>')
        end = SIZES["width"] - size["name"]
        shapes.append(_path(f"M{size['name']} {middle + 8:g}h{end}", dashed=False))
        y += tall + size["gap"]
    return shapes, y


def _svg(title: str, shapes: Iterable[str], height: float, width: float = SIZES["width"]) -> Markup:
    return Markup(  # noqa: S704  the texts in it are escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13" fill="currentColor">'
        f"{''.join(shapes)}</svg>"
    )


def _box(x: float, y: float, wide: float, high: float, look: str) -> str:
    place = f'x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}"'
    return f'<rect {look} {place} rx="{SIZES["corner"]}"/>'


def _path(d: str, *, dashed: bool = True) -> str:
    look = f'{_LINE} stroke-dasharray="4 4"' if dashed else _LINE
    return f'<path {look} d="{d}"/>'


def _text(
    x: float, y: float, lines: Sequence[str], *, start: bool = False, bold: bool = False
) -> list[str]:
    anchor, weight = "start" if start else "middle", 600 if bold else 400
    look = f'text-anchor="{anchor}" font-weight="{weight}"'
    return [
        f'<text {look} x="{x:g}" y="{y + i * SIZES["line"]:g}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    ]


def _wrap(text: str, letters: int, lines: int) -> list[str]:
    return textwrap.wrap(text, letters, max_lines=lines, placeholder="…")


def _first_foot(middle: float, lines: Sequence[str]) -> float:
    return float(middle + 5 - (len(lines) - 1) * SIZES["line"] / 2)
