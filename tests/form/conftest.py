"""An empty page beside the scripts, which imports one and calls what is in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import allyship_course
from tests.support.site import served

SCRIPTS = Path(allyship_course.__file__).parent


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty page that lies beside the folders of the scripts."""
    folder = tmp_path_factory.mktemp("blank") / "scripts"
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "blank.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Blank</title>", "utf-8"
    )
    with served(folder) as address:
        yield f"{address}/blank.html"
