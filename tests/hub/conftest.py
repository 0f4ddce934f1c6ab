"""A real hub for the tests, with a class of its own beside any other on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub.__main__ import HERE
from hub.environment import HubError, environment
from hub.users import must_be_able_to

from tests.hub.running import Hub, a_hub


@pytest.fixture(scope="session")
def hub_environment() -> Iterator[Path]:
    try:
        must_be_able_to()
    except HubError as e:
        pytest.skip(str(e))
    os.umask(0o022)  # what is made here is for other users too
    with environment(HERE, print) as made:
        yield made


@pytest.fixture(scope="module")
def hub(hub_environment: Path) -> Iterator[Hub]:
    with a_hub(hub_environment) as running:
        yield running
