"""An exchange for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.hostile.exchange import Exchange
from tests.support.classroom import make_class
from tests.support.once import once


@pytest.fixture(scope="session")
def blank(shared: Path) -> Path:
    """A course with the assignment made, and an honest submission to copy."""
    return once(shared, "to-collect", lambda root: make_class(root, {}))


@pytest.fixture
def exchange(blank: Path, tmp_path: Path) -> Exchange:
    exchange = Exchange(blank, tmp_path)
    exchange.release()
    return exchange
