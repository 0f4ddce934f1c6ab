"""Books built by Jupyter Book, and their pages."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

from allyship_course.spec import load_module
from tests.support.paths import ROOT


def build_book(source: Path, out: Path) -> None:
    """Build a book with the course's own configuration; any warning fails."""
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    command = [jupyter_book, "build", "--config", str(ROOT / "_config.yml")]
    command += ["--path-output", str(out), str(source), "--warningiserror", "--keep-going"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def write_module(folder: Path, exercises: str) -> None:
    """Write a module: these exercises, and a reading that places each of them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exercises.yml").write_text(exercises, encoding="utf-8")
    module = load_module(folder)
    cells = "".join(
        f'\n```{{code-cell}} python\nexercise("{exercise.id}")\n```\n'
        for exercise in module.exercises
    )
    (folder / "index.md").write_text(f"# {module.title}\n{cells}", encoding="utf-8")


def pages(html: Path) -> Iterator[tuple[Path, BeautifulSoup]]:
    for file in sorted(html.rglob("*.html")):
        if "_static" not in file.parts:
            yield file, parsed(file)


@functools.cache
def parsed(file: Path) -> BeautifulSoup:
    """A page of a book that no test changes; to parse the whole course takes ten seconds."""
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
