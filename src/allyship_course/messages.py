"""How long work speaks to a person: what it tells, what it asks, one and many."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]
"""Shows a line to whoever waits."""

Ask = Callable[[str], bool]
"""Asks a question; true is yes."""


def plural(count: int, noun: str) -> str:
    """Return ``count`` and ``noun``, as in "1 module" and "2,000 modules"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
