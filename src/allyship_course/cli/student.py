"""The commands of who learns on a machine of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..messages import plural
from .command import FILE, FOLDER, main

if TYPE_CHECKING:
    from ..store.combining import Counts


@main.command()
@click.argument("module", required=False)
@click.option(
    "--folder", type=FOLDER, help="Where your work is.  [default: ~/ and the course's name]"
)
@click.option("--check", "only_check", is_flag=True, help="Only say what is complete.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser; print the address.")
def learn(module: str | None, folder: Path | None, only_check: bool, no_browser: bool) -> None:
    """Open the course in JupyterLab on this machine: at MODULE, or where you left.

    MODULE is a module's name or its number. What your class has handed out is fetched; without
    a class, the modules are those of this installation. Nothing of yours is overwritten.
    """
    from ..student.exchange import find_exchange
    from ..student.learn import check, lay_ready, notebook_to_open, open_lab
    from ..student.modules import work_folder

    work = work_folder(folder)
    if only_check:
        click.echo("\n".join(check(work, module)) or f"There is no module in {work} yet.")
        return
    lay_ready(work, find_exchange(), click.echo)
    open_lab(work, notebook_to_open(work, module), not no_browser, click.echo)


@main.command()
@click.argument("module")
@click.option(
    "--folder", type=FOLDER, help="Where your work is.  [default: ~/ and the course's name]"
)
@click.option("--file", "to_file", is_flag=True, help="Write one file, to upload it yourself.")
def submit(module: str, folder: Path | None, to_file: bool) -> None:
    """Hand in MODULE: shows all that will be sent, asks, then sends it.

    It goes through your class's exchange, if there is one on this machine. With --file it is
    written to one file instead, for the place where your class hands in.
    """
    from ..store.journal import journal_folder
    from ..student import hand_in as work_to
    from ..student.exchange import find_exchange
    from ..student.modules import called, modules_in, work_folder

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
    from ..store.journal import journal_folder
    from ..student.modules import modules_for
    from ..student.overview import overview

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
    from ..store.journal import journal_folder
    from ..store.transfer import in_words, read_journal
    from ..student.modules import beside_the_modules, modules_for

    notes = read_journal(journal_folder())
    if module:
        notes = {name: notes[name] for name in notes if name == module}
    if not any(notes.values()):
        click.echo(f"Nothing is kept {f'of {module} ' if module else ''}yet.")
        return
    click.echo("\n".join(in_words([*modules_for(Path.cwd()), *beside_the_modules()], notes)))


@journal.command()
@click.argument("file", type=FILE, required=False)
def export(file: Path | None) -> None:
    """Write your journal to one FILE, which the website's "My journal" takes in too."""
    from ..spec.settings import settings_of
    from ..store.journal import journal_folder
    from ..store.transfer import export_journal
    from ..student.modules import course_book

    file = file or Path(f"{settings_of(course_book()).name}-journal.json")
    count = export_journal(journal_folder(), file)
    click.echo(f"{plural(count, 'exercise')} written to {file}. It holds all that you wrote.")


@journal.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--counts",
    type=click.Choice(["newer", "here", "file"]),
    help="Which answer counts where your journal and the file have two. Without it, you are asked.",
)
def import_(file: Path, counts: Counts | None) -> None:
    """Take in a FILE that was saved in the website's "My journal" or by 'journal export'.

    What only one of the two has stays. Where both have an answer to the same question, both are
    shown, and you say which one counts: that which was kept last, that in your journal, or that
    in the file.
    """
    from ..store.journal import journal_folder
    from ..store.transfer import differences, differences_in_words, import_journal
    from ..student.modules import beside_the_modules, modules_for

    modules = [*modules_for(Path.cwd()), *beside_the_modules()]
    folder = journal_folder()
    if found := differences(folder, file, modules):
        click.echo("To these questions, your journal and the file have another answer:")
        click.echo("\n".join(differences_in_words(modules, found)))
        click.echo("")
        counts = counts or click.prompt(
            "Which one counts: what was kept later (newer), what is in your journal (here), or "
            "what is in the file (file)?",
            type=click.Choice(["newer", "here", "file"]),
            default="newer",
        )
    done = import_journal(folder, file, modules, counts or "newer")
    click.echo(f"Taken in: {plural(done.taken, 'exercise')}.")
    if done.stayed:
        stayed = plural(done.stayed, "exercise")
        click.echo(f"{stayed} stayed as they are in your journal.")


@journal.command()
@click.argument("modules", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(modules: tuple[str, ...], yes: bool) -> None:
    """Delete your journal for good: of MODULES, or all of it. Shows first what goes."""
    from ..store.journal import journal_folder
    from ..store.transfer import delete_files, files_of

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
