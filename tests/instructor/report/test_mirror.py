"""The class mirror: what it shows, to whom it was told, and that nobody can be found in it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from playwright.sync_api import Page, expect

from allyship_course.form import render
from allyship_course.instructor.report.disclosure import FEWEST, Counted, Gathered, count, gather
from allyship_course.instructor.report.mirror import MirrorError, Shown, mirror
from allyship_course.notebook.assignments import Terms, make_assignment
from allyship_course.spec import Choice, load_module
from allyship_course.store.journal import Note, entry_of, keep
from allyship_course.store.record import RECORD_FILE, Record
from tests.support.accessibility import AXE, WCAG, scan, sideways, sniff
from tests.support.browser import PATIENCE
from tests.support.classroom import full_note, ours
from tests.support.lab import running_lab
from tests.support.notebook import ALL_AT_ONCE, KERNEL, Notebook, call, end_kernels
from tests.support.paths import COURSE_CONFIG, TINY_MODULE
from tests.support.site import served

# --------------------------------------------------------------------------- the rule

AT_LEAST = 5
OPTIONS = ("a", "b", "c")
Snapshot = Mapping[int, str]


Counts = tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]


def transcript(snapshots: list[Snapshot]) -> list[Counts]:
    """What is shown to the class if a mirror is made of each of these, one after another."""
    shown = Counted(OPTIONS)
    told: list[Counts] = []
    for answers in snapshots:
        shown = count(shown, {str(p): a for p, a in answers.items()}, AT_LEAST)
        told.append((shown.groups, shown.counts))
    return told


def swapped(snapshots: list[Snapshot], i: int, j: int, mine: str, theirs: str) -> list[Snapshot]:
    """The same class, in which i and j had answered the other way round."""
    swap = {(i, mine): theirs, (j, theirs): mine}
    return [{p: swap.get((p, a), a) for p, a in answers.items()} for answers in snapshots]


class GrowingClass(RuleBasedStateMachine):
    """People share, change their minds, take back and come again; mirrors are made in between.

    What the class sees of all the mirrors together must be the same in another class, in which
    a person had given another answer. And still so for two who tell each other theirs: there
    must be three people, any of whom could have changed places with each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[int, str] = {}
        self.texts: dict[int, str] = {}
        self.snapshots: list[Snapshot] = []
        self.counted = Counted(OPTIONS)
        self.when: dict[int, int] = {}
        self.looked_at: set[int] = set()
        self.gathered = Gathered()
        self.shown_texts: list[dict[str, str]] = [{}]
        self.unchecked = False

    @rule(people=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(OPTIONS)), max_size=12))
    def share(self, people: list[tuple[int, str]]) -> None:
        for person, answer in people:
            self.answers[person] = answer
            self.texts[person] = f"{answer}{person % 7}"

    @rule(first=st.integers(0, 30), size=st.integers(3, 9), odd=st.sampled_from(OPTIONS))
    def share_alike(self, first: int, size: int, odd: str) -> None:
        """Nearly all the same: what makes a group that must wait."""
        self.share([(p, "a") for p in range(first, first + size)] + [(first + size, odd)])

    @rule(person=st.integers(0, 40))
    def take_back(self, person: int) -> None:
        self.answers.pop(person, None)
        self.texts.pop(person, None)

    @rule()
    def make_a_mirror(self) -> None:
        before = self.counted.counts
        self.snapshots.append(dict(self.answers))
        new = self.answers.keys() - self.looked_at
        answers = {str(p): a for p, a in self.answers.items()}
        self.counted = count(self.counted, answers, AT_LEAST)
        if len(new) >= AT_LEAST:
            self.looked_at |= new
        if before != self.counted.counts:
            self.when |= dict.fromkeys(new, len(self.snapshots) - 1)
        assert self.counted.people == len(self.when)
        texts = {str(p): t for p, t in self.texts.items()}
        self.gathered = gather(self.gathered, texts, AT_LEAST, str)
        assert all(texts[p] for p in self.gathered.people)  # nobody who has taken theirs back
        self.shown_texts.append({p: texts[p] for p in self.gathered.people})
        self.unchecked = True

    @invariant()
    def nobody_can_be_told(self) -> None:
        if not self.unchecked:
            return
        self.unchecked = False
        told = transcript(self.snapshots)
        for i, event in self.when.items():
            mine = self.snapshots[event][i]
            places = 0
            for j, other in self.when.items():
                theirs = self.snapshots[event].get(j)
                if other != event or theirs is None or theirs == mine:
                    continue
                places += transcript(swapped(self.snapshots, i, j, mine, theirs)) == told
                if places == FEWEST:
                    break
            assert places == FEWEST, f"{i} can be told from {told}"

    @invariant()
    def tables_differ_by_many_or_not_at_all(self) -> None:
        for (_, small), (_, large) in pairwise([((), ()), *transcript(self.snapshots)]):
            if small != large:
                more = [b - a for a, b in zip(small or (0,) * len(large), large, strict=True)]
                assert sum(more) >= AT_LEAST
                assert min(more) >= FEWEST
                assert len(more) > 1

    @invariant()
    def texts_come_and_go_with_many_others(self) -> None:
        once_shown: set[str] = set()
        for before, after in pairwise(self.shown_texts):
            came, went = after.items() - before.items(), before.items() - after.items()
            for some in (came, went):
                if some:
                    most = max(Counter(text for _, text in some).values())
                    assert len(some) >= AT_LEAST
                    assert len(some) - most >= FEWEST
            # Who was shown once and has left is never shown again, with this text or another.
            assert not once_shown & {person for person, _ in came}
            once_shown |= after.keys()


