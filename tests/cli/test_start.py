"""What a command and a kernel load at first: a time would depend on the machine, this does not.

Each command runs in a process of its own, in a class that has handed in.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.classroom import make_class
from tests.support.once import once

RUN = """
import os, sys
from allyship_course.cli import run
try:
    run()
except SystemExit as end:
    code = end.code
print("loaded", *sys.modules, file=sys.stderr)
sys.exit(code)
"""
NBGRADERS_PROGRAMS = {
    *("nbgrader.apps", "nbgrader.converters", "nbgrader.exchange", "nbgrader.server_extensions"),
    *("nbgrader.preprocessors", "nbconvert", "nbclient", "jupyter_server", "jupyter_client"),
    *("setuptools", "zmq", "bs4", "IPython", "ipywidgets"),
}
GRADEBOOK = {"nbgrader.api", "sqlalchemy"}
TABLES = {"pandas", "numpy", "pyarrow"}


@pytest.fixture(scope="session")
def collected(shared: Path) -> Path:
    def make(root: Path) -> None:
        make_class(root, {"ada": lambda _: None, "ben": lambda _: None}, "sqlite")

    return once(shared, "class-for-starts", make) / "course"


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("--help", NBGRADERS_PROGRAMS | GRADEBOOK | TABLES | {"rich", "yaml"}),
        ("grade", NBGRADERS_PROGRAMS | TABLES),
        ("feedback", NBGRADERS_PROGRAMS | TABLES),
        ("report", NBGRADERS_PROGRAMS),
        ("remind 01-tiny", NBGRADERS_PROGRAMS),
        ("purge --all --yes", NBGRADERS_PROGRAMS - {"nbgrader.exchange"} | TABLES),
    ],
)
def test_a_command_loads_nothing_that_it_does_not_use(
    command: str, without: set[str], collected: Path, tmp_path: Path
) -> None:
    course = tmp_path / "course"
    shutil.copytree(collected, course)
    done = subprocess.run(
        [sys.executable, "-c", RUN, *command.split()],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
    )
    told, _, loaded = done.stderr.rpartition("loaded ")
    assert done.returncode == 0, told
    assert sorted(without.intersection(loaded.split())) == []


KERNEL = """
import ipywidgets, anywidget, sys
before = set(sys.modules)
import allyship_course
allyship_course.exercise, allyship_course.check, allyship_course.progress
print(*(set(sys.modules) - before))
"""
OURS_IN_A_KERNEL = {"completion", "course_progress", "errors", "form", "notebook", "spec", "store"}
LIBRARIES_IN_A_KERNEL = {
    *("allyship_course", "annotated_types", "markupsafe", "platformdirs", "pydantic"),
    *("pydantic_core", "typing_inspection", "yaml", "_yaml"),
}


def test_a_students_kernel_loads_nothing_that_the_first_form_can_do_without() -> None:
    done = subprocess.run(
        [sys.executable, "-c", KERNEL], capture_output=True, text=True, check=True
    )
    loaded = {*done.stdout.split()}
    ours = {name for name in loaded if name.startswith("allyship_course.")}
    assert {name.split(".")[1] for name in ours} <= OURS_IN_A_KERNEL
    assert not ours & {"allyship_course.form.posters", "allyship_course.spec.settings"}
    others = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    made_for_this_machine = re.compile("_sysconfigdata|_?cython")
    assert {n for n in others if not made_for_this_machine.match(n)} <= LIBRARIES_IN_A_KERNEL
