"""``allyship preview``: one module's page and notebook, anew when a file is saved."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.classroom import ALLYSHIP
from tests.conftest import ROOT, TINY
from tests.test_overlay import CHANGED
from tests.test_serve import get

PATIENCE = 180_000  # a build starts programs, and other tests run beside it


@contextlib.contextmanager
def previewed(folder: Path, module: str) -> Iterator[dict[str, str]]:
    """The addresses that the command says: ``page`` and ``notebook``."""
    process = subprocess.Popen(
        [ALLYSHIP, "preview", module],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        start_new_session=True,
    )
    assert process.stdout
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        words = [line.split() for line in said if "http" in line]
        yield {w[1]: w[-1] for w in words}
    finally:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, "".join(said) + out
    assert "Stopped." in out


@pytest.mark.slow
@pytest.mark.browser
def test_page_and_notebook_change_when_the_overlay_is_saved(
    tmp_path: Path, page_with: Callable[..., Page]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(TINY, project / "book")
    shutil.copy(ROOT / "_config.yml", project)
    course = tmp_path / "spring"
    own = course / "ours" / "01-tiny" / "exercises.yml"
    own.parent.mkdir(parents=True)
    own.write_text(CHANGED)
    (course / "course.yml").write_text(f"book: {project}\noverlay: ours\n")
    with previewed(course, "01-tiny") as at:
        page, notebook = page_with(), page_with()
        page.goto(at["page"])
        expect(page.get_by_role("heading", name="The kettle of our own ward")).to_be_visible()
        expect(page.locator("form[data-ready]")).to_have_count(3)
        notebook.goto(at["notebook"])
        lab = notebook.frame_locator("iframe")
        title = "# Exercise: The kettle of our own ward"
        expect(lab.get_by_text(title)).to_be_visible(timeout=PATIENCE)

        own.write_text(CHANGED.replace("own ward", "own depot"))
        expect(page.get_by_role("heading", name="The kettle of our own depot")).to_be_visible(
            timeout=PATIENCE
        )
        title = "# Exercise: The kettle of our own depot"
        expect(lab.get_by_text(title)).to_be_visible(timeout=PATIENCE)

        own.write_text(CHANGED.replace("type: line", "type: lyne"))  # what is wrong stops nothing
        page.wait_for_timeout(1000)
        assert get(at["page"])[0] == 200
        own.write_text(CHANGED.replace("own ward", "own shop"))
        expect(page.get_by_role("heading", name="The kettle of our own shop")).to_be_visible(
            timeout=PATIENCE
        )
        page.close()
        notebook.close()
