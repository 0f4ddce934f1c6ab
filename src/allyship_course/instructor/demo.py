"""A class of twelve made-up students who go through nbgrader's real exchange.

Each is in another state: complete, partial, passed on a prompt, late, a damaged record and
so on. What they "write" is made from the exercises themselves; nobody's words are used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import nbformat
import pandas as pd
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from ..errors import CourseError
from ..grading.batch import grade
from ..grading.feedback import write_feedback
from ..grading.gradebook import open_gradebook
from ..messages import Tell
from ..notebook.assignments import make_assignment
from ..spec import Module, load_module, module_folders
from ..store.journal import Note, keep
from ..store.record import RECORD_FILE
from .report.table import completion_table

MARKER = "made-by-allyship-demo"
ALL = 1000
RECORD_DAMAGED = "record damaged"
HANDED_IN_TWICE = "handed in twice"
CELLS_DAMAGED = "check cells deleted and doubled"


@dataclass(frozen=True)
class Student:
    """One made-up student, who works on, passes on and shares the first few exercises."""

    id: str
    state: str
    exercises: int = ALL
    passes: int = 0
    shares: int = 0
    late: bool = False
    submits: bool = True


YOU = "you"
"""A home with the assignments fetched and nothing written: for whoever looks at the demo."""

STUDENTS = (
    Student("student-01", "complete"),
    Student("student-02", "partial", exercises=2),
    Student("student-03", "passed on one prompt", passes=1),
    Student("student-04", "opened, nothing written", exercises=0),
    Student("student-05", "complete, handed in late", late=True),
    Student("student-06", RECORD_DAMAGED),
    Student("student-07", "answers shared", shares=2),
    Student("student-08", "private answers, none shared"),
    Student("student-09", "passed on every prompt", passes=ALL),
    Student("student-10", "fetched, never handed in", submits=False),
    Student("student-11", HANDED_IN_TWICE, exercises=1),
    Student("student-12", CELLS_DAMAGED),
)


@dataclass(frozen=True)
class Demo:
    """Where everything of a demo class lies."""

    root: Path

    @property
    def course(self) -> Path:
        return self.root / "course"

    @property
    def exchange(self) -> Path:
        return self.root / "exchange"

    def home(self, student_id: str) -> Path:
        return self.root / "students" / student_id

    def journal(self, student_id: str) -> Path:
        return self.home(student_id) / "journal"


_DEMO_CONFIG = """
# For the demo class only: its own exchange; and all twelve students are one person on this
# machine, so that every owner would look wrong.
c.Exchange.root = str(Path(__file__).resolve().parent.parent / "exchange")
c.ExchangeCollect.check_owner = False
"""


class DemoError(CourseError):
    """A step of the demo did not succeed; the message says which, and what nbgrader said."""


def make_demo(root: Path, book: Path, course_config: Path, tell: Tell) -> Demo:
    """Make a demo class in ``root`` (replaced if it is one already), graded, with feedback.

    ``book`` holds the modules; ``course_config`` is the course's ``nbgrader_config.py``.
    """
    demo = Demo(root)
    _make_empty(root)
    demo.exchange.mkdir()
    demo.exchange.chmod(0o777)  # nbgrader's exchange wants it so; sub-folders are narrower
    demo.course.mkdir()
    config = course_config.read_text(encoding="utf-8") + _DEMO_CONFIG
    (demo.course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    with _log_to(root / "nbgrader.log") as log, warnings.catch_warnings():
        # nbgrader 0.9.6 warns of itself: of its SQLAlchemy sessions and of cells without ids.
        warnings.simplefilter("ignore")
        for folder in module_folders(book):
            make_assignment(folder, demo.course / "source")
            _run_module(demo, load_module(folder), log, tell)
    demo_table(demo).to_csv(root / "completion.csv", index=False)
    return demo


def demo_table(demo: Demo) -> pd.DataFrame:
    """Return the completion table with what each made-up student did beside it."""
    table = completion_table(demo.course)
    did = {student.id: student.state for student in STUDENTS}
    table.insert(1, "did", table["student"].map(did))
    return table.drop(columns=["name", "handed_in", "due"])


def _make_empty(root: Path) -> None:
    """Make the folder, or empty it if the whole of it is an earlier demo."""
    marker = root / MARKER
    if marker.exists():
        shutil.rmtree(root)
    elif root.exists() and (entries := sorted(p.name for p in root.iterdir())):
        raise DemoError(
            f"{root} is not a demo folder: it holds {', '.join(entries[:3])}. Name an empty folder"
        )
    root.mkdir(parents=True, exist_ok=True)
    marker.write_text("'allyship demo' deletes this whole folder when it makes it again.\n")


@contextlib.contextmanager
def _log_to(file: Path) -> Iterator[logging.Logger]:
    """Send nbgrader's many lines to a file; a person sees ours."""
    log = logging.getLogger("allyship-demo")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        yield log
    finally:
        log.removeHandler(handler)
        handler.close()


