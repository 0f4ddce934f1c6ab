"""A student's folder from the command line: laid ready, shown, handed in, as it was shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from allyship_course.cli import main
from allyship_course.grading.batch import grade
from allyship_course.instructor.demo import Demo
from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, entry_of, journal_folder, keep
from allyship_course.store.submission import NOTE_PROMPT, NOTE_TAG
from allyship_course.student.exchange import find_exchange
from allyship_course.student.learn import lay_ready, notebook_to_open
from tests.support.classroom import scores
from tests.support.paths import ROOT, TINY_MODULE
from tests.support.systems import files_with

PHRASE = "quartz-hedgehog-nobody-else-reads-this"
TINY = load_module(TINY_MODULE)
SHARED = {"who": "nobody", "thoughts": "Of my aunt Ottilie\nand her \x1b[2Jferns"}
WHOLE = {**SHARED, "how-wet": 3, "cards": {"coffee": "bin", "leaf": "pot"}, "secret": PHRASE}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder on a machine without a class."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("ALLYSHIP_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def exchange(home: Path, demo_class: Demo, tmp_path: Path) -> Path:
    """The same machine with the demo class's exchange, in which the tiny module is handed out."""
    exchange = tmp_path / "exchange"
    shutil.copytree(demo_class.exchange, exchange)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "nbgrader_config.py").write_text(f"""
c = get_config()
c.Exchange.root = {str(exchange)!r}
c.Exchange.cache = {str(tmp_path / "cache")!r}
c.CourseDirectory.student_id = "newcomer"
""")
    return exchange


def submit(*arguments: str, answers: str = "") -> str:
    done = CliRunner().invoke(main, ["submit", "1", *arguments], input=answers)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output


def worked(home: Path) -> Path:
    """Work through the tiny module, and leave private words all over the folder too."""
    folder = home / "01-tiny"
    if not folder.exists():
        make_assignment(TINY_MODULE, home)
    keep(TINY, TINY.exercise("all-types"), Note(WHOLE, shared=True), folder)
    keep(TINY, TINY.exercise("mine"), Note({"diary": PHRASE}), folder)
    (folder / "diary.txt").write_text(PHRASE)
    notebook = nbformat.read(folder / "01-tiny.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(f"mine = '{PHRASE}'"))
    notebook.cells[-2].outputs = [nbformat.v4.new_output("stream", text=PHRASE)]
    notebook.metadata.widgets = {"state": PHRASE}
    (note,) = [c for c in notebook.cells if NOTE_TAG in c.metadata.get("tags", [])]
    assert note.source == NOTE_PROMPT
    note.source += "\n\nI was ill in the second week."
    nbformat.write(notebook, folder / "01-tiny.ipynb")
    return folder


def handed_in(exchange: Path) -> list[Path]:
    return list((exchange / "allyship" / "inbound").glob("newcomer+*"))


def test_what_is_shown_is_what_is_sent_and_nothing_else(
    home: Path, exchange: Path, tmp_path: Path
) -> None:
    folder = worked(home)
    shown = submit(answers="n\n")
    assert handed_in(exchange) == []
    assert "All types   Complete, 7 words\n" in shown
    assert "The kettle  Open: nothing answered yet\n" in shown
    assert "> Nobody\n" in shown
    assert "> Of my aunt Ottilie\n> and her \ufffd[2Jferns\n" in shown
    assert "> I was ill in the second week.\n" in shown
    assert PHRASE not in shown
    assert submit(answers="y\n").startswith(shown.partition("Hand this in")[0])

    (sent,) = handed_in(exchange)
    mine = {"01-tiny.ipynb", "completion.json", "exercises.yml"}
    assert {f.name for f in sent.iterdir()} - {"timestamp.txt", "submission_secret.txt"} == mine
    assert (sent / "completion.json").read_bytes() == (folder / "completion.json").read_bytes()
    notebook = nbformat.read(sent / "01-tiny.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata] == [
        *(f"check-{e.id}" for e in TINY.exercises),
        "comment",
    ]
    assert files_with(PHRASE, exchange, tmp_path / "cache") == []


def test_what_was_handed_in_is_collected_and_graded_like_any_other(
    home: Path, exchange: Path, demo_class: Demo, tmp_path: Path
) -> None:
    worked(home)
    submit(answers="y\n")
    course = shutil.copytree(demo_class.course, tmp_path / "course")
    (sent,) = handed_in(exchange)
    shutil.copytree(sent, course / "submitted" / "newcomer" / "01-tiny")
    submit("--file", answers="y\nfrom-a-file\n")
    (course / "submitted" / "from-a-file" / "01-tiny").mkdir(parents=True)
    file = home / "to-hand-in" / "01-tiny.ipynb"
    shutil.copy(file, course / "submitted" / "from-a-file" / "01-tiny")
    grade(course, ["01-tiny"], tell=print, progress=lambda *_: None)
    expected = {"check-all-types": 1.0, "check-kettle": 0.0, "check-mine": 1.0}
    assert scores(course)["newcomer"] == scores(course)["from-a-file"] == expected
    for student in ("newcomer", "from-a-file"):
        graded = (course / "autograded" / student / "01-tiny" / "01-tiny.ipynb").read_text()
        assert "I was ill in the second week." in graded
        assert "Ottilie" in graded


def test_the_file_to_upload_is_that_of_the_website(home: Path) -> None:
    worked(home)
    said = submit("--file", answers="y\n student-07 \n")
    file = home / "to-hand-in" / "01-tiny.ipynb"
    assert str(file) in said
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    record: dict[str, Any] = json.loads((home / "01-tiny" / "completion.json").read_text())
    assert notebook.metadata.allyship == {"record": record, "student": "student-07"}
    assert files_with(PHRASE, file.parent) == []


def test_handing_in_again_says_what_has_changed(home: Path) -> None:
    folder = worked(home)
    first = submit("--file", answers="y\nme\n")
    assert "handed in at" not in first
    assert "You handed in the very same at 2" in submit("--file")
    keep(TINY, TINY.exercise("kettle"), Note(passed=True), folder)
    keep(TINY, TINY.exercise("all-types"), Note(WHOLE, shared=False), folder)
    again = submit("--file", answers="y\nme\n")
    assert "The kettle: Complete: left out by choice. It was: Open: nothing" in again
    assert "All types: shared no longer" in again
    assert "Mine alone:" not in again
    assert "Ottilie" not in again
    memory = journal_folder() / "handed-in" / "01-tiny.json"
    assert "Ottilie" not in memory.read_text()
    memory.write_text("{")
    assert "handed in at" not in submit("--file")


def test_work_taken_in_from_the_website_is_handed_in_too(home: Path) -> None:
    make_assignment(TINY_MODULE, home)
    (home / "elsewhere").mkdir()
    note = Note(WHOLE)
    keep(TINY, TINY.exercise("all-types"), note, home / "elsewhere")
    assert "All types   Complete" in submit("--file", answers="y\nme\n")
    record = json.loads((home / "01-tiny" / "completion.json").read_text())
    assert record["exercises"]["all-types"] == entry_of(TINY.exercise("all-types"), note).to_json()


def test_without_an_exchange_it_says_how_to_hand_in(home: Path) -> None:
    worked(home)
    assert "allyship submit 01-tiny --file" in submit()
    refused = CliRunner().invoke(main, ["submit", "7"])
    assert refused.exit_code == 1
    assert "There are: 01-tiny" in refused.output


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("completion.json", '{"schema": 99}', "newer version"),
        ("completion.json", '{"schema": 1, "mod', "damaged"),
        ("01-tiny.ipynb", "{", "damaged"),
        ("01-tiny.ipynb", "[]", "JSON object"),
        ("01-tiny.ipynb", "{}", "no cells"),
    ],
)
def test_what_can_not_be_read_is_told_and_not_handed_in(
    home: Path, exchange: Path, file: str, content: str, told: str
) -> None:
    (worked(home) / file).write_text(content)
    assert told in submit(answers="y\n")
    assert handed_in(exchange) == []


