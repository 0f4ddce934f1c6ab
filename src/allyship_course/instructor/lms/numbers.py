"""Numbers as people and platforms of many countries write them."""

from __future__ import annotations

import re

# Beside the comma and the full stop: Swiss apostrophes as keyboards have them, Arabic signs, the
# wide signs of East Asia, narrow and fixed spaces.
_APOSTROPHES = "'\u2019\u02bc\u00b4`\uff07"
NUMBER = rf"\d(?:[\d.,{_APOSTROPHES}\u066b\u066c\uff0c\uff0e\u00a0\u2009\u202f ]*\d)?"
"""A pattern for a number in any notation."""
_SPACES = re.compile(rf"[\s{_APOSTROPHES}\u066c]")
# By twos before the last three: lakhs and crores.
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?")
_MARKS = str.maketrans("\u066b\uff0c\uff0e", ",,.")
_MARK = re.compile(r"[.,]")


def read_number(text: str) -> float | None:
    """Return the number that a text is: 1,000.00 and 1.000,00 and 1 000 are all a thousand.

    Where one comma or full stop has just three digits behind it, as in "1,000", it separates
    thousands: platforms write two decimals, and not three. None for a text that is no number.
    """
    plain = _SPACES.sub("", text).translate(_MARKS)
    if _INDIAN.fullmatch(plain):
        return float(plain.replace(",", ""))
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
