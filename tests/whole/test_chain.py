"""nbgrader's own command line, from release to feedback and export, with our configuration.

Two students type in real kernels; a planted secret shows where their words go and where not.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from sqlalchemy import inspect, text

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import load_module
from tests.support.classroom import full_note, keep_gradebook, nbgrader, scores, type_in
from tests.support.once import once
from tests.support.paths import COURSE_CONFIG, TINY_MODULE

# Ada does everything and shares one exercise; Ben does one and leaves one out.
PRIVATE = "zanzibar-umbrella-private-reflection"
SHARED = "lighthouse-marmalade-shared-answer"
NEVER_SHARED = "periwinkle-gearbox-always-private"

SITE_CONFIG = """
# What an institution sets once for everybody: where the exchange is.
c = get_config()
c.CourseDirectory.course_id = "allyship"
c.Exchange.root = {root!r}
c.ExchangeCollect.check_owner = False  # all of the class is one person on this machine
"""


class Class:
    """Where everything of the run lies, and what each command said."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.course = root / "course"
        self.exchange = root / "exchange"
        self.site = root / "site"

    def said(self, step: str) -> str:
        return (self.root / "said" / f"{step}.txt").read_text()

    def home(self, student: str) -> Path:
        return self.root / "homes" / student

    def instructor(self, command: str, *arguments: str, ok: bool = True) -> None:
        self._run(command, self.course, command, *arguments, ok=ok)

    def student(self, student: str, command: str, *arguments: str) -> None:
        home = self.home(student)
        home.mkdir(parents=True, exist_ok=True)
        self._run(f"{student}-{command}", home, command, *arguments, f"--student={student}")

    def _run(self, step: str, folder: Path, *arguments: str, ok: bool = True) -> None:
        env = {
            "JUPYTER_CONFIG_PATH": str(self.site),
            "JUPYTER_DATA_DIR": str(folder / ".local"),
            "HOME": str(folder),
        }
        said = nbgrader(folder, *arguments, env=env, ok=ok)
        (self.root / "said").mkdir(exist_ok=True)
        (self.root / "said" / f"{step}.txt").write_text(said)


def run_class(root: Path, gradebook: str) -> None:
    here = Class(root)
    for folder in (here.course, here.exchange, here.site):
        folder.mkdir(parents=True)
    here.exchange.chmod(0o777)
    (here.site / "nbgrader_config.py").write_text(SITE_CONFIG.format(root=str(here.exchange)))
    shutil.copy(COURSE_CONFIG, here.course)
    keep_gradebook(here.course, gradebook)
    make_assignment(TINY_MODULE, here.course / "source")

    here.instructor("generate_assignment", "01-tiny")
    here.instructor("release_assignment", "01-tiny")
    here.student("ada", "list")
    plants, kettle, mine = load_module(TINY_MODULE).exercises
    notes = {
        "ada": {
            plants.id: full_note(
                plants, shared=True, secret=NEVER_SHARED, thoughts=f"Of {SHARED} again"
            ),
            kettle.id: full_note(kettle, why=PRIVATE),
            mine.id: full_note(mine, diary=PRIVATE),
        },
        "ben": {
            plants.id: {"answers": {}, "passed": True, "shared": False},
            mine.id: full_note(mine),
        },
    }
    for student, typed in notes.items():
        here.student(student, "fetch_assignment", "01-tiny")
        home = here.home(student)
        type_in(home / "01-tiny" / "01-tiny.ipynb", home / "journal", typed)
        here.student(student, "submit", "01-tiny")
    finished = here.home("ada") / "01-tiny" / "01-tiny.ipynb"
    here.instructor("validate", "release/01-tiny/01-tiny.ipynb", str(finished))
    here.instructor("collect", "01-tiny")
    here.instructor("autograde", "01-tiny")
    here.instructor("generate_feedback", "01-tiny")
    here.instructor("release_feedback", "01-tiny")
    here.student("ada", "fetch_feedback", "01-tiny")
    here.instructor("export", "--to=grades.csv")
    (root / "database.txt").write_text(everything_in(here.course))


def everything_in(course: Path) -> str:
    """Every value in the course's gradebook."""
    with open_gradebook(course) as gradebook:
        tables = inspect(gradebook.engine).get_table_names()
        return "\n".join(
            repr([*gradebook.db.execute(text(f"SELECT * FROM {table}"))]) for table in tables
        )


@pytest.fixture(scope="session")
def chain(shared: Path, gradebook: str) -> Class:
    return Class(once(shared, f"chain-{gradebook}", lambda root: run_class(root, gradebook)))


def test_the_release_is_the_source_with_locked_checks(chain: Class) -> None:
    released = chain.course / "release" / "01-tiny"
    assert {p.name for p in released.iterdir()} == {"01-tiny.ipynb", "exercises.yml", "posters.yml"}
    notebook = nbformat.read(released / "01-tiny.ipynb", as_version=4)
    source = nbformat.read(chain.course / "source" / "01-tiny" / "01-tiny.ipynb", as_version=4)
    assert [c.source for c in notebook.cells] == [c.source for c in source.cells]
    graded = [c.metadata.nbgrader for c in notebook.cells if "nbgrader" in c.metadata]
    assert graded
    assert all(g.checksum and (g.locked or g.solution) for g in graded)


