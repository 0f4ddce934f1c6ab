"""Another course, begun: a folder with all that a course needs, ready to be built and taught."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..errors import CourseError

TEMPLATE = Path(__file__).parent / "course"
_HIDDEN = "dot-"
"""How the name of a file that is hidden begins in the template: packers leave hidden files out."""


class OwnCourseError(CourseError):
    """No course can be begun there; the message says why. Nothing was written."""


class Package(NamedTuple):
    """What pip installs this package from: a line for it, and the wheel that the line may name."""

    requirement: str
    wheel: Path | None


def new_course(folder: Path, title: str, nbgrader_config: Path, package: Package) -> list[Path]:
    """Write a course called ``title`` into ``folder``, which is new or empty; return its files.

    A wheel goes along: who builds the course elsewhere has nothing else to install from.
    """
    if folder.exists() and any(folder.iterdir()):
        raise OwnCourseError(f"{folder} is not empty. Name a folder that is not there yet")
    if not title.strip():
        raise OwnCourseError("a course needs a title")
    words = {
        "TITLE": " ".join(title.split()),
        "NAME": name_for(title),
        "YEAR": str(datetime.now(UTC).year),
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and then moved: a folder that is there is a whole course.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-course-") as made:
        course = Path(made) / "course"
        for file in sorted(f for f in TEMPLATE.rglob("*") if f.is_file()):
            target = course / _place(file.relative_to(TEMPLATE))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled_in(file, words), "utf-8")
        shutil.copyfile(nbgrader_config, course / "course" / nbgrader_config.name)
        (course / "requirements.txt").write_text(f"{package.requirement}\n", "utf-8")
        if package.wheel:
            shutil.copy(package.wheel, course)
        if folder.exists():
            folder.rmdir()
        course.replace(folder)
    return sorted(f for f in folder.rglob("*") if f.is_file())


def name_for(title: str) -> str:
    """Return what a computer may call a course with this title."""
    parts = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(parts)[:40].strip("-") or "course"


def _place(file: Path) -> Path:
    """Return where a file of the template belongs."""
    parts = (
        f".{part.removeprefix(_HIDDEN)}" if part.startswith(_HIDDEN) else part
        for part in file.parts
    )
    return Path(*parts)


def _filled_in(file: Path, words: Mapping[str, str]) -> str:
    """Return the text of a file of the template; in YAML a title is quoted."""
    text = file.read_text("utf-8")
    if file.suffix == ".yml":
        quoted = json.dumps(words["TITLE"], ensure_ascii=False)
        text = text.replace(": @TITLE@", f": {quoted}")
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text
