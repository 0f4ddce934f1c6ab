"""The ``allyship`` command. Each subcommand is thin: a notebook could call the same function."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .lint import can_spell, check_book
from .spec import EXERCISES_FILE, SpecError

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="allyship-course")
def main() -> None:
    """Run the allyship course: check its content, make assignments, try it with a demo class."""


@main.command()
def check() -> None:
    """Lint all content: every exercises.yml, poster, reading and page of the book.

    Each problem is printed with file, line, exercise, what is wrong and what would be right.
    Exits with 1 if there is any.
    """
    book = _course_root() / "book"
    if not can_spell():
        click.echo("Spelling is not looked at: codespell, of the extra 'dev', is not installed.")
    problems = check_book(book)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo(f"{len(problems)} to mend.", err=True)
        sys.exit(1)
    modules = len(list(book.glob(f"modules/*/{EXERCISES_FILE}")))
    click.echo(f"Nothing to mend in {modules} {'module' if modules == 1 else 'modules'}.")


@main.command()
def assignments() -> None:
    """Make an nbgrader source notebook in course/source from every module of the book.

    Beside them, in course/journal, the journal as a notebook, of which nothing is collected.
    """
    from .assignments import JOURNAL, make_assignment, make_journal

    root = _course_root()
    for exercises in sorted(root.glob(f"book/modules/*/{EXERCISES_FILE}")):
        notebook = make_assignment(exercises.parent, root / "course" / "source")
        click.echo(f"{notebook.relative_to(root)}")
    if (root / "book" / JOURNAL).exists():
        click.echo(f"{make_journal(root / 'book', root / 'course').relative_to(root)}")


@main.command()
@click.option(
    "--into", type=_FOLDER, default="demo", show_default=True, help="Folder for the demo class."
)
def demo(into: Path) -> None:
    """Let a demo class of twelve made-up students go through nbgrader's real exchange.

    They fetch, work, hand in (in time, late, damaged, twice, not at all), are graded and get
    feedback. Prints the completion table and ends. An earlier demo in the folder is replaced.
    """
    from .desk.demo import demo_table, make_demo

    root = _course_root()
    config = root / "course" / "nbgrader_config.py"
    made = make_demo(into.absolute(), root / "book", config, click.echo)
    click.echo("")
    click.echo(demo_table(made).to_string(index=False))
    click.echo(f"\nFeedback: {made.course / 'feedback'}\nTable:    {made.root / 'completion.csv'}")


@main.command()
@click.option(
    "--demo",
    "folder",
    type=_FOLDER,
    default="demo",
    show_default=True,
    help="Folder of a demo class made by 'allyship demo'.",
)
def start(folder: Path) -> None:
    """Serve the book, a student's notebook and Formgrader on this machine until Ctrl-C.

    Needs the built book (make book) and a demo class (allyship demo); 'make start' makes both.
    """
    from .desk.demo import Demo
    from .desk.serve import serve

    html = _course_root() / "_build" / "html"
    found = Demo(folder.absolute())
    for needed, maker in ((html / "index.html", "make book"), (found.course, "allyship demo")):
        if not needed.exists():
            raise click.ClickException(f"{needed} is missing: run '{maker}' first, or 'make start'")
    serve(found, html, click.echo)


def _course_root() -> Path:
    """Return the folder with ``_config.yml`` and ``book/``, here or above."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "_config.yml").exists() and (folder / "book").is_dir():
            return folder
    raise click.ClickException(
        "this is not a folder of the course: no _config.yml with book/ beside it, here or above. "
        "Change to the course's folder and try again"
    )


def run() -> None:
    """Run the command; what a person can mend ends in one plain message, not in a traceback."""
    try:
        main()
    except (SpecError, RuntimeError) as e:
        click.echo(f"Error: {e}", err=True)
        sys.exit(1)