def test_validating_names_what_is_open_until_all_is_complete(chain: Class) -> None:
    released, _, finished = chain.said("validate").partition("Success!")
    assert "FAILED ON 3 CELL(S)" in released
    assert "# Complete? The kettle" in released
    assert "FAILED" not in finished


def test_the_assignment_is_on_the_list_of_a_student(chain: Class) -> None:
    assert "allyship 01-tiny" in chain.said("ada-list")


def test_the_record_is_handed_in_and_collected_unchanged(chain: Class) -> None:
    for student in ("ada", "ben"):
        mine = chain.home(student) / "01-tiny" / "completion.json"
        (handed_in,) = chain.exchange.glob(f"allyship/inbound/{student}+*/completion.json")
        collected = chain.course / "submitted" / student / "01-tiny" / "completion.json"
        assert mine.read_bytes() == handed_in.read_bytes() == collected.read_bytes()


def test_each_exercise_has_the_points_that_the_student_saw(chain: Class) -> None:
    assert scores(chain.course) == {
        "ada": {"check-all-types": 1, "check-kettle": 1, "check-mine": 1},
        "ben": {"check-all-types": 1, "check-kettle": 0, "check-mine": 1},
    }
    for student, points in scores(chain.course).items():
        notebook = chain.home(student) / "01-tiny" / "01-tiny.ipynb"
        seen = {
            cell.metadata.nbgrader.grade_id: float(cell.outputs[0].data["text/plain"])
            for cell in nbformat.read(notebook, as_version=4).cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
        assert seen == points


def test_the_feedback_says_in_words_what_is_complete(chain: Class) -> None:
    page = (chain.course / "feedback" / "ben" / "01-tiny" / "01-tiny.html").read_text()
    assert "All types: Complete: left out by choice" in page
    assert "The kettle: Open: nothing answered yet" in page
    assert "Mine alone: Complete" in page
    assert "Score: 2 of 3" in page


def test_a_student_fetches_the_same_feedback(chain: Class) -> None:
    (fetched,) = (chain.home("ada") / "01-tiny" / "feedback").rglob("01-tiny.html")
    made = chain.course / "feedback" / "ada" / "01-tiny" / "01-tiny.html"
    assert fetched.read_bytes() == made.read_bytes()


def test_the_export_has_a_row_for_each_student(chain: Class) -> None:
    with (chain.course / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {s: (float(r["score"]), float(r["max_score"])) for s, r in rows.items()} == {
        "ada": (3, 3),
        "ben": (2, 3),
    }


def test_a_widget_leaves_no_answer_in_the_notebook_that_it_was_typed_in(chain: Class) -> None:
    notebook = nbformat.read(chain.home("ada") / "01-tiny" / "01-tiny.ipynb", as_version=4)
    (state,) = notebook.metadata.widgets.values()
    assert len(state["state"]) > 1, "the state of the widgets was saved with the notebook"
    text = json.dumps(notebook)
    assert not [phrase for phrase in (PRIVATE, SHARED, NEVER_SHARED) if phrase in text]


def files_with(root: Path, phrase: str) -> set[str]:
    """The files below ``root`` that hold the phrase, by path relative to it."""
    files = [Path(folder) / name for folder, _, names in os.walk(root) for name in names]
    raw = phrase.encode()
    return {str(f.relative_to(root)) for f in files if raw in f.read_bytes()}


def test_private_words_are_in_the_journal_and_nowhere_else(chain: Class) -> None:
    assert {p.name for p in chain.root.iterdir()} >= {"course", "exchange", "homes", "said"}
    assert "check-kettle" in (chain.root / "database.txt").read_text()
    journal = {"homes/ada/journal/01-tiny.json"}
    assert files_with(chain.root, PRIVATE) == journal
    assert files_with(chain.root, NEVER_SHARED) == journal


def test_shared_words_go_along_in_the_record_and_nowhere_else(chain: Class) -> None:
    found = {re.sub(r"ada\+[^/]+", "ada+…", name) for name in files_with(chain.root, SHARED)}
    assert found == {
        "homes/ada/journal/01-tiny.json",
        "homes/ada/01-tiny/completion.json",
        "exchange/allyship/inbound/ada+…/completion.json",
        "homes/ada/.local/nbgrader_cache/allyship/ada+…/completion.json",
        "course/submitted/ada/01-tiny/completion.json",
        "course/autograded/ada/01-tiny/01-tiny.ipynb",  # for the instructor, in Formgrader
        "course/autograded/ada/01-tiny/completion.json",
        "course/feedback/ada/01-tiny/completion.json",  # nbgrader copies all files on; not released
    }
