"""An assignment in a real JupyterLab, from the first click to handing it in.

What a learner writes is kept, comes back, is not lost when something breaks, and is nowhere in
what is handed in; Jupyter's shortcuts do nothing to somebody who answers by keyboard.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from allyship_course.instructor.demo import Demo, _config, _exchange
from allyship_course.notebook.assignments import make_journal
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, keep
from tests.support.accessibility import AXE, WCAG
from tests.support.classroom import scores
from tests.support.forms import answer_all_types, card, form, progress, secret, thoughts, trouble
from tests.support.lab import Lab, running_lab
from tests.support.notebook import (
    ALL_AT_ONCE,
    CLOSE_ALL,
    Notebook,
    call,
    end_kernels,
    kill_kernel,
)
from tests.support.paths import ROOT

pytestmark = pytest.mark.browser

PHRASE = "quartz-hedgehog-nobody-else-reads-this"


@pytest.fixture(scope="module")
def empty_labs() -> list[Page]:
    """Pages of this file's JupyterLab that show no document: to load it takes most of a test."""
    return []


@pytest.fixture
def page(context: BrowserContext, empty_labs: list[Page]) -> Iterator[Page]:
    page = empty_labs.pop() if empty_labs else context.new_page()
    yield page
    for other in context.pages:
        if other is not page:
            other.close()
    if not page.is_closed() and page.evaluate(CLOSE_ALL):
        empty_labs.append(page)
    else:
        page.close()


@pytest.fixture
def journal_notebook(lab: Lab, page: Page) -> Notebook:
    """The course's journal as a notebook, as it is handed round."""
    made = make_journal(ROOT / "book", lab.root / str(sum(1 for _ in lab.root.iterdir())))
    return Notebook(lab, page, made)


def ids_that_stand_twice(page: Page) -> list[str]:
    ids = page.evaluate("[...document.querySelectorAll('form, form [id]')].map((e) => e.id)")
    assert ids
    return [name for name, times in Counter(ids).items() if times > 1]


def strip(page: Page) -> Locator:
    return page.get_by_role("region", name="Where you are")


def kept(page: Page, exercise: str) -> Locator:
    return form(page, exercise).get_by_text("Kept in your journal.")


# ------------------------------------------------------------------ the way it should go


def test_the_notebook_shows_and_keeps_everything(notebook: Notebook, page: Page) -> None:
    notebook.start()
    expect(notebook.checks).to_have_text(
        [
            "All types: Open: nothing answered yet",
            "The kettle: Open: nothing answered yet",
            "Mine alone: Open: nothing answered yet",
        ]
    )

    expect(strip(page).get_by_role("status")).to_have_text(
        "0 of 3 exercises complete. About 10 minutes left. Next: All types"
    )

    answer_all_types(page)
    expect(kept(page, "all-types")).to_be_visible()
    notebook.until(lambda: len(notebook.record("all-types").get("answered", ())) == 4)
    expect(strip(page).get_by_role("status")).to_contain_text("1 of 3 exercises complete.")
    expect(strip(page).get_by_role("status")).to_contain_text("Next: The kettle")
    expect(strip(page).get_by_role("progressbar")).to_have_js_property("value", 1)
    assert notebook.answers("all-types") == {
        "who": "nobody",
        "how-wet": 3,
        "cards": {"coffee": "bin", "leaf": "pot"},
        "thoughts": "My aunt Ottilie, mostly",
    }
    assert notebook.record("all-types") == {
        "answered": ["who", "how-wet", "cards", "thoughts"],
        "words": {"thoughts": 4},
        "passed": False,
    }
    assert "Ottilie" not in notebook.record_file.read_text()
    notebook.run_all()
    expect(notebook.checks.first).to_have_text("All types: Complete")


