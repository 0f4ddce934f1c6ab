"""The guide "Make your own course": its commands work, in its order, and it explains every key."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allyship_course.spec.settings import PARTS, Promises, Settings
from tests.support.classroom import ALLYSHIP
from tests.support.forms import form
from tests.support.paths import ROOT
from tests.support.pictures import side_by_side, take
from tests.support.site import served

GUIDE = (ROOT / "book" / "guides" / "your-own-course.md").read_text(encoding="utf-8")


def test_every_setting_is_explained() -> None:
    rows = "\n".join(line for line in GUIDE.splitlines() if line.startswith("| `"))
    for key in (*Settings.model_fields, *PARTS, *Promises.model_fields):
        assert f"`{key}`" in rows, key


@pytest.mark.slow
@pytest.mark.browser
def test_the_commands_make_a_course_from_nothing(
    tmp_path: Path, page_with: Callable[..., Page]
) -> None:
    commands = "".join(re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE))
    assert commands.count("allyship ") >= 6
    path = f"{ALLYSHIP.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    course = tmp_path / "lab-safety"
    assert "Lab safety" in (course / "_build" / "html" / "index.html").read_text("utf-8")
    assert (course / "course" / "release" / "01-a-shared-room").is_dir()
    assert "export default" in (course / "the-flask.mjs").read_text("utf-8")
    page = page_with(viewport={"width": 1280, "height": 800}, whole=False)
    with served(course / "_build" / "html") as address:
        page.goto(f"{address}/index.html")
        expect(page.locator(".trail").get_by_role("listitem")).to_contain_text("A shared room")
        take(page, "own-course")
        page.close()
        shown_on_phones(address, page_with)


def shown_on_phones(address: str, page_with: Callable[..., Page]) -> None:
    """Begin the sample's first exercise on a phone, in light and in dark."""
    taken = []
    for scheme in ("light", "dark"):
        page = page_with(viewport={"width": 375, "height": 640}, color_scheme=scheme, whole=False)
        page.goto(f"{address}/modules/01-a-shared-room/index.html")
        flask = form(page, "the-flask")
        flask.get_by_role("button", name="Begin", exact=True).click()
        ring = flask.get_by_label("You ring Karim.")
        while not ring.is_visible():
            flask.locator(".ac-next").click()
        ring.check()
        outcome = flask.get_by_text("He answers at the ninth ring.").filter(visible=True)
        expect(outcome).to_have_count(1)
        taken.append(page.screenshot())
        page.close()
    side_by_side(taken, "own-course-on-a-phone")
