"""nbgrader's course folder: its configuration, its lock, its release version of a module."""

from __future__ import annotations

import logging
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from filelock import FileLock, Timeout
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from .results import GradeError

CONFIG_FILE = "nbgrader_config.py"


_with_steps = ContextVar("with_steps", default=True)


def steps_are_wanted() -> bool:
    """Tell whether who reads a configuration is going to run steps of nbgrader's converters."""
    return _with_steps.get()


def load_settings(course: Path) -> Config:
    """Read ``nbgrader_config.py`` of a course folder without the steps of nbgrader's converters.

    They load nbconvert and a Jupyter server, and a command that only reads or writes the
    gradebook would wait for that.
    """
    before = _with_steps.set(False)
    try:
        return load_config(course)
    finally:
        _with_steps.reset(before)


def load_config(course: Path) -> Config:
    """Read ``nbgrader_config.py`` of a course folder, as nbgrader does."""
    if not (course / CONFIG_FILE).exists():
        raise GradeError(f"{course} is no course folder: there is no {CONFIG_FILE} in it")
    try:
        config: Config = PyFileConfigLoader(CONFIG_FILE, str(course)).load_config()
    except SystemExit as e:  # by which a configuration that must not be left out stops nbgrader
        raise GradeError(str(e)) from None
    return config


def course_directory(course: Path, config: Config | None = None) -> CourseDirectory:
    """Return nbgrader's view of a course folder, from its own configuration."""
    config = config or load_settings(course)
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(course.resolve())
    return CourseDirectory(config=config)


@contextmanager
def only_one(course: Path) -> Iterator[None]:
    """Keep a second run out of a course folder. Raises GradeError if there is a first."""
    try:
        with FileLock(course / ".allyship-grade.lock", timeout=0):
            yield
    except Timeout:
        raise GradeError(
            "another allyship command is at work in this course. Wait until it has ended"
        ) from None


def find_alembic() -> None:
    """Put this Python's commands on PATH: nbgrader starts ``alembic`` by its bare name."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + path


def quiet() -> logging.Logger:
    """Return a logger for nbgrader's parts, which say a line for each submission."""
    log = logging.getLogger("allyship.quiet")
    log.setLevel(logging.ERROR)
    return log


def source_of(where: CourseDirectory, module: str) -> Path:
    """Return the folder that a module's assignment was made from."""
    return Path(where.format_path(where.source_directory, ".", module))
