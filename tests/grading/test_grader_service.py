"""Grader Service grades a module as nbgrader does, by our executor, and starts no kernel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allyship_course.store.record import RECORD_FILE
from tests.support.classroom import make_class, nbgrader, scores
from tests.support.environments import environment
from tests.support.images import UV, run
from tests.support.paths import ROOT, TINY_MODULE

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
MODULE = TINY_MODULE.name
ALLOWED = {"ASSIGNMENT_SETTINGS": json.dumps({"allowed_files": ["*.yml", "*.json"]})}
EASY = """\
module: 01-tiny
exercises:
  - id: mine
    title: Easily complete
    minutes: 1
    fields:
      - {id: any, type: line, label: Anything}
"""


def honest(_: Path) -> None:
    """Hand in what is there."""


def nothing(folder: Path) -> None:
    (folder / RECORD_FILE).unlink()


def damaged(folder: Path) -> None:
    (folder / RECORD_FILE).write_text("[" * 100_000)


def easier(folder: Path) -> None:
    """Hand in another module definition, and a record that fits it."""
    (folder / "exercises.yml").write_text(EASY)
    record = json.loads((folder / RECORD_FILE).read_text())
    record["exercises"]["mine"] = {"answered": ["any"]}
    (folder / RECORD_FILE).write_text(json.dumps(record))


def running(folder: Path) -> None:
    """Hand in a notebook whose checks would give full points if anybody ran them."""
    notebook = json.loads((folder / f"{MODULE}.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = "10"
    (folder / f"{MODULE}.ipynb").write_text(json.dumps(notebook))


STUDENTS: dict[str, Callable[[Path], None]] = {
    change.__name__: change for change in (honest, nothing, damaged, easier, running)
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment with the service and our package's base are."""
    folder = tmp_path_factory.mktemp("service")
    place = environment(HERE / "grader_service.lock", folder / "venv")
    build = [sys.executable, "-m", "hatchling", "build"]
    run(*build, "--target", "wheel", "--directory", folder, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    run(UV, "pip", "install", "--no-deps", "--python", place / "python", file, cwd=ROOT)
    return place


def in_the_service(course: Path, programs: Path, folder: Path) -> dict[str, Any]:
    """Generate the assignment, hand in by git, have it graded; return the points."""
    (folder / "release").mkdir(parents=True)
    source = course / "source" / MODULE
    convert = (programs / "grader-convert", "generate_assignment", "-i", source)
    run(*convert, "-o", folder / "release", "-p", "*.ipynb", cwd=folder, env=ALLOWED)
    shutil.copy(folder / "release" / "gradebook.json", folder / "properties.json")
    for submitted in (course / "submitted").iterdir():
        repository = folder / "git" / "course" / "1" / "user" / submitted.name
        shutil.copytree(submitted / MODULE, repository)
        who = ("-c", f"user.name={submitted.name}", "-c", "user.email=a@example.org")
        run("git", "init", "-q", "-b", "main", cwd=repository)
        run("git", "add", ".", cwd=repository)
        run("git", *who, "commit", "-q", "-m", "Hand in", cwd=repository)
    worker = [programs / "python", HERE / "service_worker.py", folder, TINY_MODULE.parent]
    # As a service has it: who commits the graded copies.
    name = {"GIT_AUTHOR_NAME": "service", "GIT_COMMITTER_NAME": "service"}
    mail = {"GIT_AUTHOR_EMAIL": "s@example.org", "GIT_COMMITTER_EMAIL": "s@example.org"}
    done = subprocess.run(
        [str(word) for word in worker],
        cwd=folder,
        env={**os.environ, **name, **mail},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_the_service_gives_the_points_that_nbgrader_gives(programs: Path, tmp_path: Path) -> None:
    course = make_class(tmp_path, STUDENTS)
    nbgrader(course, "autograde", MODULE)
    by_nbgrader = scores(course)
    assert by_nbgrader["honest"] != by_nbgrader["nothing"]
    assert by_nbgrader["easier"]["check-mine"] == 0
    by_service = in_the_service(course, programs, tmp_path / "service")
    # nbgrader also has a place for the note, which earns nothing in either.
    for student, points in by_nbgrader.items():
        checks = {name: score for name, score in points.items() if name.startswith("check-")}
        assert {name: by_service[student][name] for name in checks} == checks, student


@pytest.mark.parametrize("place", ["", "modules", "/not/there"])
def test_without_the_folder_of_the_modules_nothing_is_graded(programs: Path, place: str) -> None:
    script = (
        "from allyship_course.grading.grader_service import CompletionChecks\n"
        f"CompletionChecks(modules={place!r}).preprocess(None, {{'unique_key': '01-tiny'}})"
    )
    done = subprocess.run(
        [programs / "python", "-c", script], capture_output=True, text=True, check=False
    )
    assert "Set c.CompletionExecutor.modules" in done.stderr
