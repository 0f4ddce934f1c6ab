"""Opening the course on a student's own machine: the modules laid ready, and JupyterLab on one."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from ..course_progress import progress_by_record, where_to_go_on
from ..errors import CourseError
from ..messages import Tell
from ..notebook.jupyterlab import LOOPBACK, command, end_on_signals, settings
from ..spec import EXERCISES_FILE, JOURNAL, MODULES_FOLDER, Module, load_module
from ..store.journal import catch_up, journal_folder, read_notes
from ..store.record import RECORD_FILE, read_record
from .exchange import Exchange
from .modules import called, installed_book

_NEEDED = ("jupyterlab", "jupytext", "nbformat")
_INSTRUCTORS_PANELS = ("course-list", "create-assignment", "formgrader", "validate-assignment")
_INSTRUCTORS_SERVERS = ("course_list", "formgrader", "validate_assignment")


class LearnError(CourseError):
    """The course can't be opened; the message says why and what to do."""


def lay_ready(folder: Path, exchange: Exchange | None, tell: Tell) -> None:
    """Put into ``folder`` the modules that a class has handed out, or else those installed.

    What is there already is left as it is: a student's notebooks and answers.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(f"no module named {missing[0]}", name=missing[0])
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
    from ..notebook.assignments import make_assignment

    for file in sorted(installed_book().glob(f"{MODULES_FOLDER}/*/{EXERCISES_FILE}")):
        name = file.parent.name
        if not (folder / name / f"{name}.ipynb").exists():
            with tempfile.TemporaryDirectory() as made:
                make_assignment(file.parent, Path(made))
                _add(Path(made), folder)


def _make_journal(folder: Path) -> None:
    """Lay the journal's notebook and the overview ready, which count the modules in ``folder``."""
    from ..notebook.assignments import make_journal

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


def open_lab(folder: Path, notebook: Path, browser: bool, tell: Tell) -> None:
    """Run JupyterLab over ``folder`` with ``notebook`` open, until Ctrl-C.

    Raises LearnError, with what JupyterLab said last, if it ends by itself with an error.
    """
    end_on_signals()
    with tempfile.TemporaryDirectory() as extra:
        _write_settings(Path(extra))
        paths = [extra, os.environ.get("JUPYTER_CONFIG_PATH", "")]
        environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
        tell(f"Your work is in {folder}. What you write is kept in your journal.")
        tell("JupyterLab is starting. To end it, come back here and press Ctrl-C.")
        process = subprocess.Popen(
            _jupyterlab(folder, notebook, browser),
            env=environment,
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
            # In a session of its own: Ctrl-C reaches us alone, and we end it in order.
            start_new_session=True,
        )
        try:
            _follow(process, tell)
        except KeyboardInterrupt:
            process.terminate()
            process.communicate()
            tell("Stopped. Your answers are in your journal.")


def _jupyterlab(folder: Path, notebook: Path, browser: bool) -> list[str]:
    address = f"/lab/workspaces/allyship-course/tree/{notebook.relative_to(folder).as_posix()}"
    # Its manager of extensions would ask another host.
    more = [f"--LabApp.default_url={address}", "--LabApp.extension_manager=readonly"]
    return command(folder, *more, *([] if browser else ["--no-browser"]))


def _follow(process: subprocess.Popen[str], tell: Tell) -> None:
    """Read JupyterLab's many lines, and tell the one with its address."""
    last: deque[str] = deque(maxlen=20)
    told = False
    for line in process.stderr or ():
        last.append(line)
        if not told and line.strip().startswith(f"http://{LOOPBACK}"):
            told = True
            tell(f"It is at {line.strip()}")
    if process.wait():
        raise LearnError(f"JupyterLab ended. It said:\n{''.join(last)}")


def _write_settings(folder: Path) -> None:
    """Leave out of JupyterLab what is for instructors, and other hosts; own settings stay."""
    (folder / "labconfig").mkdir()
    panels = {f"@jupyter/nbgrader:{name}": True for name in _INSTRUCTORS_PANELS}
    page = {"disabledExtensions": panels}
    (folder / "labconfig" / "page_config.json").write_text(json.dumps(page), encoding="utf-8")
    servers = {f"nbgrader.server_extensions.{name}": False for name in _INSTRUCTORS_SERVERS}
    server = {"ServerApp": {"jpserver_extensions": servers, **settings()}}
    text = json.dumps(server)
    (folder / "jupyter_server_config.json").write_text(text, encoding="utf-8")
