"""One measured number, beside the number that it must not pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement in its unit; ``bar`` is the most and ``least`` the least that it may be."""

    what: str
    measured: float
    unit: str
    bar: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool:
        return (self.bar is None or self.measured <= self.bar) and (
            self.least is None or self.measured >= self.least
        )


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table for a terminal."""
    lines = [("", "measured", "bar", "")]
    for row in rows:
        bar = ""
        if row.bar is not None:
            bar = f"at most {row.bar:,g} {row.unit}"
        elif row.least is not None:
            bar = f"at least {row.least:,g} {row.unit}"
        verdict = "" if not bar else ("kept" if row.kept else "NOT KEPT")
        lines.append((row.what, f"{_short(row.measured)} {row.unit}", bar, verdict))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    return "\n".join(
        f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip()
        for a, b, c, d in lines
    )


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