def test_no_answer_can_be_told_from_any_sequence_of_mirrors() -> None:
    run_state_machine_as_test(
        GrowingClass, settings=settings(max_examples=60, stateful_step_count=25)
    )


@pytest.mark.slow
def test_no_answer_can_be_told_from_any_of_many_more_sequences() -> None:
    run_state_machine_as_test(
        GrowingClass, settings=settings(max_examples=1500, stateful_step_count=40)
    )


# ------------------------------------------------------------------- from the records

PEOPLE = 24


def course_of(root: Path, mirror_from: int = 10, module: Path = TINY_MODULE) -> Path:
    """A course folder with one module whose forms tell of a mirror."""
    course = root / "course"
    course.mkdir(parents=True)
    shutil.copy(COURSE_CONFIG, course)
    make_assignment(module, course / "source", Terms(mirror=mirror_from))
    return course


def hand_in(
    course: Path, student: str, notes: Mapping[str, Mapping[str, Any]], told: int = 10
) -> None:
    """Let a student hand in a record in which the exercises are as ``notes`` has them."""
    (source,) = (course / "source").iterdir()
    module = load_module(source)
    entries = {
        exercise: entry_of(module.exercise(exercise), Note(**note), told)
        for exercise, note in notes.items()
    }
    folder = course / "submitted" / student / module.module
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD_FILE).write_text(json.dumps(Record(module.module, entries).to_json()))


def a_note(number: int, shared: bool = True, **own: Any) -> dict[str, Any]:
    """What person ``number`` put into the exercise with all types."""
    (exercise,) = [e for e in load_module(TINY_MODULE).exercises if e.id == "all-types"]
    note = full_note(exercise, shared)
    note["answers"] |= {"thoughts": f"Thoughts of number {number:02}, and more words.", **own}
    choice = next(f for f in exercise.all_fields() if isinstance(f, Choice))
    note["answers"][choice.id] = choice.options[number % 2].id
    return note


