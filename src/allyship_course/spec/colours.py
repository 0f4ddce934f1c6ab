"""How well two colours can be told apart, and a shade of one that can be read.

The measure is that of the Web Content Accessibility Guidelines (WCAG 2.2): 4.5 to 1 for text.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

READABLE = 4.5
EASY = 7.0
"""What WCAG asks of text at its strictest."""
LIGHT_PAPER, DARK_PAPER = "#f4f0e6", "#262b2d"
"""The darkest ground that light pages write on, and the lightest of dark pages."""
_STEPS = 100
Hex = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def contrast(one: str, other: str) -> float:
    """Return how far two colours are apart: from 1, not at all, to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, paper: str, least: float = READABLE) -> str:
    """Return the nearest shade of ``colour`` that can be read on ``paper``: darker, or lighter."""
    shade, end = colour, 0 if _luminance(paper) > 0.4 else 255
    for step in range(_STEPS + 1):
        shade = "#" + "".join(
            f"{round(part + (end - part) * step / _STEPS):02x}" for part in _parts(colour)
        )
        if contrast(shade, paper) >= least:
            return shade
    return shade


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    linear = [_linear(part / 255) for part in _parts(colour)]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
