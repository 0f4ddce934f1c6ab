"""Opening the course on a student's own machine: the modules laid ready, and JupyterLab on one."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import webbrowser
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from ..course_progress import progress_by_record, where_to_go_on
from ..errors import CourseError
from ..messages import Tell
from ..notebook.jupyterlab import (
    LOOPBACK,
    STUDENTS,
    command,
    end_on_signals,
    free_port,
    hide_panels,
    settings,
    stop,
)
from ..spec import EXERCISES_FILE, JOURNAL, MODULES_FOLDER, TOC, module_folders
from ..store.files import replace_file
from ..store.journal import catch_up, journal_folder, read_notes
from ..store.record import RECORD_FILE, read_record
from .exchange import Exchange
from .modules import called, course_book, modules_in

MY_COURSE = "my-course.ipynb"
_NEEDED = ("jupyterlab", "jupytext", "nbformat")
_PORTS = range(20_000, 30_000)
"""Below those that systems give away by chance."""
_HAND_IN = (
    "Open a second window of the kind in which you started the course. Type 'allyship submit' and "
    "the number of the module. It shows all that will be handed in, and asks before it sends."
)
_STOPPED = (
    "Stopped. All that the page said is kept in your journal is there. What could not be saved yet "
    "is in your browser: it is saved when you open the course again in this browser."
)


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

    for module in module_folders(course_book()):
        if not (folder / module.name / f"{module.name}.ipynb").exists():
            with tempfile.TemporaryDirectory() as made:
                make_assignment(module, Path(made))
                _add(Path(made), folder)


def _make_journal(folder: Path) -> None:
    """Lay the journal's notebook and the overview ready, which count the modules in ``folder``."""
    from ..notebook.assignments import make_journal

    book = course_book()
    if not (book / JOURNAL / EXERCISES_FILE).exists():
        return
    with tempfile.TemporaryDirectory() as made:
        make_journal(book, Path(made))
        shutil.rmtree(Path(made) / JOURNAL / MODULES_FOLDER)
        # The overview lies beside the modules, where people look for it.
        (Path(made) / JOURNAL / MY_COURSE).rename(Path(made) / MY_COURSE)
        _add(Path(made), folder)
    counted = folder / JOURNAL / MODULES_FOLDER
    shutil.rmtree(counted, ignore_errors=True)
    if (book / TOC).exists():  # the order may be another one since an upgrade
        shutil.copyfile(book / TOC, folder / JOURNAL / TOC)
        shutil.copyfile(book / TOC, folder / TOC)
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
            return folder / MY_COURSE
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

    Where it runs already, only open it. Raises LearnError, with what JupyterLab said last, if it
    ends by itself with an error.
    """
    page = _page(folder, notebook)
    if address := _running_over(folder, page):
        tell(f"The course is open already. It is at {address}")
        if browser:
            webbrowser.open(address)
        return
    end_on_signals()
    usual = port_of(folder)
    port = free_port(usual, "JupyterLab", tell)
    if port != usual:
        tell("What waits in your browser under the usual address stays there until that is free.")
    with tempfile.TemporaryDirectory() as extra:
        hide_panels(Path(extra), but=STUDENTS, server=settings())
        _make_plain(Path(extra) / "labconfig", folder)
        paths = [extra, os.environ.get("JUPYTER_CONFIG_PATH", "")]
        environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
        tell(f"Your work is in {folder}. What you write is kept in your journal.")
        tell("JupyterLab is starting. To end it, come back here and press Ctrl-C.")
        process = subprocess.Popen(
            _jupyterlab(folder, page, port, browser),
            env=environment,
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
            # In a session of its own: Ctrl-C reaches us alone, and we end it in order.
            start_new_session=True,
        )
        mark = _mark_of(folder)
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(mark, str(process.pid).encode())
        try:
            _follow(process, tell)
        except KeyboardInterrupt:
            stop(process)
            tell(_STOPPED)


def _make_plain(labconfig: Path, folder: Path) -> None:
    """Say in JupyterLab's configuration that it shows a course, for our extension to arrange."""
    modules = modules_in(folder)
    journal = f"{JOURNAL}/{JOURNAL}.ipynb"
    course = {
        "modules": [[f"{m.module}/{m.module}.ipynb", m.title] for m in modules],
        "overview": MY_COURSE,
        "journal": journal if (folder / journal).exists() else "",
        "handIn": _HAND_IN,
    }
    file = labconfig / "page_config.json"
    page = json.loads(file.read_text(encoding="utf-8"))
    page["allyshipCourse"] = json.dumps(course)
    file.write_text(json.dumps(page, indent=2) + "\n", encoding="utf-8")
    as_the_device = {"@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}}
    overrides = labconfig / "default_setting_overrides.json"
    overrides.write_text(json.dumps(as_the_device) + "\n", encoding="utf-8")


def port_of(folder: Path) -> int:
    """Return the port of a folder's course, the same every time.

    What a browser keeps belongs to an address with its port: under another one it is not found.
    """
    digest = hashlib.sha256(os.fsencode(folder.resolve())).digest()
    return _PORTS[int.from_bytes(digest[:4]) % len(_PORTS)]


def _page(folder: Path, notebook: Path) -> str:
    return f"/lab/workspaces/course/tree/{notebook.relative_to(folder).as_posix()}"


def _running_over(folder: Path, page: str) -> str:
    """Return the address of ``page`` in a JupyterLab that runs over ``folder`` for this user."""
    from jupyter_server.serverapp import list_running_servers

    mark = _mark_of(folder)
    ours = mark.read_text("utf-8") if mark.exists() else ""
    for server in list_running_servers():
        is_ours = server["port"] == port_of(folder) or str(server["pid"]) == ours
        if Path(server["root_dir"]) == folder.resolve() and is_ours:
            return f"{server['url'].rstrip('/')}{page}?token={server['token']}"
    return ""


def _mark_of(folder: Path) -> Path:
    """Return the file with the process of the JupyterLab that was started last over ``folder``.

    By its port it is not known where another program has the usual one.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir()) / f"allyship-course-{port_of(folder)}.pid"


def _jupyterlab(folder: Path, page: str, port: int, browser: bool) -> list[str]:
    own_port = (f"--ServerApp.port={port}", "--ServerApp.port_retries=0")
    # Its manager of extensions would ask another host.
    more = [f"--LabApp.default_url={page}", "--LabApp.extension_manager=readonly", *own_port]
    return command(folder, *more, *([] if browser else ["--no-browser"]))


def _follow(process: subprocess.Popen[str], tell: Tell) -> None:
    """Read JupyterLab's many lines, and tell the one with its address."""
    last: deque[str] = deque(maxlen=20)
    has_told = False
    for line in process.stderr or ():
        last.append(line)
        if not has_told and line.strip().startswith(f"http://{LOOPBACK}"):
            has_told = True
            tell(f"It is at {line.strip()}")
    if process.wait():
        raise LearnError(f"JupyterLab ended. It said:\n{''.join(last)}")