def texts_of(course: Path) -> list[str]:
    made = mirror(course, "01-tiny")
    return [text for _, fields in made.exercises for field in fields for text in field.texts]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Twenty-four people who shared one exercise."""
    course = course_of(tmp_path)
    for number in range(PEOPLE):
        hand_in(course, f"student-{number:02}", {"all-types": a_note(number)})
    return course


def test_the_class_sees_numbers_of_choices_and_texts_without_names(course: Path) -> None:
    ours(course, "mirror", "01-tiny")
    made = mirror(course, "01-tiny")
    ((_, fields),) = made.exercises
    choice = next(f for f in fields if f.tables and f.tables[0][1])
    assert [line.chose for line in choice.tables[0][1]][:2] == [12, 12]
    (texts,) = [f.texts for f in fields if f.texts]
    assert sorted(texts) == [f"Thoughts of number {n:02}, and more words." for n in range(PEOPLE)]
    assert "student-" not in made.file.read_text()
    assert made.file.stat().st_mode & 0o077 == 0


def test_texts_stand_in_an_order_that_tells_nothing(course: Path) -> None:
    orders = {tuple(texts_of(course)) for _ in range(3)}
    assert len(orders) == 3
    assert tuple(sorted(next(iter(orders)))) not in orders


def test_what_is_remembered_holds_no_text(course: Path) -> None:
    mirror(course, "01-tiny")
    remembered = (course / "mirror" / "shown.json").read_text()
    assert "Thoughts" not in remembered
    assert "student-03" in remembered  # so that a purge finds it


@pytest.mark.parametrize(
    "change",
    [
        {"shared": False},
        {"passed": True},
        {"told": 0},  # from a form that knew of no mirror
        {"told": 20},  # who was told that twenty are needed
    ],
    ids=lambda change: next(iter(change)),
)
def test_nothing_is_shown_of_nine_who_shared_and_of_whoever_did_not(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    course = course_of(tmp_path)
    for number in range(9):
        hand_in(course, f"student-{number}", {"all-types": a_note(number)})
    told = change.pop("told", 10)
    hand_in(course, "student-9", {"all-types": a_note(9) | change}, told)
    made = mirror(course, "01-tiny")
    assert made.exercises == []
    assert "nothing to show yet" in made.file.read_text()


def test_what_is_private_is_not_shown_even_from_a_forged_record(course: Path) -> None:
    (source,) = (course / "source").iterdir()
    data = yaml.safe_load((source / "exercises.yml").read_text())
    for field in data["exercises"][0].get("fields", []):
        if field["id"] == "thoughts":
            field["private"] = "always"
    (source / "exercises.yml").write_text(yaml.safe_dump(data, sort_keys=False))
    for number in range(PEOPLE):
        file = course / "submitted" / f"student-{number:02}" / "01-tiny" / RECORD_FILE
        assert "Thoughts" in file.read_text()
    assert texts_of(course) == []


def test_who_takes_a_text_back_takes_it_off_with_those_it_stood_among(course: Path) -> None:
    assert len(texts_of(course)) == PEOPLE
    hand_in(course, "student-07", {"all-types": a_note(7, shared=False)})
    left = texts_of(course)
    assert not [text for text in left if "07" in text]
    assert len(left) == PEOPLE - 12  # two blocks of twelve there were
    hand_in(course, "student-07", {"all-types": a_note(7)})
    assert sorted(texts_of(course)) == sorted(left)


def test_one_more_person_changes_nothing_until_ten_have_come(course: Path) -> None:
    def tables() -> list[Shown]:
        ((_, fields),) = mirror(course, "01-tiny").exercises
        return [field._replace(texts=sorted(field.texts)) for field in fields]

    before = tables()
    for number in range(PEOPLE, PEOPLE + 9):
        hand_in(course, f"student-{number:02}", {"all-types": a_note(number)})
        assert tables() == before
    hand_in(course, "student-90", {"all-types": a_note(90)})
    assert tables() != before


def test_without_what_was_shown_before_there_is_no_mirror(course: Path) -> None:
    mirror(course, "01-tiny")
    (course / "mirror" / "shown.json").write_text("{")
    with pytest.raises(MirrorError, match="Put it back from a backup"):
        mirror(course, "01-tiny")


@pytest.mark.parametrize(
    ("mirror_from", "module", "exercise", "why"),
    [
        (0, "01-tiny", None, "were not told"),
        (4, "01-tiny", None, "5 people at least"),
        (10, "02-other", None, "no module 02-other"),
        (10, "01-tiny", "all-typs", "all-types"),
    ],
)
def test_why_there_is_no_mirror_is_said(
    tmp_path: Path, mirror_from: int, module: str, exercise: str | None, why: str
) -> None:
    with pytest.raises(MirrorError, match=why):
        mirror(course_of(tmp_path, mirror_from), module, exercise)


# --------------------------------------------------------------- what students are told


def test_the_record_says_whom_the_form_told_of_a_mirror(tmp_path: Path) -> None:
    course = course_of(tmp_path)
    told = load_module(course / "source" / "01-tiny")
    untold = load_module(TINY_MODULE)
    (tmp_path / "work").mkdir()
    first, second = told.exercises[:2]

    def mirrors() -> dict[str, int]:
        data = json.loads((tmp_path / "work" / RECORD_FILE).read_text())
        return {name: entry.get("mirror", 0) for name, entry in data["exercises"].items()}

    keep(untold, first, Note(**full_note(first, True)), tmp_path / "work", tmp_path / "journal")
    keep(told, second, Note(**full_note(second, True)), tmp_path / "work", tmp_path / "journal")
    assert mirrors() == {first.id: 0, second.id: 10}
    keep(told, second, Note(**full_note(second)), tmp_path / "work", tmp_path / "journal")
    assert mirrors() == {first.id: 0, second.id: 0}


@pytest.mark.browser
def test_the_form_tells_of_the_mirror_beside_the_box_only_where_there_is_one(
    tmp_path: Path, page: Page
) -> None:
    for mirror_from, times in ((10, 1), (0, 0)):
        module = load_module(
            course_of(tmp_path / str(mirror_from), mirror_from) / "source" / "01-tiny"
        )
        page.set_content(render(module, module.exercise("all-types"), "notebook"))
        hint = page.locator("[data-share] ~ .ac-hint")
        assert hint.inner_text().count("once at least 10 people share") == times


# ------------------------------------------------------------------------- the page


@pytest.fixture
def site(course: Path) -> Iterator[str]:
    hostile = "<script>document.title = 'run'</script><b>bold</b> \u202e turned"
    hand_in(course, "student-00", {"all-types": a_note(0, thoughts=hostile)})
    mirror(course, "01-tiny")
    with served(course / "mirror") as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_everybody_can_use_the_mirror_and_nothing_in_it_runs(
    site: str, page_with: Callable[..., Page], scheme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    page = page_with(color_scheme=scheme, viewport=size, bypass_csp=True)
    page.goto(f"{site}/01-tiny.html")
    expect(page.get_by_text("<b>bold</b>")).to_have_count(1)
    assert page.title() != "run"
    assert scan(page) == ([], [])
    assert sniff(page) == []
    assert sideways(page) == []


@pytest.mark.slow
@pytest.mark.browser
def test_a_notebook_shows_the_mirror_as_the_page_does(
    site: str, course: Path, tmp_path: Path, page_with: Callable[..., Page]
) -> None:
    code = (
        "from pathlib import Path\nfrom allyship_course.instructor.report.mirror import mirror\n\n"
    )
    cell = nbformat.v4.new_code_cell(f'{code}mirror(Path("."), "01-tiny")')
    kernel = {"name": "python3", "display_name": KERNEL, "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(notebook, course / "talk.ipynb")
    themes = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    with running_lab(course, tmp_path / "journal", tmp_path / "jupyter") as lab:
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            call(lab, "PUT", themes, {"raw": json.dumps({"theme": theme})})
            page = page_with(viewport=ALL_AT_ONCE)
            one = Notebook(lab, page, course / "talk.ipynb")
            one.open()
            one.menu("Run", "Run All Cells")
            shown = page.locator(".jp-OutputArea .allyship-mirror")
            expect(shown.get_by_text("<b>bold</b>")).to_be_visible(timeout=PATIENCE)
            assert page.title() != "run"
            # JupyterLab has styles of its own for headings, lists and pictures.
            expect(shown.locator(".lines").first).to_have_css("list-style-type", "none")
            expect(shown.locator(".lines").first).to_have_css("padding-left", "0px")
            assert shown.locator(".bar").first.evaluate("one => one.clientHeight") < 20
            light = shown.evaluate("one => getComputedStyle(one).getPropertyValue('--paper')")
            assert light == page.evaluate(
                "getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')"
            )
            page.evaluate(AXE)
            found = page.evaluate("tags => axe.run('.allyship-mirror', {runOnly: tags})", WCAG)
            assert found["passes"]
            assert found["violations"] == []
            end_kernels(lab)
            page.close()
