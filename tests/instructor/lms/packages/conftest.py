"""The tiny book as packages, in a platform that plays them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from allyship_course.instructor.lms.packages.package import (
    Goal,
    Standard,
    Wanted,
    write_packages,
)
from tests.support.player import Platform, platform_with

Play = Callable[..., Platform]


@pytest.fixture
def play(tiny_html: Path, tmp_path: Path) -> Iterator[Play]:
    """Make a package of the tiny book and put it into a platform: ``play("scorm12", "passed")``."""
    with ExitStack() as platforms:

        def start(standard: Standard, goal: Goal = "completed", html: Path = tiny_html) -> Platform:
            wanted = Wanted("tiny-term", "Tiny", (), standard, goal)
            [package] = write_packages(html, tmp_path / "packages", wanted)
            folder = tmp_path / f"unpacked-{standard}-{goal}"
            return platforms.enter_context(platform_with(package, standard, folder))

        yield start
