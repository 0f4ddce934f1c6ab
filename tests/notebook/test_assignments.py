"""The notebook made from a module: valid for nbgrader, the same each time, usable cell by cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator

from allyship_course.notebook.assignments import (
    COMMENT_STUB,
    Terms,
    assignment_notebook,
    make_assignment,
    make_journal,
)
from allyship_course.notebook.page import Page
from allyship_course.spec import SpecError, load_module, module_folders
from allyship_course.store.journal import Note, keep
from allyship_course.store.submission import NOTE_TAG
from tests.support.classroom import kernel_of, run_all
from tests.support.paths import ROOT, TINY_MODULE

MODULES = [TINY_MODULE, *sorted(p.parent for p in ROOT.glob("book/modules/*/exercises.yml"))]


@pytest.fixture(scope="module", params=MODULES, ids=lambda folder: folder.name)
def module_folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(scope="module")
def made(module_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_assignment(module_folder, tmp_path_factory.mktemp("source"))


@pytest.fixture
def notebook(made: Path) -> NotebookNode:
    return nbformat.read(made, as_version=4)


def checks(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def test_the_notebook_is_valid_for_jupyter_and_for_nbgrader(notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


def test_made_twice_it_is_the_same_byte_for_byte(
    module_folder: Path, made: Path, tmp_path: Path
) -> None:
    assert make_assignment(module_folder, tmp_path).read_bytes() == made.read_bytes()


def test_made_again_after_a_change_it_holds_the_change(tmp_path: Path) -> None:
    module = shutil.copytree(TINY_MODULE, tmp_path / "01-tiny")
    make_assignment(module, tmp_path / "source")
    for name in ("index.md", "exercises.yml"):
        file = module / name
        file.write_text(file.read_text().replace("kettle", "teapot"))
    made = make_assignment(module, tmp_path / "source")
    assert "check-teapot" in made.read_text()
    assert "kettle" not in made.with_name("exercises.yml").read_text()


def test_every_exercise_has_one_check_at_the_end_under_its_heading(
    module_folder: Path, notebook: NotebookNode
) -> None:
    exercises = load_module(module_folder).exercises
    found = checks(notebook)
    assert [c.metadata.nbgrader.grade_id for c in found] == [f"check-{e.id}" for e in exercises]
    assert all(c.metadata.nbgrader.grade and c.metadata.nbgrader.points == 1 for c in found)
    first = notebook.cells.index(found[0])
    assert notebook.cells[first - 1].source.startswith("## What is complete")
    assert notebook.cells[first : first + len(found)] == found
    note, comment = notebook.cells[first + len(found) :]
    assert NOTE_TAG in note.metadata.tags
    assert comment.source == COMMENT_STUB


def test_code_is_folded_away_under_a_line_that_says_what_it_is(
    module_folder: Path, notebook: NotebookNode
) -> None:
    code = [c for c in notebook.cells if c.cell_type == "code" and c.source != COMMENT_STUB]
    first_lines = [cell.source.splitlines()[0] for cell in code]
    for exercise in load_module(module_folder).exercises:
        assert first_lines.count(f"# Exercise: {exercise.title}") == 1
        assert first_lines.count(f"# Complete? {exercise.title}") == 1
    assert all(cell.metadata.jupyter.source_hidden for cell in code)


def test_exactly_one_cell_is_for_a_note_and_it_is_not_graded(notebook: NotebookNode) -> None:
    (note,) = [c for c in notebook.cells if NOTE_TAG in c.metadata.get("tags", [])]
    assert note.cell_type == "markdown"
    assert "nbgrader" not in note.metadata


def test_links_to_other_pages_of_the_book_are_plain_text(notebook: NotebookNode) -> None:
    only_in_the_book = (".md)", ".md#", "{term}")
    assert not [c.source for c in notebook.cells if any(s in c.source for s in only_in_the_book)]


def test_a_link_keeps_its_words_and_links_to_the_web_stay(tmp_path: Path) -> None:
    module = shutil.copytree(TINY_MODULE, tmp_path / "01-tiny")
    page = module / "index.md"
    page.write_text(
        page.read_text() + "\nSee [the other page](../02/index.md#part), "
        "[here](next.md) and [there](https://example.org/a.html).\n\n"
        "A **{term}`spout`** and two {term}`cans <watering can>`.\n"
    )
    text = make_assignment(module, tmp_path / "source").read_text()
    assert "A **spout** and two cans." in text
    assert "See the other page, here and [there](https://example.org/a.html)." in text


def test_the_folder_holds_what_cells_need_and_no_record_or_answer(
    module_folder: Path, made: Path
) -> None:
    # nbgrader puts the files of this folder over the student's at grading.
    parts = {p.name for p in module_folder.glob("*.yml")}
    assert {p.name for p in made.parent.iterdir()} == {made.name, *parts}
    assert made.stem == made.parent.name == load_module(module_folder).module


def outputs_without_error(cells: list[NotebookNode]) -> bool:
    outputs = [output for cell in cells for output in cell.outputs]
    bad = [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert not bad, bad
    return all(cell.outputs for cell in cells)


@pytest.mark.slow
def test_every_code_cell_runs_by_itself_in_a_fresh_kernel(
    student_folder: Path, tmp_path: Path
) -> None:
    notebook = student_folder / "01-tiny.ipynb"
    cells = nbformat.read(notebook, as_version=4).cells
    for number in [n for n, c in enumerate(cells) if c.cell_type == "code" and "\n" in c.source]:
        with kernel_of(notebook, tmp_path / "journal") as client:
            client.execute_cell(client.nb.cells[number], number)
        assert outputs_without_error([client.nb.cells[number]])


def test_code_cells_run_in_reverse_order(student_folder: Path, tmp_path: Path) -> None:
    with kernel_of(student_folder / "01-tiny.ipynb", tmp_path / "journal") as client:
        client.nb.cells.reverse()
        run_all(client)
    assert outputs_without_error(
        [c for c in client.nb.cells if c.cell_type == "code" and "\n" in c.source]
    )


@pytest.mark.parametrize(
    "code",
    [
        'exercise("all-types")\nexercise("kettle")',
        'exercise("kettle"); poster("is-not")',
        "print('hello')",
    ],
)
def test_a_cell_that_does_not_place_one_part_is_refused_in_plain_words(
    tmp_path: Path, code: str
) -> None:
    module = shutil.copytree(TINY_MODULE, tmp_path / "01-tiny")
    page = module / "index.md"
    page.write_text(page.read_text().replace('exercise("kettle")', code))
    line = page.read_text().splitlines().index(code.splitlines()[0]) + 1
    with pytest.raises(SpecError) as refused:
        make_assignment(module, tmp_path / "source")
    message = str(refused.value)
    assert message.startswith(f"{page}:{line}: ")
    assert "exactly one exercise or poster" in message
    assert not list(tmp_path.glob("source/**/*.ipynb"))


def test_the_journal_is_a_notebook_without_checks_and_with_a_certificate(tmp_path: Path) -> None:
    book = ROOT / "book"
    (tmp_path / "journal" / "modules" / "99-gone-since").mkdir(parents=True)
    made = make_journal(book, tmp_path)
    assert made == tmp_path / "journal" / "journal.ipynb"
    notebook = nbformat.read(made, as_version=4)
    nbformat.validate(notebook)
    assert not checks(notebook)
    assert not [c for c in notebook.cells if NOTE_TAG in c.metadata.get("tags", [])]
    code = [cell.source.splitlines()[-1] for cell in notebook.cells if cell.cell_type == "code"]
    prompts = [f'exercise("{e.id}")' for e in load_module(book / "journal").exercises]
    assert code == [*prompts, 'certificate("Allyship course")']
    modules = [f.parent.name for f in book.glob("modules/*/exercises.yml")]
    assert sorted(p.name for p in (made.parent / "modules").iterdir()) == sorted(modules)
    before = made.read_bytes()
    assert make_journal(book, tmp_path).read_bytes() == before


def test_what_one_comes_back_to_is_a_notebook_beside_the_journals(tmp_path: Path) -> None:
    folder = make_journal(ROOT / "book", tmp_path).parent / "return"
    notebook = nbformat.read(folder / "return.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert not checks(notebook)
    code = [cell.source.splitlines()[-1] for cell in notebook.cells if cell.cell_type == "code"]
    assert code == [f'exercise("{e.id}")' for e in load_module(folder).exercises]


def test_the_overview_notebook_says_how_far_each_module_is_and_leads_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ROOT / "book"
    made = make_journal(book, tmp_path).with_name("my-course.ipynb")
    notebook = nbformat.read(made, as_version=4)
    nbformat.validate(notebook)
    make_assignment(book / "modules" / "00-welcome", tmp_path)
    monkeypatch.setenv("ALLYSHIP_JOURNAL", str(tmp_path / "mine"))
    monkeypatch.chdir(made.parent)
    welcome = load_module(book / "modules" / "00-welcome")
    secret = {f.id: "quartz" for f in welcome.exercises[1].all_fields()}
    keep(welcome, welcome.exercises[1], Note(secret, passed=True), tmp_path / "00-welcome")
    found: dict[str, object] = {}
    exec(notebook.cells[-1].source.replace("\nmy_course()", "\nshown = my_course()"), found)
    shown = found["shown"]
    assert isinstance(shown, Page)
    html = shown._repr_mimebundle_()["text/html"]
    assert '<a href="../00-welcome/00-welcome.ipynb">Welcome</a>' in html
    assert html.count("<a ") == 1
    exercises = [e for f in module_folders(book) for e in load_module(f).exercises]
    asks_nothing = sum(all(f.optional for f in e.all_fields()) for e in exercises)
    assert f"{1 + asks_nothing} of {len(exercises)} exercises complete." in html
    assert f"Go on at: Welcome, {welcome.exercises[2].title}" in html
    assert html.count('scope="row"') == 9
    assert "quartz" not in html


def test_points_and_what_is_asked_for_stand_in_the_notebook() -> None:
    module = load_module(TINY_MODULE)
    terms = Terms({"kettle": 2.5}, ["kettle"])
    cells = assignment_notebook(module, TINY_MODULE / "index.md", terms).cells
    points = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points
        for c in cells
        if c.metadata.get("nbgrader", {}).get("grade")
    }
    assert points == {"check-all-types": 1, "check-kettle": 2.5, "check-mine": 1}
    asked = [n for n, c in enumerate(cells) if "would like to read this one" in c.source]
    assert len(asked) == 1
    assert cells[asked[0] + 1].source.endswith('exercise("kettle")')
