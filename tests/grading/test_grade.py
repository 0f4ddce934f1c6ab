"""``allyship grade`` and ``allyship feedback`` as an instructor uses them, through a term."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.utils import parse_utc

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.report.table import completion_table
from allyship_course.store.record import RECORD_FILE
from tests.support.classroom import keep_gradebook, make_class, nbgrader, ours, scores
from tests.support.once import once

IN_TIME = "2026-11-21 12:00:00.000000 UTC"
DUE = parse_utc(IN_TIME)
A_DAY_LATE = "2026-11-22 12:00:00.000000 UTC"
ALL = ["all-types", "kettle", "mine"]
DARE = "<script>alert('x')</script>"


def honest(_: Path) -> None:
    """Two of three exercises are complete."""


def late(folder: Path) -> None:
    (folder / "timestamp.txt").write_text(A_DAY_LATE)


COMMANDS = [
    ("allyship", "grade"),
    pytest.param(("nbgrader", "autograde", "01-tiny"), marks=pytest.mark.slow),
]


def runs(command: tuple[str, ...]) -> Callable[..., str]:
    return ours if command[0] == "allyship" else nbgrader


STUDENTS = {"ada": honest, "ben": late, "cleo": honest}


@pytest.fixture(scope="session")
def collected(shared: Path, gradebook: str) -> Path:
    def make(root: Path) -> None:
        make_class(root, STUDENTS, gradebook)

    return once(shared, f"small-class-{gradebook}", make) / "course"


@pytest.fixture
def course(collected: Path, tmp_path: Path, gradebook: str) -> Path:
    """The class, not graded yet, for one test alone."""
    course = tmp_path / "course"
    shutil.copytree(collected, course)
    keep_gradebook(course, gradebook, like=collected)
    return course


def configure(course: Path, line: str) -> None:
    with (course / "nbgrader_config.py").open("a") as f:
        f.write(f"\n{line}\n")


def hand_in_again(course: Path, student: str, complete: list[str], when: str = A_DAY_LATE) -> None:
    """What collecting a newer submission leaves: other files in the same place."""
    folder = course / "submitted" / student / "01-tiny"
    record = json.loads((folder / RECORD_FILE).read_text())
    record["exercises"] = {name: {"passed": name in complete} for name in ALL}
    (folder / RECORD_FILE).unlink()
    (folder / RECORD_FILE).write_text(json.dumps(record))
    (folder / "timestamp.txt").write_text(when)


def points(course: Path, student: str) -> float:
    return sum(scores(course)[student].values())


def net(course: Path, student: str) -> float:
    """The score after a late penalty."""
    with open_gradebook(course) as gradebook:
        submission = gradebook.find_submission("01-tiny", student)
        return float(submission.score - submission.late_submission_penalty)


def words_by_student(course: Path) -> dict[str, list[str]]:
    """The words of each feedback page: nbconvert writes the same tags in another way."""
    pages = {p.parts[-3]: p.read_text() for p in course.glob("feedback/*/*/*.html")}
    return {s: re.sub(r"<[^>]*>", " ", page).split() for s, page in pages.items()}


def set_due(course: Path, due: datetime | None = DUE) -> None:
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment("01-tiny", duedate=due)


def test_all_that_was_collected_is_graded_and_a_second_run_finds_nothing_new(course: Path) -> None:
    assert "3 graded, 0 unchanged, 0 refused." in ours(course, "grade")
    assert "0 graded, 3 unchanged, 0 refused." in ours(course, "grade")
    assert {s: sum(p.values()) for s, p in scores(course).items()} == dict.fromkeys(STUDENTS, 2)
    assert "3 graded" in ours(course, "grade", "--force")
    assert {s: sum(p.values()) for s, p in scores(course).items()} == dict.fromkeys(STUDENTS, 2)


def test_nbgrader_takes_the_result_for_its_own(course: Path) -> None:
    ours(course, "grade", "01-tiny")
    assert "Skipping existing assignment" in nbgrader(course, "autograde", "01-tiny")
    with open_gradebook(course) as gradebook:  # as when a person lowers a grade afterwards
        gradebook.find_submission("01-tiny", "cleo").notebooks[0].late_submission_penalty = 5
        gradebook.db.commit()
    nbgrader(course, "generate_feedback", "01-tiny")
    by_nbgrader = words_by_student(course)
    shutil.rmtree(course / "feedback")
    assert "3 feedback pages written" in ours(course, "feedback")
    assert words_by_student(course) == by_nbgrader
    assert {*by_nbgrader} == {*STUDENTS}
    assert "Score: 0 of 3" in " ".join(by_nbgrader["cleo"])
    assert "Score: 2 of 3" in " ".join(by_nbgrader["ben"])
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student("ada", last_name='Okafor, "Dr."', first_name="=1+2")
        gradebook.add_student("dan")
        gradebook.find_submission("01-tiny", "ben").notebooks[0].late_submission_penalty = 0.5
        gradebook.db.commit()
    nbgrader(course, "export", "--to", str(course / "grades.csv"))
    text = (course / "grades.csv").read_text("utf-8-sig")
    rows = {row["student_id"]: row for row in csv.DictReader(text.splitlines(), strict=True)}
    assert len(rows) == 4
    ada, ben, dan = rows["ada"], rows["ben"], rows["dan"]
    assert (ada["last_name"], ada["first_name"]) == ('Okafor, "Dr."', "'=1+2")
    assert (ada["assignment"], ada["timestamp"][:10]) == ("01-tiny", "2026-11-21")
    points = ("raw_score", "late_submission_penalty", "score", "max_score")
    assert [float(ben[name]) for name in points] == [2, 0.5, 1.5, 3]
    assert [float(dan[name]) for name in points] == [0, 0, 0, 3]
    assert [float(rows["cleo"][name]) for name in points] == [2, 5, 0, 3]


def test_one_student_or_an_unknown_module_can_be_named(course: Path) -> None:
    assert "1 graded" in ours(course, "grade", "--student", "cleo")
    assert {*scores(course)} == {"cleo"}
    said = ours(course, "grade", "09-nothing", ok=False)
    assert "Error: there is no assignment 09-nothing in the gradebook. There are: 01-tiny" in said
    assert "Traceback" not in said


def test_only_what_was_handed_in_again_is_graded_again(course: Path) -> None:
    ours(course, "grade")
    hand_in_again(course, "ada", ALL)
    assert "1 graded, 2 unchanged" in ours(course, "grade")
    assert points(course, "ada") == 3


def test_a_gradebook_that_was_put_back_by_itself_gets_the_newer_points(course: Path) -> None:
    """What it had of Ada is as old as it is; it had nothing of Cleo."""
    ours(course, "grade")
    hand_in_again(course, "ada", ALL)
    ours(course, "grade")
    with open_gradebook(course) as gradebook:
        submission = gradebook.find_submission("01-tiny", "ada")
        submission.timestamp = DUE
        for grade in submission.notebooks[0].grades:
            grade.auto_score = 0
        gradebook.db.commit()
        gradebook.remove_submission("01-tiny", "cleo")
    assert "2 graded, 1 unchanged" in ours(course, "grade")
    assert [points(course, student) for student in ("ada", "cleo")] == [3, 2]
    assert "0 graded, 3 unchanged" in ours(course, "grade")


def test_what_a_person_changed_in_formgrader_stays(course: Path) -> None:
    ours(course, "grade")
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("check-mine", "01-tiny", "01-tiny", "ada")
        grade.manual_score, grade.extra_credit = 1, 0.5
        comment = gradebook.find_comment("comment", "01-tiny", "01-tiny", "ada")
        comment.manual_comment = f"Well begun.\n\n{DARE}"
        gradebook.db.commit()
    hand_in_again(course, "ada", ["kettle"])
    ours(course, "grade")
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("check-mine", "01-tiny", "01-tiny", "ada")
        assert (grade.auto_score, grade.score) == (0, 1.5)
        assert grade.needs_manual_grade, "as nbgrader does: somebody should look again"
    ours(course, "feedback", "--student", "ada")
    page = (course / "feedback/ada/01-tiny/01-tiny.html").read_text()
    assert "Well begun." in page
    assert DARE not in page
    assert "&lt;script&gt;" in page
    assert "Your instructor counted it as 1.5." in page
    assert "Score: 2.5 of 3" in page


@pytest.mark.parametrize("command", COMMANDS)
def test_late_is_late_unless_there_was_an_extension(course: Path, command: tuple[str, ...]) -> None:
    run = runs(command)
    set_due(course)
    configure(course, 'c.LateSubmissionPlugin.penalty_method = "zero"')
    run(course, *command[1:])
    assert [net(course, s) for s in STUDENTS] == [2, 0, 2]
    assert list(completion_table(course).sort_values("student")["late"]) == [False, True, False]
    with open_gradebook(course) as gradebook:
        gradebook.grant_extension("01-tiny", "ben", days=2)
    run(course, *command[1:], *(["--force"] if command[0] == "nbgrader" else []))
    assert [net(course, s) for s in STUDENTS] == [2, 2, 2]


def test_a_due_date_that_is_set_later_counts_without_being_forced(course: Path) -> None:
    configure(course, 'c.LateSubmissionPlugin.penalty_method = "zero"')
    ours(course, "grade")
    assert net(course, "ben") == 2
    set_due(course)
    assert "3 graded" in ours(course, "grade")
    assert net(course, "ben") == 0


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("keep", "first", "then"),
    [("last", 1, 0), ("best", 3, 3)],
)
def test_handing_in_again_keeps_the_last_or_the_better(
    course: Path, command: tuple[str, ...], keep: str, first: int, then: int
) -> None:
    run = runs(command)
    set_due(course)
    configure(course, f'c.SaveCompletion.resubmission = "{keep}"')
    run(course, *command[1:])
    hand_in_again(course, "ada", ["mine"], IN_TIME)
    run(course, *command[1:], *(["--force"] if command[0] == "nbgrader" else []))
    assert net(course, "ada") == first
    configure(course, 'c.LateSubmissionPlugin.penalty_method = "zero"')
    hand_in_again(course, "ada", ["mine"], A_DAY_LATE)
    run(course, *command[1:], *(["--force"] if command[0] == "nbgrader" else []))
    assert net(course, "ada") == then


def test_who_is_not_on_the_list_is_refused_where_the_list_is_closed(course: Path) -> None:
    configure(course, "c.Autograde.create_student = False")
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ada")
    said = ours(course, "grade", ok=False)
    assert "1 graded, 0 unchanged, 2 refused." in said
    assert "ben: the class list has no such id." in said
    assert {*scores(course)} == {"ada"}
    assert not (course / "autograded" / "ben" / "01-tiny").exists()


def test_the_released_pages_reach_their_readers(course: Path, tmp_path: Path) -> None:
    """Feedback is released under a name that only its reader can work out."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    configure(course, f"c.Exchange.root = {str(exchange)!r}")
    (course / "submitted/ada/01-tiny/submission_secret.txt").write_text("ada's own secret")
    for other in ("ben", "cleo"):
        shutil.rmtree(course / "submitted" / other)
    ours(course, "grade")
    ours(course, "feedback")
    nbgrader(course, "release_feedback", "01-tiny")
    (released,) = exchange.glob("allyship/feedback/*.html")
    assert released.read_bytes() == (course / "feedback/ada/01-tiny/01-tiny.html").read_bytes()
    assert released.stat().st_mode & 0o004, "its reader is another user of the machine"


