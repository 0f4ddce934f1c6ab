"""Opening the course on a student's own machine: the modules laid ready, and JupyterLab on one."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from ..checks import progress_by_record
from ..journal import catch_up, journal_folder, read_notes, where_to_go_on
from ..record import RECORD_FILE, read_record
from ..spec import EXERCISES_FILE, JOURNAL, MODULES_FOLDER, Module, load_module
from .exchange import Exchange
from .modules import called, installed_book

Tell = Callable[[str], None]

_NEEDED = ("jupyterlab", "jupytext", "nbformat")
_INSTRUCTORS_PANELS = ("course-list", "create-assignment", "formgrader", "validate-assignment")
_INSTRUCTORS_SERVERS = ("course_list", "formgrader", "validate_assignment")


class LearnError(RuntimeError):
    """The course can't be opened; the message says why and what to do."""


def lay_ready(folder: Path, exchange: Exchange | None, tell: Tell) -> None:
    """Put into ``folder`` the modules that a class has handed out, or else those installed.

    What is there already is left as it is: a student's notebooks and answers.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise LearnError(
            f"for this, {', '.join(missing)} must be installed. "
            "Run: pip install 'allyship-course[learn]'"
        )
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
    if exchange:
        for offer in exchange.offers():
            if not (folder / offer.module).exists():
                exchange.fetch(offer, folder)
                tell(f"Fetched: {offer.module}")
    else:
        _make_modules(folder)
    _make_journal(folder)
    for module in modules_in(folder):
        catch_up(module, folder / module.module)


def _make_modules(folder: Path) -> None:
    from ..assignments import make_assignment

    for file in sorted(installed_book().glob(f"{MODULES_FOLDER}/*/{EXERCISES_FILE}")):
        name = file.parent.name
        if not (folder / name / f"{name}.ipynb").exists():
            with tempfile.TemporaryDirectory() as made:
                make_assignment(file.parent, Path(made))
                _add(Path(made), folder)


def _make_journal(folder: Path) -> None:
    """Lay the journal's notebook and the overview ready, which count the modules in ``folder``."""
    from ..assignments import make_journal

    book = installed_book()
    if not (book / JOURNAL / EXERCISES_FILE).exists():
        return
    with tempfile.TemporaryDirectory() as made:
        make_journal(book, Path(made))
        shutil.rmtree(Path(made) / JOURNAL / MODULES_FOLDER)
        _add(Path(made), folder)
    counted = folder / JOURNAL / MODULES_FOLDER
    shutil.rmtree(counted, ignore_errors=True)
    for module in modules_in(folder):
        (counted / module.module).mkdir(parents=True)
        file = folder / module.module / EXERCISES_FILE
        shutil.copyfile(file, counted / module.module / EXERCISES_FILE)


def _add(made: Path, folder: Path) -> None:
    """Copy what is not there yet."""
    for file in sorted(f for f in made.rglob("*") if f.is_file()):
        copy = folder / file.relative_to(made)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def modules_in(folder: Path) -> list[Module]:
    """Return the modules in a student's folder, in order."""
    files = sorted(folder.glob(f"*/{EXERCISES_FILE}"))
    modules = [load_module(f.parent) for f in files if f.parent.name != JOURNAL]
    return [module for module in modules if module.collected]


def notebook_to_open(folder: Path, name: str | None) -> Path:
    """Return the notebook of the module ``name``, or of the one where the student goes on."""
    modules = modules_in(folder)
    if name:
        module = called(name, [m.module for m in modules])
    else:
        journal = journal_folder()
        notes = {m.module: read_notes(journal, m.module) for m in modules}
        onward = where_to_go_on(modules, notes)
        if onward is None:
            return folder / JOURNAL / "my-course.ipynb"
        module = onward[0].module
    return folder / module / f"{module}.ipynb"


def check(folder: Path, name: str | None) -> Iterator[str]:
    """Say of each exercise whether it is complete, as it would be graded now."""
    modules = modules_in(folder)
    wanted = called(name, [m.module for m in modules]) if name else None
    for module in modules:
        if wanted in {None, module.module}:
            catch_up(module, folder / module.module)
            record = read_record(folder / module.module / RECORD_FILE)
            progress = progress_by_record(module, record)
            yield f"{module.title}: {progress.in_words}"
            for exercise, one in zip(module.exercises, progress.of, strict=True):
                yield f"  {exercise.title}: {one.in_words}"


def open_lab(folder: Path, notebook: Path, browser: bool, tell: Tell) -> int:
    """Run JupyterLab over ``folder`` with ``notebook`` open, until Ctrl-C; return its exit code."""
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):  # Windows knows no SIGHUP
            signal.signal(number, _interrupt)
    with tempfile.TemporaryDirectory() as settings:
        _write_settings(Path(settings))
        paths = [settings, os.environ.get("JUPYTER_CONFIG_PATH", "")]
        environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
        address = f"/lab/workspaces/allyship-course/tree/{notebook.relative_to(folder).as_posix()}"
        command = [sys.executable, "-m", "jupyterlab", "--ServerApp.log_level=CRITICAL"]
        command += [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url={address}"]
        command.append("--LabApp.extension_manager=readonly")  # it would ask another host
        command += [] if browser else ["--no-browser"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        tell(f"Your work is in {folder}. What you write is kept in your journal.")
        tell("JupyterLab is starting. To end it, come back here and press Ctrl-C.")
        # In a session of its own: Ctrl-C reaches us alone, and we end it without a traceback.
        process = subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True)
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()
        process.terminate()
        process.wait()
    tell("Stopped. Your answers are in your journal.")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _write_settings(folder: Path) -> None:
    """Leave out of JupyterLab what is for instructors; the student's own settings stay."""
    (folder / "labconfig").mkdir()
    panels = {f"@jupyter/nbgrader:{name}": True for name in _INSTRUCTORS_PANELS}
    page = {"disabledExtensions": panels}
    (folder / "labconfig" / "page_config.json").write_text(json.dumps(page), encoding="utf-8")
    servers = {f"nbgrader.server_extensions.{name}": False for name in _INSTRUCTORS_SERVERS}
    server = {"ServerApp": {"jpserver_extensions": servers}}
    text = json.dumps(server)
    (folder / "jupyter_server_config.json").write_text(text, encoding="utf-8")