def test_what_is_shared_and_what_is_left_out_goes_into_the_record(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    plants = form(page, "all-types")
    answer_all_types(page)
    secret(page).fill("Never to the plant")
    plants.get_by_label("Share my answers").check()
    notebook.until(lambda: "shared" in notebook.record("all-types"))
    assert notebook.record("all-types")["shared"] == {
        "who": "nobody",
        "how-wet": 3,
        "cards": {"coffee": "bin", "leaf": "pot"},
        "thoughts": "My aunt Ottilie, mostly",
    }
    plants.get_by_label("Share my answers").uncheck()
    notebook.until(lambda: "shared" not in notebook.record("all-types"))
    assert "Ottilie" not in notebook.record_file.read_text()
    expect(form(page, "mine").get_by_label("Share my answers")).to_have_count(0)

    form(page, "kettle").get_by_label("rather not do this one").check()
    notebook.until(lambda: notebook.record("kettle").get("passed"))
    notebook.run_all()
    expect(notebook.checks.nth(1)).to_have_text("The kettle: Complete: left out by choice")


def test_cleared_answers_are_gone_everywhere_until_they_are_brought_back(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    answer_all_types(page)
    notebook.until(lambda: "thoughts" in notebook.answers("all-types"))
    form(page, "all-types").get_by_role("button", name="Clear my answers").click()
    notebook.until(lambda: not notebook.record("all-types")["answered"])
    assert notebook.answers("all-types") == {}
    expect(progress(page, "all-types")).to_have_text(
        "Cleared. Until you leave this page, the same button brings your answers back."
    )
    form(page, "all-types").get_by_role("button", name="Bring my answers back").click()
    notebook.until(lambda: len(notebook.record("all-types")["answered"]) == 4)
    assert notebook.answers("all-types")["thoughts"] == "My aunt Ottilie, mostly"


# ------------------------------------------------------------------- keys and the mouse


def test_no_key_typed_into_a_text_does_anything_to_the_notebook(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    before = notebook.save()
    thoughts(page).click()
    for key in "abddxymjk00iicvz":
        page.keyboard.press(key)
    for key in ("Enter", "Escape", "q", "Shift+Enter", "Control+Enter", "Alt+Enter", "r"):
        page.keyboard.press(key)
    expect(thoughts(page)).to_be_focused()
    after = notebook.save()
    expect(thoughts(page)).to_be_focused()
    expect(thoughts(page)).to_have_value("abddxymjk00iicvz\nq\nr")
    assert [(c.id, c.source, c.get("execution_count")) for c in after.cells] == [
        (c.id, c.source, c.get("execution_count")) for c in before.cells
    ]


def test_choices_are_made_with_arrow_keys_and_no_other_key_touches_a_cell(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    before = notebook.save()
    page.get_by_label("Nobody").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Whoever is on the rota")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Dust")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Dry")).to_be_checked()
    for key in ("a", "b", "d", "d", "x", "y", "m", "0", "0", "Enter", "Escape", "Shift+Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("Dry")).to_be_focused()
    after = notebook.save()
    assert [(c.id, c.source, c.get("execution_count")) for c in after.cells] == [
        (c.id, c.source, c.get("execution_count")) for c in before.cells
    ]


# ------------------------------------------------------ coming back, twice, side by side


def test_answers_follow_a_restart_and_a_cell_that_is_run_again(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    answer_all_types(page)
    notebook.until(lambda: "thoughts" in notebook.answers("all-types"))
    notebook.menu("Kernel", "Restart Kernel and Run All Cells…")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(page.locator("form[data-ready]")).to_have_count(3)
    expect(thoughts(page)).to_have_value("My aunt Ottilie, mostly")

    page.get_by_label("Pond").check()
    page.locator(".jp-CodeCell", has_text="# Exercise: All types").locator(
        ".jp-InputPrompt"
    ).first.click()
    page.keyboard.press("Control+Enter")
    notebook.until(lambda: notebook.answers("all-types")["how-wet"] == 5)
    expect(form(page, "all-types")).to_have_count(1)
    expect(page.get_by_label("Pond")).to_be_checked()
    assert ids_that_stand_twice(page) == []


@pytest.mark.slow
def test_a_second_view_of_an_exercise_follows_the_first(notebook: Notebook, page: Page) -> None:
    notebook.start()
    form(page, "all-types").get_by_role("heading").click(button="right")
    page.get_by_role("menuitem", name="Create New View for Cell Output").click()
    second = page.locator(".jp-LinkedOutputView form")
    expect(second).to_have_attribute("data-ready", "")
    assert ids_that_stand_twice(page) == []
    first = page.locator(".jp-Notebook form[data-exercise='all-types']")
    first.get_by_label("Damp").check()
    expect(second.get_by_label("Damp")).to_be_checked()
    second.get_by_label("What does the plant remind you of?").fill("A view of a plant")
    expect(first.get_by_label("What does the plant remind you of?")).to_have_value(
        "A view of a plant"
    )


def test_two_notebooks_with_the_same_exercise_lose_nothing_of_each_other(
    notebook: Notebook, context: BrowserContext, page: Page
) -> None:
    copy = notebook.file.with_name("copy.ipynb")
    shutil.copy(notebook.file, copy)
    other = Notebook(notebook.lab, context.new_page(), copy)
    notebook.start()
    other.start()
    page.get_by_label("Nobody").check()
    notebook.until(lambda: notebook.answers("all-types") == {"who": "nobody"})
    thoughts(other.page).fill("From the other notebook")
    form(other.page, "mine").get_by_label("Dear diary").fill("Also from there")
    page.get_by_label("Damp").check()
    notebook.until(lambda: len(notebook.record("all-types")["answered"]) == 3)
    notebook.until(lambda: notebook.record("mine"))
    assert notebook.answers("all-types") == {
        "who": "nobody",
        "how-wet": 3,
        "thoughts": "From the other notebook",
    }
    expect(other.page.get_by_label("Nobody")).to_be_checked()
    assert notebook.record("all-types")["answered"] == ["who", "how-wet", "thoughts"]
    assert notebook.record("mine")["answered"] == ["diary"]


# --------------------------------------------------------------------------- trouble


def test_a_kernel_that_dies_while_somebody_types_takes_no_word_with_it(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    page.get_by_label("Nobody").check()
    thoughts(page).click()
    page.keyboard.type("Before it died,")
    notebook.until(lambda: "thoughts" in notebook.answers("all-types"))
    kill_kernel(notebook.lab)
    # At once: JupyterLab's own message that the kernel has died takes the keys typed after it.
    page.keyboard.insert_text(" and after")
    expect(trouble(page, "all-types")).to_contain_text("Not saved")
    expect(thoughts(page)).to_have_value("Before it died, and after")
    expect(kept(page, "all-types")).to_have_count(0)

    page.get_by_role("button", name="Ok", exact=True).click()
    notebook.run_all()
    expect(thoughts(page)).to_have_value("Before it died, and after")
    notebook.until(
        lambda: (
            notebook.answers("all-types")
            == {"who": "nobody", "thoughts": "Before it died, and after"}
        )
    )
    expect(kept(page, "all-types")).to_be_visible()


KEPT_IN_BROWSER = """() => Object.entries(localStorage)
    .filter(([key]) => key.startsWith("allyship-unsaved")).map(([, text]) => text).join()"""


@pytest.mark.slow
def test_a_server_that_goes_away_while_somebody_types_takes_no_word_with_it(
    context: BrowserContext, page: Page, student_folder: Path, tmp_path: Path
) -> None:
    root = student_folder.parent
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with running_lab(root, tmp_path / "journal", tmp_path / "state", port) as lab:
        notebook = Notebook(lab, page, student_folder / "01-tiny.ipynb")
        notebook.start()
        thoughts(page).click()
        page.keyboard.type("Before it went,")
        notebook.until(lambda: "thoughts" in notebook.answers("all-types"))
        notebook.save()
        assert page.evaluate(KEPT_IN_BROWSER) == ""
    page.keyboard.type(" and after")
    expect(trouble(page, "all-types")).to_contain_text("kept in this browser until it can be saved")
    thoughts(page).fill("Before it went, and after, too")  # JupyterLab's own message has the focus
    page.wait_for_function(f"({KEPT_IN_BROWSER})().includes('and after, too')")
    page.close()  # and with it all that a page remembers

    with running_lab(root, tmp_path / "journal", tmp_path / "state", port) as lab:
        page = context.new_page()
        notebook = Notebook(lab, page, notebook.file)
        notebook.open()
        notebook.run_all()
        expect(thoughts(page)).to_have_value("Before it went, and after, too")
        notebook.until(
            lambda: notebook.answers("all-types")["thoughts"] == "Before it went, and after, too"
        )
        page.wait_for_function(f"({KEPT_IN_BROWSER})() === ''")


def test_what_is_typed_after_the_server_ended_the_kernel_is_there_again(
    notebook: Notebook, context: BrowserContext, page: Page
) -> None:
    """An idle kernel is ended without a word; who then types may leave at once."""
    notebook.start()
    notebook.save()
    end_kernels(notebook.lab)
    thoughts(page).click()
    page.keyboard.type("Typed for nobody, without a pause")
    expect(kept(page, "all-types")).to_have_count(0)
    page.close()
    assert notebook.answers("all-types") == {}

    notebook.page = page = context.new_page()
    notebook.open()
    notebook.run_all()
    expect(thoughts(page)).to_have_value("Typed for nobody, without a pause")
    notebook.until(
        lambda: notebook.answers("all-types").get("thoughts") == "Typed for nobody, without a pause"
    )
    expect(kept(page, "all-types")).to_be_visible()
    page.wait_for_function(f"({KEPT_IN_BROWSER})() === ''")


@pytest.mark.slow
def test_running_all_cells_without_a_kernel_takes_no_form_away(
    notebook: Notebook, page: Page
) -> None:
    notebook.start()
    thoughts(page).fill("Written before")
    notebook.until(lambda: "thoughts" in notebook.answers("all-types"))
    end_kernels(notebook.lab)
    notebook.menu("Run", "Run All Cells")
    page.wait_for_timeout(2000)
    expect(page.locator("form")).to_have_count(3)
    expect(page.get_by_text("This notebook is not running yet").first).to_be_visible()
    expect(thoughts(page)).to_have_value("Written before")
    thoughts(page).fill("Written before, and meanwhile")
    expect(form(page, "all-types")).to_contain_text("kept in this browser until")

    # As the line says: wait, and run all cells again. JupyterLab may take a round to find out that
    # its kernel is gone, and another to start one.
    for _ in range(5):
        page.wait_for_timeout(20_000)
        if page.get_by_text("This notebook is not running yet").count() == 0:
            break
        notebook.menu("Run", "Run All Cells")
    notebook.until(
        lambda: notebook.answers("all-types").get("thoughts") == "Written before, and meanwhile"
    )
    expect(thoughts(page)).to_have_value("Written before, and meanwhile")
    expect(page.locator("form")).to_have_count(3)
    expect(page.get_by_text("This notebook is not running yet")).to_have_count(0)


@pytest.mark.slow
def test_the_same_exercise_twice_in_a_notebook_is_one_exercise(
    notebook: Notebook, page: Page
) -> None:
    cells = nbformat.read(notebook.file, as_version=4)
    at = next(i for i, c in enumerate(cells.cells) if 'exercise("all-types")' in c.source)
    cells.cells.insert(at, nbformat.from_dict({**cells.cells[at], "id": "copied"}))
    nbformat.write(cells, notebook.file)
    notebook.open()
    notebook.run_all()
    forms = page.locator("form[data-ready][data-exercise='all-types']")
    expect(forms).to_have_count(2)
    assert ids_that_stand_twice(page) == []
    label = "What does the plant remind you of?"
    forms.first.get_by_label(label).fill("A copy")
    expect(forms.last.get_by_label(label)).to_have_value("A copy")
    forms.last.get_by_label("Damp").check()
    expect(forms.first.get_by_label("Damp")).to_be_checked()
    notebook.until(lambda: len(notebook.answers("all-types")) == 2)


def _journal_is_a_file(notebook: Notebook) -> None:
    notebook.lab.journal.write_text("")


def _record_of_the_future(notebook: Notebook) -> None:
    notebook.record_file.write_text('{"schema": 99, "module": "01-tiny", "exercises": {}}')


def _damaged_record(notebook: Notebook) -> None:
    notebook.record_file.write_text('{"schema": 1, "mod')


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (_journal_is_a_file, "Not saved: "),
        pytest.param(
            _record_of_the_future,
            "written by a newer version of this course",
            marks=pytest.mark.slow,
        ),
        pytest.param(_damaged_record, "It is kept as completion-damaged-", marks=pytest.mark.slow),
    ],
)
def test_what_can_not_be_written_is_told_beside_the_text(
    notebook: Notebook, page: Page, break_it: Callable[[Notebook], None], told: str
) -> None:
    break_it(notebook)
    before = notebook.record_file.read_text() if notebook.record_file.exists() else None
    notebook.start()
    thoughts(page).fill("One two three four")
    expect(trouble(page, "all-types")).to_contain_text(told)
    expect(thoughts(page)).to_have_value("One two three four")
    still_there = [f.read_text() for f in notebook.file.parent.glob("completion*.json")]
    assert before is None or before in still_there


def _no_exercises(folder: Path) -> None:
    (folder / "exercises.yml").unlink()


def _broken_exercises(folder: Path) -> None:
    file = folder / "exercises.yml"
    file.write_text(file.read_text() + "  - id: [\n")


def _another_id(folder: Path) -> None:
    file = folder / "01-tiny.ipynb"
    file.write_text(file.read_text().replace('(\\"all-types\\")', '(\\"all-tyres\\")'))


@pytest.mark.parametrize(
    ("break_it", "told", "forms"),
    [
        pytest.param(
            _no_exercises,
            "Exercises.yml, line 1: there is no such file.",
            0,
            marks=pytest.mark.slow,
        ),
        pytest.param(_broken_exercises, "this is not valid YAML", 0, marks=pytest.mark.slow),
        (_another_id, "has no exercise 'all-tyres'. Did you mean 'all-types'?", 2),
    ],
)
def test_a_folder_that_does_not_fit_is_told_in_one_line_and_the_rest_still_runs(
    notebook: Notebook, page: Page, break_it: Callable[[Path], None], told: str, forms: int
) -> None:
    break_it(notebook.file.parent)
    notebook.open()
    notebook.run_all()
    first = page.locator(".jp-CodeCell", has_text="# Exercise: All types")
    expect(first.get_by_text("This exercise can't be shown.")).to_contain_text(told)
    expect(first.get_by_text("fetch the assignment again")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.locator("form")).to_have_count(forms)
    expect(notebook.checks.first).to_contain_text("all-ty")
    expect(notebook.checks.first).to_contain_text("not counted. ")


# ------------------------------------------------------------------------- the secret


def test_a_private_reflection_is_in_the_journal_and_in_nothing_that_is_handed_in(
    notebook: Notebook, page: Page, demo_class: Demo, tmp_path: Path
) -> None:
    notebook.start()
    secret(page).click()
    page.keyboard.type(PHRASE)
    form(page, "mine").get_by_label("Dear diary").click()
    page.keyboard.type(f"Dear diary, {PHRASE}")
    answer_all_types(page)
    notebook.until(lambda: "thoughts" in notebook.answers("all-types"))
    notebook.run_all()
    notebook.save()
    assert notebook.answers("all-types")["secret"] == PHRASE
    assert notebook.answers("mine")["diary"] == f"Dear diary, {PHRASE}"
    handed_in = notebook.file.parent
    assert {"01-tiny.ipynb", "completion.json"} <= {f.name for f in handed_in.iterdir()}
    assert "widgets" in json.loads(notebook.file.read_text())["metadata"]
    assert files_with(PHRASE, handed_in) == []
    assert files_with(PHRASE, notebook.lab.root.parent / "state") == []

    demo = Demo(tmp_path / "class")
    shutil.copytree(demo_class.root, demo.root)
    shutil.rmtree(demo.home("you") / "01-tiny")
    shutil.copytree(handed_in, demo.home("you") / "01-tiny")
    hand_in_and_grade(demo, "you")
    assert scores(demo.course)["you"] == {"check-all-types": 1, "check-kettle": 0, "check-mine": 1}
    for kind in ("submitted", "autograded", "feedback"):
        assert any((demo.course / kind / "you" / "01-tiny").iterdir())
    assert files_with(PHRASE, demo.root) == []


def hand_in_and_grade(demo: Demo, student: str) -> None:
    """Do it with nbgrader itself, in this process: its commands are tested in test_chain.py."""
    log = logging.getLogger("nbgrader-in-test-lab")
    config = _config(demo)
    instructor = NbGraderAPI(CourseDirectory(config=config, log=log), config=config, log=log)
    _exchange("Submit", demo, student, "01-tiny", log)
    for done in (
        instructor.collect("01-tiny"),
        instructor.autograde("01-tiny", student),
        instructor.generate_feedback("01-tiny", student),
    ):
        assert done["success"], done


def files_with(phrase: str, folder: Path) -> list[Path]:
    """Every file below ``folder`` that holds the phrase, in whatever it is written."""
    return [f for f in folder.rglob("*") if f.is_file() and phrase.encode() in f.read_bytes()]


# ------------------------------------------------------- the journal, the certificate


def open_journal(notebook: Notebook) -> Locator:
    """Open the journal's notebook; return the certificate at its end."""
    notebook.open()
    certificate = notebook.page.locator("section[data-ready]")
    expect(certificate).to_be_visible()
    return certificate


def test_the_journal_as_a_notebook_keeps_a_prompt_and_hands_nothing_in(
    journal_notebook: Notebook, context: BrowserContext, page: Page
) -> None:
    label = "Describe a queue or a waiting room you know"
    open_journal(journal_notebook)
    expect(page.get_by_label("Share my answers")).to_have_count(0)
    page.get_by_role("textbox", name=label).fill(PHRASE)
    expect(kept(page, "doors-and-rooms")).to_be_visible()
    assert journal_notebook.answers("doors-and-rooms", "journal")["the-queue"] == PHRASE
    journal_notebook.save()
    folder = journal_notebook.file.parent
    assert files_with(PHRASE, folder) == []
    assert not list(folder.rglob("completion*.json"))
    page.close()
    end_kernels(journal_notebook.lab)

    journal_notebook.page = page = context.new_page()
    open_journal(journal_notebook)
    expect(page.get_by_role("textbox", name=label)).to_have_value(PHRASE)


@pytest.mark.slow
def test_the_certificate_in_a_notebook_counts_the_journal_and_keeps_no_name(
    journal_notebook: Notebook, page: Page, tmp_path: Path
) -> None:
    notebook = journal_notebook
    welcome = load_module(ROOT / "book" / "modules" / "00-welcome")
    for exercise in welcome.exercises:
        keep(welcome, exercise, Note(passed=True), tmp_path, notebook.lab.journal)
    certificate = open_journal(notebook)
    expect(certificate.get_by_role("status")).to_contain_text("in your journal: 1 of 9 modules.")
    name = certificate.get_by_label("Your name")
    name.press_sequentially("Nadia Okonkwo, d d a")
    expect(certificate.locator(".ac-certificate")).to_contain_text("Nadia Okonkwo, d d a went")
    expect(certificate.locator(".ac-certificate").get_by_role("listitem")).to_have_text("Welcome")
    page.evaluate("window.print = () => {}")
    certificate.get_by_role("button", name="Print the certificate").click()
    page.emulate_media(media="print")
    expect(page.locator("body > .ac-certificate")).to_be_visible()
    expect(certificate).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("body > .ac-certificate")).to_have_count(0)
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run('section[data-ready]', {runOnly: tags})", WCAG)
    assert found["passes"]
    assert found["violations"] == []
    saved = notebook.save()
    assert "certificate_html" in json.dumps(saved.metadata.widgets)
    assert files_with("Nadia", notebook.lab.root.parent) == []


# ------------------------------------------------------------------------ for everybody


@pytest.mark.parametrize(
    "theme", ["JupyterLab Light", pytest.param("JupyterLab Dark", marks=pytest.mark.slow)]
)
def test_axe_finds_nothing_in_an_exercise_in_jupyterlab(
    notebook: Notebook, page: Page, theme: str
) -> None:
    setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    call(notebook.lab, "PUT", setting, {"raw": json.dumps({"theme": theme})})
    page.goto("about:blank")  # JupyterLab asks for its theme when it is loaded
    notebook.start()
    dark = "dark" in theme.lower()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(not dark).lower())
    page.evaluate(AXE)
    assert found_by_axe(page) == []
    answer_all_types(page)
    expect(card(page, "Cold coffee").get_by_role("status")).to_contain_text("Gardeners disagree")
    form(page, "kettle").get_by_label("rather not do this one").check()
    expect(kept(page, "kettle")).to_be_visible()
    assert found_by_axe(page) == []
    kill_kernel(notebook.lab)
    page.get_by_label("Pond").check()
    expect(trouble(page, "all-types")).to_contain_text("Not saved")
    assert found_by_axe(page) == []


def found_by_axe(page: Page) -> list[str]:
    result = page.evaluate(
        "tags => axe.run({include: [['form'], ['.ac-strip']]}, {runOnly: tags})",
        WCAG,
    )
    assert result["passes"]
    return [f"{v['id']}: {n['target']}" for v in result["violations"] for n in v["nodes"]]


@pytest.mark.slow
def test_it_works_in_the_notebook_application_too(
    lab: Lab, notebook: Notebook, browser: Browser
) -> None:
    pytest.importorskip("notebook", reason="nbgrader brings Notebook 7; it isn't needed")
    path = notebook.file.relative_to(lab.root)
    # Not guarded: Notebook 7 has script errors of its own under JupyterLab 4.6's extensions.
    notebook.page = page = browser.new_page(viewport=ALL_AT_ONCE)
    page.goto(f"{lab.address}/notebooks/{path}?token={lab.token}")
    expect(page.locator("form[data-ready]")).to_have_count(3)
    answer_all_types(page)
    notebook.until(lambda: len(notebook.answers("all-types")) == 4)
    page.get_by_label("Nobody").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Whoever is on the rota")).to_be_checked()
    thoughts(page).fill("")
    for key in ("o", "Enter", "d", "d", "Shift+Enter", "m"):
        thoughts(page).press(key)
    expect(thoughts(page)).to_have_value("o\ndd\nm")
    expect(strip(page).get_by_role("status")).to_contain_text("1 of 3 exercises complete.")
    notebook.until(lambda: notebook.answers("all-types")["thoughts"] == "o\ndd\nm")
    notebook.save()
    page.close()
    end_kernels(lab)

    notebook.page = page = browser.new_page(viewport=ALL_AT_ONCE)
    page.goto(f"{lab.address}/notebooks/{path}?token={lab.token}")
    expect(thoughts(page)).to_have_value("o\ndd\nm")
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    page.close()
