"""A class for the tests: nbgrader's own command, students who type in a real kernel, scores."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import nbformat
from click.testing import CliRunner
from jupyter_client.blocking.client import BlockingKernelClient
from nbclient import NotebookClient
from sqlalchemy import URL, make_url, text

import tests.support.gradebooks  # noqa: F401  it changes how nbgrader makes a gradebook
from allyship_course.cli import main
from allyship_course.grading.folder import course_directory
from allyship_course.grading.gradebook import open_gradebook
from allyship_course.notebook.assignments import assignment_notebook, make_assignment
from allyship_course.spec import (
    AnyField,
    Choice,
    Choices,
    Exercise,
    Scale,
    Sort,
    TextField,
    load_module,
)
from allyship_course.store.journal import Note, keep
from allyship_course.store.record import RECORD_FILE
from tests.support.forked import run_command
from tests.support.paths import COURSE_CONFIG, TINY_MODULE
from tests.support.postgres import given_server, new_database

NBGRADER = Path(sys.executable).with_name("nbgrader")
ALLYSHIP = Path(sys.executable).with_name("allyship")
VIEW = "application/vnd.jupyter.widget-view+json"
STOCK_CONFIG = """
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "allyship"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
"""


def nbgrader(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, ok: bool = True
) -> str:
    """Run nbgrader's command in ``folder``; return what it said. It must end as ``ok`` says."""
    return _run(NBGRADER, folder, *arguments, env=env, ok=ok)


def allyship(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, ok: bool = True
) -> str:
    """Run our command in ``folder``; return what it said. It must end as ``ok`` says."""
    return _run(ALLYSHIP, folder, *arguments, env=env, ok=ok)


def ours(course: Path, *arguments: str, ok: bool = True) -> str:
    """Run our command as :func:`allyship` does, but in this process, which takes no start."""
    with contextlib.chdir(course):
        done = CliRunner().invoke(main, arguments)
    assert (done.exit_code == 0) == ok, f"allyship {' '.join(arguments)}:\n{done.output}"
    return done.output


def _run(
    command: Path, folder: Path, *arguments: str, env: Mapping[str, str] | None, ok: bool
) -> str:
    done = run_command(command, folder, *arguments, env={**os.environ, **(env or {})})
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == ok, f"{command.name} {' '.join(arguments)}:\n{said[-6000:]}"
    return said


def make_class(
    root: Path, students: Mapping[str, Callable[[Path], object]], gradebook: str = "sqlite"
) -> Path:
    """A course in which all of them have handed in, not graded yet.

    Each has answered the first two exercises of the tiny module and not the third, in time;
    ``change`` then does something to the folder. The notebook names a kernel that does not exist.
    """
    course = root / "course"
    course.mkdir(parents=True)
    shutil.copy(COURSE_CONFIG, course)
    keep_gradebook(course, gradebook)
    module = load_module(TINY_MODULE)
    source = make_assignment(TINY_MODULE, course / "source")
    nb = assignment_notebook(module, TINY_MODULE / "index.md")
    nb.metadata.kernelspec = {"name": "nonexistent", "display_name": "No kernel"}
    nbformat.write(nb, source)
    nbgrader(course, "generate_assignment", "01-tiny")
    (course / "submitted").mkdir()
    honest = root / "honest"
    shutil.copytree(course / "release" / "01-tiny", honest)
    for exercise in module.exercises[:2]:
        keep(module, exercise, Note(**full_note(exercise)), honest, root / "journal")
    record = json.loads((honest / RECORD_FILE).read_text())
    record["exercises"]["mine"] = {}
    (honest / RECORD_FILE).write_text(json.dumps(record))
    (honest / "timestamp.txt").write_text("2026-11-21 12:00:00.000000 UTC")
    for student, change in students.items():
        folder = course / "submitted" / student / "01-tiny"
        shutil.copytree(honest, folder)
        change(folder)
    return course


def scores(course: Path) -> dict[str, dict[str, float]]:
    """The points of every student's every exercise, from the gradebook."""
    with open_gradebook(course) as gradebook:
        return {
            submission.student_id: {grade.name: grade.score for grade in notebook.grades}
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
        }


def keep_gradebook(
    course: Path, kind: str, like: Path | None = None, server: URL | None = None
) -> None:
    """Let a course keep its gradebook in a file (``sqlite``) or in a database of its own.

    ``like`` is a course, perhaps the one that this is a copy of, whose gradebook is copied.
    """
    if kind == "sqlite":
        if like:
            shutil.copy(like / "gradebook.db", course)
        return
    names = {"like": str(database_of(like).database)} if like else {}
    url = new_database(server or given_server(), **names)
    with (course / "nbgrader_config.py").open("a") as config:
        address = url.render_as_string(hide_password=False)
        config.write(f"\nc.CourseDirectory.db_url = {address!r}\n")


def database_of(course: Path) -> URL:
    return make_url(course_directory(course).db_url)


