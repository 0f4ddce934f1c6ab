"""``allyship new``: a draft that works at once, and of which the check lists what is to do."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from allyship_course.author.lint import check_book
from allyship_course.cli import main
from allyship_course.notebook.assignments import assignment_notebook
from allyship_course.spec import FIELD_TYPES, TO_WRITE, Problem, load_module
from allyship_course.spec.overlay import lay_over
from tests.support.books import build_book
from tests.support.paths import ROOT, TINY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "project" / "book")
    shutil.copy(ROOT / "_config.yml", tmp_path / "project")
    return tmp_path / "project"


def new(folder: Path, *arguments: str, ok: bool = True) -> str:
    with contextlib.chdir(folder):
        done = CliRunner().invoke(main, ["new", *arguments])
    assert (done.exit_code == 0) == ok, done.output
    return done.output


def test_an_exercise_of_each_type_works_at_once(project: Path) -> None:
    before = check_book(project / "book")
    for kind in FIELD_TYPES:
        new(project, "exercise", "01-tiny", f"my-{kind}", "--type", kind)
    folder = project / "book" / "modules" / "01-tiny"
    module = load_module(folder)
    notebook = assignment_notebook(module, folder / "index.md")
    for kind in FIELD_TYPES:
        assert module.exercise(f"my-{kind}").fields[0].type == kind
        assert any(c.source.endswith(f'exercise("my-{kind}")') for c in notebook.cells)
    assert to_dos(project / "book", before) == {"draft"}


def test_a_draft_speaks_of_a_source_map_only_where_the_book_has_one(project: Path) -> None:
    file = project / "book" / "modules" / "01-tiny" / "exercises.yml"
    new(project, "exercise", "01-tiny", "without-one")
    assert "source map" not in file.read_text("utf-8")
    rows = project / "book" / "developing" / "source-map.yml"
    rows.parent.mkdir()
    rows.write_text("- {row: C4, idea: Water}\n", "utf-8")
    new(project, "exercise", "01-tiny", "with-one")
    assert "# Rows of the source map, such as [C4]" in file.read_text("utf-8")


def test_what_a_draft_shows_in_comments_works_once_its_sign_is_taken_away(project: Path) -> None:
    for kind in FIELD_TYPES:
        new(project, "exercise", "01-tiny", f"my-{kind}", "--type", kind)
    folder = project / "book" / "modules" / "01-tiny"
    file = folder / "exercises.yml"
    text = re.sub(r"(?m)^( *)# ((?: *- [{])|(?: *[a-z]+:))", r"\1\2", file.read_text("utf-8"))
    file.write_text(re.sub(r"(?m)^ *(sources|evidence): .*\n", "", text), "utf-8")
    module = load_module(folder)
    for kind in FIELD_TYPES:
        exercise = module.exercise(f"my-{kind}")
        field = exercise.fields[0]
        assert all((exercise.note, exercise.people, field.ours, field.others)), kind
    first = {kind: module.exercise(f"my-{kind}").fields[0].model_dump() for kind in FIELD_TYPES}
    assert len(first["choice"]["options"][0]["effects"]) == 3
    assert first["choice"]["options"][0]["plainly"]
    assert first["choices"]["unticked"]
    assert first["sort"]["cards"][0]["replies"]
    for kind in ("text", "line"):
        assert all(first[kind][key] for key in ("hints", "prefill", "folded")), kind
    assert first["list"]["columns"][1]["options"]
    assert first["list"]["columns"][1]["hints"]


def to_dos(book: Path, before: list[Problem]) -> set[str]:
    """What the check says that it did not say before; a draft is one where it says so itself."""
    found = set()
    for problem in check_book(book):
        if problem in before:
            continue
        line = problem.file.read_text().splitlines()[problem.line - 1]
        if problem.what == "this is a draft":
            assert TO_WRITE in line
            found.add("draft")
        else:
            found.add(problem.what.removeprefix("it names "))
    return found


def test_a_module_is_in_the_contents_and_only_waits_for_its_author(project: Path) -> None:
    said = new(project, "module", "02-our-rules")
    assert said.count("Written:") == 3
    assert "modules/02-our-rules/index" in (project / "book" / "_toc.yml").read_text()
    assert load_module(project / "book" / "modules" / "02-our-rules").title == "Our rules"
    own = [p for p in check_book(project / "book") if "02-our-rules" in str(p.file)]
    assert {p.what for p in own} == {"this is a draft"}


@pytest.mark.slow
def test_a_draft_builds(project: Path, tmp_path: Path) -> None:
    new(project, "module", "02-our-rules")
    new(project, "exercise", "02-our-rules", "at-the-lift")
    build_book(project / "book", tmp_path / "out")
    page = tmp_path / "out" / "_build" / "html" / "modules" / "02-our-rules" / "index.html"
    assert page.read_text().count('<form class="ac-exercise"') == 2


def test_in_a_course_with_an_overlay_drafts_go_there(project: Path, tmp_path: Path) -> None:
    before = {f: f.read_bytes() for f in project.rglob("*.*") if f.is_file()}
    course = tmp_path / "spring"
    course.mkdir()
    (course / "course.yml").write_text(f"book: {project}\noverlay: ours\n")
    new(course, "exercise", "01-tiny", "our-lift", "--type", "text")
    new(course, "exercise", "01-tiny", "our-stairs")
    new(course, "module", "02-our-rules")
    new(course, "exercise", "02-our-rules", "the-first", "--type", "line")
    assert {f: f.read_bytes() for f in project.rglob("*.*") if f.is_file()} == before
    book = lay_over(project / "book", course / "ours", tmp_path / "laid").book
    assert {"our-lift", "our-stairs"} <= {
        e.id for e in load_module(book / "modules" / "01-tiny").exercises
    }
    ours = load_module(book / "modules" / "02-our-rules")
    assert [e.id for e in ours.exercises] == ["first-thoughts", "the-first"]
    own = [
        p for p in check_book(project / "book", course / "ours") if p.file.is_relative_to(course)
    ]
    assert own
    assert {p.what for p in own} == {"this is a draft"}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("module", "01-tiny"), "01-tiny is there already"),
        (("module", "../x"), "'../x' can't be an id"),
        (("exercise", "01-tinny", "lift"), "no module '01-tinny'. Did you mean '01-tiny'?"),
        (("exercise", "01-tiny", "kettle"), "01-tiny has an exercise 'kettle' already"),
    ],
)
def test_what_can_not_be_made_is_told_and_nothing_is_written(
    project: Path, arguments: tuple[str, ...], what: str
) -> None:
    before = {f: f.read_bytes() for f in project.rglob("*.*") if f.is_file()}
    assert what in new(project, *arguments, ok=False)
    assert {f: f.read_bytes() for f in project.rglob("*.*") if f.is_file()} == before
