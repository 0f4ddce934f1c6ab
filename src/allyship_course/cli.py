"""The ``allyship`` command. Each subcommand is thin: a notebook could call the same function."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from .desk.platforms import SYSTEMS
from .lint import can_spell, check_book
from .record import RecordError
from .spec import EXERCISES_FILE, FIELD_TYPES, JOURNAL, SpecError

if TYPE_CHECKING:
    from .desk.platforms import System

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOUND = click.Path(path_type=Path, exists=True, dir_okay=False)
_LMS = click.Choice(SYSTEMS)


class _Group(click.Group):
    """Ends what a person can mend in one plain message, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise  # RuntimeErrors too, by which click ends "--help" and Ctrl-C
        except (SpecError, RecordError, RuntimeError) as e:
            raise click.ClickException(str(e)) from e
        except OSError as e:
            if e.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            where = f" ({e.filename})" if e.filename else ""
            what = f"the disk is full{where}. Free some space, then run it again"
            raise click.ClickException(what) from e


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="allyship-course")
def main() -> None:
    """Run the allyship course: check its content, make assignments, try it with a demo class."""


@main.command()
def check() -> None:
    """Lint all content: every exercises.yml, poster, reading and page of the book.

    In a course folder, or with one in course/, its overlay is looked at too. Each problem is
    printed with file, line, exercise, what is wrong and what would be right.
    Exits with 1 if there is any.
    """
    book = _course_root() / "book"
    if not can_spell():
        click.echo("Spelling is not looked at: codespell, of the extra 'dev', is not installed.")
    problems = check_book(book, _overlay())
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

    With a course.yml in course/, of the modules that it names and as it says. Beside them, in
    course/journal, the journal and an overview of the course as notebooks, of
    which nothing is collected.
    """
    from .assignments import MY_COURSE, make_assignment, make_journal
    from .desk.course import COURSE_FILE

    root = _course_root()
    course = root / "course"
    if (course / COURSE_FILE).exists():
        from .desk.teach import make_sources

        notebooks = make_sources(course)
    else:
        folders = sorted(f.parent for f in root.glob(f"book/modules/*/{EXERCISES_FILE}"))
        notebooks = [make_assignment(folder, course / "source") for folder in folders]
    for notebook in notebooks:
        click.echo(f"{notebook.relative_to(root)}")
    if (root / "book" / JOURNAL).exists():
        made = make_journal(root / "book", root / "course")
        click.echo(f"{made.relative_to(root)}\n{made.with_name(MY_COURSE).relative_to(root)}")


@main.command()
@click.argument("kind", type=click.Choice(["pdf", "epub"]))
def paper(kind: Literal["pdf", "epub"]) -> None:
    """Write the whole course for paper or e-readers, with room to write, into _build.

    KIND is pdf (tagged, made with a Chromium) or epub.
    """
    from .paper import make_paper

    root = _course_root()
    file = root / "_build" / f"allyship-course.{kind}"
    make_paper(root / "book", root / "_config.yml", kind, file)
    click.echo(f"{file.relative_to(root)}")


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


@main.command()
@click.argument("folder", type=_FOLDER, default=".")
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
    from .desk.course import COURSE_FILE
    from .desk.teach import build_book, new_course, set_up

    folder = folder.absolute()
    if not (folder / COURSE_FILE).exists():
        project = _course_root()
        if folder == project:
            folder = project / "course"
        else:
            answers = {} if yes else _asked()
            click.echo(f"Written: {new_course(folder, project, answers)}")
    ready = set_up(
        folder,
        click.echo,
        lambda question: yes or click.confirm(question),
        only_look=only_look,
        remove=remove,
    )
    if ready and not (only_look or no_open):
        from .desk.serve import serve_course

        serve_course(folder, build_book(folder, click.echo), click.echo)


@main.command()
@click.argument("module")
def preview(module: str) -> None:
    """Show the page and the notebook of MODULE, and draw both anew at every change, until Ctrl-C.

    What the overlay that course.yml names has of the module is in it.
    """
    from .desk.preview import preview as serve_preview

    serve_preview(_course_root(), _overlay(), module, click.echo)


@main.group()
def new() -> None:
    """Begin a module or an exercise with a draft that works, and says what is to be written.

    It goes into the overlay that course.yml names, here, above or in course/; without one, into
    the book itself.
    """


@new.command()
@click.argument("name")
def module(name: str) -> None:
    """Write the draft of a module called NAME, such as 09-our-own-rules."""
    from .desk.author import new_module

    _told(new_module(_course_root() / "book", _overlay(), name))


@new.command("exercise")
@click.argument("module")
@click.argument("id")
@click.option(
    "--type",
    "kind",
    type=click.Choice([*FIELD_TYPES]),
    default="choice",
    show_default=True,
    help="What there is to do in it.",
)
def new_exercise_(module: str, id: str, kind: str) -> None:  # noqa: A002
    """Write the draft of an exercise called ID, at the end of MODULE, and place it there."""
    from .desk.author import new_exercise

    _told(new_exercise(_course_root() / "book", _overlay(), module, id, kind))


def _told(files: list[Path]) -> None:
    for file in files:
        click.echo(f"Written: {file}")
    click.echo("'allyship check' lists what is to be done; 'allyship preview' shows it.")


def _asked() -> dict[str, str]:
    """Ask what a new course.yml can't do without; all of it can be changed in the file."""
    from .desk.course import COURSE_FILE

    click.echo(f"A new course. Press Enter to leave a question open: {COURSE_FILE} has them all.")
    questions = {
        "title": ("Title", "Allyship course"),
        "term": ("Term, in small letters, such as 2027-spring", "this-term"),
        "timezone": ("Time zone, such as Europe/Berlin", "UTC"),
        "students": ("Class list, a CSV file or the export of an LMS", ""),
        "exchange": ("Exchange, a folder that your students reach on this machine", ""),
    }
    asked = {k: click.prompt(q, default=d, show_default=bool(d)) for k, (q, d) in questions.items()}
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
    from .grading.batch import grade as grade_class
    from .grading.console import Progress
    from .grading.console import report as in_words

    with _may_be_stopped("What is graded is kept"), Progress("graded") as progress:
        summary = grade_class(
            _course_folder(),
            modules,
            students,
            jobs or _cores(),
            force,
            tell=progress.tell,
            progress=progress.show,
        )
    click.echo(in_words(summary))
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
    from .grading.console import Progress
    from .grading.feedback import write_feedback

    with _may_be_stopped("The pages written are kept"), Progress("pages") as progress:
        written, unchanged = write_feedback(
            _course_folder(), modules, students, tell=progress.tell, progress=progress.show
        )
    click.echo(f"{written:,} feedback pages written, {unchanged:,} unchanged.")


