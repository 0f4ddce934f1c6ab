"""The rules that Python and the scripts both have: the scripts' side of their vectors.

What is answered and complete is in test_completion_in_browser.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from allyship_course.form.words import answer_in_words, describe, describe_field
from allyship_course.store.combining import combine
from allyship_course.store.journal import Note
from allyship_course.store.moments import moment_of
from tests.support.strategies import quick
from tests.support.vectorfiles import (
    field_of,
    line_modules,
    module_of,
    modules_of,
    rule_cases,
    timed_module,
    vectors,
)

pytestmark = pytest.mark.browser

Run = Callable[[str, str, object], Any]


@pytest.fixture
def run(page: Page, blank: str) -> Run:
    """Call JavaScript with a module's functions as ``m`` and with ``data``."""
    page.goto(blank)

    def run_module(module: str, body: str, data: object) -> Any:
        script = f"""async (text) => {{
            const m = await import("./{module}.mjs");
            const data = JSON.parse(text);
            const note = ([answers, passed, shared, saved]) => ({{answers, passed, shared, saved}});
            return JSON.stringify({body});
        }}"""
        return json.loads(page.evaluate(script, json.dumps(data)))

    return run_module


def differing(cases: list[dict[str, Any]], got: list[Any], expected: list[Any]) -> dict[str, Any]:
    """Return what came out otherwise than it should, by the case's name."""
    assert cases
    return {
        str(case.get("name", case)): one
        for case, one, right in zip(cases, got, expected, strict=True)
        if one != right
    }


def test_what_was_changed_meets_what_is_kept(run: Run) -> None:
    cases = rule_cases("merge")
    body = """data.map(({mine, kept, changed}) => {
        const merged = m.merge(note(mine), note(kept), new Set(changed));
        return [merged.answers, merged.passed, merged.shared];
    })"""
    got = run("form/rule", body, cases)
    assert not differing(cases, got, [case["merged"] for case in cases])


def test_what_is_collected_of_a_note(run: Run) -> None:
    cases = rule_cases("entries", "entry")
    exercise = describe(module_of(vectors("entry")["of"]), "")["exercises"][0]
    body = "data[1].map((one) => m.entryOf(data[0], note(one.note)))"
    got = run("book/record", body, [exercise, cases])
    assert not differing(cases, got, [case["entry"] for case in cases])


def test_moments(run: Run) -> None:
    cases = rule_cases("moments")
    body = """data[1].map(({text}) =>
        [m.momentOf(text), m.soundMoment(text, m.momentOf(data[0]))])"""
    got = run("book/moments", body, [vectors("moments")["now"], cases])
    expected = [[case["moment"], case.get("sound", case["moment"])] for case in cases]
    assert not differing(cases, got, expected)


COMBINE = """data.map(([here, theirs, types, now, counts]) => {
    const fields = Object.fromEntries(
        Object.entries(types).map(([id, type]) => [id, {type, label: id}]));
    const once = m.combine(note(here), note(theirs), fields, now, counts);
    const twice = m.combine(once, note(theirs), fields, now, counts);
    return [once, twice].map(({answers, passed, shared, saved}) =>
        [answers, passed, shared, saved]);
})"""


def test_two_notes_become_one_and_twice_is_as_once(run: Run) -> None:
    cases = rule_cases("combine")
    types, now = vectors("combine")["types"], moment_of(vectors("combine")["now"])
    given = [(c["here"], c["theirs"], types, now, c.get("counts", "newer")) for c in cases]
    got = run("book/combine", COMBINE, given)
    assert not differing(cases, got, [[case["combined"]] * 2 for case in cases])
    named = [case for case in cases if "different" in case]
    given = [(c["here"], c["theirs"], types, now, "newer") for c in named]
    got = run("book/combine", DIFFERENT, given)
    assert not differing(named, got, [case["different"] for case in named])


DIFFERENT = """data.map(([here, theirs, types, now]) => {
    const fields = Object.fromEntries(
        Object.entries(types).map(([id, type]) => [id, {type, label: id}]));
    return m.different(note(here), note(theirs), fields, now);
})"""
TYPES = {"t": "text", "l": "line", "c": "choice", "rows": "list"}
CLOCK = moment_of("2026-11-28T12:00:00Z") or 0
texts = st.text("ab ", max_size=3)
answers = st.fixed_dictionaries(
    {},
    optional={
        "t": texts,
        "l": texts,
        "c": st.sampled_from("xyz"),
        "rows": st.lists(st.dictionaries(st.just("p"), texts), max_size=3),
        "gone": st.none() | texts | st.integers(0, 9),
    },
)
saved = st.sampled_from(
    [
        *("", "zzz", "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2026-11-02T10:00:00Z"),
        *("2026-11-01T10:00:00.000Z", "2026-11-01T11:00:00+01:00", "2026-11-01T10:00:00.001-05:00"),
    ]
)
notes = st.tuples(answers, st.booleans(), st.booleans(), saved)


@settings(quick, max_examples=5)
@given(st.lists(st.tuples(notes, notes), min_size=60, max_size=60))
def test_both_make_one_of_any_two_notes_alike_and_lose_no_text(
    run: Run, pairs: list[tuple[Any, Any]]
) -> None:
    got = run("book/combine", COMBINE, [(*pair, TYPES, CLOCK, "newer") for pair in pairs])
    for (here, theirs), (once, twice) in zip(pairs, got, strict=True):
        ours = combine(Note(*here), Note(*theirs), TYPES, CLOCK)
        assert Note(*once) == ours, (here, theirs)
        assert twice == once, (here, theirs)
        assert here[0].keys() | theirs[0].keys() == once[0].keys()
        undecided = ours.saved == "2026-11-28T12:00:00.000Z"
        for field in ("t", "l") if undecided else ():
            for text in (here[0].get(field, ""), theirs[0].get(field, "")):
                assert text in once[0].get(field, ""), (here, theirs)


