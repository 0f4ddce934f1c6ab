"""The guide "Make your own course": its commands work, in its order, and it explains every key."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from allyship_course.spec.settings import PARTS, Promises, Settings
from tests.support.classroom import ALLYSHIP
from tests.support.paths import ROOT

GUIDE = (ROOT / "book" / "guides" / "your-own-course.md").read_text(encoding="utf-8")


def test_every_setting_is_explained() -> None:
    rows = "\n".join(line for line in GUIDE.splitlines() if line.startswith("| `"))
    for key in (*Settings.model_fields, *PARTS, *Promises.model_fields):
        assert f"`{key}`" in rows, key


@pytest.mark.slow
def test_the_commands_make_a_course_from_nothing(tmp_path: Path) -> None:
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
