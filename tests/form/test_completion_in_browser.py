"""The rules and the form in a real browser: the vectors that Python runs too, random exercises on
which both must agree, and answers that come out of the form as they went in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from allyship_course.completion import answered, completion
from allyship_course.form import render
from allyship_course.spec import count_words
from tests.support.strategies import any_answers, exercise_dicts, prose, quick, some_answers
from tests.support.vectorfiles import exercise_cases, exercise_of, module_of, word_cases

pytestmark = pytest.mark.browser

RunModule = Callable[[str, object], Any]


@pytest.fixture
def run(page: Page, blank: str) -> RunModule:
    """Call JavaScript with the functions as ``m`` and with ``data``, which goes in as JSON text:
    that is how answers reach it, and only so is "__proto__" a key like any other.
    """
    page.goto(blank)

    def run_module(body: str, data: object) -> Any:
        script = f"""async (text) => {{
            const files = ["words", "rule", "form"].map((f) => import(`./form/${{f}}.mjs`));
            const m = Object.assign({{}}, ...(await Promise.all(files)));
            const data = JSON.parse(text);
            return JSON.stringify({body});
        }}"""
        return json.loads(page.evaluate(script, json.dumps(data)))

    return run_module


COMPLETE = """data.map(([rule, answers, passed]) => {
    const found = m.answered(rule, answers);
    return {answered: found.fields, words: found.words,
            completion: m.completion(rule, found.fields, passed)};
})"""


def in_python(exercise: dict[str, Any], answers: dict[str, Any], passed: bool) -> dict[str, Any]:
    """What Python makes of the same."""
    read = exercise_of(exercise)
    found = answered(read, answers)
    state = completion(read, found.fields, passed)
    return {"answered": list(found.fields), "words": found.words, "completion": vars(state)}


def test_vectors(run: RunModule) -> None:
    cases = exercise_cases()
    given_ = [(exercise_of(c.exercise).rule(), c.answers, c.passed) for c in cases]
    got = run(COMPLETE, given_)
    wrong = {str(c): g for c, g in zip(cases, got, strict=True) if g != c.expected}
    assert not wrong


def test_words_of_texts(run: RunModule) -> None:
    cases = word_cases()
    counts = run("data.map(m.countWords)", [c["text"] for c in cases])
    got = {c["name"]: n for c, n in zip(cases, counts, strict=True)}
    assert got == {c["name"]: c["words"] for c in cases}


# Every kind of space and mark, which prose alone would seldom draw.
odd_text = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from(
        "\t\n\v\f\r\x1c\x1f \x85\xa0\u1680\u180e\u2000\u200b\u2028\u3000\ufeff-'我あไ"
    ),
    max_size=40,
)


@settings(quick, max_examples=5)
@given(st.lists(odd_text, min_size=200, max_size=200))
def test_both_count_the_words_of_any_text_alike(run: RunModule, texts: list[str]) -> None:
    counts = run("data.map(m.countWords)", texts)
    assert dict(zip(texts, counts, strict=True)) == {t: count_words(t) for t in texts}


random_case = exercise_dicts().flatmap(
    lambda e: st.tuples(st.just(e), any_answers(e) | some_answers(e), st.booleans())
)


@settings(quick, max_examples=8)
@given(st.lists(random_case, min_size=15, max_size=15))
def test_both_find_random_answers_as_complete(
    run: RunModule, cases: list[tuple[dict[str, Any], dict[str, Any], bool]]
) -> None:
    got = run(COMPLETE, [(exercise_of(e).rule(), a, p) for e, a, p in cases])
    for case, theirs in zip(cases, got, strict=True):
        ours = in_python(*case)
        # An object of JavaScript puts keys such as "1" first: the order carries no meaning.
        assert sorted(theirs["answered"]) == sorted(ours["answered"]), case
        assert (theirs["words"], theirs["completion"]) == (ours["words"], ours["completion"]), case


ROUND_TRIP = """data.map(([html, note]) => {
    document.body.innerHTML = html;
    const form = document.querySelector("form");
    m.write(form, note);
    m.show(form);
    return m.read(form);
})"""


@pytest.mark.parametrize("place", ["page", "notebook"])
def test_answers_come_out_of_the_form_as_they_went_in(run: RunModule, place: str) -> None:
    cases = [c for c in exercise_cases() if c.held]
    assert len(cases) > 40
    notes = [{"answers": c.answers, "passed": c.passed, "shared": False} for c in cases]
    forms = [rendered(c.exercise, place) for c in cases]
    assert run(ROUND_TRIP, list(zip(forms, notes, strict=True))) == notes


def rendered(exercise: dict[str, Any], place: str) -> str:
    module = module_of(exercise)
    return render(module, module.exercises[0], "page" if place == "page" else "notebook")


held = exercise_dicts().flatmap(
    lambda e: st.tuples(st.just(e), some_answers(e), st.booleans(), st.booleans())
)


@settings(quick, max_examples=6)
@given(st.lists(held, min_size=12, max_size=12))
def test_random_answers_come_out_of_the_form_as_they_went_in(
    run: RunModule, cases: list[tuple[dict[str, Any], dict[str, Any], bool, bool]]
) -> None:
    notes = [
        {"answers": a, "passed": passed, "shared": shared and may_share(e)}
        for e, a, passed, shared in cases
    ]
    forms = [rendered(e, "notebook") for e, *_ in cases]
    assert run(ROUND_TRIP, list(zip(forms, notes, strict=True))) == notes


def may_share(exercise: dict[str, Any]) -> bool:
    return any(f.private != "always" for f in exercise_of(exercise).all_fields())


@settings(quick, max_examples=3)
@given(st.lists(prose.filter(bool), min_size=30, max_size=30))
def test_any_text_comes_out_of_the_form_as_it_went_in(run: RunModule, texts: list[str]) -> None:
    exercise = next(c.exercise for c in exercise_cases() if c.file == "text")
    notes = [{"answers": {"thoughts": t}, "passed": False, "shared": False} for t in texts]
    html = rendered(exercise, "page")
    assert run(ROUND_TRIP, [(html, note) for note in notes]) == notes


def test_an_earlier_answer_leaves_the_form_when_another_note_comes_in(run: RunModule) -> None:
    for file in {c.file for c in exercise_cases()}:
        cases = [c for c in exercise_cases() if c.file == file and c.held]
        empty = {"answers": {}, "passed": False, "shared": False}
        body = """(([html, notes]) => {
            document.body.innerHTML = html;
            const form = document.querySelector("form");
            return notes.map((note) => { m.write(form, note); return m.read(form); });
        })(data)"""
        notes = [{"answers": c.answers, "passed": True, "shared": False} for c in cases]
        got = run(body, (rendered(cases[0].exercise, "page"), [*notes, empty]))
        assert got == [*notes, empty], file


RULE = {
    "fields": {
        "text": {"type": "text", "required": True},
        "line": {"type": "line", "required": True},
        "rows": {"type": "list", "required": True},
        "pick": {"type": "choice", "required": True, "options": ["a", "b"]},
    },
    "steps": [],
}


@pytest.mark.parametrize(
    ("alone", "mine", "kept", "expected"),
    [
        (True, {"text": "mine"}, {"text": "theirs"}, {"text": "mine"}),
        (True, {}, {"text": "cleared here"}, {}),
        (False, {"text": "mine"}, {"text": "theirs"}, {"text": "theirs\n\nmine"}),
        (False, {"text": "theirs, longer"}, {"text": "theirs"}, {"text": "theirs, longer"}),
        (False, {"text": "their"}, {"text": "theirs"}, {"text": "theirs"}),
        (False, {"text": 7}, {"text": "theirs"}, {"text": "theirs"}),
        (False, {"line": "mine"}, {"line": "theirs"}, {"line": "theirs / mine"}),
        (False, {"pick": "a"}, {"pick": "b"}, {"pick": "b"}),
        (False, {"pick": "a"}, {"text": "theirs"}, {"text": "theirs", "pick": "a"}),
        (False, {}, {"text": "theirs"}, {"text": "theirs"}),
        (
            False,
            {"rows": [{"a": "1"}, {"a": "2"}]},
            {"rows": [{"a": "2"}, {"a": "3"}]},
            {"rows": [{"a": "2"}, {"a": "3"}, {"a": "1"}]},
        ),
    ],
)
def test_nothing_written_is_lost_when_what_was_left_meets_what_was_kept(
    page: Page, blank: str, alone: bool, mine: object, kept: object, expected: object
) -> None:
    """Whether somebody went on elsewhere is told by what the form had, not by clocks."""
    note = {"passed": False, "shared": False}
    another = dict.fromkeys(RULE["fields"], "another")
    before = {**note, "answers": kept if alone else another}
    left = {"note": {**note, "answers": mine}, "before": before}
    page.goto(blank)
    rescued = page.evaluate(
        """async ([rule, left, kept]) => {
            const { rescue } = await import("./form/drafts.mjs");
            left.changed = new Set(Object.keys(rule.fields));
            const earlier = { ...left, before: undefined }; // of an earlier version
            return [rescue(rule, left, kept), rescue(rule, earlier, null)];
        }""",
        [RULE, left, {**note, "answers": kept, "saved": "2026-11-01T10:00:00.000Z"}],
    )
    assert [one["answers"] for one in rescued] == [expected, mine]