# -------------------------------------------------------------------- laying it ready


def test_what_a_class_has_handed_out_is_fetched_once_and_then_left_alone(
    home: Path, exchange: Path
) -> None:
    said: list[str] = []
    lay_ready(home, find_exchange(), said.append)
    assert said == ["Fetched: 01-tiny"]
    modules = {f.name for f in home.iterdir()}
    assert modules == {"01-tiny", "journal", "my-course.ipynb", "_toc.yml"}
    assert [f.name for f in (home / "journal" / "modules").iterdir()] == ["01-tiny"]
    worked(home)
    before = {f: f.read_bytes() for f in (home / "01-tiny").iterdir()}
    lay_ready(home, find_exchange(), said.append)
    assert {f: f.read_bytes() for f in (home / "01-tiny").iterdir()} == before
    assert said == ["Fetched: 01-tiny"]


def test_without_a_class_the_installed_course_is_laid_ready_and_no_work_is_touched(
    home: Path,
) -> None:
    folder = home / "my course"
    lay_ready(folder, find_exchange(), print)
    assert folder.stat().st_mode & 0o077 == 0
    assert len(list(folder.glob("0*/0*.ipynb"))) == 9
    welcome = load_module(ROOT / "book" / "modules" / "00-welcome")
    assert notebook_to_open(folder, None) == folder / "00-welcome" / "00-welcome.ipynb"
    assert notebook_to_open(folder, "3").name == "03-is-and-is-not.ipynb"
    for exercise in welcome.exercises:
        keep(welcome, exercise, Note(passed=True), folder / "00-welcome")
    (folder / "00-welcome" / "00-welcome.ipynb").write_text("mine")
    (folder / "journal" / "journal.ipynb").write_text("mine too")
    (folder / "03-is-and-is-not" / "03-is-and-is-not.ipynb").unlink()
    before = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    lay_ready(folder, None, print)
    after = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    assert {f: after[f] for f in before} == before
    assert [f.name for f in after.keys() - before.keys()] == ["03-is-and-is-not.ipynb"]
    assert notebook_to_open(folder, None).name == "01-what-allyship-means.ipynb"
    checked = CliRunner().invoke(main, ["learn", "--check", "0", "--folder", str(folder)]).output
    assert checked.startswith("Welcome: 5 of 5 exercises complete.\n")
    assert checked.count("Complete: left out by choice") == 5
