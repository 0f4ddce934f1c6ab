"""How much of what is being sent may be in memory at once."""

from __future__ import annotations

import asyncio
from collections import Counter

_AT_ONCE = 8
"""Bodies, each of at most a parcel's length, that are received at once."""
_OPENED = 2
"""Of these, how many are taken apart and stored at once, which takes several times as much."""


class Bodies:
    """Lets one body of each person in, and a few of all. The others wait, unread."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)
        self.opened = asyncio.Semaphore(_OPENED)
        self._own: dict[str, asyncio.Lock] = {}
        self._asking: Counter[str] = Counter()

    async def enter(self, person: str) -> None:
        """Wait for a place. Each entry needs one :meth:`leave`."""
        self._asking[person] += 1
        try:
            await self._own.setdefault(person, asyncio.Lock()).acquire()
        except BaseException:
            self._gone(person)
            raise
        try:
            await self._places.acquire()
        except BaseException:
            self._own[person].release()
            self._gone(person)
            raise

    def leave(self, person: str) -> None:
        """Let the next one in."""
        self._places.release()
        self._own[person].release()
        self._gone(person)

    def _gone(self, person: str) -> None:
        self._asking[person] -= 1
        if not self._asking[person]:
            del self._asking[person], self._own[person]