def rows_of(course: Path, students: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All that the gradebook holds of a class, or of some of it, random ids left out."""
    with open_gradebook(course) as gradebook:
        found = {
            name: sorted(map(tuple, gradebook.db.execute(text(query))), key=repr)
            for name, query in _ROWS.items()
        }
    return {
        name: [row for row in rows if not students or row[0] in students]
        for name, rows in found.items()
    }


_ROWS = {
    "students": "SELECT id, first_name, last_name, email FROM student",
    "submissions": """
        SELECT s.student_id, a.name, s.timestamp, s.extension, n.flagged, n.late_submission_penalty
        FROM submitted_assignment s JOIN assignment a ON a.id = s.assignment_id
        LEFT JOIN submitted_notebook n ON n.assignment_id = s.id
    """,
    "grades": """
        SELECT s.student_id, c.name,
               g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
        FROM grade g JOIN base_cell c ON c.id = g.cell_id
        LEFT JOIN submitted_notebook n ON n.id = g.notebook_id
        LEFT JOIN submitted_assignment s ON s.id = n.assignment_id
    """,
    "comments": """
        SELECT s.student_id, c.name, m.auto_comment, m.manual_comment
        FROM comment m JOIN base_cell c ON c.id = m.cell_id
        LEFT JOIN submitted_notebook n ON n.id = m.notebook_id
        LEFT JOIN submitted_assignment s ON s.id = n.assignment_id
    """,
}


def full_note(exercise: Exercise, shared: bool = False, **own: str) -> dict[str, Any]:
    """A note with every field answered; ``own`` says by field id what is typed there."""
    answers = {f.id: f.made_up() for f in exercise.all_fields()} | own
    return {"answers": answers, "passed": False, "shared": shared}


def a_persons_answers(
    exercise: Exercise, chance: Random, texts: Sequence[str] = ()
) -> dict[str, Any]:
    """Answers like somebody's own: one way through a case, and not what everybody chooses."""
    answers: dict[str, Any] = {}
    steps = {step.id: step for step in exercise.steps}
    todo, here = list(exercise.fields), next(iter(exercise.steps), None)
    while todo or here:
        leads_to = here.next if here else None
        todo += here.fields if here else []
        for field in todo:
            answers[field.id] = _somebodys(field, chance, texts)
            if isinstance(field, Choice):
                chosen = next(o for o in field.options if o.id == answers[field.id])
                leads_to = chosen.next or leads_to
        todo, here = [], steps.get(leads_to or "")
    return answers


def _somebodys(field: AnyField, chance: Random, texts: Sequence[str]) -> Any:
    match field:
        case Choice():
            return chance.choice([*field.options, field.options[0]]).id
        case Choices():
            return [o.id for o in field.options if chance.random() < 0.6] or [field.options[0].id]
        case Scale():
            return chance.randint(1, len(field.steps))
        case Sort():
            weights = range(len(field.categories), 0, -1)
            return {
                card.id: chance.choices(field.categories, weights)[0].id for card in field.cards
            }
        case TextField():
            return chance.choice(texts or [field.made_up()])
        case _:
            return field.made_up()


@contextmanager
def kernel_of(notebook: Path, journal: Path) -> Iterator[NotebookClient]:
    """A fresh kernel for a notebook in its own folder, as a student starts it."""
    nb = nbformat.read(notebook, as_version=4)
    client = NotebookClient(nb, timeout=60, resources={"metadata": {"path": str(notebook.parent)}})
    with client.setup_kernel(env={**os.environ, "ALLYSHIP_JOURNAL": str(journal)}):
        yield client


def type_in(notebook: Path, journal: Path, notes: Mapping[str, Mapping[str, Any]]) -> None:
    """Run all cells, send each exercise's note as its form does, run all cells again and save.

    The notebook is saved with its outputs and the state of its widgets, as JupyterLab does.
    """
    with kernel_of(notebook, journal) as client:
        run_all(client)
        for exercise_id, note in notes.items():
            _send(client, _model_of(client.nb, exercise_id), note)
        run_all(client)
        client.set_widgets_metadata()
    nbformat.write(client.nb, notebook)


def run_all(client: NotebookClient) -> None:
    for index, cell in enumerate(client.nb.cells):
        client.execute_cell(cell, index)


def _model_of(nb: nbformat.NotebookNode, exercise_id: str) -> str:
    (cell,) = [c for c in nb.cells if c.source.endswith(f'\nexercise("{exercise_id}")')]
    (model,) = [o.data[VIEW]["model_id"] for o in cell.outputs if VIEW in o.get("data", {})]
    return str(model)


def _send(client: NotebookClient, model: str, note: Mapping[str, Any]) -> None:
    """Save a note by a comm message and wait until the kernel says that it is kept."""
    assert client.km
    browser = BlockingKernelClient()
    browser.load_connection_file(client.km.connection_file)
    browser.start_channels()
    try:
        browser.wait_for_ready(timeout=60)
        changed = [*note["answers"], "/pass", "/share"]
        content = {"type": "save", "request": "1", "note": note, "changed": changed}
        data = {"method": "custom", "content": content}
        message = browser.session.msg("comm_msg", {"comm_id": model, "data": data})
        browser.shell_channel.send(message)
        while True:
            reply = browser.get_iopub_msg(timeout=60)
            assert reply["msg_type"] != "error", reply["content"]["evalue"]
            if reply["msg_type"] == "comm_msg" and reply["content"]["comm_id"] == model:
                assert reply["content"]["data"]["content"]["type"] == "kept", reply["content"]
                return
    finally:
        browser.stop_channels()
