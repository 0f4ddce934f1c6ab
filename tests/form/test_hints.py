"""When a hint speaks about a learner's words, and when it keeps silent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from allyship_course.form.hints import hint_words
from allyship_course.spec import AnyField, Hint, Line, Rows, TextField, load_module
from tests.support.paths import ROOT
from tests.support.strategies import prose, quick
from tests.support.vectorfiles import FOLDER

pytestmark = pytest.mark.browser

Ask = Callable[[list[dict[str, Any]]], list[int | None]]


@pytest.fixture
def ask(page: Page, blank: str) -> Ask:
    """Ask of each case which of its ``hints`` speaks about its ``text``."""
    page.goto(blank)
    script = """async ([cases, words]) => {
        const { hintFor } = await import("./form/hints.mjs");
        return JSON.parse(cases).map(({hints, text, left}) =>
            hintFor(hints, text, new Set(left ?? []), words));
    }"""
    words = hint_words("en")
    return lambda cases: list(page.evaluate(script, [json.dumps(cases), words]))


def written_fields() -> Iterator[tuple[str, AnyField, list[Hint]]]:
    """Every field, or column of a list, of the course's own modules that has hints."""
    for folder in sorted((ROOT / "book" / "modules").iterdir()):
        module = load_module(folder)
        for exercise in module.exercises:
            for field in exercise.all_fields():
                name = f"{module.module}/{exercise.id}/{field.id}"
                if isinstance(field, TextField | Line) and field.hints:
                    yield name, field, field.hints
                for column in field.columns if isinstance(field, Rows) else []:
                    if column.hints:
                        yield f"{name}/{column.id}", field, column.hints


def as_data(hint: Hint) -> dict[str, Any]:
    """Return a hint as a page has it: only what its author wrote."""
    return hint.model_dump(exclude_defaults=True)


def check(ask: Ask, cases: list[tuple[str, dict[str, Any], bool]]) -> None:
    spoke = [index == 0 for index in ask([case for _, case, _ in cases])]
    wrong = [
        f"{name}: {'silent' if must else 'speaks'}: {case['text']}"
        for (name, case, must), speaks in zip(cases, spoke, strict=True)
        if speaks != must
    ]
    assert not wrong, "\n".join(wrong)


def cases_of(
    name: str, hint: dict[str, Any], vectors: dict[str, Any]
) -> list[tuple[str, dict[str, Any], bool]]:
    return [
        (name, {"hints": [hint], "text": text}, must)
        for key, must in (("speaks", True), ("silent", False))
        for text in vectors[key]
    ]


def vectors(file: str) -> Any:
    return yaml.safe_load((FOLDER / file).read_text("utf-8"))


def test_each_rule_speaks_and_keeps_silent_where_it_should(ask: Ask) -> None:
    rules = vectors("hints.yml")["rules"]
    hints = [{"when": rule["when"], "say": "Which?"} for rule in rules]
    check(ask, [c for h, r in zip(hints, rules, strict=True) for c in cases_of(r["name"], h, r)])


def test_each_hint_of_the_course_speaks_and_keeps_silent_where_it_should(ask: Ask) -> None:
    of_course = vectors("hints-of-the-course.yml")
    hints = {name: [as_data(h) for h in hints] for name, _, hints in written_fields()}
    assert {n: len(h) for n, h in hints.items()} == {n: len(v) for n, v in of_course.items()}, (
        "each hint needs its texts in tests/vectors/hints-of-the-course.yml"
    )
    assert all(v["speaks"] and v["silent"] for each in of_course.values() for v in each)
    cases = [
        case
        for name, each in of_course.items()
        for hint, texts in zip(hints[name], each, strict=True)
        for case in cases_of(name, hint, texts)
    ]
    check(ask, cases)


def test_no_hint_has_something_to_ask_about_the_authors_own_answers(ask: Ask) -> None:
    """They are longer than one breath, as they say why: only hints that count words may speak."""
    cases = [
        (name, {"hints": [as_data(hint)], "text": text}, False)
        for name, field, hints in written_fields()
        for hint in hints
        for text in [field.ours, *(answer.text for answer in field.others)]
        if {*as_data(hint)["when"]} != {"words"}
    ]
    assert len(cases) > 100
    check(ask, cases)


def test_the_first_that_speaks_and_that_was_not_left_is_taken(ask: Ask) -> None:
    hints = [
        {"when": {"word": ["kind"]}, "say": "What would they see?"},
        {"when": {"words": {"more_than": 3}}, "say": "Which part?"},
        {"when": {"lacks": "day-or-moment"}, "say": "When?"},
    ]
    text = "I will be kind to them"
    left: list[list[int]] = [[], [0], [1], [0, 1], [0, 1, 2]]
    assert ask([{"hints": hints, "text": text, "left": one} for one in left]) == [0, 1, 0, 2, None]


anything = prose | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
some_words = st.lists(st.text(min_size=1, max_size=12), max_size=3)
any_when = st.fixed_dictionaries(
    {},
    optional={
        "word": some_words,
        "phrase": some_words,
        "starts": some_words,
        "ends": some_words,
        "lacks": st.sampled_from(["day-or-moment", "first-person", "constructor"]),
        "words": st.fixed_dictionaries({}, optional={"more_than": st.integers(1, 9)}),
    },
)


@settings(quick, max_examples=6)
@given(st.lists(st.tuples(any_when, anything), min_size=60, max_size=60))
def test_any_hint_can_be_asked_about_any_text(
    ask: Ask, cases: list[tuple[dict[str, Any], str]]
) -> None:
    given_ = [{"hints": [{"when": when, "say": "?"}], "text": text} for when, text in cases]
    assert {*ask(given_)} <= {0, None}


def test_a_long_text_does_not_keep_the_page_waiting(page: Page, blank: str) -> None:
    page.goto(blank)
    milliseconds = page.evaluate(
        """async (words) => {
            const { hintFor } = await import("./form/hints.mjs");
            const hints = [{when: {phrase: ["sorry if"]}, say: "?"},
                           {when: {lacks: "day-or-moment"}, say: "?"}];
            const said = "I said 'no and “yes to (each of «them, \\"but not as they asked. ";
            const text = said.repeat(1000);
            const start = performance.now();
            hintFor(hints, text, new Set(), words);
            return performance.now() - start;
        }""",
        hint_words("en"),
    )
    assert milliseconds < 2000


def test_a_language_without_words_has_no_hints() -> None:
    assert hint_words("en-GB") == hint_words("en")
    assert hint_words("xx") is None
