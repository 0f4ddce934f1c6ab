"""The commands of who teaches it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ..messages import plural
from ..store.submission import visible
from .command import (
    EXISTING_FILE,
    FILE,
    FOLDER,
    PLATFORM,
    book_and_config,
    check_writable,
    course_folder,
    course_root,
    course_with_yml,
    main,
    may_be_stopped,
)

if TYPE_CHECKING:
    from ..instructor.lms.packages.package import Goal, Standard
    from ..instructor.lms.platforms import System

_FEW = 10


@main.command()
@click.option(
    "--into", type=FOLDER, default="demo", show_default=True, help="Folder for the demo class."
)
def demo(into: Path) -> None:
    """Let a demo class of twelve made-up students go through nbgrader's real exchange.

    They fetch, work, hand in (in time, late, damaged, twice, not at all), are graded and get
    feedback. Prints the completion table and ends. An earlier demo in the folder is replaced.
    """
    from ..instructor.demo import demo_table, make_demo
    from ..instructor.term import check_path

    check_path(into.absolute())
    book, config = book_and_config()
    made = make_demo(into.absolute(), book, config, click.echo)
    click.echo("")
    click.echo(demo_table(made).to_string(index=False))
    click.echo(f"\nFeedback: {made.course / 'feedback'}\nTable:    {made.root / 'completion.csv'}")


@main.command()
@click.option(
    "--demo",
    "folder",
    type=FOLDER,
    default="demo",
    show_default=True,
    help="Folder of a demo class made by 'allyship demo'.",
)
def start(folder: Path) -> None:
    """Serve the book, a student's notebook and Formgrader on this machine until Ctrl-C.

    Needs the built book (make book) and a demo class (allyship demo); 'make start' makes both.
    """
    from ..instructor.demo import Demo
    from ..instructor.serve import serve

    html = course_root() / "_build" / "html"
    found = Demo(folder.absolute())
    for needed, maker in ((html / "index.html", "make book"), (found.course, "allyship demo")):
        if not needed.exists():
            raise click.ClickException(f"{needed} is missing: run '{maker}' first, or 'make start'")
    serve(found, html, click.echo)


@main.command()
@click.argument("folder", type=FOLDER, default=".")
@click.option("--check", "only_look", is_flag=True, help="Say what would change; change nothing.")
@click.option("--no-open", is_flag=True, help="Set up only: start no JupyterLab and no book.")
@click.option("--yes", is_flag=True, help="Go on without asking.")
@click.option(
    "--remove",
    multiple=True,
    metavar="ID",
    help="Remove this student, who is not in the class list any more, with all grades; repeatable.",
)
def teach(folder: Path, only_look: bool, no_open: bool, yes: bool, remove: tuple[str, ...]) -> None:
    """Set up a term from course.yml in FOLDER, then open Formgrader and the book until Ctrl-C.

    On first use course.yml is written, with comments. After a change in it, this says what would
    be different and asks; no grade is lost. All that is wrong in it is listed at once.
    """
    from ..instructor.course import COURSE_FILE
    from ..instructor.plan import build_book, set_up
    from ..instructor.term import check_path, new_course
    from ..spec.settings import course_of

    folder = folder.absolute()
    check_path(folder)
    if not (folder / COURSE_FILE).exists():
        project = course_root()
        if folder == project:
            folder = project / "course"
        else:
            answers = {} if yes else _asked(course_of(project / "book").title)
            click.echo(f"Written: {new_course(folder, project, answers)}")
    ready = set_up(
        folder,
        click.echo,
        lambda question: yes or click.confirm(question),
        only_look=only_look,
        remove=remove,
    )
    if ready and not (only_look or no_open):
        from ..instructor.serve import serve_course

        serve_course(folder, build_book(folder, click.echo), click.echo)


def _asked(title: str) -> dict[str, str]:
    """Ask what a new course.yml can't do without; all of it can be changed in the file.

    What can't be used is said at once, and asked again.
    """
    from ..instructor.answers import CHECKS
    from ..instructor.course import COURSE_FILE

    click.echo(f"A new course. Press Enter to leave a question open: {COURSE_FILE} has them all.")
    questions = {
        "title": ("Title", title),
        "term": ("Term, in small letters, such as 2027-spring", "this-term"),
        "timezone": ("Time zone, such as Europe/Berlin", "UTC"),
        "students": ("Class list, a CSV file or the export of an LMS", ""),
        "exchange": ("Exchange, a folder that your students reach on this machine", ""),
    }
    asked = {
        key: click.prompt(question, default=usual, show_default=bool(usual), value_proc=CHECKS[key])
        for key, (question, usual) in questions.items()
    }
    for key in ("students", "exchange"):
        if asked[key]:
            asked[key] = str(Path(asked[key]).expanduser().absolute())
    return {key: answer for key, answer in asked.items() if answer}


@main.command()
@click.argument("modules", nargs=-1)
@click.option("--student", "students", multiple=True, help="Grade this student only; repeatable.")
@click.option(
    "--jobs", type=click.IntRange(1), help="Number of processes.  [default: one for each core]"
)
@click.option("--force", is_flag=True, help="Grade anew what has not changed, too.")
def grade(
    modules: tuple[str, ...], students: tuple[str, ...], jobs: int | None, force: bool
) -> None:
    """Grade what was collected: all MODULES, or those named. Runs nothing of a student's.

    Run it in nbgrader's course folder, or above it. Reads submitted/, writes the gradebook and
    autograded/ as 'nbgrader autograde' does. May be stopped at any moment and run again: it
    goes on where it was. Exits with 1 if a submission was refused.
    """
    from ..grading.batch import grade as grade_class
    from ..grading.console import Progress
    from ..grading.console import report as in_words
    from ..instructor.course import late_in_words, sends_points

    with may_be_stopped("What is graded is kept"), Progress("graded") as progress:
        summary = grade_class(
            course_folder(),
            modules,
            students,
            jobs or _cores(),
            force,
            tell=progress.tell,
            progress=progress.show,
        )
    click.echo(in_words(summary))
    if told := late_in_words(course_folder()):
        click.echo(told, err=True)
    if (summary.graded or summary.unchanged) and sends_points(course_folder()):
        _send_points(course_folder(), [*modules])
    if summary.refused:
        sys.exit(1)


@main.command()
@click.argument("modules", nargs=-1)
@click.option("--student", "students", multiple=True, help="Write this student's only; repeatable.")
def feedback(modules: tuple[str, ...], students: tuple[str, ...]) -> None:
    """Write each student's feedback page: what is complete, what is open, your comments.

    Writes those of all MODULES, or of those named. Run it after 'allyship grade' or 'nbgrader
    autograde'. The pages stand in feedback/, where 'nbgrader release_feedback' looks for them.
    They repeat nothing that a student wrote.
    """
    from ..grading.console import Progress
    from ..grading.feedback import write_feedback

    with may_be_stopped("The pages written are kept"), Progress("pages") as progress:
        done = write_feedback(
            course_folder(), modules, students, tell=progress.tell, progress=progress.show
        )
    click.echo(f"{done.written:,} feedback pages written, {done.unchanged:,} unchanged.")
    if done.without_copy:
        whose = ", ".join(f"{visible(s)} ({m})" for m, s in done.without_copy[:_FEW])
        whose += ", …" if len(done.without_copy) > _FEW else ""
        click.echo(
            f"{len(done.without_copy):,} without a page, as there is no graded copy: {whose}. "
            "Run: allyship grade",
            err=True,
        )


@main.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--lms", required=True, type=PLATFORM, help="Where FILE was downloaded.")
@click.option(
    "--class",
    "class_list",
    required=True,
    type=EXISTING_FILE,
    metavar="EXPORT.csv",
    help="Who is who: the gradebook export or grading worksheet, or a class list of your own.",
)
@click.option("--module", required=True, help="The module that was handed in.")
@click.option(
    "--timezone",
    metavar="NAME",
    help="What the platform's clock shows, such as Europe/Berlin, where file names hold times."
    "  [default: that of course.yml, or UTC]",
)
def collect(file: Path, lms: System, class_list: Path, module: str, timezone: str | None) -> None:
    """Collect a module's submissions from the ZIP FILE of a learning platform.

    Puts them into submitted/, which 'allyship grade' then grades. Each is joined to a student by
    an id, or by a name that only one person has; what can't be joined is listed and kept in
    refused/. Run again, it takes what is newer. Exits with 1 if a file was refused.
    """
    from ..instructor.lms.collect import collect_lms

    course = course_folder()
    zone = _zone(timezone, course)
    with may_be_stopped("What was collected is kept"):
        done = collect_lms(course, file, lms, class_list, module, zone, tell=click.echo)
    click.echo(done.in_words())
    if done.refused:
        sys.exit(1)


@main.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page there, and the tables beside it.  [default: report/report.html]",
)
def report(into: Path | None) -> None:
    """Write a page that says where the class is, and the same as a table.

    The page names people, modules and numbers, and nothing that anybody wrote. The table stands
    beside it twice, as CSV for a spreadsheet and as Parquet.
    """
    from ..instructor.report.report import report as write_report

    check_writable(into)
    done = write_report(course_folder(), into and into.absolute())
    for label, value in done.figures.items():
        click.echo(f"{value:>8}  {label}")
    for note in done.notes:
        click.echo(note, err=True)
    for file in (done.page, done.csv, done.parquet):
        click.echo(str(file))


@main.command()
@click.argument("module")
@click.option("--exercise", metavar="ID", help="Show this exercise only.")
def mirror(module: str, exercise: str | None) -> None:
    """Gather what the class chose to share of MODULE into a page to talk about together.

    Only in a class whose course.yml has a mirror, of which students were told. Shows numbers of
    choices, and shared texts without names in random order, once enough people have shared.
    """
    from ..instructor.report.mirror import mirror as make_mirror

    made = make_mirror(course_folder(), module, exercise)
    for title, fields in made.exercises:
        click.echo(f"{title}: {max(field.people for field in fields)} people")
    if made.waiting:
        click.echo(f"Not shown: {plural(made.waiting, 'exercise')}, for want of answers.")
    click.echo(f"{made.file}\nRead the texts yourself before you show them to anybody.")


@main.command("export")
@click.option("--lms", type=PLATFORM, help="Where the points are to go.")
@click.option(
    "--gradebook",
    type=EXISTING_FILE,
    metavar="EXPORT.csv",
    help="The platform's own gradebook export, or Moodle's grading worksheet, as it came.",
)
@click.option(
    "--lti", "by_lti", is_flag=True, help="Send the points to the platform of course.yml, by LTI."
)
@click.option("--module", help="The module whose points are wanted.")
@click.option("--all", "every", is_flag=True, help="All modules: in a file, added up.")
@click.option("--column", help="The column's title; needed where there are several.")
@click.option(
    "--to", type=FILE, help="The file to write.  [default: beside the export, with the module]"
)
def export_(
    lms: System | None,
    gradebook: Path | None,
    by_lti: bool,
    module: str | None,
    every: bool,
    column: str | None,
    to: Path | None,
) -> None:
    """Return points to a learning platform: into a file to upload there, or by LTI.

    The file is the platform's gradebook export with one column filled in. It holds the cells by
    which the platform knows people, as they were, and numbers. Points are scaled to the column's
    maximum where the platform states one. By LTI, each module has a column of its own, and the
    platform hears points and how many exercises are complete.
    """
    if bool(module) == every:
        raise click.UsageError("say which module with --module, or --all")
    modules = [module] if module else []
    if by_lti:
        if lms or gradebook or column or to:
            raise click.UsageError("with --lti, name no platform, export, column or file")
        _send_points(course_folder(), modules)
        return
    if not (lms and gradebook):
        raise click.UsageError("name --lms and --gradebook, or send the points with --lti")
    from ..instructor.lms.export import export_lms

    name = f"{gradebook.stem}-{module or 'all'}{gradebook.suffix}"
    to = to or gradebook.with_name(name)
    check_writable(to)
    course = course_folder()
    done = export_lms(course, lms, gradebook, modules, column, to, tell=click.echo)
    click.echo(done.in_words())


def _send_points(course: Path, modules: list[str]) -> None:
    from ..instructor.lti.send import export_lti

    with may_be_stopped("What the platform has taken is remembered"):
        sent = export_lti(course, modules, tell=click.echo)
    click.echo(sent.in_words())
    if sent.refused:
        sys.exit(1)


@main.command()
@click.option(
    "--as",
    "standard",
    required=True,
    type=click.Choice(["scorm12", "scorm2004", "cmi5"]),
    help="What the platform takes. If it takes several: scorm12 is the most common.",
)
@click.option(
    "--module",
    "named",
    multiple=True,
    help="A package of this module alone; repeatable. 'each': one of every module.",
)
@click.option(
    "--complete",
    "goal",
    type=click.Choice(["completed", "passed"]),
    default="completed",
    show_default=True,
    help="What the platform hears of who has completed all. Some count 'passed' only.",
)
@click.option("--book", type=FOLDER, help="The built book.  [default: as course.yml says, built]")
@click.option(
    "--into", type=FOLDER, default="packages", show_default=True, help="Write the files there."
)
def package(
    standard: Standard, named: tuple[str, ...], goal: Goal, book: Path | None, into: Path
) -> None:
    """Write the course as a file that a learning platform takes in and shows by itself.

    Title and modules are those of course.yml, here, above or in course/, with the cases of its
    overlay. The platform hears how many exercises are complete, and no word of what learners
    write.
    """
    from ..instructor.lms.packages.package import write_packages
    from ..instructor.lms.packages.wanted import EACH, built_book, wanted_of

    course = course_with_yml()
    html = book or built_book(course, click.echo)
    each = named == (EACH,)
    wanted = wanted_of(course, html, () if each else named, standard, goal)
    for file in write_packages(html, into, wanted, each=each or bool(named)):
        click.echo(f"{file}  {file.stat().st_size // 1000:,} kB")


@main.command()
@click.argument("module")
def remind(module: str) -> None:
    """List who might be written to about a MODULE, with a text to copy. Sends nothing.

    Lists who has handed nothing in, whose exercises are still open, and who was late, as far as
    it is graded. The text names the module and its date and nothing that anybody wrote.
    """
    from ..instructor.report.remind import remind as remind_class

    click.echo(remind_class(course_folder(), module).in_words())


@main.command()
@click.argument("student")
@click.argument("module")
@click.argument("date")
def extend(student: str, module: str, date: str) -> None:
    """Give STUDENT until DATE for MODULE, such as: extend ada 03-a-module "2027-03-21 18:00".

    The clocks are those of the course, and a day alone means its end. The line is written into
    course.yml; the next 'allyship grade' goes by it. Another DATE takes the place of an earlier.
    """
    from ..instructor.extensions import extend as extend_for

    click.echo(extend_for(course_folder(), student, module, date))


@main.command()
@click.option("--term", help="The term of course.yml: must be the one that is meant.")
@click.option("--all", "every", is_flag=True, help="Whatever the course folder holds.")
@click.option(
    "--keep-completion",
    "completion",
    type=FILE,
    metavar="FILE.csv",
    help="First write who has completed how much of which module, and nothing else.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(term: str | None, every: bool, completion: Path | None, yes: bool) -> None:
    """Delete a term for good: submissions, graded copies, feedback, exchange, gradebook rows.

    Shows first what goes and what stays, asks, deletes, and looks again. May be stopped and run
    again. Exits with 1 if something could not be deleted.
    """
    from ..instructor.purge import plan_purge
    from ..instructor.purge import purge as purge_course

    if bool(term) == every:
        raise click.UsageError("say which term with --term, or --all")
    check_writable(completion)
    course = course_folder()
    plan = plan_purge(course, term, tell=click.echo)
    click.echo(plan.in_words())
    if plan.is_empty and not plan.resumed:
        click.echo("There is nothing to delete.")
        return
    if not yes:
        click.confirm("Delete all this for good?", abort=True)
    with may_be_stopped("What is deleted is deleted"):
        done = purge_course(course, term, completion, tell=click.echo)
    click.echo(done.in_words())
    if done.left:
        sys.exit(1)


def _zone(name: str | None, course: Path) -> ZoneInfo:
    from ..instructor.course import COURSE_FILE, load_course

    if name is None:
        name = load_course(course).timezone if (course / COURSE_FILE).exists() else "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as e:
        raise click.ClickException(f"{name!r} is no time zone. Write it as in Europe/Berlin") from e


def _cores() -> int:
    """Return how many cores this process may use; macOS knows only how many there are."""
    may_use = getattr(os, "sched_getaffinity", None)
    return len(may_use(0)) if may_use else os.cpu_count() or 1
