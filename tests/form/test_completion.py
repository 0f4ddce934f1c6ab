"""Completion in Python: the vectors that rule.mjs runs too, and what it may never do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from allyship_course.completion import answered, completion
from allyship_course.spec import FIELD_TYPES, count_words, load_module
from tests.support.strategies import (
    any_answers,
    any_json,
    exercise_dicts,
    full_answers,
    quick,
)
from tests.support.vectorfiles import FOLDER, Case, exercise_cases, exercise_of, word_cases


@pytest.mark.parametrize("case", exercise_cases(), ids=str)
def test_vector(case: Case) -> None:
    exercise = exercise_of(case.exercise)
    found = answered(exercise, case.answers)
    state = completion(exercise, found.fields, case.passed)
    assert {
        "answered": list(found.fields),
        "words": found.words,
        "completion": {
            "complete": state.complete,
            "passed": state.passed,
            "done": state.done,
            "required": state.required,
        },
    } == case.expected


@pytest.mark.parametrize("case", word_cases(), ids=lambda case: case["name"])
def test_words_of_a_text(case: dict[str, Any]) -> None:
    assert count_words(case["text"]) == case["words"]


def test_every_field_type_has_a_vector_file() -> None:
    assert set(FIELD_TYPES) <= {file.stem for file in FOLDER.glob("*.yml")}


@pytest.mark.parametrize("file", sorted({case.file for case in exercise_cases()}))
def test_a_vectors_exercise_is_one_that_an_author_may_write(file: str, tmp_path: Path) -> None:
    exercise = next(c.exercise for c in exercise_cases() if c.file == file)
    module = {"module": "vectors", "title": "Vectors", "minutes": 1, "exercises": [exercise]}
    (tmp_path / "exercises.yml").write_text(yaml.safe_dump(module), encoding="utf-8")
    assert load_module(tmp_path).exercises == [exercise_of(exercise)]


@quick
@given(exercise_dicts(), any_json)
def test_whatever_stands_in_an_answer_nothing_is_raised(
    data: dict[str, Any], value: object
) -> None:
    exercise = exercise_of(data)
    found = answered(exercise, {f.id: value for f in exercise.all_fields()})
    assert completion(exercise, found.fields).required >= 0


@quick
@given(exercise_dicts().flatmap(lambda e: st.tuples(st.just(e), full_answers(e))))
def test_everything_answered_is_complete(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    exercise = exercise_of(both[0])
    found = answered(exercise, both[1])
    assert set(found.fields) == {f.id for f in exercise.all_fields()}
    assert completion(exercise, found.fields).complete


@quick
@given(exercise_dicts().flatmap(lambda e: st.tuples(st.just(e), any_answers(e))), st.data())
def test_one_more_answer_never_takes_completion_away(
    both: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    exercise = exercise_of(both[0])
    fields = list(answered(exercise, both[1]).fields)
    before = completion(exercise, fields)
    more = data.draw(st.sampled_from([f.id for f in exercise.all_fields()]))
    after = completion(exercise, [*fields, more])
    left = [c.required - c.done for c in (before, after)]
    assert after.complete or not before.complete
    assert left[1] <= left[0]
    assert 0 <= before.done <= before.required


@quick
@given(exercise_dicts())
def test_leaving_out_completes_any_exercise(data: dict[str, Any]) -> None:
    state = completion(exercise_of(data), (), passed=True)
    assert state.complete
    assert state.in_words == "Complete: left out by choice"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([], "Open: nothing answered yet"),
        (["how-wet"], "Open: 1 of 2 answered"),
        (["how-wet", "how-warm"], "Complete"),
        (["how-wet", "how-warm", "not-a-field"], "Complete"),
        (["not-a-field"], "Open: nothing answered yet"),
    ],
)
def test_state_in_words(fields: list[str], words: str) -> None:
    scale = next(c.exercise for c in exercise_cases() if c.file == "scale")
    assert completion(exercise_of(scale), fields).in_words == words
