"""A module as an nbgrader assignment: reading, exercises, and the completion checks at its end.

And the journal as a notebook of its own, of which nothing is collected.

Needs jupytext, which comes with the ``instructor`` extra.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..form.posters import POSTERS_FILE, Sheet, with_sheet
from ..spec import (
    EARLIER_FILE,
    EXERCISES_FILE,
    JOURNAL,
    MODULES_FOLDER,
    RETURN,
    TOC,
    Exercise,
    Module,
    Problem,
    SpecError,
    load_module,
    module_folders,
)
from ..spec.reading import PLACED, in_a_notebook
from ..spec.settings import course_of
from ..store.submission import CHECK_PREFIX, NOTE_PROMPT, NOTE_TAG

COMMENT_ID = "comment"
COMMENT_STUB = "# If your instructor writes you a comment, it comes with the feedback."
MY_COURSE = "my-course.ipynb"
MIRROR_LINE = "# From course.yml; the forms say so."

HOW_TO_BEGIN_TAG = "how-to-begin"
"""Of the cell that our extension of JupyterLab hides, since the forms open by themselves there."""

_HOW_TO_BEGIN = """\
**Do you see no forms below?** In the menu choose *Run*, then *Run All Cells*. In other programs \
it is called *Run All*, or *Run all*."""

_KEPT = """\
What you write is kept in your own journal, outside this notebook. Your answers are there again \
whenever you come back. Handed in is only which prompts you answered and how many words, unless \
you tick *Share* on an exercise."""

_KEPT_OF_JOURNAL = """\
What you write is kept in your own journal, outside this notebook. Your answers are there again \
whenever you come back. Nobody collects this notebook, and none of your answers is in it."""

_CERTIFICATE = """\
## When you are through with the modules

The certificate says which modules are complete by your journal, that is, answered or left out \
by choice. Run its cell again to bring it up to date. The name that you type goes onto paper \
only. It is not in this notebook, and is gone when you close it."""

_MY_COURSE = """\
# Your course

It comes from your own journal. Nobody collects this notebook."""

_ASKED = """\
**Your instructor would like to read this one.** If you are willing, tick *Share with my \
instructor* below it. You need not: it counts as complete either way."""

_CHECKS = """\
## What is complete

This is how far you were when the notebook was opened or run. An exercise that you chose to leave \
out counts as complete. Nobody reads or grades what you wrote."""


@dataclass(frozen=True)
class Terms:
    """What an instructor says of one module: what is worth how much, what is asked for.

    ``points`` of the exercises that are worth more or less than one; ``share``, the exercises
    that students are asked to share. ``mirror``: from how many people on what they share may
    be shown to the class; 0 is never. Students' forms say so.
    """

    points: Mapping[str, float] = field(default_factory=dict)
    share: Collection[str] = ()
    mirror: int = 0


def make_assignment(module_folder: Path, source: Path, terms: Terms | None = None) -> Path:
    """Write ``source/<module>/<module>.ipynb`` and the files that it needs; return the notebook.

    The folder is what ``nbgrader generate_assignment`` starts from. It never holds a
    ``completion.json``: at grading, nbgrader puts its files over the student's.
    """
    module = load_module(module_folder)
    folder = source / module.module
    folder.mkdir(parents=True, exist_ok=True)
    for name in (EXERCISES_FILE, EARLIER_FILE):
        if (module_folder / name).exists():
            shutil.copyfile(module_folder / name, folder / name)
    course = course_of(module_folder.parents[1])
    posters = module_folder / POSTERS_FILE
    if posters.exists():
        sheet = Sheet.of(course.title, course.settings)
        (folder / POSTERS_FILE).write_text(with_sheet(posters.read_text("utf-8"), sheet), "utf-8")
    if terms and terms.mirror:
        with (folder / EXERCISES_FILE).open("a", encoding="utf-8") as file:
            file.write(f"\n{MIRROR_LINE}\nmirror: {terms.mirror}\n")
    notebook = folder / f"{module.module}.ipynb"
    nbformat.write(assignment_notebook(module, module_folder / "index.md", terms), notebook)
    return notebook


def make_journal(book: Path, course: Path, modules: Collection[str] | None = None) -> Path:
    """Write ``course/journal/journal.ipynb`` and the files that it needs; return the notebook.

    Beside it, ``my-course.ipynb`` shows how far each module is, and ``return/return.ipynb`` is
    for coming back, if the book has a page for that. They are no assignments:
    nothing of them is collected, and the folder can be handed round in any way. The
    ``modules``, or all, lie in it too, with their order, since both count them.
    """
    folder = course / JOURNAL
    shutil.rmtree(folder / MODULES_FOLDER, ignore_errors=True)  # of a module that is gone since
    copies = {book / JOURNAL / EXERCISES_FILE: folder / EXERCISES_FILE}
    if (book / TOC).exists():
        copies[book / TOC] = folder / TOC
    for module_folder in module_folders(book):
        if modules is None or module_folder.name in modules:
            file = module_folder / EXERCISES_FILE
            copies[file] = folder / file.relative_to(book)
    for file, copy in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    notebook = folder / f"{JOURNAL}.ipynb"
    module = load_module(book / JOURNAL)
    named = course_of(book)
    title = named.title if named.settings.has("certificate") else ""
    nbformat.write(journal_notebook(module, book / JOURNAL / "index.md", title), notebook)
    nbformat.write(my_course_notebook(), folder / MY_COURSE)
    if (book / RETURN).exists():
        _make_return(book / RETURN, folder / RETURN)
    return notebook


def _make_return(page: Path, folder: Path) -> None:
    """Write the notebook of the page that one comes back to, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(page / EXERCISES_FILE, folder / EXERCISES_FILE)
    module = load_module(page)
    cells = _reading_cells(module, page / "index.md", _KEPT_OF_JOURNAL)
    nbformat.write(_notebook(module.title, "re", cells), folder / f"{RETURN}.ipynb")


