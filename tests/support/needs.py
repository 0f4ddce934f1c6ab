"""What a test needs of the system and no Python package brings."""

from __future__ import annotations

import shutil

import pytest


def program(package: str, *names: str) -> str:
    """Return where a program is; without it, skip the test with a line that names the package."""
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no {names[0]}: apt-get install {package}")
