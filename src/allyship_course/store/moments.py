"""When something was kept. Clocks may be wrong, and files may hold anything.

A moment that can't be true says nothing. ``book/moments.mjs`` has the same rule; both run against
``tests/vectors/moments.yml``.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime

_ISO = re.compile(
    r"([1-9]\d{3}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?"
    r"(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))?",
    re.ASCII,
)
_EPOCH = date(1970, 1, 1)
_DAY, _MINUTE, _SECOND = 86_400_000, 60_000, 1000

_FIRST = (date(2026, 1, 1) - _EPOCH).days * _DAY
"""There was no course before, and so no note: such a clock has begun anew."""

_SLACK = 5 * _MINUTE
"""By so much two sound clocks may differ."""


def now_in_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def iso(moment: int) -> str:
    """Write a moment as a browser does, so that journals from both can be compared."""
    text = datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def moment_of(text: str) -> int | None:
    """Return the milliseconds since 1970 of a moment such as ``2026-11-21T19:05:00.000Z``.

    It is in UTC where it names no zone. ``None`` for anything else.
    """
    parts = _ISO.fullmatch(text)
    if parts is None:
        return None
    day, hour, minute, second, fraction, sign, zone_hour, zone_minute = parts.groups()
    try:
        days = (date.fromisoformat(day) - _EPOCH).days
    except ValueError:
        return None
    zone = (-1 if sign == "-" else 1) * (60 * int(zone_hour) + int(zone_minute)) if sign else 0
    minutes = 60 * int(hour) + int(minute) - zone
    milliseconds = int((fraction or "").ljust(3, "0")[:3])
    return days * _DAY + minutes * _MINUTE + int(second or 0) * _SECOND + milliseconds


def sound_moment(text: str, now: int) -> int | None:
    """Return the same, but ``None`` for what is in the future or from before the course."""
    moment = moment_of(text)
    return moment if moment is not None and _FIRST <= moment <= now + _SLACK else None