def assignment_notebook(module: Module, reading: Path, terms: Terms | None = None) -> NotebookNode:
    """Return a valid nbgrader source notebook made from a module's reading and exercises."""
    terms = terms or Terms()
    cells = [*_reading_cells(module, reading, _KEPT, terms.share), new_markdown_cell(_CHECKS)]
    cells.insert(2, _folded_cell("Where you are", "progress()", {}))  # below where it is kept
    cells += [check_cell(e, terms.points.get(e.id, 1)) for e in module.exercises]
    cells.append(new_markdown_cell(NOTE_PROMPT, metadata={"tags": [NOTE_TAG]}))
    cells.append(_comment_cell())
    return _notebook(module.title, module.module[:2], cells)


def journal_notebook(module: Module, reading: Path, course: str) -> NotebookNode:
    """Return the journal as a notebook: its prompts and the certificate, and no check cells.

    ``course`` is the title on the certificate; without it there is none.
    """
    cells = _reading_cells(module, reading, _KEPT_OF_JOURNAL)
    if course:
        call = f"certificate({json.dumps(course, ensure_ascii=False)})"
        cells += [new_markdown_cell(_CERTIFICATE), _folded_cell("Your certificate", call, {})]
    return _notebook(module.title, module.module[:2], cells)


def my_course_notebook() -> NotebookNode:
    """Return the notebook that shows how far each module is."""
    return _notebook(
        "Your course",
        "my",
        [new_markdown_cell(_MY_COURSE), _folded_cell("Your course", "my_course()", {})],
    )


def _notebook(title: str, mark: str, cells: list[NotebookNode]) -> NotebookNode:
    cells.insert(0, new_markdown_cell(_HOW_TO_BEGIN, metadata={"tags": [HOW_TO_BEGIN_TAG]}))
    for number, cell in enumerate(cells):
        # Counted, not random: made again from the same module, the notebook is the same.
        cell["id"] = f"{mark}-{number:03}"
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": title,
    }
    return new_notebook(cells=cells, metadata=metadata)


def _reading_cells(
    module: Module, reading: Path, kept: str, share: Collection[str] = ()
) -> list[NotebookNode]:
    import jupytext

    cells: list[NotebookNode] = []
    for cell in jupytext.read(reading, fmt="md:myst").cells:
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(in_a_notebook(cell.source)))
        elif placed := PLACED.match(cell.source):
            if placed[2] in share and placed[1] == "exercise":
                cells.append(new_markdown_cell(_ASKED))
            cells.append(_placing_cell(module, placed[1], placed[2]))
        elif "remove-cell" not in cell.metadata.get("tags", []):
            raise SpecError([_not_one_part(reading, cell.source)])
    cells.insert(1, new_markdown_cell(kept))
    return cells


def _not_one_part(reading: Path, code: str) -> Problem:
    first = code.partition("\n")[0]
    lines = reading.read_text(encoding="utf-8").splitlines()
    line = lines.index(first) + 1 if first in lines else 1
    what = f"the code cell that begins with {first!r} does not place exactly one exercise or poster"
    remedy = 'Write exercise("...") or poster("...") alone in each cell'
    return Problem(reading, line, None, what, remedy)


def _placing_cell(module: Module, function: str, part_id: str) -> NotebookNode:
    """Return a cell that shows an exercise or poster, its code folded away.

    It imports what it needs, so that cells can be run one by one and in any order.
    """
    title = f"Exercise: {module.exercise(part_id).title}" if function == "exercise" else "Poster"
    return _folded_cell(title, f'{function}("{part_id}")', {})


def check_cell(exercise: Exercise, points: float = 1) -> NotebookNode:
    """Return the nbgrader test cell whose value is the points of one exercise."""
    nbgrader = {
        "schema_version": 3,
        "grade_id": f"{CHECK_PREFIX}{exercise.id}",
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": points,
    }
    title = f"Complete? {exercise.title}"
    worth = "" if points == 1 else f", points={points:g}"
    return _folded_cell(title, f'check("{exercise.id}"{worth})', {"nbgrader": nbgrader})


def _comment_cell() -> NotebookNode:
    """Return the cell beside which Formgrader has a box for the instructor's comment.

    nbgrader has such a box for a "solution" only. This one holds a line to read, and nothing of
    a student's is ever taken out of it.
    """
    nbgrader = {
        "schema_version": 3,
        "grade_id": COMMENT_ID,
        "grade": False,
        "solution": True,
        "locked": False,
        "task": False,
    }
    return new_code_cell(
        COMMENT_STUB, metadata={"editable": False, "deletable": False, "nbgrader": nbgrader}
    )


def _folded_cell(title: str, call: str, metadata: dict[str, Any]) -> NotebookNode:
    """Return a cell of which JupyterLab shows the first line only: its title."""
    source = f"# {title}\nfrom allyship_course import {call.partition('(')[0]}\n\n{call}"
    folded = {"jupyter": {"source_hidden": True}, "editable": False, "deletable": False}
    return new_code_cell(source, metadata={**folded, **metadata})
