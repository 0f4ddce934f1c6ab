"""The hostile class: each submission gets an honest grade or a named refusal, and harms nobody.

The same class is graded twice, by ``allyship grade`` and by ``nbgrader autograde`` with the
plugin. Its notebook names a kernel that does not exist, so that anything run would show.
"""

from __future__ import annotations

import html.parser
import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config.loader import PyFileConfigLoader

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.demo import Demo
from allyship_course.store.submission import NOTE_TAG
from tests.grading.hostile.submissions import (
    CHANGES,
    FILES,
    HONEST,
    HONEST_STUDENTS,
    HOSTILE,
    NOTEBOOK,
    NOTES,
    ODD_IDS,
    OPEN,
    RECORD,
    REFUSED,
    UNREADABLE,
    VICTIM,
    expected,
)
from tests.support.classroom import allyship, make_class, nbgrader, rows_of, scores
from tests.support.once import once

# nbgrader takes half a minute for this class; test_chain.py grades an honest one in each run.
GRADERS = ("grade", pytest.param("plugin", marks=pytest.mark.slow))


def surroundings(root: Path) -> dict[str, Any]:
    """What no submission may touch."""
    return {
        "victim": (root / VICTIM).read_text(),
        "home": sorted(p.name for p in (root / "home").iterdir()),
        "release": {p.name: p.read_bytes() for p in (root / "course/release/01-tiny").iterdir()},
        "source": {p.name: p.read_bytes() for p in (root / "course/source/01-tiny").iterdir()},
        "beside": sorted({p.name for p in root.iterdir()} - {"runtime", "said.txt", "before.json"}),
    }


def run_class(root: Path, grader: str, gradebook: str) -> None:
    refused = {name: change for name, (change, _) in REFUSED.items()}
    odd = dict.fromkeys(ODD_IDS, NOTEBOOK["untouched"])
    students = CHANGES | refused | odd if grader == "grade" else CHANGES
    (root / "home").mkdir(parents=True)
    (root / VICTIM).write_text("not for students")
    course = make_class(root, students, gradebook)
    (root / "before.json").write_text(json.dumps(surroundings(root), default=repr))
    env = {"HOME": str(root / "home"), "JUPYTER_RUNTIME_DIR": str(root / "runtime")}
    if grader == "grade":
        said = allyship(course, "grade", "--jobs", "2", env=env, ok=False)  # some are refused
        allyship(course, "feedback", env=env)
    else:
        said = nbgrader(course, "autograde", "01-tiny", env=env)
        nbgrader(course, "generate_feedback", "01-tiny", env=env)
    (root / "said.txt").write_text(said)


def hostile_class(shared: Path, grader: str, gradebook: str) -> Path:
    name = f"hostile-{grader}-{gradebook}"
    return once(shared, name, lambda root: run_class(root, grader, gradebook))


@pytest.fixture(scope="session", params=GRADERS)
def graded(request: pytest.FixtureRequest, shared: Path, gradebook: str) -> Path:
    return hostile_class(shared, str(request.param), gradebook)


@pytest.fixture(scope="session")
def by_grade(shared: Path, gradebook: str) -> Path:
    """The class that ``allyship grade`` graded."""
    return hostile_class(shared, "grade", gradebook)


ORDER = ("check-all-types", "check-kettle", "check-mine")


def points(root: Path) -> dict[str, list[float]]:
    found = scores(root / "course")
    return {student: [grades[name] for name in ORDER] for student, grades in found.items()}


def feedback(graded: Path, student: str) -> str:
    return (graded / "course" / "feedback" / student / "01-tiny" / "01-tiny.html").read_text()


def copy_of(graded: Path, student: str) -> Path:
    return graded / "course" / "autograded" / student / "01-tiny" / "01-tiny.ipynb"


def test_the_class_is_large() -> None:
    assert len({*CHANGES, *REFUSED, *ODD_IDS}) >= 60


def test_each_submission_gets_the_points_that_its_record_earns(graded: Path) -> None:
    found = points(graded)
    assert {s: found.get(s) for s in CHANGES} == {s: expected(s) for s in CHANGES}


@pytest.mark.parametrize("student", NOTEBOOK)
def test_whatever_became_of_the_notebook_the_feedback_says_what_is_complete(
    graded: Path, student: str
) -> None:
    page = feedback(graded, student)
    for line in ("All types: Complete", "The kettle: Complete", f"Mine alone: {OPEN}"):
        assert page.count(line) == 1


