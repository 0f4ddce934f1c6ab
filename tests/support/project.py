"""A project of its own with the tiny book, for tests that change it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.paths import COURSE_CONFIG, ROOT, TINY

CHANGED = """\
module: 01-tiny
exercises:
    - id: kettle
      title: The kettle of our own ward
      minutes: 2
      practice-wisdom: true
      fields:
        - {id: who, type: line, label: Who filled it?}
"""


def project_in(root: Path) -> Path:
    project = root / "project"
    shutil.copytree(TINY, project / "book")
    modules = project / "book" / "modules"
    shutil.copytree(modules / "01-tiny", modules / "02-more")
    more = modules / "02-more" / "exercises.yml"
    more.write_text(more.read_text().replace("module: 01-tiny", "module: 02-more"))
    (project / "course").mkdir()
    for name in ("nbgrader_config.py", "course.yml"):
        shutil.copy(COURSE_CONFIG.with_name(name), project / "course")
    shutil.copy(ROOT / "_config.yml", project)
    return project
