"""The commands that speak with a learning platform by LTI 1.3."""

from __future__ import annotations

from pathlib import Path

import click

from ..messages import plural
from .command import FILE, check_writable, course_folder, main


@main.group()
def lti() -> None:
    """Join this course with a class on a learning platform, by LTI 1.3."""


@lti.command("key")
def lti_key() -> None:
    """Make the key by which a platform knows this course; print where its public half is.

    The platform is given the public half, as a file or at an address. The private key is
    readable for you alone, and stays on this machine.
    """
    from ..instructor.lti.key import key_file, make_key

    made = make_key(key_file(course_folder()))
    click.echo(f"Private, for nobody: {made.private}\nPublic, for the platform: {made.public}")


@lti.command("students")
@click.option(
    "--to",
    type=FILE,
    default="students-by-lti.csv",
    show_default=True,
    help="The class list to write; an earlier one is replaced.",
)
def lti_students(to: Path) -> None:
    """Write who learns in the class on the platform, as a class list for course.yml.

    Name the file in course.yml after 'students:', and run 'allyship teach', which shows what
    would change. Who teaches there or has left is not in it.
    """
    from ..instructor.lti.send import platforms_class
    from ..store.files import replace_file

    check_writable(to)
    raw, members = platforms_class(course_folder())
    replace_file(to, raw)
    click.echo(f"{plural(len(members), 'student')} written to {to}.")
