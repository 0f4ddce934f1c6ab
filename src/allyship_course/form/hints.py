"""The words of a language that the hints go by (``hints.mjs``)."""

from __future__ import annotations

import functools
import json
from typing import Any

from . import FOLDER


@functools.cache
def _languages() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "hint-words.json").read_text("utf-8")))


def hint_words(language: str) -> dict[str, Any] | None:
    """Return the words of a language such as "en" or "en-GB"; None where nobody has listed them.

    A page whose language has none shows no hints: they would speak where they should not.
    """
    words: dict[str, Any] | None = _languages().get(language.split("-", maxsplit=1)[0])
    return words