def _run_module(demo: Demo, module: Module, log: logging.Logger, tell: Tell) -> None:
    name = module.module
    config = _config(demo)
    course = CourseDirectory(config=config, log=log)
    instructor = NbGraderAPI(course, config=config, log=log)
    handing_in = [student for student in STUDENTS if student.submits]

    tell(f"{name}: make, release")
    _ok("generate_assignment", instructor.generate_assignment(name))
    _ok("release", instructor.release_assignment(name))
    with open_gradebook(demo.course) as gradebook:
        for student in STUDENTS:
            gradebook.update_or_create_student(student.id)

    tell(f"{name}: {len(STUDENTS)} students fetch and work")
    _exchange("FetchAssignment", demo, YOU, name, log)
    for student in STUDENTS:
        _exchange("FetchAssignment", demo, student.id, name, log)
        work(demo, module, student)

    tell(f"{name}: {len(handing_in)} students hand in")
    for student in handing_in:
        if not student.late:
            _exchange("Submit", demo, student.id, name, log)
        if student.state == HANDED_IN_TWICE:
            work(demo, module, Student(student.id, "complete"))
            _exchange("Submit", demo, student.id, name, log)
    with open_gradebook(demo.course) as gradebook:
        due = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        gradebook.update_or_create_assignment(name, duedate=due)
    for student in handing_in:
        if student.late:
            _exchange("Submit", demo, student.id, name, log)

    tell(f"{name}: collect, grade, feedback")
    _ok("collect", instructor.collect(name))
    grade(demo.course, [name], tell=tell, progress=_unseen)
    write_feedback(demo.course, [name], tell=tell, progress=_unseen)
    _ok("release_feedback", instructor.release_feedback(name))


def _unseen(_module: str, _done: int, _total: int) -> None:
    """Show no progress: the demo says its own steps."""


def _config(demo: Demo) -> Config:
    config: Config = PyFileConfigLoader("nbgrader_config.py", str(demo.course)).load_config()
    return config


def _exchange(
    step: Literal["FetchAssignment", "Submit"],
    demo: Demo,
    student_id: str,
    module_id: str,
    log: logging.Logger,
) -> None:
    """Do one step of nbgrader's exchange as a student does it, from their own home."""
    home = demo.home(student_id)
    home.mkdir(parents=True, exist_ok=True)
    config = _config(demo)
    config.Exchange.assignment_dir = str(home)
    config.Exchange.cache = str(home / ".nbgrader-cache")
    config.CourseDirectory.assignment_id = module_id
    config.CourseDirectory.student_id = student_id
    start = getattr(ExchangeFactory(config=config, log=log), step)
    start(
        coursedir=CourseDirectory(config=config, log=log),
        authenticator=Authenticator(config=config, log=log),
        config=config,
        log=log,
    ).start()


def _ok(step: str, result: dict[str, Any]) -> None:
    if not result["success"]:
        raise DemoError(f"{step} failed.\n{result.get('error') or ''}\n{result.get('log') or ''}")


def work(demo: Demo, module: Module, student: Student) -> None:
    """Do a student's work the way the form does it: through the journal."""
    folder = demo.home(student.id) / module.module
    journal = demo.journal(student.id)
    for number, exercise in enumerate(module.exercises[: student.exercises]):
        passed = number < student.passes
        shared = number < student.shares
        answers = {} if passed else {f.id: f.made_up() for f in exercise.all_fields()}
        keep(module, exercise, Note(answers, passed, shared), folder, journal)
    if student.state == RECORD_DAMAGED:
        record = folder / RECORD_FILE
        record.write_bytes(record.read_bytes()[:200])
    if student.state == CELLS_DAMAGED:
        _tamper(folder / f"{module.module}.ipynb")


def _tamper(notebook: Path) -> None:
    """Delete the first check cell and double the last, as happens by a slip of the hand."""
    nb = nbformat.read(notebook, as_version=4)
    checks = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade")]
    nb.cells.remove(checks[0])
    nb.cells.append(nbformat.from_dict({**checks[-1], "id": "doubled"}))
    nbformat.write(nb, notebook)
