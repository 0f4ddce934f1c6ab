"""On paper a case is a game book: what answers a question stands under a number, not beside it,
and each number says where to go on.
"""

from __future__ import annotations

import functools
import itertools

import pytest
from bs4 import BeautifulSoup, Tag

from allyship_course.book.print.numbers import shuffled
from allyship_course.book.print.worksheet import worksheet
from allyship_course.form import render
from allyship_course.spec import END, Choice, Exercise, Module, load_module, module_folders
from tests.support.forms import squeezed
from tests.support.paths import ROOT

MODULES = {folder.name: load_module(folder) for folder in module_folders(ROOT / "book")}


@functools.cache
def on_paper(name: str) -> BeautifulSoup:
    """All exercises of a module on paper. For looking at."""
    module = MODULES[name]
    forms = "".join(render(module, exercise, "page") for exercise in module.exercises)
    page = BeautifulSoup(f"<main><section><h1>One</h1>{forms}</section></main>", "html.parser")
    worksheet(page, {name: module}, pictures=True)
    return page


def place(page: BeautifulSoup, link: Tag) -> Tag:
    """Where a link leads to."""
    found = page.find(id=str(link["href"]).removeprefix("#"))
    assert isinstance(found, Tag), link
    return found


def section_of(page: BeautifulSoup, module: Module, exercise: Exercise) -> Tag:
    found = page.find(id=f"ac-{module.module}-{exercise.id}")
    assert isinstance(found, Tag)
    return found


def option(scope: Tag, label: str) -> Tag:
    words = squeezed(label)
    [found] = [
        o for o in scope.select(".ac-option") if squeezed(o.get_text())[1:].startswith(words)
    ]
    return found


def cases() -> list[tuple[str, str]]:
    return [
        (name, exercise.id)
        for name, module in MODULES.items()
        for exercise in module.exercises
        if any(len(route["next"]) > 1 for route in exercise.routes())
    ]


def assert_leads(page: BeautifulSoup, onward: Tag, exercise: Exercise, step: str) -> Tag | None:
    """The last line of an answer leads to a step; return where that stands."""
    if step == END:
        assert "this way ends" in onward.get_text()
        assert place(page, onward.select("a")[-1]).select_one("h3")
        return None
    there = place(page, onward.select("a.goto")[-1])
    title = next(one.title for one in exercise.steps if one.id == step)
    heading = there.select_one("h4")
    assert heading
    assert heading.get_text() == title
    return there


@pytest.mark.parametrize(("name", "exercise_id"), cases())
def test_every_way_of_every_case_can_be_walked_by_its_numbers(name: str, exercise_id: str) -> None:
    page = on_paper(name)
    exercise = MODULES[name].exercise(exercise_id)
    onward = exercise.default_next()
    waiting: list[tuple[str, Tag | None]] = [
        (exercise.steps[0].id, section_of(page, MODULES[name], exercise))
    ]
    walked: set[str] = set()
    while waiting:
        step_id, here = waiting.pop()
        if step_id in walked or here is None:
            continue
        walked.add(step_id)
        step = next(one for one in exercise.steps if one.id == step_id)
        branching = [f for f in step.fields if isinstance(f, Choice) and f.branches]
        if not branching:
            to = onward[step_id]
            waiting.append((to, assert_leads(page, here.select(".onward")[-1], exercise, to)))
        for o in (o for field in branching for o in field.options):
            to = o.next or onward[step_id]
            chosen = option(here, o.label)
            if o.consequence:
                chosen = place(page, chosen.select_one("a.goto") or chosen)
                assert squeezed(o.effects[0].who if o.effects else "") in squeezed(
                    chosen.get_text()
                )
            waiting.append((to, assert_leads(page, chosen.select(".onward")[-1], exercise, to)))
    assert walked == {step.id for step in exercise.steps}


@pytest.mark.parametrize("name", MODULES)
def test_no_answer_stands_beside_its_question(name: str) -> None:
    page = on_paper(name)
    for exercise in MODULES[name].exercises:
        section = section_of(page, MODULES[name], exercise)
        beside = squeezed(section.get_text())
        everywhere = squeezed(page.get_text())
        for field in exercise.all_fields():
            for o in field.options if isinstance(field, Choice) else []:
                if len(o.consequence) > 40 and "[" not in o.consequence:
                    assert squeezed(o.consequence) not in beside
                    assert squeezed(o.consequence) in everywhere
            if field.ours and "[" not in field.ours:
                assert squeezed(field.ours) not in beside
                assert squeezed(field.ours) in everywhere


@pytest.mark.parametrize("name", MODULES)
def test_answers_to_one_question_have_no_numbers_next_to_each_other(name: str) -> None:
    page = on_paper(name)
    questions = {id(o.parent): o.parent for o in page.select(".ac-option:has(a.goto)") if o.parent}
    assert questions
    for question in questions.values():
        links = question.select(":scope > .ac-option > a.goto")
        numbers = sorted(int(link.get_text()) for link in links)
        assert all(b - a > 1 for a, b in itertools.pairwise(numbers)), question
    listed = [int(n.get_text()) for n in page.select(".number")]
    assert listed == [*range(1, len(listed) + 1)]


def test_neighbours_are_far_apart_and_always_in_the_same_order() -> None:
    keys = [str(i) for i in range(90)]
    order = shuffled(keys)
    assert sorted(order) == sorted(keys)
    assert order == shuffled(keys)
    apart = [abs(order.index(str(i)) - order.index(str(i + 1))) for i in range(89)]
    assert min(apart) > 10


def test_cards_say_their_piles_and_pictures_have_an_empty_form() -> None:
    page = on_paper("03-is-and-is-not")
    module = MODULES["03-is-and-is-not"]
    stands = section_of(page, module, module.exercise("where-i-stand"))
    piles = stands.select_one(".piles")
    assert piles
    assert "A I decide" in piles.get_text()
    assert len(stands.select(".ac-card .places")) == len(stands.select(".ac-card")) > 3
    assert stands.select_one(".ac-picture svg")
    case = section_of(page, module, module.exercise("the-tenth-post"))
    assert len(case.select(".case svg")) == 2
