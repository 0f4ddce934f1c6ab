"""What is wrong with a file that an author wrote: where, what, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

Loc = tuple[str | int, ...]
Finding = tuple[Loc, str, str]  # where, what is wrong, what would be right


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Say which of the known words is meant; where none is near, which there are."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}"


def twice(ids: Sequence[str], loc: Loc, kind: str, key: str = "id") -> Iterator[Finding]:
    """Find ids that stand twice in the list at ``loc``; ``kind`` says of what they are the ids."""
    seen: set[str] = set()
    for i, one in enumerate(ids):
        if one in seen:
            yield (*loc, i, key), f"the {kind} '{one}' stands here twice", "Rename one of them"
        seen.add(one)
