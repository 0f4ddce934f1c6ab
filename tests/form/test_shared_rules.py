"""The rules that Python and the scripts both have: Python's side of their vectors.

What is answered and complete is in test_completion.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from allyship_course.completion import Completion
from allyship_course.course_progress import Progress, where_to_go_on
from allyship_course.form.words import answer_in_words, describe_field
from allyship_course.store.combining import combine, different
from allyship_course.store.entries import belongs_to, entries_of
from allyship_course.store.journal import Note, entry_of
from allyship_course.store.journal import _merged as merged
from allyship_course.store.moments import moment_of, sound_moment
from allyship_course.store.transfer import in_words
from tests.support.vectorfiles import (
    exercise_of,
    field_of,
    line_modules,
    modules_of,
    rule_cases,
    timed_module,
    vectors,
)


def named(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", rule_cases("merge"), ids=named)
def test_what_was_changed_meets_what_is_kept(case: dict[str, Any]) -> None:
    mine, kept, expected = (Note(*case[name]) for name in ("mine", "kept", "merged"))
    assert merged(mine, kept, case["changed"]) == expected


@pytest.mark.parametrize("case", rule_cases("entries", "entry"), ids=named)
def test_what_is_collected_of_a_note(case: dict[str, Any]) -> None:
    exercise = exercise_of(vectors("entry")["of"])
    assert entry_of(exercise, Note(*case["note"]), mirror=5).to_json() == case["entry"]


@pytest.mark.parametrize("case", rule_cases("moments"), ids=lambda case: repr(case["text"]))
def test_a_moment(case: dict[str, Any]) -> None:
    now = moment_of(vectors("moments")["now"])
    assert now
    assert moment_of(case["text"]) == case["moment"]
    assert sound_moment(case["text"], now) == case.get("sound", case["moment"])


@pytest.mark.parametrize("case", rule_cases("combine"), ids=named)
def test_two_notes_become_one_and_twice_is_as_once(case: dict[str, Any]) -> None:
    now = moment_of(vectors("combine")["now"])
    assert now
    types = vectors("combine")["types"]
    here, theirs, expected = (Note(*case[name]) for name in ("here", "theirs", "combined"))
    counts = case.get("counts", "newer")
    once = combine(here, theirs, types, now, counts)
    assert once == expected
    assert combine(once, theirs, types, now, counts) == expected
    if "different" in case:
        assert list(different(here, theirs, types, now)) == case["different"]


@pytest.mark.parametrize("case", rule_cases("entries"), ids=named)
def test_answers_of_several_days(case: dict[str, Any]) -> None:
    answers = case["answers"]
    assert [list(entry) for entry in entries_of(answers, "door")] == case["entries"]
    assert sorted(key for key in answers if belongs_to(key, ["door"])) == case["more"]


@pytest.mark.parametrize("case", rule_cases("go_on", "go-on"), ids=named)
def test_where_somebody_goes_on(case: dict[str, Any]) -> None:
    file = vectors("go-on")
    journal: dict[str, dict[str, Note]] = {}
    for path, (words, saved) in case["notes"].items():
        module, exercise = path.split("/")
        journal.setdefault(module, {})[exercise] = Note({"line": words}, saved=saved)
    found = where_to_go_on(line_modules(file["modules"]), journal, moment_of(file["now"]))
    assert (f"{found[0].module}/{found[1].id}" if found else None) == case["to"]


@pytest.mark.parametrize("case", rule_cases("minutes_left", "minutes-left"), ids=named)
def test_minutes_that_are_left(case: dict[str, Any]) -> None:
    module = timed_module(case)
    done = [i in case["complete"] for i in range(len(module.exercises))]
    progress = Progress(
        module, tuple(Completion(complete=one, passed=False, done=0, required=1) for one in done)
    )
    assert progress.minutes_left == case["left"]


@pytest.mark.parametrize("field", vectors("in-words")["in_words"], ids=lambda f: f["field"]["type"])
def test_answers_in_words(field: Mapping[str, Any]) -> None:
    text = describe_field(field_of(field["field"]))
    for case in field["cases"]:
        assert answer_in_words(text, case["value"]) == case["lines"], case


@pytest.mark.parametrize("case", rule_cases("journal_text", "journal-text"), ids=named)
def test_the_journal_as_text(case: dict[str, Any]) -> None:
    modules = modules_of(vectors("journal-text")["modules"])
    journal = {
        module: {exercise: Note(*note) for exercise, note in notes.items()}
        for module, notes in case["journal"].items()
    }
    assert "\n".join([*in_words(modules, journal), ""]) == case["text"]
