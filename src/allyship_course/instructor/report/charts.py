"""The pictures of the report: drawn by Matplotlib, in the colours of the page that holds them.

They repeat what a table beside them says in numbers, and are left out for screen readers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_DPI = 72  # then a point is a pixel of the page
_ROW, _BAR, _TEXT = 46, 16, 14
# What Matplotlib is told, and what the page puts in its place: there are two sets of colours.
_COLOURS = {"#0a5c58": "var(--accent)", "#6f6a5d": "var(--edge)", "#1d2328": "var(--ink)"}
_ACCENT, _EDGE, _INK = _COLOURS
_PROPERTIES = ("fill", "stroke", "stroke-width", "font-size", "text-anchor", "opacity")


class Bar(NamedTuple):
    """One line of a chart: parts of a whole, the first filled, the second hollow."""

    label: str
    said: str
    filled: int
    hollow: int
    whole: int


def bars(rows: Sequence[Bar], width: int, name: str) -> Markup:
    """Draw bars ``width`` pixels wide, each with its label above; ``name`` is the SVG's class."""
    height = _ROW * len(rows)
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    letters = int(width / (_TEXT * 0.56))
    for place, row in enumerate(rows):
        top = place * _ROW
        words: dict[str, Any] = {
            "fontsize": _TEXT,
            "color": _INK,
            "va": "baseline",
            "parse_math": False,
        }
        label = _shortened(row.label, letters - len(row.said) - 2)
        axes.text(0, top + _TEXT, label, ha="left", **words)
        axes.text(width, top + _TEXT, row.said, ha="right", **words)
        middle = top + _TEXT + 6 + _BAR / 2
        filled, hollow = (width * n / max(row.whole, 1) for n in (row.filled, row.hollow))
        line: dict[str, Any] = {"clip_on": False, "height": _BAR}
        axes.plot((0, width), (top + _TEXT + 6 + _BAR,) * 2, color=_EDGE, lw=1, clip_on=False)
        if filled:
            axes.barh(middle, filled, color=_ACCENT, **line)
        if hollow:
            axes.barh(
                middle,
                hollow - 1.5,
                left=filled + 0.75,
                fill=False,
                edgecolor=_ACCENT,
                lw=1.5,
                **line,
            )
    return _inline(figure, name)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 1)].rstrip() + "…"


def _inline(figure: Figure, name: str) -> Markup:
    """Return a figure as SVG to stand in a page: no ids, no styles, the page's own colours."""
    raw = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):  # letters stay letters
        figure.savefig(raw, format="svg", transparent=True, metadata={"Date": None})
    ET.register_namespace("", _SVG)
    svg = ET.fromstring(raw.getvalue())  # noqa: S314  Matplotlib's own, just made
    for parent in list(svg.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}defs"}:
                parent.remove(child)
    for element in svg.iter():
        style: dict[str, str] = dict(
            re.findall(r"([a-z-]+): ?([^;]+)", element.attrib.pop("style", ""))
        )
        if size := re.search(r"(\d+)px", style.get("font", "")):
            style["font-size"] = size[0]
        for unused in ("id", "clip-path", "version"):
            element.attrib.pop(unused, None)
        for key in _PROPERTIES:
            if key in style:
                element.set(key, _COLOURS.get(style[key], style[key]))
    for unused in ("width", "height"):
        svg.attrib.pop(unused, None)
    svg.attrib |= {"class": f"chart {name}", "aria-hidden": "true", "focusable": "false"}
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704  escaped by ElementTree
