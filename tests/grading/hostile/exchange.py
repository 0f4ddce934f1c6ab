"""A course and its exchange in a folder, in which anybody can write anything.

The one who runs the tests is the student whose folders are their own.
"""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from allyship_course.grading.folder import course_directory, load_config
from tests.grading.hostile.submissions import Change

ME = getpass.getuser()
EARLIER, LATER = "2026-11-20 10:00:00.000000 UTC", "2026-11-22 10:00:00.000000 UTC"


class Exchange:
    """A course and its exchange, for one test alone."""

    def __init__(self, blank: Path, root: Path) -> None:
        shutil.copytree(blank, root, dirs_exist_ok=True)
        self.course, self.root, self.honest = root / "course", root / "exchange", root / "honest"
        self.root.mkdir()
        self.root.chmod(0o777)
        with (self.course / "nbgrader_config.py").open("a") as f:
            f.write(f"\nc.Exchange.root = {str(self.root)!r}\n")
            f.write("c.CourseDirectory.max_file_size = 2_000\n")

    @property
    def inbound(self) -> Path:
        return self.root / "allyship" / "inbound"

    @property
    def submitted(self) -> Path:
        return self.course / "submitted"

    def nbgrader(self) -> NbGraderAPI:
        config = load_config(self.course)
        where: CourseDirectory = course_directory(self.course, config)
        return NbGraderAPI(where, config=config)

    def release(self) -> None:
        assert self.nbgrader().release_assignment("01-tiny")["success"]

    def collect(self) -> str:
        done = self.nbgrader().collect("01-tiny", update=True)
        assert done["success"], done
        return str(done["log"])

    def hand_in(self, name: str, change: Change = lambda _: None) -> Path:
        folder = self.inbound / name
        shutil.copytree(self.honest, folder)
        change(folder)
        return folder

    @property
    def refused(self) -> str:
        file = self.course / "refused" / "list.txt"
        return file.read_text() if file.exists() else ""


def mine(when: str = EARLIER) -> str:
    return f"{ME}+01-tiny+{when}+0123456789abcdef"
