"""What a form answers: the file of each module, which has what its authors wrote and no more."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import yaml

from allyship_course.form.hints import hint_words
from allyship_course.form.replies import replies
from allyship_course.spec import load_module

MODULE = """
module: answering
title: Answering
minutes: 10
exercises:
  - id: case
    title: A case
    minutes: 5
    people:
      - {name: Amina, who: runs the night shift}
      - {name: Piet, who: has Mondays}
    steps:
      - id: first
        title: First
        plainly: It *ended*.
        fields:
          - id: does
            type: choice
            label: What does she do?
            options:
              - id: asks
                label: Asks
                consequence: He answers.
                effects:
                  - {who: Amina, gains: an answer}
                  - {who: Amina, pays: an evening}
                  - {who: Piet, unasked: hears of it on Monday}
                plainly: She asked.
              - {id: waits, label: Waits}
  - id: rest
    title: The rest
    minutes: 5
    fields:
      - id: piles
        type: sort
        label: Sort
        categories: [{id: is, label: It is}, {id: is-not, label: It is not}]
        cards:
          - id: joke
            text: A joke
            ours: [is, is-not]
            replies: {is: "If 1 < 2"}
            reasoning: Ours.
          - {id: mail, text: A mail, ours: is}
      - id: ticks
        type: choices
        label: Which?
        options: [{id: one, label: One, consequence: So}, {id: two, label: Two}]
        unticked: You would ask all the same.
      - id: words
        type: text
        label: Write
        ours: What we wrote.
        others: [{by: "written by us, as a nurse might say it", text: I stayed.}]
        hints:
          - {when: {words: {more_than: 12}, word: [if]}, say: "Can it be shorter?"}
      - id: table
        type: list
        label: Who
        columns:
          - {id: who, label: Who, options: [a colleague]}
          - {id: what, label: What, hints: [{when: {lacks: day-or-moment}, say: "When?"}]}
"""


def _replies(folder: Path, text: str = MODULE) -> dict[str, object]:
    folder.mkdir(exist_ok=True)
    (folder / "exercises.yml").write_text(text, "utf-8")
    return replies(load_module(folder))


def test_the_file_has_what_the_authors_wrote_by_exercise_and_field(tmp_path: Path) -> None:
    by_exercise = _replies(tmp_path / "answering")
    assert by_exercise["case"] == {
        "people": [
            {"name": "Amina", "who": "runs the night shift"},
            {"name": "Piet", "who": "has Mondays"},
        ],
        "fields": {
            "does": {
                "effects": {
                    "asks": [
                        {"who": "Amina", "kind": "gains", "text": "an answer"},
                        {"who": "Amina", "kind": "pays", "text": "an evening"},
                        {"who": "Piet", "kind": "unasked", "text": "hears of it on Monday"},
                    ]
                },
                "plainly": {"asks": "<p>She asked.</p>"},
            }
        },
        "steps": {"first": {"plainly": "<p>It <em>ended</em>.</p>"}},
    }
    assert by_exercise["rest"] == {
        # The words of the language by which the hints of this exercise judge.
        "words": hint_words("en"),
        "fields": {
            "piles": {
                "replies": {"joke": {"is": "<p>If 1 &lt; 2</p>"}},
                "piles": {"joke": ["is", "is-not"], "mail": ["is"]},
            },
            "ticks": {"unticked": "<p>You would ask all the same.</p>"},
            "words": {
                "ours": "<p>What we wrote.</p>",
                "others": [
                    {"by": "written by us, as a nurse might say it", "text": "<p>I stayed.</p>"}
                ],
                "hints": [
                    {
                        "when": {"word": ["if"], "words": {"more_than": 12}},
                        "say": "Can it be shorter?",
                    }
                ],
            },
            "table": {
                "columns": {
                    "what": {"hints": [{"when": {"lacks": "day-or-moment"}, "say": "When?"}]}
                }
            },
        },
    }


def test_none_of_these_keys_is_known_to_completion(tmp_path: Path) -> None:
    answering = yaml.safe_load(MODULE)
    silent = yaml.safe_load(MODULE)
    silent["exercises"][0].pop("people")
    for exercise in silent["exercises"]:
        for part in [*exercise.get("steps", []), exercise]:
            part.pop("plainly", "")
            for field in part.get("fields", []):
                _silence(field)
    assert answering != silent
    _replies(tmp_path / "answering")
    _replies(tmp_path / "silent", yaml.safe_dump(silent))
    spoken, quiet = load_module(tmp_path / "answering"), load_module(tmp_path / "silent")
    assert [e.rule() for e in spoken.exercises] == [e.rule() for e in quiet.exercises]
    assert replies(quiet) == {}


def _silence(field: dict[str, object]) -> None:
    keys = {"replies", "reasoning", "effects", "plainly", "unticked", "ours", "others", "hints"}
    for key in keys:
        field.pop(key, None)
    for part in ("options", "cards", "columns"):
        for one in field.get(part, []):  # type: ignore[attr-defined]
            for key in keys | {"options"}:
                one.pop(key, None)


def test_every_module_has_its_file_on_the_site_and_it_is_small(course_html: Path) -> None:
    files = {f.stem: f for f in (course_html / "_static" / "replies").glob("*.json")}
    modules = {f.parent.name for f in course_html.glob("modules/*/index.html")}
    assert modules <= set(files)
    kept = (course_html / "offline.js").read_text("utf-8")
    for module in modules:
        raw = files[module].read_bytes()
        assert json.loads(raw), f"{module} answers nothing"
        assert len(gzip.compress(raw)) <= 25_000, module
        assert f"_static/replies/{module}.json" in kept