def test_answers_of_several_days(run: Run) -> None:
    cases = rule_cases("entries")
    body = """data.map(({answers}) => [
        m.entriesOf(answers, "door").map(({day, value}) => [day, value]),
        Object.keys(answers).filter((key) => m.belongsTo(key, ["door"])).sort(),
    ])"""
    got = run("form/entries", body, cases)
    assert not differing(cases, got, [[case["entries"], case["more"]] for case in cases])


def test_where_somebody_goes_on(run: Run) -> None:
    cases = rule_cases("go_on", "go-on")
    file = vectors("go-on")
    modules = [describe(module, "") for module in line_modules(file["modules"])]
    body = """data[2].map(({notes}) => {
        const noteOf = (path) => notes[path]
            ? note([{line: notes[path][0]}, false, false, notes[path][1]]) : null;
        const next = m.whereToGoOn(m.stations(data[1], noteOf), data[0]);
        return next ? `${next.module.id}/${next.exercise.id}` : null;
    })"""
    got = run("book/go-on", body, [moment_of(file["now"]), modules, cases])
    assert not differing(cases, got, [case["to"] for case in cases])
    assert run("book/go-on", "m.whereToGoOn([], data) ?? null", CLOCK) is None


def test_minutes_that_are_left(run: Run) -> None:
    cases = rule_cases("minutes_left", "minutes-left")
    data = [
        [
            {"module": module, "exercise": exercise, "complete": i in case["complete"]}
            for module in [describe(timed_module(case), "")]
            for i, exercise in enumerate(module["exercises"])
        ]
        for case in cases
    ]
    got = run("book/go-on", "data.map((stations) => m.minutesLeft(stations))", data)
    assert not differing(cases, got, [case["left"] for case in cases])


def test_what_fits_into_a_few_minutes_is_the_longest_that_does(run: Run) -> None:
    """From where one goes on; and what is complete or too long is left out."""
    minutes = [4, 2, 3, 3, 8]
    module = describe(timed_module({"minutes": 20, "exercises": minutes}), "")
    body = """data[1].map(([time, done, last]) => {
        const noteOf = (path) => {
            const at = Number(path.slice(-1));
            if (at === last) return note([{}, false, false, "2026-11-02T10:00:00Z"]);
            return done.includes(at) ? note([{line: "x"}, false, false, ""]) : null;
        };
        const fits = m.whatFits(m.stations([data[0]], noteOf), Date.UTC(2026, 11), time);
        return fits?.exercise.id ?? null;
    })"""
    cases = [(3, [], None), (3, [2], None), (3, [2, 3], None), (5, [], None), (5, [], 1)]
    cases += [(10, [], None), (1, [], None), (3, [], 3)]
    got = run("book/go-on", body, [module, cases])
    assert got == ["e2", "e3", "e1", "e0", "e0", "e4", None, "e3"]


IN_WORDS = "data.map(([text, values]) => values.map((value) => m.inWords(text, value)))"


def test_answers_in_words(run: Run) -> None:
    fields = vectors("in-words")["in_words"]
    data = [
        (describe_field(field_of(field["field"])), [case["value"] for case in field["cases"]])
        for field in fields
    ]
    got = run("form/in-words", IN_WORDS, data)
    for field, lines in zip(fields, got, strict=True):
        assert not differing(field["cases"], lines, [case["lines"] for case in field["cases"]])


scalars = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "b\r\nc", "\n"])
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner)
    ),
    max_leaves=8,
)


@settings(quick, max_examples=5)
@given(st.lists(anything, min_size=60, max_size=60))
def test_both_say_anything_alike(run: Run, values: list[Any]) -> None:
    texts = [describe_field(field_of(one["field"])) for one in vectors("in-words")["in_words"]]
    got = run("form/in-words", IN_WORDS, [(text, values) for text in texts])
    for text, lines in zip(texts, got, strict=True):
        assert lines == [answer_in_words(text, value) for value in values]


def test_the_journal_as_text(run: Run) -> None:
    cases = rule_cases("journal_text", "journal-text")
    modules = [describe(module, "") for module in modules_of(vectors("journal-text")["modules"])]
    body = """data[1].map(({journal}) => {
        const paths = Object.entries(journal).flatMap(([module, notes]) =>
            Object.keys(notes).map((exercise) => `${module}/${exercise}`));
        const noteOf = (path) => {
            const [module, exercise] = path.split("/");
            const [answers, passed] = journal[module][exercise];
            return {answers, passed, shared: false, saved: ""};
        };
        return m.asText(m.inOrder(data[0], paths, noteOf));
    })"""
    got = run("book/journal-file", body, [modules, cases])
    assert not differing(cases, got, [case["text"] for case in cases])


def test_when_a_card_comes_again(run: Run) -> None:
    """A rule of the scripts alone: Jupyter has no box of cards."""
    file = vectors("leitner")
    body = """[
        data.after.map(({box, rating}) => {
            const {box: to, day} = m.placeAfter(box, rating, "2026-11-28");
            return [[to, day], m.comesOn({box: to, day})];
        }),
        m.dueOn(
            Object.entries(data.due.cards).map(([path, [box, day]]) => ({path, place: {box, day}})),
            data.due.today,
        ).map(({path}) => path),
    ]"""
    after, due = run("book/leitner", body, file)
    assert not differing(
        file["after"], after, [[case["to"], case["comes"]] for case in file["after"]]
    )
    assert due == file["due"]["order"]
