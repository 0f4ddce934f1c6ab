"""A class that a platform knows by LTI, as its tests speak of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.ltiplatform import LEARNER
from tests.support.platforms import Person

Registered = Callable[..., Path]
"""Makes a copy of the graded class, whose ``course.yml`` names the platform; returns its folder."""


def member(who: Person, user: str, **more: Any) -> dict[str, Any]:
    """Somebody who learns, as a platform lists them."""
    return {
        "user_id": user,
        "roles": [LEARNER],
        "email": who.email,
        "given_name": who.first,
        "family_name": who.last,
        "name": f"{who.first} {who.last}",
        **more,
    }
