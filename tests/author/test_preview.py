"""``allyship preview``: one module's page and notebook, anew when a file is saved."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.paths import ROOT, TINY
from tests.support.project import CHANGED
from tests.support.started import get, started

PATIENCE = 180_000  # a build starts programs, and other tests run beside it


@pytest.mark.slow
@pytest.mark.browser
def test_page_and_notebook_change_when_the_overlay_is_saved(
    shared: Path, tmp_path: Path, page_with: Callable[..., Page]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(TINY, project / "book")
    shutil.copy(ROOT / "_config.yml", project)
    course = tmp_path / "spring"
    own = course / "ours" / "01-tiny" / "exercises.yml"
    own.parent.mkdir(parents=True)
    own.write_text(CHANGED)
    (course / "course.yml").write_text(f"book: {project}\noverlay: ours\n")
    with started(course, shared, "preview", "01-tiny") as running:
        page, notebook = page_with(), page_with()
        page.goto(running.address("The page"))
        expect(page.get_by_role("heading", name="The kettle of our own ward")).to_be_visible()
        expect(page.locator("form[data-ready]")).to_have_count(3)
        notebook.goto(running.address("The notebook"))
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
        assert get(running.address("The page"))[0] == 200
        own.write_text(CHANGED.replace("own ward", "own shop"))
        expect(page.get_by_role("heading", name="The kettle of our own shop")).to_be_visible(
            timeout=PATIENCE
        )
        page.close()
        notebook.close()
        running.process.send_signal(signal.SIGINT)
        said, _ = running.process.communicate(timeout=60)
        assert running.process.returncode == 0, said
        assert "Stopped." in said
