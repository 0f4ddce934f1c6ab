"""A field type is one class and one block: a made-up new type, and every type there is, walked
through all that asks something of a field, from the author's first draft to the graded copy.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import nbformat
import pytest
from bs4 import BeautifulSoup

from allyship_course import form
from allyship_course.author.draft import new_exercise, new_module
from allyship_course.author.lint import check_book
from allyship_course.book.tables import doing_in
from allyship_course.completion import answered, completion
from allyship_course.form.words import answer_in_words, describe_field
from allyship_course.grading.batch import grade
from allyship_course.instructor.demo import Demo, Student, make_demo, work
from allyship_course.instructor.report.mirror import Shown, mirror
from allyship_course.instructor.report.table import completion_table
from allyship_course.notebook.assignments import Terms, make_assignment
from allyship_course.spec import (
    FIELD_TYPES,
    Exercise,
    FieldType,
    Module,
    Question,
    Step,
    load_module,
)
from allyship_course.store.journal import Note, entry_of, read_notes
from allyship_course.store.record import RECORD_FILE, Record
from allyship_course.store.transfer import in_words
from tests.support.paths import COURSE_CONFIG, TINY

MODULE = "02-all"


class Slider(FieldType):
    """A number from 0 to 10."""

    type: Literal["slider"]

    doing: ClassVar[str] = "moves a slider"
    sample: ClassVar[str] = "label: How far along?\n"

    def answered(self, value: object) -> bool:
        return isinstance(value, int) and 0 <= value <= 10

    def labels(self) -> dict[str, str]:
        return {str(n): f"{n} of 10" for n in range(11)}

    def made_up(self) -> int:
        return 7

    def questions(self) -> Iterator[Question]:
        yield Question("number", self.label, self.labels(), str)


BLOCK = """
{%- macro slider(field, id) %}
  <div data-field="{{ field.id }}">
    <label for="{{ id }}">{{ legend(field) }}</label>
    <input type="range" id="{{ id }}" min="0" max="10">
  </div>
{%- endmacro %}
"""
DRAWN = '"recall": recall,'


class Sample(NamedTuple):
    """Of the draft of one type: how it is drawn, what answers say, and what somebody else says."""

    controls: str
    words: str
    doing: str
    other: Any = None  # None where a mirror shows nothing of this type


SENTENCE = "One made-up sentence of a demo class."
SAMPLES = {
    "choice": Sample("input[type=radio]", "Say it now", "decides", "wait"),
    "choices": Sample(
        "input[type=checkbox]",
        "A question that nobody answered\nAn answer that nobody had asked for",
        "ticks",
        ["often"],
    ),
    "scale": Sample("input[type=radio]", "Quite", "rates", 1),
    "sort": Sample(
        "fieldset[data-card] input", "The list of who speaks: With me", "sorts cards",
        {"first": "theirs"},
    ),
    "order": Sample(
        "select[data-item]", "1. Ask the person\n2. Tell somebody who decides", "puts in order",
        {"ask": 2, "tell": 1},
    ),
    "text": Sample("textarea", " ".join([SENTENCE] * 6), "writes", "Another text."),
    "line": Sample("input[type=text]", SENTENCE, "fills in lines"),
    "date": Sample("input[type=date]", "2031-01-31", "sets dates"),
    "list": Sample("[data-column]", f"{SENTENCE}: {SENTENCE}", "lists"),
    "mark": Sample(".ac-mark input", "considering", "presses phrases", ["we"]),
    "recall": Sample("input[type=radio]", "I had it", "recalls"),
    "slider": Sample("input[type=range]", "7 of 10", "moves a slider", 3),
}  # fmt: skip
types = pytest.mark.parametrize("kind", SAMPLES)


@pytest.fixture(scope="module", autouse=True)
def slider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All that a new type needs: its class in the list, and its block in the template."""
    folder = tmp_path_factory.mktemp("form")
    name = "exercise.html.jinja"
    text = (form.FOLDER / name).read_text()
    assert DRAWN in text
    with_block = text.replace("{%- set draw =", BLOCK + "{%- set draw =")
    (folder / name).write_text(with_block.replace(DRAWN, f'{DRAWN} "slider": slider,'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FIELD_TYPES, "slider", Slider)
        patch.setattr(form, "FOLDER", folder)
        rebuild()
        yield
    rebuild()


def rebuild() -> None:
    """Let the shapes that hold fields know the types of now: they were made with those before."""
    for shape in (Step, Exercise, Module):
        shape.model_rebuild(force=True)


@pytest.fixture(scope="module")
def book(slider: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with a module whose exercises are the first draft of each type."""
    book = tmp_path_factory.mktemp("project") / "book"
    shutil.copytree(TINY, book)
    new_module(book, None, MODULE)
    for kind in SAMPLES:
        new_exercise(book, None, MODULE, f"my-{kind}", kind)
    return book


@pytest.fixture(scope="module")
def module(book: Path) -> Module:
    return load_module(book / "modules" / MODULE)


@pytest.fixture(scope="module")
def demo(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo class over that one module, graded; its first student has shared everything."""
    alone = tmp_path_factory.mktemp("alone")
    shutil.copytree(book / "modules" / MODULE, alone / "modules" / MODULE)
    (alone / "_toc.yml").write_text(
        f"format: jb-book\nroot: modules/{MODULE}/index\n", encoding="utf-8"
    )
    demo = make_demo(tmp_path_factory.mktemp("class"), alone, COURSE_CONFIG, lambda _: None)
    first = Student("student-01", "complete", shares=1000)
    work(demo, load_module(alone / "modules" / MODULE), first)
    handed_in = demo.course / "submitted" / first.id / MODULE
    shutil.copy(demo.home(first.id) / MODULE / RECORD_FILE, handed_in)
    grade(demo.course, [MODULE], tell=lambda _: None, progress=lambda *_: None)
    return demo


def of_type(module: Module, kind: str) -> tuple[Exercise, FieldType]:
    exercise = module.exercise(f"my-{kind}")
    (field,) = exercise.all_fields()
    return exercise, field


def test_every_type_is_walked() -> None:
    assert {*SAMPLES} == {*FIELD_TYPES}


def test_the_check_has_nothing_against_a_draft_but_that_it_is_one(book: Path) -> None:
    own = [p.what for p in check_book(book) if MODULE in str(p.file)]
    assert {*own} == {"this is a draft"}


@types
def test_its_form_asks_for_it(module: Module, kind: str) -> None:
    exercise, field = of_type(module, kind)
    for place in ("page", "notebook"):
        html = BeautifulSoup(form.render(module, exercise, place), "html.parser")
        (drawn,) = html.select(f'[data-field="{field.id}"]')
        assert field.label in drawn.text
        assert drawn.select(SAMPLES[kind].controls)
        assert html.form
        rule = json.loads(str(html.form["data-rule"]))
        assert rule["fields"] == {field.id: field.rule()}


@types
def test_its_answer_completes_the_exercise(module: Module, kind: str) -> None:
    exercise, field = of_type(module, kind)
    state = answered(exercise, {field.id: field.made_up()})
    assert completion(exercise, state.fields).complete
    assert not completion(exercise, answered(exercise, {field.id: None}).fields).complete


@types
def test_its_answer_is_told_in_the_words_of_the_form(module: Module, kind: str) -> None:
    _, field = of_type(module, kind)
    lines = answer_in_words(describe_field(field), field.made_up())
    assert "\n".join(lines) == SAMPLES[kind].words


@types
def test_a_table_says_what_is_done_in_it(module: Module, kind: str) -> None:
    exercise, _ = of_type(module, kind)
    assert doing_in(exercise) == SAMPLES[kind].doing


@pytest.mark.heavy
@types
def test_a_made_up_students_journal_shows_it(module: Module, demo: Demo, kind: str) -> None:
    notes = read_notes(demo.journal("student-01"), MODULE)
    exercise, field = of_type(module, kind)
    shown = "\n".join(in_words([module], {MODULE: notes}))
    said = "\n".join(f"> {line}" for line in SAMPLES[kind].words.splitlines())
    assert f"### {exercise.title}\n\n**{field.label}**\n\n{said}" in shown


@pytest.mark.heavy
@types
def test_the_graded_copy_shows_what_was_shared_of_it(demo: Demo, kind: str) -> None:
    copy = demo.course / "autograded" / "student-01" / MODULE / f"{MODULE}.ipynb"
    nb = nbformat.read(copy, as_version=4)
    (check,) = [c for c in nb.cells if c.source.endswith(f'check("my-{kind}")')]
    html = BeautifulSoup(check.outputs[0].data["text/html"], "html.parser")
    assert html.dd
    assert html.dd.get_text("\n") == SAMPLES[kind].words


@pytest.mark.heavy
def test_the_class_has_completed_each_of_them(demo: Demo) -> None:
    table = completion_table(demo.course).set_index("student")
    assert table.loc["student-01", "complete"] == len(SAMPLES) + 1


@pytest.fixture(scope="module")
def mirrored(book: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Shown]]:
    """What a mirror shows of twelve people, of whom half answer as made up, half otherwise."""
    course = tmp_path_factory.mktemp("mirrored")
    shutil.copy(COURSE_CONFIG, course)
    make_assignment(book / "modules" / MODULE, course / "source", Terms(mirror=10))
    module = load_module(course / "source" / MODULE)
    for person in range(12):
        entries = {}
        for kind, sample in SAMPLES.items():
            exercise, field = of_type(module, kind)
            value = sample.other if person % 2 and sample.other is not None else field.made_up()
            note = Note({field.id: value}, shared=True)
            entries[exercise.id] = entry_of(exercise, note, module.mirror)
        folder = course / "submitted" / f"student-{person:02}" / MODULE
        folder.mkdir(parents=True)
        (folder / RECORD_FILE).write_text(json.dumps(Record(MODULE, entries).to_json()))
    shown = dict(mirror(course, MODULE).exercises)
    return {kind: list(shown.get(f"My {kind}", ())) for kind in SAMPLES}


@types
def test_a_mirror_shows_what_was_chosen_in_it(mirrored: dict[str, list[Shown]], kind: str) -> None:
    if SAMPLES[kind].other is None:
        assert mirrored[kind] == []
        return
    (shown,) = mirrored[kind]
    lines = [line for _, table in shown.tables for line in table]
    if kind == "text":
        assert sorted({*shown.texts}) == ["Another text.", SAMPLES["text"].words]
    else:
        assert next(line.chose for line in lines if line.chose is not None) == 6
