"""Numbers as people and platforms of many countries write them."""

from __future__ import annotations

import re

# Beside the comma and the full stop: Swiss apostrophes, Arabic signs, narrow and fixed spaces.
NUMBER = r"\d(?:[\d.,'\u2019\u066b\u066c\u00a0\u2009\u202f ]*\d)?"
"""A pattern for a number in any notation."""
_SPACES = re.compile(r"[\s'\u2019\u066c]")
_MARK = re.compile(r"[.,]")


def read_number(text: str) -> float | None:
    """Return the number that a text is: 1,000.00 and 1.000,00 and 1 000 are all a thousand.

    Where one comma or full stop has just three digits behind it, as in "1,000", it separates
    thousands: platforms write two decimals, and not three. None for a text that is no number.
    """
    plain = _SPACES.sub("", text).replace("\u066b", ",")
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", plain):
        return None
    whole, *parts = _MARK.split(plain)
    if not parts:
        return float(whole)
    marks = _MARK.findall(plain)
    in_threes = all(len(part) == 3 for part in parts)
    if len({*marks}) == 1 and in_threes and (len(marks) > 1 or whole.strip("0")):
        return float(whole + "".join(parts))
    if len(marks) > 1 and marks[-1] in marks[:-1]:
        return None  # such as 1.2.3, a date or a version
    *thousands, decimals = parts
    return float(f"{whole}{''.join(thousands)}.{decimals}")
