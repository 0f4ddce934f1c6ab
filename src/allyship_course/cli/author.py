"""The commands of who writes a course."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from .command import (
    FILE,
    FOLDER,
    check_writable,
    course_root,
    installed_book_and_config,
    main,
    overlay,
)


@main.command()
@click.option(
    "--site",
    metavar="ADDRESS",
    help="Look at a published site instead, or at a built one: an address or a folder.",
)
@click.option("--report", is_flag=True, help="Tell each module's length and plainness in figures.")
def check(site: str | None, *, report: bool) -> None:
    """Lint all content: every exercises.yml, poster, reading and page of the book.

    In a course folder, or with one in course/, its overlay is looked at too. Each problem is
    printed with file, line, exercise, what is wrong and what would be right.
    With --site it says whether a host gives the site as readers need it. With --report it prints
    a table, of the course without an overlay; the guide for authors says what its columns mean.
    Exits with 1 if there is anything to mend.
    """
    from ..author.lint import can_spell, check_book
    from ..spec import module_folders

    if site is not None:
        return _check_site(site)
    book = course_root() / "book"
    if report:
        return _report(book)
    if not can_spell():
        click.echo("Spelling is not looked at. To have it looked at: pip install codespell")
    problems = check_book(book, overlay())
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo(f"{len(problems)} to mend.", err=True)
        sys.exit(1)
    modules = len(module_folders(book))
    click.echo(f"Nothing to mend in {modules} {'module' if modules == 1 else 'modules'}.")
    return None


def _report(book: Path) -> None:
    from ..author.report import measure, table
    from ..spec import SpecError

    try:
        click.echo(table(measure(book)))
    except SpecError as e:
        raise click.ClickException(f"{e}\n'allyship check' lists all that is to be mended.") from e


def _check_site(where: str) -> None:
    from ..book.hosting import check_site

    findings = check_site(where)
    for finding in findings:
        click.echo(f"{'To mend' if finding.serious else 'Could be better'}: {finding.text}")
    serious = sum(finding.serious for finding in findings)
    if serious:
        click.echo(f"{serious} to mend.", err=True)
        sys.exit(1)
    click.echo("Nothing to mend: readers get the whole course from there.")


@main.command()
def assignments() -> None:
    """Make an nbgrader source notebook in course/source from every module of the book.

    With a course.yml in course/, of the modules that it names and as it says. Beside them, in
    course/journal, the journal and an overview of the course as notebooks, of
    which nothing is collected.
    """
    from ..instructor.course import COURSE_FILE
    from ..notebook.assignments import MY_COURSE, make_assignment, make_journal
    from ..spec import JOURNAL, module_folders
    from ..spec.settings import settings_of

    root = course_root()
    course = root / "course"
    if (course / COURSE_FILE).exists():
        from ..instructor.plan import make_sources

        notebooks = make_sources(course)
    else:
        folders = module_folders(root / "book")
        notebooks = [make_assignment(folder, course / "source") for folder in folders]
    for notebook in notebooks:
        click.echo(f"{notebook.relative_to(root)}")
    has_journal = settings_of(root / "book").has("journal")
    if has_journal and (root / "book" / JOURNAL).exists():
        made = make_journal(root / "book", root / "course")
        click.echo(f"{made.relative_to(root)}\n{made.with_name(MY_COURSE).relative_to(root)}")


@main.command()
@click.argument("kind", type=click.Choice(["pdf", "epub", "cards"]))
@click.argument("module", required=False)
def paper(kind: Literal["pdf", "epub", "cards"], module: str | None) -> None:
    """Write the whole course for paper or e-readers, with room to write, into _build.

    KIND is pdf (tagged, made with a Chromium), epub, or cards: those of the sorts of one MODULE,
    to cut out for a room.
    """
    from ..book.print.paper import make_cards, make_paper
    from ..spec import MODULES_FOLDER, load_module
    from ..spec.settings import settings_of

    root = course_root()
    if (kind == "cards") != bool(module):
        raise click.UsageError("A module stands behind 'cards', as in: allyship paper cards NAME")
    if kind == "cards":
        file = root / "_build" / f"cards-{module}.pdf"
        make_cards(load_module(root / "book" / MODULES_FOLDER / str(module)), file)
        click.echo(f"{file.relative_to(root)}")
        return
    name = settings_of(root / "book").folder_name
    file = root / "_build" / f"{name}.{kind}"
    make_paper(root / "book", root / "_config.yml", kind, file)
    click.echo(f"{file.relative_to(root)}")


@main.command()
@click.argument("module")
def preview(module: str) -> None:
    """Show the page and the notebook of MODULE, and draw both anew at every change, until Ctrl-C.

    What the overlay that course.yml names has of the module is in it.
    """
    from ..author.preview import preview as serve_preview

    serve_preview(course_root(), overlay(), module, click.echo)


@main.command("exercise")
@click.argument("module")
@click.argument("id")
@click.option(
    "--for-myst", "file", type=FILE, required=True, help="The file to write, as in a.mjs."
)
def exercise_(module: str, id: str, file: Path) -> None:  # noqa: A002
    """Write one exercise as one file, for a page of MyST, Jupyter Book 2 or plain HTML.

    MODULE is a module's name or the folder that holds an exercises.yml, ID that of the exercise.
    Experimental: MyST's directive for it is new. Without JavaScript such a page shows nothing.
    """
    from ..book.alone import exercise_alone
    from ..spec import EXERCISES_FILE, MODULES_FOLDER

    check_writable(file)
    folder = Path(module)
    if not (folder / EXERCISES_FILE).exists():
        folder = course_root() / "book" / MODULES_FOLDER / module
    try:
        script = exercise_alone(folder, id)
    except KeyError as e:
        raise click.ClickException(str(e.args[0])) from None
    file.write_text(script, encoding="utf-8")
    click.echo(f"Written: {file}, {file.stat().st_size:,} bytes. In a page of MyST beside it:")
    click.echo(f"\n```{{anywidget}} {file.name}\n{{}}\n```\n\nIn a page of HTML beside it:\n")
    click.echo(f'<div id="{id}"></div>\n<script type="module">')
    click.echo(f'  import exercise from "./{file.name}";')
    click.echo(f'  exercise.render({{el: document.getElementById("{id}")}});\n</script>')


@main.group()
def new() -> None:
    """Begin a course of your own, a module or an exercise, with a draft that works.

    A module or an exercise goes into the overlay that course.yml names, here, above or in
    course/; without one, into the book itself.
    """


@new.command("course")
@click.argument("folder", type=FOLDER)
@click.option("--title", prompt="Title", help="What your course is called.")
def new_course_(folder: Path, title: str) -> None:
    """Write a course of your own, on another subject, into FOLDER, which is not there yet.

    It holds a welcome, one module with an exercise of each kind, a journal, a glossary, all that
    a class needs, and a workflow that publishes the website.
    """
    from ..author.own_course import Package, new_course

    folder = folder.absolute()
    from .missing import own_wheel, requirement

    _, config = installed_book_and_config()
    files = new_course(folder, title, config, Package(requirement("book"), own_wheel()))
    click.echo(f"Written: {folder}, with {len(files)} files.")
    click.echo("README.md in it says how to go on. In that folder, 'allyship check' has nothing")
    click.echo("to mend; the module is a sample, to be changed or thrown away.")


@new.command()
@click.argument("name")
def module(name: str) -> None:
    """Write the draft of a module called NAME, such as 09-our-own-rules."""
    from ..author.draft import new_module

    _told(new_module(course_root() / "book", overlay(), name))


class _FieldTypes(click.Choice[str]):
    """The types of field, which only this command needs: they are loaded when it looks at them."""

    def __init__(self) -> None:
        self.case_sensitive = True

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]  # a plain attribute there
        from ..spec import FIELD_TYPES

        return tuple(FIELD_TYPES)


@new.command("exercise")
@click.argument("module")
@click.argument("id")
@click.option(
    "--type",
    "kind",
    type=_FieldTypes(),
    default="choice",
    show_default=True,
    help="What there is to do in it.",
)
def new_exercise_(module: str, id: str, kind: str) -> None:  # noqa: A002
    """Write the draft of an exercise called ID, at the end of MODULE, and place it there."""
    from ..author.draft import new_exercise

    _told(new_exercise(course_root() / "book", overlay(), module, id, kind))


def _told(files: list[Path]) -> None:
    for file in files:
        click.echo(f"Written: {file}")
    click.echo("'allyship check' lists what is to be done; 'allyship preview' shows it.")