def test_without_a_course_folder_the_way_out_is_named(tmp_path: Path) -> None:
    said = ours(tmp_path, "grade", ok=False)
    assert "no nbgrader_config.py here or above" in said
    assert "Traceback" not in said


def test_before_the_assignment_was_made_the_next_step_is_named(
    tmp_path: Path, course: Path
) -> None:
    shutil.rmtree(course / "release")
    assert "Run: nbgrader generate_assignment 01-tiny" in ours(course, "grade", ok=False)
    with open_gradebook(course) as gradebook:
        gradebook.remove_assignment("01-tiny")
    assert "run nbgrader generate_assignment" in ours(course, "grade", "01-tiny", ok=False)


def test_feedback_names_who_has_no_graded_copy(course: Path) -> None:
    ours(course, "grade")
    shutil.rmtree(course / "autograded" / "ada")
    said = ours(course, "feedback")
    assert "1 without a page, as there is no graded copy: ada (01-tiny)" in said
    assert " 0 unchanged" in said


@pytest.mark.parametrize("name", ["01-tiny.ipynb", "completion.json", "timestamp.txt"])
def test_a_folder_in_a_files_place_stops_nobody_in_nbgrader(course: Path, name: str) -> None:
    folder = course / "submitted" / "ada" / "01-tiny"
    (folder / name).unlink()
    (folder / name / "inside").mkdir(parents=True)
    nbgrader(course, "autograde", "01-tiny")
    points = scores(course)
    assert points.keys() == {f.name for f in (course / "submitted").iterdir()}
    assert "is a folder, not a file" in (course / "refused" / "list.txt").read_text()
