"""The book is not tied to Jupyter Book: current Sphinx and myst-parser make the same pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.support.environments import environment
from tests.support.images import UV, run
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "plain_sphinx"


@pytest.fixture(scope="module")
def plain_html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's own book, built by Sphinx alone; any warning fails."""
    folder = tmp_path_factory.mktemp("plain")
    programs = environment(HERE / "requirements.lock", folder / "venv")
    build = [sys.executable, "-m", "hatchling", "build"]
    run(*build, "--target", "wheel", "--directory", folder, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    run(UV, "pip", "install", "--no-deps", "--python", programs / "python", file, cwd=ROOT)
    shutil.copytree(ROOT / "book", folder / "book")
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copy(HERE / "conf.py", folder / "book")
    build = [str(programs / "sphinx-build"), "-q", "-W", "--keep-going"]
    done = subprocess.run(
        [*build, str(folder / "book"), str(folder / "html")],
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "html"


def pages(html: Path) -> dict[str, Path]:
    files = (f for f in html.rglob("*.html") if "_static" not in f.parts)
    return {f.relative_to(html).as_posix(): f for f in files}


def test_no_jupyter_book_is_needed_to_build_the_book(plain_html: Path) -> None:
    installed = (plain_html.parent / "venv").glob("lib/*/site-packages/*.dist-info")
    names = {folder.name.partition("-")[0] for folder in installed}
    assert "jupyter_book" not in names
    assert {"sphinx", "myst_parser"} <= names


def test_every_page_is_the_same_as_jupyter_books(plain_html: Path, course_html: Path) -> None:
    ours, theirs = pages(plain_html), pages(course_html)
    assert ours.keys() == theirs.keys()
    different = [name for name in ours if as_read(ours[name]) != as_read(theirs[name])]
    assert different == []


def as_read(page: Path) -> str:
    """Return a page as a browser has it, without what may differ.

    That is how old its files are; which of a heading's two names, its own and the one that an
    author gave it, stands at the section and is linked in the contents; and the tags inside a
    signature.
    """
    text = re.sub(r"\?v=\w+", "", page.read_text(encoding="utf-8"))
    soup = BeautifulSoup(text, "html.parser")
    for section in soup.select("section[id]"):
        names = [str(section["id"])]
        while (first := section.find(True)) and first.name == "span" and first.get("id"):
            names.append(str(first["id"]))
            first.decompose()
        section["id"] = " ".join(sorted(names))
        for link in soup.select(",".join(f'a[href="#{name}"]' for name in names)):
            link["href"] = f"#{section['id']}"
    for signature in soup.select("dt.sig"):
        signature.string = " ".join(signature.get_text().split())
    return str(soup)
