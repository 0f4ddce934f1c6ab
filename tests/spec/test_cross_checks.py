"""What an author is told of keys that name something else: people, piles, fields, ways, days."""

from __future__ import annotations

from pathlib import Path

import pytest

from allyship_course.spec import load_module
from tests.support.authors import Error, assert_told

# A whole file with every such key. An author error is one change to it.
GOOD = """\
module: tiny
title: Tiny
minutes: 10
ending:
  lines: [plant/thoughts, plant/watered]
  day: plant/when
  text: The next one is about kettles.
exercises:
  - id: plant
    title: The plant
    minutes: 4
    people:
      - {name: Ana, who: waters it}
      - {name: Bo, who: forgets it}
    own_line: watered
    drawing: {kind: rings, title: Where it belongs, field: cards}
    fields:
      - id: cards
        type: sort
        label: Where does it belong?
        categories: [{id: pot, label: Pot}, {id: bin, label: Bin}]
        cards:
          - id: leaf
            text: A leaf
            replies:
              pot: It grows.
              bin: It rots.
      - id: who
        type: choice
        label: Who waters it?
        options:
          - id: ana
            label: Ana
            effects:
              - {who: Ana, pays: her break}
              - {who: Bo, gains: a plant}
          - id: rota
            label: The rota
            effects:
              - {who: Bo, unasked: again}
      - id: thoughts
        type: text
        label: Anything else?
        optional: true
        folded: true
        hints:
          - when: {word: [if]}
            say: What if not?
      - id: watered
        type: line
        label: I water it when
      - id: when
        type: date
        label: From when on?
  - id: table
    title: The table
    minutes: 4
    drawing: {kind: seats, title: Who sits where, field: map, seat: where}
    fields:
      - id: map
        type: list
        label: Who is there?
        columns:
          - {id: who, label: Who}
          - id: where
            label: Where
            options: [decides, is heard]
            hints: [{when: {words: {more_than: 5}}, say: Fewer words?}]
  - id: before
    title: Before and after
    minutes: 2
    drawing: {kind: slope, title: Then and now}
    profile: {title: Then and now, compare: other/before}
    fields:
      - {id: wet, type: scale, label: How wet is it?, steps: [Dust, Pond]}
  - id: kettle
    title: The kettle
    minutes: 5
    steps:
      - id: morning
        title: Morning
        fields:
          - id: first
            type: choice
            label: What do you do?
            options:
              - id: fill
                label: Fill it
                next: noon
              - id: leave
                label: Leave it
                plainly: Nobody had tea.
                next: end
      - id: noon
        title: Noon
      - id: afternoon
        title: Afternoon
        plainly: The kettle boiled.
      - id: evening
        title: Evening
        plainly: There was tea.
        fields:
          - {id: why, type: text, label: Why?}
"""