@pytest.mark.parametrize("student", RECORD)
def test_whatever_the_record_is_the_feedback_says_what_was_counted(
    graded: Path, student: str
) -> None:
    assert RECORD[student][2] in feedback(graded, student)


@pytest.mark.slow
def test_both_graders_make_the_same_copies(shared: Path, by_grade: Path, gradebook: str) -> None:
    other = hostile_class(shared, "plugin", gradebook)
    for student in {*CHANGES} - {*FILES}:
        ours = json.loads(copy_of(by_grade, student).read_text())
        assert ours == json.loads(copy_of(other, student).read_text()), student


@pytest.mark.parametrize("student", NOTES)
def test_a_note_reaches_the_graded_copy_as_it_is(graded: Path, student: str) -> None:
    note = note_of(nbformat.read(copy_of(graded, student), as_version=4)).source
    wanted = NOTES[student][1]
    assert note.endswith("again") if wanted is None else note == wanted


def test_what_is_refused_is_named_with_its_reason(by_grade: Path) -> None:
    said = (by_grade / "said.txt").read_text()
    lines = {line.strip() for line in said.splitlines()}
    for student, (_, why) in REFUSED.items():
        named = ascii(student)[1:-1]
        assert [line for line in lines if f"{named}: " in line and why in line], student
    assert f"{len(REFUSED)} refused" in said
    assert not {*points(by_grade)} & {*REFUSED}


def test_an_odd_id_is_graded_like_any_other(by_grade: Path) -> None:
    found = points(by_grade)
    assert {student: found[student] for student in ODD_IDS} == dict.fromkeys(ODD_IDS, HONEST)


def test_what_could_not_be_read_is_remarked_on(by_grade: Path) -> None:
    said = (by_grade / "said.txt").read_text()
    no_json = {
        n
        for n in UNREADABLE
        if not n.startswith(("notebook-format", "notebook-cells", "notebook-a-cell"))
    }
    for student in {*no_json, "stamp-is-no-date", "notebook-links-outside"}:
        assert f"  01-tiny  {student}: " in said


def test_nobody_is_left_to_be_graded_by_hand(graded: Path) -> None:
    with open_gradebook(graded / "course") as gradebook:
        submissions = gradebook.assignment_submissions("01-tiny")
        assert not [s.student_id for s in submissions if s.needs_manual_grade]


def test_no_code_of_a_student_ran_and_nothing_around_was_touched(graded: Path) -> None:
    assert json.loads((graded / "before.json").read_text()) == json.loads(
        json.dumps(surroundings(graded), default=repr)
    )
    assert not list(graded.rglob("ran-outside"))
    assert not list(graded.glob("runtime/kernel*"))
    for folder in ("autograded", "feedback"):
        for file in (graded / "course" / folder).rglob("*"):
            assert not file.is_symlink()
            assert not file.is_file() or b"not for students" not in file.read_bytes()


def test_neighbours_of_the_hostile_have_the_rows_of_an_honest_class(
    graded: Path, tmp_path: Path, gradebook: str
) -> None:
    honest = dict.fromkeys(HONEST_STUDENTS, NOTEBOOK["untouched"])
    course = make_class(tmp_path, honest, gradebook)
    allyship(course, "grade")
    assert rows_of(course, HONEST_STUDENTS) == rows_of(graded / "course", HONEST_STUDENTS)


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
    notebook = copy_of(graded, student)
    assert note_of(nbformat.read(notebook, as_version=4)).source == HOSTILE
    with_note = Loads(in_formgrader(course, notebook))
    without = Loads(in_formgrader(course, Path(str(notebook).replace(student, "untouched"))))
    assert with_note.scripts == without.scripts
    assert with_note.addresses == without.addresses
    assert "&lt;script&gt;alert(1)" in in_formgrader(course, notebook)


def test_what_is_shared_is_shown_to_the_instructor_as_text_and_to_nobody_else(
    graded: Path,
) -> None:
    page = in_formgrader(graded / "course", copy_of(graded, "shares-scripts"))
    without = in_formgrader(graded / "course", copy_of(graded, "untouched"))
    assert Loads(page).scripts == Loads(without).scripts
    assert Loads(page).addresses == Loads(without).addresses
    assert "Shared with you:" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "kept for me" not in page
    assert "alert(1)" not in feedback(graded, "shares-scripts")


def note_of(nb: NotebookNode) -> NotebookNode:
    (note,) = [c for c in nb.cells if NOTE_TAG in c.metadata.get("tags", [])]
    return note


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


@pytest.mark.slow
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
