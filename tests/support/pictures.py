"""The guides' pictures, which the tests take anew with ALLYSHIP_PICTURES=1 in the environment."""

from __future__ import annotations

import io
import os

from PIL import Image
from playwright.sync_api import Page

from tests.support.paths import ROOT

PICTURES = ROOT / "book" / "guides" / "pictures"


def take(page: Page, name: str) -> None:
    """Take a picture for a guide, of few colours, if pictures are asked for."""
    raw = page.screenshot()
    if "ALLYSHIP_PICTURES" in os.environ:
        PICTURES.mkdir(exist_ok=True)
        few = Image.open(io.BytesIO(raw)).convert("RGB").quantize(24, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)
