"""Grading runs nothing of a student's, and one odd submission harms neither a grade nor the class.

All odd submissions stand in one class and are graded by one ``nbgrader autograde``. Its
notebook names a kernel that does not exist, so that anything run would show.
"""

from __future__ import annotations

import copy
import html.parser
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config.loader import PyFileConfigLoader

from allyship_course.assignments import NOTE_TAG, assignment_notebook, make_assignment
from allyship_course.desk.demo import Demo
from allyship_course.grading import open_gradebook
from allyship_course.journal import Note, keep
from allyship_course.record import RECORD_FILE
from allyship_course.spec import load_module
from tests.classroom import full_note, nbgrader, scores
from tests.conftest import COURSE_CONFIG, TINY_MODULE, once

Change = Callable[[Path], None]

# Everybody has answered the first two exercises and not the third.
HONEST = [1.0, 1.0, 0.0]
NOTHING = [0.0, 0.0, 0.0]
OPEN = "Open: nothing answered yet"

EASY = """\
module: 01-tiny
title: Tiny
minutes: 1
exercises:
  - id: mine
    title: Easy
    minutes: 1
    fields: [{id: diary, type: text, label: Easy, optional: true}]
"""

EVIL = """\
import json, pathlib
(pathlib.Path.home() / "ran-in-home").touch()
pathlib.Path({outside!r}).touch()
for db in pathlib.Path.cwd().parents[2].glob("gradebook.db"):
    (pathlib.Path.home() / "read-gradebook").write_bytes(db.read_bytes())
record = json.loads(pathlib.Path("completion.json").read_text())
record["exercises"]["mine"] = {{"answered": [], "words": {{}}, "passed": True}}
pathlib.Path("completion.json").write_text(json.dumps(record))
import allyship_course
def check(exercise_id):
    return 1.0
allyship_course.check = check
"""


HOSTILE = """\
A note.

<script>alert(1)</script>

<img src="https://example.org/x.png" onerror="alert(1)"> <svg onload=alert(1)>

[press](javascript:alert(1)) ![seen](https://example.org/seen.png) [x]: javascript:alert(1)
"""


def in_notebook(change: Callable[[NotebookNode], Any]) -> Change:
    def apply(folder: Path) -> None:
        file = folder / "01-tiny.ipynb"
        nb = nbformat.read(file, as_version=4)
        change(nb)
        file.write_text(json.dumps(nb))  # as it is, valid or not

    return apply


def in_record(change: Callable[[dict[str, Any]], Any]) -> Change:
    def apply(folder: Path) -> None:
        file = folder / RECORD_FILE
        record = json.loads(file.read_text())
        change(record)
        file.write_text(json.dumps(record))

    return apply


def record_is(raw: bytes) -> Change:
    return lambda folder: (folder / RECORD_FILE).write_bytes(raw) and None


def checks(nb: NotebookNode) -> list[NotebookNode]:
    return [c for c in nb.cells if str(c.metadata.get("nbgrader", {})).count("check-")]


def placing(nb: NotebookNode) -> NotebookNode:
    return next(c for c in nb.cells if c.source.endswith('exercise("kettle")'))


def doubled(cell: NotebookNode) -> NotebookNode:
    return copy.deepcopy(cell) | {"id": "doubled"}


def meta(**changes: Any) -> Change:
    """Change the nbgrader metadata of the check of the third exercise, which is open."""
    return in_notebook(lambda nb: checks(nb)[2].metadata.nbgrader.update(changes))


def set_all(nb: NotebookNode, source: str) -> None:
    for cell in nb.cells:
        cell.source = source


def become_markdown(cell: NotebookNode) -> None:
    del cell["outputs"], cell["execution_count"]
    cell.cell_type = "markdown"


def note_of(nb: NotebookNode) -> NotebookNode:
    (note,) = [c for c in nb.cells if NOTE_TAG in c.metadata.get("tags", [])]
    return note


def raw_note(nb: NotebookNode) -> None:
    note_of(nb).update(cell_type="raw", source=HOSTILE)


