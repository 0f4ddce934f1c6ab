"""Setting up a term from ``course.yml``, and changing it later without losing a grade.

First everything is looked at, and what would be different is listed; nothing is changed before
somebody has agreed to that.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url

from ...grading.folder import course_directory
from ...grading.gradebook import open_gradebook
from ...messages import Ask, Tell
from ...notebook.assignments import make_assignment
from ...spec import MODULES_FOLDER
from ..course import project_of
from ..term import OVERLAID, TeachError, Term, load_term, modules_of
from ..upgrade import upgrade
from .changes import Plan, Setting
from .journal import plan_journal
from .lateness import note_agreed, plan_lateness
from .modules import plan_left_out, plan_modules, plan_other_names
from .students import plan_students


def set_up(
    folder: Path, tell: Tell, ask: Ask, *, only_look: bool = False, remove: Collection[str] = ()
) -> bool:
    """Make a course folder what its ``course.yml`` says; return whether it is that now.

    ``remove`` names students who are to go with all their grades. With ``only_look`` nothing is
    changed. Raises SpecError with all that is wrong in ``course.yml`` and what it names.
    """
    term = load_term(folder)
    for note in term.notes:
        tell(f"Class list: {note}.")
    _tell_if_open_to_others(folder, tell)
    with _quietly():
        upgrade(folder, tell, (lambda _: False) if only_look else ask)
        with tempfile.TemporaryDirectory() as made:
            with open_gradebook(_to_look_at(folder, Path(made)), tell) as gradebook:
                plan = plan_of(term, gradebook, Path(made), remove)
            for note in [*plan.notes, *plan.held_back]:
                tell(note)
            if not plan.changes:
                if not only_look:
                    note_agreed(term)
                rest = "Everything else" if plan.held_back else "Everything"
                tell(f"{rest} is as course.yml says.")
                return True
            tell("This would change:" if only_look else "This is going to change:")
            for line in plan.in_words():
                tell(f"  {line}")
            if only_look or not ask("Go on?"):
                tell("Nothing was changed.")
                for line in plan.otherwise:
                    tell(line)
                return False
            for change in plan.changes:
                change.do()
        note_agreed(term)
    tell("Done.")
    return True


def plan_of(term: Term, gradebook: Gradebook, made: Path, remove: Collection[str]) -> Plan:
    """Return what would change; ``made`` is an empty folder for what is made to be compared."""
    setting = Setting(term, gradebook, made)
    if term.exchange and not term.exchange.exists():
        exchange = term.exchange
        setting.plan.add("exchange", f"{exchange} made", lambda: _make_exchange(exchange))
    plan_other_names(setting)
    due_then = plan_modules(setting)
    plan_left_out(setting)
    plan_lateness(setting, due_then)
    if term.students is not None:
        plan_students(setting, term.students, remove)
    plan_journal(setting)
    return setting.plan


def build_book(folder: Path, tell: Tell) -> Path:
    """Build the book, with the overlay in it, as far as it has changed; return its HTML."""
    term = load_term(folder)
    project = project_of(folder) or folder
    out = folder / OVERLAID if term.course.overlay else project
    tool = Path(sys.executable).with_name("jupyter-book")
    if not tool.exists():
        tell("The book can't be built here. To set up only, add --no-open.")
        raise ModuleNotFoundError("no jupyter-book", name="jupyter_book")
    tell("Building the book, which takes a minute the first time ...")
    command = [str(tool), "build"]
    command += ["--config", str(project / "_config.yml"), "--path-output", str(out)]
    command += [str(term.book), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    html = out / "_build" / "html"
    if done.returncode or not (html / "index.html").exists():
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise TeachError(f"the book could not be built. Run 'allyship check'. It says:\n{said}")
    return html


def make_sources(folder: Path) -> list[Path]:
    """Make the source notebooks of a term's modules, and nothing else; return them."""
    term = load_term(folder)
    modules = modules_of(term.book)
    return [
        make_assignment(
            term.book / MODULES_FOLDER / m.module, folder / "source", term.terms(modules[m.module])
        )
        for m in term.course.modules
    ]


def _tell_if_open_to_others(folder: Path, tell: Tell) -> None:
    """Say how to close a folder of one's own into which others on this machine may look."""
    status = folder.stat()
    # A volume that somebody else owns, as on a cluster, is shared with this user on purpose.
    own = status.st_uid == os.geteuid()
    if own and status.st_mode & 0o077 and not course_directory(folder).groupshared:
        tell(
            f"Others on this machine may look into {folder}, and so into what is collected there. "
            f"To end that: chmod 700 {shlex.quote(str(folder))}"
        )


def _to_look_at(folder: Path, made: Path) -> CourseDirectory:
    """Return a course whose gradebook can be opened without one being made."""
    where = course_directory(folder)
    url = make_url(where.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        where.db_url = f"sqlite:///{made / 'gradebook.db'}"
    return where


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        # nbgrader 0.9.6 warns of itself: of its SQLAlchemy sessions and of cells without ids.
        warnings.simplefilter("ignore")
        yield


def _make_exchange(exchange: Path) -> None:
    exchange.mkdir(parents=True)
    exchange.chmod(0o1777)  # everybody writes, and nobody can rename what is another's
