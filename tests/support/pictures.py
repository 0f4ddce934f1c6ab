"""Pictures for the guides, taken by the tests that try what the guides say."""

from __future__ import annotations

import io
import os

from PIL import Image
from playwright.sync_api import Page

from tests.support.paths import ROOT

PICTURES = ROOT / "book" / "guides" / "pictures"
ASKED_FOR = "ALLYSHIP_PICTURES" in os.environ
"""Pictures are written only if they are asked for: another machine's fonts draw others."""
_COLOURS = 64
_GAP = 16


def take(page: Page, name: str) -> None:
    """Take a picture of what the page shows now."""
    side_by_side([page.screenshot()], name)


def side_by_side(taken: list[bytes], name: str) -> None:
    """Write screenshots of one height as one picture, of few colours."""
    if not ASKED_FOR:
        return
    pictures = [Image.open(io.BytesIO(raw)).convert("RGB") for raw in taken]
    width = sum(one.width + _GAP for one in pictures) - _GAP
    sheet = Image.new("RGB", (width, pictures[0].height), "white")
    at = 0
    for one in pictures:
        sheet.paste(one, (at, 0))
        at += one.width + _GAP
    PICTURES.mkdir(exist_ok=True)
    few = sheet.quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)