def evil(nb: NotebookNode) -> None:
    nb.cells.insert(0, new_code_cell(EVIL.format(outside="ran-outside")))
    checks(nb)[2].source = EVIL.format(outside="ran-outside") + "check('mine')"


def forged_output(nb: NotebookNode) -> None:
    output = {"output_type": "execute_result", "data": {"text/plain": "1.0"}, "metadata": {}}
    checks(nb)[2].outputs = [{**output, "execution_count": 1}]


NOTEBOOK: dict[str, Change] = {
    "untouched": lambda _: None,
    "check-deleted": in_notebook(lambda nb: nb.cells.remove(checks(nb)[0])),
    "check-doubled": in_notebook(lambda nb: nb.cells.append(doubled(checks(nb)[2]))),
    "exercise-doubled": in_notebook(lambda nb: nb.cells.insert(0, doubled(placing(nb)))),
    "exercise-deleted": in_notebook(lambda nb: nb.cells.remove(placing(nb))),
    "all-deleted": in_notebook(lambda nb: nb.cells.clear()),
    "reordered": in_notebook(lambda nb: nb.cells.reverse()),
    "check-says-full-points": in_notebook(lambda nb: checks(nb)[2].update(source="1.0")),
    "check-calls-another": in_notebook(
        lambda nb: checks(nb)[2].update(source=checks(nb)[0].source)
    ),
    "check-is-text": in_notebook(lambda nb: become_markdown(checks(nb)[2])),
    "output-forged": in_notebook(forged_output),
    "more-points": meta(points=100),
    "negative-points": meta(points=-1),
    "no-longer-graded": meta(grade=False, locked=False),
    "named-as-another": meta(grade_id="check-kettle"),
    "named-as-nothing": meta(grade_id="no-such-check"),
    "solution": meta(solution=True),
    "newer-nbgrader": meta(schema_version=99),
    "older-nbgrader": meta(schema_version=1),
    "metadata-is-text": in_notebook(
        lambda nb: checks(nb)[2].metadata.update(nbgrader="check-mine", tags=7)
    ),
    "runs-code": in_notebook(evil),
    "all-code-broken": in_notebook(lambda nb: set_all(nb, "raise SystemExit")),
    "easier-exercises": lambda folder: (folder / "exercises.yml").write_text(EASY) and None,
    "broken-exercises": lambda folder: (folder / "exercises.yml").write_text("[") and None,
    "files-missing": lambda folder: (folder / "exercises.yml").unlink(),
    "hostile-note": in_notebook(lambda nb: note_of(nb).update(source=HOSTILE)),
    "hostile-raw-note": in_notebook(raw_note),
    "hostile-text": in_notebook(lambda nb: set_all(nb, HOSTILE)),
    "own-module": lambda folder: (
        (folder / "allyship_course.py").write_text(EVIL.format(outside="ran-outside")) and None
    ),
}

# What the record is, the points that it earns, and what the feedback says of it.
RECORD: dict[str, tuple[Change, list[float], str]] = {
    "none": (lambda folder: (folder / RECORD_FILE).unlink(), NOTHING, OPEN),
    "of-another-module": (in_record(lambda r: r.update(module="02")), NOTHING, "another module"),
    "newer": (in_record(lambda r: r.update(schema=2)), NOTHING, "newer version"),
    "empty": (record_is(b""), NOTHING, "is empty"),
    "truncated": (lambda f: record_is((f / RECORD_FILE).read_bytes()[:99])(f), NOTHING, "damaged"),
    "deep": (record_is(b"[" * 100_000 + b"]" * 100_000), NOTHING, "damaged"),
    "huge": (record_is(b'{"schema": 1, "x": "' + b"x" * 5_000_000 + b'"}'), NOTHING, "larger"),
    "not-utf-8": (record_is(b'{"schema": 1, "\xff": 1}'), NOTHING, "damaged"),
    "a-list": (record_is(b"[1]"), NOTHING, "does not hold a JSON object"),
    "wrong-shape": (in_record(lambda r: r["exercises"].update(mine=7)), NOTHING, "not an object"),
    "numbers-for-names": (
        in_record(lambda r: r["exercises"]["mine"].update(answered=[1])), NOTHING, "wrong shape",
    ),
    "names-that-are-not": (
        in_record(lambda r: r["exercises"]["mine"].update(answered=["x", "diary2"])), HONEST, OPEN,
    ),
    "html-for-names": (
        in_record(lambda r: r["exercises"].update({"<script>alert(1)</script>": 7})),
        NOTHING,
        "&lt;script&gt;",
    ),
    "an-exercise-more": (in_record(lambda r: r["exercises"].update(x={})), HONEST, OPEN),
    "passed": (
        in_record(lambda r: r["exercises"]["mine"].update(passed=True)),
        [1.0, 1.0, 1.0],
        "left out by choice",
    ),
}  # fmt: skip

