"""The command itself, and what its subcommands share: kinds of arguments, where the course is."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..errors import CourseError
from ..instructor.lms.platforms import SYSTEMS

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
PLATFORM = click.Choice(SYSTEMS)


_READERS = {
    "student": ("To learn", "learn"),
    "instructor": ("To teach", "instructor"),
    "lti": ("To teach", "instructor"),
    "author": ("To write", "book"),
}
"""By the module that a command stands in: its heading in the help, and the extra it belongs to."""


class _Group(click.Group):
    """Ends what a person can mend in one plain message, not in a traceback.

    Its help lists commands by who needs them.
    """

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title in dict.fromkeys(title for title, _ in _READERS.values()):
            rows = [
                (name, command.get_short_help_str(formatter.width - 20))
                for name, command in self.commands.items()
                if _READERS.get(_room_of(command), ("", ""))[0] == title
            ]
            with formatter.section(title):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as e:
            if not e.name or e.name.startswith("allyship_course"):
                raise
            from .missing import what_to_install

            called = self.commands.get(ctx.invoked_subcommand or "")
            usual = _READERS.get(_room_of(called), ("", "instructor"))[1]
            raise click.ClickException(what_to_install(e.name, usual)) from e
        except CourseError as e:
            raise click.ClickException(str(e)) from e
        except OSError as e:
            if e.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            where = f" ({e.filename})" if e.filename else ""
            what = f"the disk is full{where}. Free some space, then run it again"
            raise click.ClickException(what) from e


def _room_of(command: click.Command | None) -> str:
    """Return the module in which a command, or the first of a group, is written."""
    while isinstance(command, click.Group) and command.commands:
        command = next(iter(command.commands.values()))
    callback = command.callback if command else None
    return callback.__module__.rpartition(".")[2] if callback else ""


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="allyship-course")
def main() -> None:
    """Learn a course, teach it, write it."""


def check_writable(file: Path | None) -> None:
    """End with a plain message if no file can be written there, before anything is done."""
    if file is None:
        return
    folder = file.absolute().parent
    if not folder.is_dir():
        why = f"there is no folder {folder}. Make it first, or name another place"
    elif not os.access(folder, os.W_OK | os.X_OK):
        why = f"you may not write into {folder}. Name another place"
    else:
        return
    raise click.ClickException(f"{file} can't be written: {why}")


@contextlib.contextmanager
def may_be_stopped(what_stays: str) -> Iterator[None]:
    """End at Ctrl-C with a plain line and the exit code that stands for it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"Stopped. {what_stays}; run it again to go on.", err=True)
        sys.exit(128 + signal.SIGINT)


def course_folder() -> Path:
    """Return nbgrader's course folder: here, above, or ``course/`` of the course's own folder."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        for found in (folder, folder / "course"):
            if (found / "nbgrader_config.py").exists():
                return found
    raise click.ClickException(
        "this is not nbgrader's course folder: no nbgrader_config.py here or above. "
        "Change to the folder that holds source/ and submitted/ and try again"
    )


def course_with_yml() -> Path | None:
    """Return the folder with ``course.yml``: here, above, or in ``course/``."""
    from ..instructor.course import COURSE_FILE

    for folder in (Path.cwd(), *Path.cwd().parents):
        for found in (folder, folder / "course"):
            if (found / COURSE_FILE).exists():
                return found
    return None


def overlay() -> Path | None:
    """Return the overlay that ``course.yml`` names, here, above or in ``course/``."""
    from ..instructor.course import overlay_of

    folder = course_with_yml()
    return overlay_of(folder) if folder else None


def book_and_config() -> tuple[Path, Path]:
    """Return the book and nbgrader's configuration: of the folder of the course, or installed."""
    try:
        root = course_root()
    except click.ClickException:
        return installed_book_and_config()
    return root / "book", root / "course" / "nbgrader_config.py"


def installed_book_and_config() -> tuple[Path, Path]:
    """Return the book and nbgrader's configuration that came with the package."""
    from ..student.modules import installed_book

    book = installed_book()
    packed = book / "course" / "nbgrader_config.py"
    return book, packed if packed.exists() else book.parent / "course" / packed.name


def course_root() -> Path:
    """Return the folder with ``_config.yml`` and ``book/``: here, above, or as course.yml says."""
    from ..instructor.course import project_of

    for folder in (Path.cwd(), *Path.cwd().parents):
        for found in (folder, project_of(folder)):
            if found and (found / "_config.yml").exists() and (found / "book").is_dir():
                return found
    raise click.ClickException(
        "this is not a folder of the course: no _config.yml with book/ beside it, here or above. "
        "Change to the course's folder and try again"
    )