ERRORS = [
    Error("a reply for no category", "              bin: It rots.", "              bim: It rots.",
          "              bim: It rots.", "plant", "'bim' is no category", "Did you mean 'bin'?"),
    Error("a reply for what can't be an id", "              bin: It", "              The bin: It",
          "              The bin: It rots.", "plant", "'The bin' can't be an id",
          "Use small letters"),
    Error("a reply without words", "              bin: It rots.", "              bin: ''",
          "              bin: ''", "plant", "'bin' is empty", "Write its text"),
    Error("our place in no category", "            replies:",
          "            ours: bim\n            replies:",
          "            ours: bim", "plant", "'bim' is no category", "Did you mean 'bin'?"),
    Error("an effect on nobody there", "{who: Ana, pays: her break}", "{who: Anna, pays: x}",
          "              - {who: Anna, pays: x}", "plant",
          "'Anna' is none of the exercise's people", "Did you mean 'Ana'?"),
    Error("an effect of nothing", "{who: Ana, pays: her break}", "{who: Ana}",
          "              - {who: Ana}", "plant", "the effect on Ana says nothing",
          "Write one of 'gains', 'pays' and 'unasked'"),
    Error("an effect of two kinds", "{who: Ana, pays: her break}", "{who: Ana, pays: x, gains: y}",
          "              - {who: Ana, pays: x, gains: y}", "plant",
          "the effect on Ana says both 'gains' and 'pays'", "Write one effect for each"),
    Error("an effect with another key", "{who: Bo, unasked: again}", "{who: Bo, unaskd: again}",
          "              - {who: Bo, unaskd: again}", "plant", "unknown key 'unaskd'",
          "Did you mean 'unasked'?"),
    Error("a person twice", "{name: Bo, who: forgets it}", "{name: Ana, who: forgets it}",
          "      - {name: Ana, who: forgets it}", "plant", "the person 'Ana' stands here twice",
          "Rename one of them"),
    Error("an own line of no field", "    own_line: watered", "    own_line: watred",
          "    own_line: watred", "plant", "'watred' names no field", "Did you mean 'watered'?"),
    Error("rings of no field", "title: Where it belongs, field: cards", "title: R",
          "    drawing: {kind: rings, title: R}", "plant",
          "'rings' are drawn of a field of type sort", "Add 'field:' with one of: cards"),
    Error("rings of another type", "title: Where it belongs, field: cards", "title: R, field: who",
          "    drawing: {kind: rings, title: R, field: who}", "plant",
          "'who' is no field of type sort", "Add 'field:' with one of: cards"),
    Error("rings where there is nothing to sort", "{kind: slope, title: Then and now}",
          "{kind: rings, title: R, field: wet}", "    drawing: {kind: rings, title: R, field: wet}",
          "before", "'wet' is no field of type sort", "The exercise has none: add one"),
    Error("rings with a seat", "title: Where it belongs, field: cards",
          "title: R, field: cards, seat: pot",
          "    drawing: {kind: rings, title: R, field: cards, seat: pot}", "plant",
          "'rings' has no seats", "Remove 'seat'"),
    Error("seats of no column", "field: map, seat: where", "field: map",
          "    drawing: {kind: seats, title: Who sits where, field: map}", "table",
          "'seats' needs a column that says who sits where", "Add 'seat:' with one of: where"),
    Error("seats of a column without options", "field: map, seat: where", "field: map, seat: who",
          "    drawing: {kind: seats, title: Who sits where, field: map, seat: who}", "table",
          "'who' is no column with options", "Add 'seat:' with one of: where"),
    Error("seats where no column has options", "            options: [decides, is heard]\n", "",
          "    drawing: {kind: seats, title: Who sits where, field: map, seat: where}", "table",
          "'where' is no column with options", "Give a column 'options'"),
    Error("a slope that is compared with nothing", ", compare: other/before}", "}",
          "    drawing: {kind: slope, title: Then and now}", "before",
          "a slope needs a profile that is compared", "Give the exercise a 'profile'"),
    Error("a slope of one field", "{kind: slope, title: Then and now}",
          "{kind: slope, title: S, field: wet}", "    drawing: {kind: slope, title: S, field: wet}",
          "before", "a slope is drawn of all scales", "Remove 'field'"),
    Error("a slope without a step that there is not", "{kind: slope, title: Then and now}",
          "{kind: slope, title: S, apart: Dusk}",
          "    drawing: {kind: slope, title: S, apart: Dusk}", "before",
          "'Dusk' is no step of 'wet'", "Did you mean 'Dust'?"),
    Error("rings without a step", "title: Where it belongs, field: cards",
          "title: R, field: cards, apart: Pot",
          "    drawing: {kind: rings, title: R, field: cards, apart: Pot}", "plant",
          "'rings' has no steps", "Remove 'apart'"),
    Error("another kind of drawing", "{kind: slope, title: Then and now}",
          "{kind: pie, title: P}", "    drawing: {kind: pie, title: P}", "before",
          "'kind' can't be 'pie'", "Write 'rings', 'seats', 'slope' or 'access'"),
    Error("a folded field that must be answered", "        optional: true\n", "",
          "        folded: true", "plant", "the field 'thoughts' is folded and must be answered",
          "Add 'optional: true', or remove 'folded'"),
    Error("a fold of a type that has none", "        label: From when on?",
          "        label: From when on?\n        folded: true", "        folded: true",
          "plant", "unknown key 'folded'", "There are:"),
    Error("a hint that speaks at every text", "when: {word: [if]}", "when: {}",
          "          - when: {}", "plant", "this hint says of no text when it speaks",
          "Write into 'when' a word, phrase, starts, ends, lacks or words"),
    Error("a hint with an empty list", "when: {word: [if]}", "when: {word: []}",
          "          - when: {word: []}", "plant", "this hint says of no text when it speaks",
          "Write into 'when'"),
    Error("a column's hint with an empty limit", "{words: {more_than: 5}}", "{words: {}}",
          "            hints: [{when: {words: {}}, say: Fewer words?}]", "table",
          "this hint says of no text when it speaks", "Write into 'when'"),
    Error("a hint on another lack", "when: {word: [if]}", "when: {lacks: a-verb}",
          "          - when: {lacks: a-verb}", "plant", "'lacks' can't be 'a-verb'",
          "Write 'day-or-moment' or 'first-person', or remove the line"),
    Error("plain words where the way goes on", "                next: end\n",
          "                next: noon\n", "                plainly: Nobody had tea.", "kettle",
          "the way goes on after option 'leave'", "Move it to where the way ends"),
    Error("plain words of a step that leads on", "        title: Noon\n",
          "        title: Noon\n        plainly: It was noon.\n",
          "        plainly: It was noon.", "kettle", "the way goes on after step 'noon'",
          "Move it to where the way ends"),
    Error("a last line of no field", "[plant/thoughts, plant/watered]", "[plant/thoughtz]",
          "  lines: [plant/thoughtz]", None, "'plant/thoughtz' names no field of this module",
          "Did you mean 'plant/thoughts'?"),
    Error("a last day that is no date", "  day: plant/when", "  day: plant/who", "  day: plant/who",
          None, "'plant/who' is no date field of this module", "Did you mean 'plant/when'?"),
    Error("again where it is collected", "  - id: plant\n", "  - id: plant\n    again: by-prompt\n",
          "    again: by-prompt", "plant",
          "only what is not collected, and has no steps, is answered again",
          "Remove it, or set 'collected: false' for the module"),
    Error("four last lines", "[plant/thoughts, plant/watered]", "[a/b, a/b, a/b, a/b]",
          "  lines: [a/b, a/b, a/b, a/b]", None, "'lines' has 4 entries",
          "It can have 3 at most"),
]  # fmt: skip


def test_the_good_file_loads(tmp_path: Path) -> None:
    (tmp_path / "exercises.yml").write_text(GOOD, encoding="utf-8")
    assert [e.id for e in load_module(tmp_path).exercises] == ["plant", "table", "before", "kettle"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_names_file_line_exercise_what_and_remedy(error: Error, tmp_path: Path) -> None:
    assert_told(error, GOOD, tmp_path)


def test_effects_may_be_on_anybody_where_there_is_no_who_is_who(tmp_path: Path) -> None:
    people = (
        "    people:\n      - {name: Ana, who: waters it}\n      - {name: Bo, who: forgets it}\n"
    )
    text = GOOD.replace(people, "").replace("{who: Ana, pays", "{who: the next shift, pays")
    (tmp_path / "exercises.yml").write_text(text, encoding="utf-8")
    assert load_module(tmp_path).exercise("plant").people == []