CHANGES = {**NOTEBOOK, **{name: change for name, (change, _, _) in RECORD.items()}}
NOT_A_NOTEBOOK = "not-a-notebook"


def run_class(root: Path) -> None:
    course = root / "course"
    (root / "home").mkdir(parents=True)
    course.mkdir()
    shutil.copy(COURSE_CONFIG, course)
    module = load_module(TINY_MODULE)
    source = make_assignment(TINY_MODULE, course / "source")
    nb = assignment_notebook(module, TINY_MODULE / "index.md")
    nb.metadata.kernelspec = {"name": "nonexistent", "display_name": "No kernel"}
    nbformat.write(nb, source)
    nbgrader(course, "generate_assignment", "01-tiny")
    for student in [*CHANGES, NOT_A_NOTEBOOK]:
        folder = course / "submitted" / student / "01-tiny"
        shutil.copytree(course / "release" / "01-tiny", folder)
        for exercise in module.exercises[:2]:
            keep(module, exercise, Note(**full_note(exercise)), folder, root / "journals" / student)
        in_record(lambda r: r["exercises"].update(mine={}))(folder)
        if student != NOT_A_NOTEBOOK:
            CHANGES[student](folder)
    broken = course / "submitted" / NOT_A_NOTEBOOK / "01-tiny" / "01-tiny.ipynb"
    broken.write_bytes(broken.read_bytes()[:500])

    env = {"HOME": str(root / "home"), "JUPYTER_RUNTIME_DIR": str(root / "runtime")}
    said = nbgrader(course, "autograde", "01-tiny", env=env, ok=False)  # one can't be read
    (root / "autograde.txt").write_text(said)
    nbgrader(course, "generate_feedback", "01-tiny", env=env)


@pytest.fixture(scope="session")
def graded(shared: Path) -> Path:
    return once(shared, "odd-class", run_class)


@pytest.fixture(scope="session")
def points(graded: Path) -> dict[str, list[float]]:
    order = ("check-all-types", "check-kettle", "check-mine")
    found = scores(graded / "course")
    return {student: [grades[name] for name in order] for student, grades in found.items()}


def feedback(graded: Path, student: str) -> str:
    return (graded / "course" / "feedback" / student / "01-tiny" / "01-tiny.html").read_text()


@pytest.mark.parametrize("student", NOTEBOOK)
def test_whatever_became_of_the_notebook_the_record_is_graded(
    graded: Path, points: dict[str, list[float]], student: str
) -> None:
    assert points[student] == HONEST
    page = feedback(graded, student)
    for line in ("All types: Complete", "The kettle: Complete", f"Mine alone: {OPEN}"):
        assert page.count(line) == 1


@pytest.mark.parametrize("student", RECORD)
def test_whatever_the_record_is_the_feedback_says_what_was_counted(
    graded: Path, points: dict[str, list[float]], student: str
) -> None:
    _, expected, words = RECORD[student]
    assert points[student] == expected
    assert words in feedback(graded, student)


