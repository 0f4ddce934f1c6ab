"""Feedback pages for many students at once, the same that nbgrader's generate_feedback makes."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2

from ..messages import Tell
from ..store.files import replace_file, sweep
from ..store.submission import SECRET_FILE, TIMESTAMP_FILE
from .folder import course_directory, load_settings, only_one
from .gradebook import ModuleGrades, known_modules, open_gradebook
from .results import BATCH, Progress, Result
from .waiting import persist

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

PAGES = Path(__file__).parent / "pages"
TEMPLATE = "allyship-feedback"


class Written(NamedTuple):
    """How many pages were written, and how many stood there already word for word.

    ``without_copy`` are those, as module and student, of whom there is no graded copy.
    """

    written: int
    unchanged: int
    without_copy: tuple[tuple[str, str], ...] = ()


def write_feedback(
    course: Path,
    modules: Sequence[str] = (),
    students: Collection[str] = (),
    *,
    tell: Tell,
    progress: Progress,
) -> Written:
    """Write ``feedback/<student>/<module>/<module>.html`` for all that was graded, or for some.

    Beside it stands what ``nbgrader release_feedback`` needs to find its reader. Raises
    GradeError when it can't begin or go on; the pages written until then are kept.
    """
    config = load_settings(course)
    where = course_directory(course, config)
    counted = [0, 0]
    without: list[tuple[str, str]] = []
    with only_one(Path(where.root)), open_gradebook(where, tell) as gradebook:
        for module in persist(gradebook, lambda: known_modules(gradebook, where, modules), tell):
            grades = persist(gradebook, partial(ModuleGrades, gradebook, module), tell)
            known = persist(gradebook, grades.held, tell)
            graded = [s for s in sorted(known) if not students or s in students]
            progress(module, 0, len(graded))
            for first in range(0, len(graded), BATCH):
                some = graded[first : first + BATCH]
                for result in persist(gradebook, partial(_results, grades, some), tell):
                    done = _write_page(where, module, result)
                    if done is None:
                        without.append((module, result.student))
                    else:
                        counted[done] += 1
                progress(module, first + len(some), len(graded))
    return Written(counted[1], counted[0], tuple(without))


def _results(grades: ModuleGrades, students: Sequence[str]) -> list[Result]:
    return list(grades.results(students))


def _write_page(where: CourseDirectory, module: str, result: Result) -> bool | None:
    """Write one student's page; tell whether it was another one before, or none.

    ``None`` where there is no graded copy to make it from.
    """
    graded = _place(where, where.autograded_directory, result.student, module)
    notebook = graded / f"{module}.ipynb"
    if not notebook.exists():
        return None
    page = _page(json.loads(notebook.read_bytes()), module, result).encode()
    folder = _place(where, where.feedback_directory, result.student, module)
    file = folder / f"{module}.html"
    small = {
        name: (graded / name).read_bytes()
        for name in (TIMESTAMP_FILE, SECRET_FILE)
        if (graded / name).exists()
    }
    files = {**small, file.name: page}
    if all(_holds(folder / name, raw) for name, raw in files.items()):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        if not _holds(folder / name, raw):
            sweep(folder / name)
            replace_file(folder / name, raw, mode=0o644, sync=False)  # release copies the mode
    return True


def _place(where: CourseDirectory, step: str, student: str, module: str) -> Path:
    return Path(where.format_path(step, student, module))


def _holds(file: Path, raw: bytes) -> bool:
    try:
        return file.read_bytes() == raw
    except FileNotFoundError:
        return False


def _page(notebook: dict[str, Any], module: str, result: Result) -> str:
    checks = []
    for cell in notebook["cells"]:
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("grade") and cell["outputs"]:
            output = cell["outputs"][0]
            checks.append(
                {
                    "line": output["metadata"].get("line", ""),
                    "score": result.scores[nbgrader["grade_id"]],
                    "points": float("".join(output["data"]["text/plain"])),
                }
            )
    return _template().render(
        title=notebook["metadata"].get("title") or module,
        score=result.net,
        max_score=result.max_score,
        late_penalty=result.penalty or 0,
        checks=checks,
        comments=result.comments,
    )


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES / TEMPLATE),
        autoescape=True,  # "| e" in the template, which nbconvert needs, escapes only once
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html.j2")
