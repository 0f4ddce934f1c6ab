"""One measured number, beside the number that it must not pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement in its unit; ``bar`` is the most that it may be, if there is a limit."""

    what: str
    measured: float
    unit: str
    bar: float | None = None

    @property
    def kept(self) -> bool:
        return self.bar is None or self.measured <= self.bar


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table for a terminal."""
    lines = [("", "measured", "at most", "")]
    for row in rows:
        bar = "" if row.bar is None else f"{row.bar:,.0f} {row.unit}"
        verdict = "" if row.bar is None else ("kept" if row.kept else "OVER")
        lines.append((row.what, f"{row.measured:,.0f} {row.unit}", bar, verdict))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    return "\n".join(
        f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip()
        for a, b, c, d in lines
    )
