"""A class of twelve made-up students who go through nbgrader's real exchange.

Each is in another state: complete, partial, passed on a prompt, late, a damaged record and
so on. What they "write" is made from the exercises themselves; nobody's words are used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import shutil
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from traitlets.config import Config, PyFileConfigLoader

from ..assignments import make_assignment
from ..grading import open_gradebook
from ..journal import Note, keep
from ..record import RECORD_FILE
from ..spec import Choice, Module, Scale, Sort, load_module
from .table import completion_table

Tell = Callable[[str], None]


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


class DemoError(RuntimeError):
    """A step of the demo did not succeed; the message says which, and what nbgrader said."""


def make_demo(root: Path, book: Path, course_config: Path, tell: Tell) -> Demo:
    """Make a demo class in ``root`` (replaced if it is one already), graded, with feedback.

    ``book`` holds the modules; ``course_config`` is the course's ``nbgrader_config.py``.
    """
    demo = Demo(root)
    _clear(root)
    demo.exchange.mkdir(parents=True)
    demo.exchange.chmod(0o777)  # nbgrader's exchange wants it so; sub-folders are narrower
    demo.course.mkdir()
    config = course_config.read_text(encoding="utf-8") + _DEMO_CONFIG
    (demo.course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    modules = [load_module(f.parent) for f in sorted(book.glob("modules/*/exercises.yml"))]
    with _log_to(root / "nbgrader.log") as log, warnings.catch_warnings():
        # nbgrader 0.9.6 warns of itself: of its SQLAlchemy sessions and of cells without ids.
        warnings.simplefilter("ignore")
        for module in modules:
            tell(f"{module.module}: make, release")
            make_assignment(book / "modules" / module.module, demo.course / "source")
            _run_module(demo, module, log, tell)
            _fetch(demo, YOU, module.module, log)
    demo_table(demo).to_csv(root / "completion.csv", index=False)
    return demo


def _clear(root: Path) -> None:
    """Remove an earlier demo, and nothing else."""
    if not root.exists():
        root.mkdir(parents=True)
        return
    known = {"course", "exchange", "students", "nbgrader.log", "completion.csv", "jupyter"}
    foreign = sorted(p.name for p in root.iterdir() if p.name not in known)
    if foreign:
        raise DemoError(
            f"{root} is no demo folder: it holds {', '.join(foreign[:3])}. Name an empty folder"
        )
    shutil.rmtree(root)
    root.mkdir()


@contextlib.contextmanager
def _log_to(file: Path) -> Iterator[logging.Logger]:
    """Send nbgrader's many lines to a file; a person sees ours."""
    log = logging.Logger("allyship-demo", logging.INFO)
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    yield log
    handler.close()


def _run_module(demo: Demo, module: Module, log: logging.Logger, tell: Tell) -> None:
    name = module.module
    instructor = _instructor(demo, log)
    _ok("generate_assignment", instructor.generate_assignment(name))
    _ok("release", instructor.release_assignment(name))
    _enrol(demo, STUDENTS)
    tell(f"{name}: {len(STUDENTS)} students fetch and work")
    for student in STUDENTS:
        _fetch(demo, student.id, name, log)
        work(demo, module, student)
    tell(f"{name}: {sum(s.submits for s in STUDENTS)} students hand in")
    for student in (s for s in STUDENTS if s.submits and not s.late):
        _submit(demo, module, student, log)
    for student in (s for s in STUDENTS if s.state == HANDED_IN_TWICE):
        work(demo, module, Student(student.id, "complete"))
        _submit(demo, module, student, log)
    _due_now(demo, name)
    for student in (s for s in STUDENTS if s.late):
        _submit(demo, module, student, log)
    tell(f"{name}: collect, grade, feedback")
    _ok("collect", instructor.collect(name))
    for student in (s for s in STUDENTS if s.submits):
        _ok(f"autograde of {student.id}", instructor.autograde(name, student.id))
        _ok(f"feedback of {student.id}", instructor.generate_feedback(name, student.id))
    _ok("release_feedback", instructor.release_feedback(name))


def _config(demo: Demo) -> Config:
    return PyFileConfigLoader("nbgrader_config.py", str(demo.course)).load_config()


def demo_table(demo: Demo) -> pd.DataFrame:
    """Return the completion table with what each made-up student did beside it."""
    table = completion_table(demo.course)
    did = {student.id: student.state for student in STUDENTS}
    table.insert(1, "did", table["student"].map(did))
    return table


def _instructor(demo: Demo, log: logging.Logger) -> NbGraderAPI:
    config = _config(demo)
    api = NbGraderAPI(config=config, log=log)
    api.coursedir = CourseDirectory(config=config, log=log)
    return api


def _fetch(demo: Demo, student_id: str, module_id: str, log: logging.Logger) -> None:
    config = _student_config(demo, student_id, module_id)
    factory = ExchangeFactory(config=config, log=log)
    factory.FetchAssignment(**_parts(config), config=config, log=log).start()


def _submit(demo: Demo, module: Module, student: Student, log: logging.Logger) -> None:
    config = _student_config(demo, student.id, module.module)
    ExchangeFactory(config=config, log=log).Submit(**_parts(config), config=config, log=log).start()


def _student_config(demo: Demo, student_id: str, module_id: str) -> Config:
    config = _config(demo)
    home = demo.home(student_id)
    home.mkdir(parents=True, exist_ok=True)
    config.Exchange.assignment_dir = str(home)
    config.Exchange.cache = str(home / ".nbgrader-cache")
    config.CourseDirectory.assignment_id = module_id
    config.CourseDirectory.student_id = student_id
    return config


def _parts(config: Config) -> dict[str, Any]:
    return {
        "coursedir": CourseDirectory(config=config),
        "authenticator": Authenticator(config=config),
    }


def _enrol(demo: Demo, students: Iterable[Student]) -> None:
    with open_gradebook(demo.course) as gradebook:
        for student in students:
            gradebook.update_or_create_student(student.id)


def _due_now(demo: Demo, module_id: str) -> None:
    """Put the due date between those who were in time and those who were not."""
    with open_gradebook(demo.course) as gradebook:
        due = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        gradebook.update_or_create_assignment(module_id, duedate=due)
    time.sleep(1)


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
        answers = {} if passed else {f.id: _answer(f) for f in exercise.all_fields()}
        keep(module, exercise, Note(answers, passed, shared), folder, journal)
    if student.state == RECORD_DAMAGED:
        record = folder / RECORD_FILE
        record.write_bytes(record.read_bytes()[:200])
    if student.state == CELLS_DAMAGED:
        _tamper(folder / f"{module.module}.ipynb")


def _answer(field: Any) -> Any:
    match field:
        case Choice():
            return field.options[0].id
        case Scale():
            return len(field.steps)
        case Sort():
            return {card.id: field.categories[0].id for card in field.cards}
        case _:
            return " ".join(["One", "made-up", "sentence", "of", "a", "demo", "class."] * 6)


def _tamper(notebook: Path) -> None:
    """Delete the first check cell and double the last, as happens by a slip of the hand."""
    nb = nbformat.read(notebook, as_version=4)
    checks = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade")]
    nb.cells.remove(checks[0])
    nb.cells.append(nbformat.from_dict({**checks[-1], "id": "doubled"}))
    nbformat.write(nb, notebook)
