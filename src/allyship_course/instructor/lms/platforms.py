"""The learning platforms that the course works with. The one list of them.

It imports nothing of the course: the command line needs it before anything else is loaded.
"""

from __future__ import annotations

from typing import Literal, get_args

System = Literal["canvas", "moodle", "blackboard", "brightspace"]
Source = Literal["plain", System]
"""Where a table came from: ``plain`` is a list that somebody made."""

SYSTEMS: tuple[System, ...] = get_args(System)
NAMES: dict[Source, str] = {
    "canvas": "Canvas",
    "moodle": "Moodle",
    "blackboard": "Blackboard",
    "brightspace": "Brightspace",
}