@main.command()
@click.argument("file", type=_FOUND)
@click.option("--lms", required=True, type=_LMS, help="Where FILE was downloaded.")
@click.option(
    "--class",
    "class_list",
    required=True,
    type=_FOUND,
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
    from .desk.collect_lms import collect_lms

    course = _course_folder()
    zone = _zone(timezone, course)
    with _may_be_stopped("What was collected is kept"):
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
    from .desk.report import report as write_report

    _writable(into)
    done = write_report(_course_folder(), into and into.absolute())
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
    from .desk.mirror import mirror as make_mirror

    made = make_mirror(_course_folder(), module, exercise)
    for title, fields in made.exercises:
        click.echo(f"{title}: {max(field.people for field in fields)} people")
    if made.waiting:
        click.echo(f"Not shown: {_number(made.waiting, 'exercise')}, for want of answers.")
    click.echo(f"{made.file}\nRead the texts yourself before you show them to anybody.")


@main.command("export")
@click.option("--lms", required=True, type=_LMS, help="Where the points are to go.")
@click.option(
    "--gradebook",
    required=True,
    type=_FOUND,
    metavar="EXPORT.csv",
    help="The platform's own gradebook export, or Moodle's grading worksheet, as it came.",
)
@click.option("--module", help="The module whose points are wanted.")
@click.option("--all", "every", is_flag=True, help="All modules, added up.")
@click.option("--column", help="The column's title; needed where there are several.")
@click.option(
    "--to", type=_FILE, help="The file to write.  [default: beside the export, with the module]"
)
def export_(
    lms: System,
    gradebook: Path,
    module: str | None,
    every: bool,
    column: str | None,
    to: Path | None,
) -> None:
    """Write points into one column of a learning platform's gradebook export, to upload there.

    The new file holds the cells by which the platform knows people, as they were, and numbers.
    Points are scaled to the column's maximum where the platform states one.
    """
    from .desk.export_lms import export_lms

    if bool(module) == every:
        raise click.UsageError("say which module with --module, or --all")
    name = f"{gradebook.stem}-{module or 'all'}{gradebook.suffix}"
    to = to or gradebook.with_name(name)
    _writable(to)
    modules = [module] if module else []
    course = _course_folder()
    done = export_lms(course, lms, gradebook, modules, column, to, tell=click.echo)
    click.echo(done.in_words())


@main.command()
@click.argument("module")
def remind(module: str) -> None:
    """List who might be written to about a MODULE, with a text to copy. Sends nothing.

    Lists who has handed nothing in, whose exercises are still open, and who was late, as far as
    it is graded. The text names the module and its date and nothing that anybody wrote.
    """
    from .desk.remind import remind as remind_class

    click.echo(remind_class(_course_folder(), module).in_words())


@main.command()
@click.option("--term", help="The term of course.yml: must be the one that is meant.")
@click.option("--all", "every", is_flag=True, help="Whatever the course folder holds.")
@click.option(
    "--keep-completion",
    "completion",
    type=_FILE,
    metavar="FILE.csv",
    help="First write who has completed how much of which module, and nothing else.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(term: str | None, every: bool, completion: Path | None, yes: bool) -> None:
    """Delete a term for good: submissions, graded copies, feedback, exchange, gradebook rows.

    Shows first what goes and what stays, asks, deletes, and looks again. May be stopped and run
    again. Exits with 1 if something could not be deleted.
    """
    from .desk.purge import plan_purge
    from .desk.purge import purge as purge_course

    if bool(term) == every:
        raise click.UsageError("say which term with --term, or --all")
    _writable(completion)
    course = _course_folder()
    plan = plan_purge(course, term, tell=click.echo)
    click.echo(plan.in_words())
    if plan.is_empty and not plan.resumed:
        click.echo("There is nothing to delete.")
        return
    if not yes:
        click.confirm("Delete all this for good?", abort=True)
    with _may_be_stopped("What is deleted is deleted"):
        done = purge_course(course, term, completion, tell=click.echo)
    click.echo(done.in_words())
    if done.left:
        sys.exit(1)


def _zone(name: str | None, course: Path) -> ZoneInfo:
    from .desk.course import COURSE_FILE, load_course

    if name is None:
        name = load_course(course).timezone if (course / COURSE_FILE).exists() else "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as e:
        raise click.ClickException(f"{name!r} is no time zone. Write it as in Europe/Berlin") from e


@main.command()
@click.argument("module", required=False)
@click.option("--folder", type=_FOLDER, help="Where your work is.  [default: ~/allyship-course]")
@click.option("--check", "only_check", is_flag=True, help="Only say what is complete.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser; print the address.")
def learn(module: str | None, folder: Path | None, only_check: bool, no_browser: bool) -> None:
    """Open the course in JupyterLab on this machine: at MODULE, or where you left.

    MODULE is a module's name or its number. What your class has handed out is fetched; without
    a class, the modules are those of this installation. Nothing of yours is overwritten.
    """
    from .student.exchange import find_exchange
    from .student.learn import check, lay_ready, notebook_to_open, open_lab
    from .student.modules import work_folder

    work = work_folder(folder)
    if only_check:
        click.echo("\n".join(check(work, module)) or f"There is no module in {work} yet.")
        return
    lay_ready(work, find_exchange(), click.echo)
    open_lab(work, notebook_to_open(work, module), not no_browser, click.echo)


@main.command()
@click.argument("module")
@click.option("--folder", type=_FOLDER, help="Where your work is.  [default: ~/allyship-course]")
@click.option("--file", "to_file", is_flag=True, help="Write one file, to upload it yourself.")
def submit(module: str, folder: Path | None, to_file: bool) -> None:
    """Hand in MODULE: shows all that will be sent, asks, then sends it.

    It goes through your class's exchange, if there is one on this machine. With --file it is
    written to one file instead, for the place where your class hands in.
    """
    from .journal import journal_folder
    from .student import hand_in as work_to
    from .student.exchange import find_exchange
    from .student.learn import modules_in
    from .student.modules import called, work_folder

    home = work_folder(folder)
    name = called(module, [m.module for m in modules_in(home)])
    exchange = None if to_file else find_exchange()
    offer = exchange.offer(name) if exchange else None
    if not to_file and not offer:
        raise click.ClickException(
            f"no class has handed out {name} through an exchange on this machine. To upload it "
            f"yourself: allyship submit {name} --file"
        )
    work = work_to.prepare(home / name)
    click.echo("\n".join(work_to.in_words(work)))
    if before := work_to.handed_in_before(work.module, journal_folder()):
        click.echo("\n".join([*work_to.changes(work, before), ""]))
    if exchange and offer:
        click.confirm(f"Hand this in to the course {offer.course}?", abort=True)
        work_to.hand_in(work, home / name, exchange, offer)
        done = work_to.remember(work, journal_folder())
        click.echo(f"Handed in to {offer.course} at {done.when}. You may hand in again.")
        return
    click.confirm("Write this to one file?", abort=True)
    student = click.prompt("The id that your class uses for you. It goes into the file")
    file = work_to.write_for_upload(work, home, student.strip())
    work_to.remember(work, journal_folder())
    click.echo(f"Written to {file}. Nothing is sent: hand it in yourself, under this very name.")


@main.command()
def progress() -> None:
    """Show how far you are with each module, by your journal, and where to go on."""
    from .journal import journal_folder
    from .student.modules import modules_for
    from .student.overview import overview

    click.echo("\n".join(overview(modules_for(Path.cwd()), journal_folder())))


@main.group()
def journal() -> None:
    """Show your journal, take it elsewhere, take one in, or delete it.

    The journal is where notebooks keep what you write, on this machine.
    """


@journal.command()
@click.argument("module", required=False)
def show(module: str | None) -> None:
    """Show what you wrote, in words: of MODULE, or of all."""
    from .journal import journal_folder
    from .student.journal_file import in_words, read_journal
    from .student.modules import journal_of, modules_for

    notes = read_journal(journal_folder())
    if module:
        notes = {name: notes[name] for name in notes if name == module}
    if not any(notes.values()):
        click.echo(f"Nothing is kept {f'of {module} ' if module else ''}yet.")
        return
    click.echo("\n".join(in_words([*modules_for(Path.cwd()), *journal_of()], notes)))


@journal.command()
@click.argument("file", type=_FILE, default="allyship-journal.json")
def export(file: Path) -> None:
    """Write your journal to one FILE, which the website's "My journal" takes in too."""
    from .journal import journal_folder
    from .student.journal_file import export_journal

    count = export_journal(journal_folder(), file)
    click.echo(f"{_number(count, 'exercise')} written to {file}. It holds all that you wrote.")


@journal.command("import")
@click.argument("file", type=_FILE)
def import_(file: Path) -> None:
    """Take in a FILE that was saved in the website's "My journal" or by 'journal export'.

    Of each exercise, what was saved last counts; nothing newer is lost.
    """
    from .journal import journal_folder
    from .student.journal_file import import_journal

    done = import_journal(journal_folder(), file)
    click.echo(f"Taken in: {_number(done.taken, 'exercise')}.")
    if done.stayed:
        stayed = _number(done.stayed, "exercise")
        click.echo(f"{stayed} stayed: your journal has the same or something newer.")


@journal.command()
@click.argument("modules", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(modules: tuple[str, ...], yes: bool) -> None:
    """Delete your journal for good: of MODULES, or all of it. Shows first what goes."""
    from .journal import journal_folder
    from .student.journal_file import delete_files, files_of

    folder = journal_folder()
    files = files_of(folder, modules)
    if not files:
        click.echo(f"There is nothing to delete in {folder}.")
        return
    click.echo(f"These files in {folder} are deleted for good:")
    for file in files:
        click.echo(f"  {file.relative_to(folder)}, {file.stat().st_size:,} bytes")
    click.echo(
        "Not deleted: what you handed in, completion.json beside your notebooks (which holds "
        "words that you share), and files that you exported."
    )
    if not yes:
        click.confirm("Delete them?", abort=True)
    delete_files(folder, files)
    click.echo("Deleted.")


def _writable(file: Path | None) -> None:
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


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _cores() -> int:
    """Return how many cores this process may use; macOS knows only how many there are."""
    may_use = getattr(os, "sched_getaffinity", None)
    return len(may_use(0)) if may_use else os.cpu_count() or 1


@contextlib.contextmanager
def _may_be_stopped(what_stays: str) -> Iterator[None]:
    """End at Ctrl-C with a plain line and the exit code that stands for it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"Stopped. {what_stays}; run it again to go on.", err=True)
        sys.exit(128 + signal.SIGINT)


def _course_folder() -> Path:
    """Return nbgrader's course folder: here, above, or ``course/`` of the course's own folder."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        for found in (folder, folder / "course"):
            if (found / "nbgrader_config.py").exists():
                return found
    raise click.ClickException(
        "this is not nbgrader's course folder: no nbgrader_config.py here or above. "
        "Change to the folder that holds source/ and submitted/ and try again"
    )


def _overlay() -> Path | None:
    """Return the overlay that ``course.yml`` names, here, above or in ``course/``."""
    from .desk.course import COURSE_FILE, overlay_of

    for folder in (Path.cwd(), *Path.cwd().parents):
        for found in (folder, folder / "course"):
            if (found / COURSE_FILE).exists():
                return overlay_of(found)
    return None


def _course_root() -> Path:
    """Return the folder with ``_config.yml`` and ``book/``: here, above, or as course.yml says."""
    from .desk.course import project_of

    for folder in (Path.cwd(), *Path.cwd().parents):
        for found in (folder, project_of(folder)):
            if found and (found / "_config.yml").exists() and (found / "book").is_dir():
                return found
    raise click.ClickException(
        "this is not a folder of the course: no _config.yml with book/ beside it, here or above. "
        "Change to the course's folder and try again"
    )


def run() -> None:
    """Run the command: the entry point that is installed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for a name that it has no letters for
    main()
