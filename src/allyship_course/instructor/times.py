"""Dates and times as an instructor writes them, in the zone of the course."""

from __future__ import annotations

import re
import time as clocks
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_WHEN = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[ T]+(?P<time>\d{1,2}:\d\d))?"
    r"(?P<offset> *(?:Z|UTC|[+-]\d\d:\d\d))?",
    re.ASCII,
)
_BEGIN_OF_DAY, _END_OF_DAY = time(0), time(23, 59, 59)


class WrongTimeError(ValueError):
    """What is written names no moment; ``remedy`` says what would."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def moment(written: str, zone: ZoneInfo, otherwise: time = _END_OF_DAY) -> datetime:
    """Return the moment, in UTC, of a time on the clocks of ``zone``.

    A day alone means the time ``otherwise`` of it. A time that comes twice, or never, because
    the clocks change raises :class:`WrongTimeError`, as does whatever is no time.
    """
    found = _WHEN.fullmatch(written.strip())
    if not found:
        raise WrongTimeError(f"'{written}' is no date", "Write it as in 2027-03-14 18:00")
    try:
        day = date.fromisoformat(found["day"])
        hour = time.fromisoformat(found["time"].zfill(5)) if found["time"] else otherwise
    except ValueError:
        what = f"there is no {found['day']} {found['time'] or ''}".rstrip()
        raise WrongTimeError(what, "Look at a calendar and a clock") from None
    naive = datetime.combine(day, hour)
    if offset := (found["offset"] or "").strip():
        exact = f"{naive.isoformat()}{offset.replace('UTC', 'Z')}"
        return datetime.fromisoformat(exact).astimezone(UTC)
    first, second = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = f"{naive:%Y-%m-%d %H:%M}"
    if first < second:
        one, two = (f"{shown} {_offset(m.astimezone(zone))}" for m in (first, second))
        what = f"{shown} comes twice in {zone.key}: the clocks go back in that night"
        raise WrongTimeError(what, f"Write '{one}' for the first, '{two}' for the second")
    if first > second:
        after = first.astimezone(zone)
        what = f"{shown} does not exist in {zone.key}: the clocks go forward in that night"
        raise WrongTimeError(what, f"Write another time, for instance {after:%Y-%m-%d %H:%M}")
    return first


def _offset(when: datetime) -> str:
    return f"{when:%z}"[:3] + ":" + f"{when:%z}"[3:5]


def zone_in_words(zone: ZoneInfo | None) -> str:
    """Return the name of a zone, as in Europe/Berlin; of this computer's, as in CET/CEST."""
    return zone.key if zone else "/".join(dict.fromkeys(clocks.tzname))


def shown(when: datetime, zone: ZoneInfo | None) -> str:
    """Return a moment on the clocks of ``zone``, as in 2027-03-14 18:00."""
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}{which_of_two(when, zone)}"


def which_of_two(when: datetime, zone: ZoneInfo | None) -> str:
    """Return the offset from UTC of a time that comes twice, as clocks go back; else nothing."""
    local = when.astimezone(zone)
    both = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return f" {_offset(local)}" if len({*both}) == 2 else ""