def test_a_notebook_that_can_not_be_read_is_named_and_stops_nobody(graded: Path) -> None:
    said = (graded / "autograde.txt").read_text()
    failed = re.findall(r"error processing assignment '01-tiny' for student '([^']+)'", said)
    assert failed == [NOT_A_NOTEBOOK]


def test_nobody_is_left_to_be_graded_by_hand(graded: Path) -> None:
    with open_gradebook(graded / "course") as gradebook:
        waiting = {
            s.student_id
            for s in gradebook.assignment_submissions("01-tiny")
            if s.needs_manual_grade
        }
    assert waiting <= {NOT_A_NOTEBOOK}


def test_no_code_of_a_student_ran(graded: Path) -> None:
    assert not list((graded / "home").iterdir())
    assert not list(graded.rglob("ran-outside"))
    assert not list(graded.glob("runtime/kernel*"))
    submitted = graded / "course" / "submitted" / "runs-code" / "01-tiny" / RECORD_FILE
    copied = graded / "course" / "autograded" / "runs-code" / "01-tiny" / RECORD_FILE
    assert copied.read_bytes() == submitted.read_bytes()


class Loads(html.parser.HTMLParser):
    """What a browser runs or fetches because of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[Any] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "svg", "form"}:
            self.scripts.append((tag, attrs))
        for name, value in attrs:
            if name.startswith("on") or (value or "").lower().lstrip().startswith("javascript:"):
                self.scripts.append((tag, name, value))
            if name in {"src", "srcset", "data", "poster", "background"} or tag == "link":
                self.addresses.append(value or "")


@pytest.mark.parametrize("student", ["untouched", "hostile-text", "html-for-names"])
def test_a_feedback_page_runs_and_fetches_nothing(graded: Path, student: str) -> None:
    page = feedback(graded, student)
    assert '<html lang="en">' in page
    loads = Loads(page)
    assert not loads.scripts
    assert not loads.addresses
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("student", ["hostile-note", "hostile-raw-note", "hostile-text"])
def test_a_note_reaches_the_instructor_and_does_nothing_in_their_browser(
    graded: Path, student: str
) -> None:
    course = graded / "course"
    notebook = course / "autograded" / student / "01-tiny" / "01-tiny.ipynb"
    assert note_of(nbformat.read(notebook, as_version=4)).source == HOSTILE
    with_note = Loads(in_formgrader(course, notebook))
    without = Loads(in_formgrader(course, Path(str(notebook).replace(student, "untouched"))))
    assert with_note.scripts == without.scripts
    assert with_note.addresses == without.addresses
    assert "&lt;script&gt;alert(1)" in in_formgrader(course, notebook)


def in_formgrader(course: Path, notebook: Path) -> str:
    """The page that Formgrader shows of a submission, made the way it makes it."""
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ["assignment_id", "notebook_id", "submission_id", "base_url", "student"]
    resources = {**dict.fromkeys(names, "x"), "last_name": "", "first_name": "", "index": 0}
    resources |= {"total": 1, "notebook_path": "x"}
    page, _ = HTMLExporter(config=config).from_filename(str(notebook), resources=resources)
    return str(page)


def test_an_exercise_that_was_renamed_after_the_release_is_not_counted_and_says_so(
    demo_class: Demo, tmp_path: Path
) -> None:
    # Without an output in its check, nbgrader would give full points.
    course = tmp_path / "course"
    shutil.copytree(demo_class.course, course)
    exercises = course / "source" / "01-tiny" / "exercises.yml"
    exercises.write_text(exercises.read_text().replace("- id: mine", "- id: ours"))
    student = "--student=student-01"
    nbgrader(course, "autograde", "01-tiny", student, "--force")
    nbgrader(course, "generate_feedback", "01-tiny", student, "--force")
    assert scores(course)["student-01"]["check-mine"] == 0
    page = (course / "feedback" / "student-01" / "01-tiny" / "01-tiny.html").read_text()
    assert "check-mine: not counted. There is no such exercise." in page
