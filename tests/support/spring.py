"""A term in spring: a course folder that ``allyship teach`` has set up from the tiny book."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from allyship_course.instructor.plan import set_up
from tests.support.paths import COURSE_CONFIG
from tests.support.project import project_in

COURSE = """\
title: Allyship, spring
term: 2027-spring
book: {project}
timezone: Europe/Berlin
students: students.csv
exchange: {exchange}
modules:
  - module: 01-tiny
    due: 2026-11-30 18:00
  - module: 02-more
    opens: 2031-01-01
"""


STUDENTS = 'id,first name,last name\nada,Ada,"Okafor, Dr."\nbo,Bo,=1+2\ncy,Cy,Li\n'


def write_course(folder: Path, change: Callable[[str], str] = str) -> None:
    root = folder.parent
    text = COURSE.format(project=root / "project", exchange=root / "exchange")
    (folder / "course.yml").write_text(change(text))


def apply(folder: Path, **options: object) -> list[str]:
    said: list[str] = []
    assert set_up(folder, said.append, lambda _: True, **options)  # type: ignore[arg-type]
    return said


def made(root: Path) -> None:
    project_in(root)
    folder = root / "spring"
    folder.mkdir(parents=True)
    shutil.copy(COURSE_CONFIG, folder)
    (folder / "students.csv").write_text(STUDENTS)
    write_course(folder)
    apply(folder)


def copied(root: Path, tmp_path: Path) -> Path:
    shutil.copytree(root, tmp_path / "here")
    folder = tmp_path / "here" / "spring"
    write_course(folder)
    return folder
