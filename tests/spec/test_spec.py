"""What an author is told: every error with file, line, exercise, what is wrong, and a remedy."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from allyship_course.spec import SpecError, load_module, yamlfile
from tests.support.authors import Error, assert_told, problems
from tests.support.paths import TINY_MODULE
from tests.support.strategies import exercise_dicts, quick

# A whole file. An author error is one change to it: ``old`` gives way to ``new``.
GOOD = """\
module: tiny
title: Tiny
minutes: 10
exercises:
  - id: plant
    title: The plant
    minutes: 4
    sources: [C4]
    practice-wisdom: true
    fields:
      - id: who
        type: choice
        label: Who waters it?
        options:
          - id: nobody
            label: Nobody
            consequence: It minds.
          - id: rota
            label: The rota
      - id: wet
        type: scale
        label: How wet is it?
        steps: [Dust, Damp, Pond]
      - id: cards
        type: sort
        label: Where does it belong?
        categories:
          - id: pot
            label: Pot
          - id: bin
            label: Bin
        cards:
          - id: leaf
            text: A leaf
          - id: coffee
            text: Coffee
      - id: thoughts
        type: text
        label: Anything else?
        rows: 3
        min_words: 2
        private: always
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
                next: evening
      - id: noon
        title: Noon
        fields:
          - id: again
            type: text
            label: And now?
        next: evening
      - id: evening
        title: Evening
        fields:
          - id: why
            type: text
            label: Why?
"""


ERRORS = [
    # Keys
    Error("unknown key", "    sources:", "    sauces:", "    sauces: [C4]", "plant",
          "unknown key 'sauces'", "Did you mean 'sources'?"),
    Error("unknown key of the module", "minutes: 10", "minutes: 10\nauthor: me", "author: me",
          None, "unknown key 'author'", "There are: collected, earlier, edition, ending,"),
    Error("unknown key of a field", "        rows: 3", "        row: 3", "        row: 3", "plant",
          "unknown key 'row'", "Did you mean 'rows'?"),
    Error("unknown key of an option", "            consequence:", "            consequense:",
          "            consequense: It minds.", "plant", "unknown key 'consequense'",
          "Did you mean 'consequence'?"),
    Error("unknown key of a card", "            text: Coffee",
          "            text: Coffee\n            reasonings: x", "            reasonings: x",
          "plant", "unknown key 'reasonings'", "Did you mean 'reasoning'?"),
    Error("unknown key of a step", "        title: Noon", "        title: Noon\n        nxt: end",
          "        nxt: end", "kettle", "unknown key 'nxt'", "Did you mean 'next'?"),
    Error("a key of another field type", "        steps: [Dust, Damp, Pond]",
          "        steps: [Dust, Damp, Pond]\n        min_words: 3", "        min_words: 3",
          "plant", "unknown key 'min_words'", "There are:"),
    Error("a key like the field's type", "        rows: 3", "        text: 3", "        text: 3",
          "plant", "unknown key 'text'", "There are:"),
    Error("a key that is a number", "    sources: [C4]", "    5: [C4]", "    5: [C4]", "plant",
          "unknown key '5'", "There are:"),
    Error("missing key", "    minutes: 4\n", "", "  - id: plant", "plant",
          "'minutes' is missing", "Add a line 'minutes: …'"),
    Error("missing key of the module", "title: Tiny\n", "", "module: tiny", None,
          "'title' is missing", "Add a line 'title: …'"),
    Error("missing key of a field", "        label: How wet is it?\n", "", "      - id: wet",
          "plant", "'label' is missing", "Add a line 'label: …'"),
    Error("missing label beside a key like the field's type", "        label: Anything else?\n",
          "        text: Anything?\n", "      - id: thoughts", "plant",
          "'label' is missing", "Add a line 'label: …'"),
    Error("missing key of an option", "            label: The rota\n", "", "          - id: rota",
          "plant", "'label' is missing", "Add a line 'label: …'"),
    Error("a key twice", "    minutes: 4", "    minutes: 4\n    title: Again",
          "    title: Again", "plant", "the key 'title' stands here twice", "Keep one of them"),
    Error("a key twice in an option", "            consequence: It minds.",
          "            consequence: It minds.\n            label: Somebody",
          "            label: Somebody", "plant", "the key 'label' stands here twice",
          "Keep one of them"),
    # Field types
    Error("unknown field type", "        type: scale", "        type: scael",
          "        type: scael", "plant", "unknown field type 'scael'", "Did you mean 'scale'?"),
    Error("a field type that is a list", "        type: scale", "        type: [scale]",
          "        type: [scale]", "plant", "unknown field type", "Did you mean 'scale'?"),
    Error("no field type", "        type: scale\n", "", "      - id: wet", "plant",
          "this field has no type", "Add 'type:' with one of: choice,"),
    # Ids
    Error("an id with capitals", "  - id: plant", "  - id: Plant", "  - id: Plant", "Plant",
          "'Plant' can't be an id", "Use small letters"),
    Error("an id with a space", "      - id: wet", "      - id: how wet", "      - id: how wet",
          "plant", "'how wet' can't be an id", "Use small letters"),
    Error("an id with an underscore", "          - id: pot", "          - id: __proto__",
          "          - id: __proto__", "plant", "'__proto__' can't be an id", "Use small letters"),
    Error("an id that is too long", "      - id: wet", f"      - id: {'w' * 61}",
          f"      - id: {'w' * 61}", "plant", "'id' is longer than 60 characters", "Shorten it"),
    Error("an id that YAML reads as a truth", "          - id: nobody", "          - id: no",
          "          - id: no", "plant", "'id' must be a text, not 'false'", "Put it in quotes"),
    Error("an id that is a number", "          - id: leaf", "          - id: 7",
          "          - id: 7", "plant", "'id' must be a text, not '7'", "Put it in quotes"),
    Error("two exercises with an id", "  - id: kettle", "  - id: plant", "  - id: plant",
          "plant", "the exercise 'plant' stands here twice", "Rename one of them"),
    Error("two fields with an id", "      - id: wet", "      - id: who", "      - id: who",
          "plant", "the field 'who' stands here twice", "Rename one of them"),
    Error("two fields with an id in two steps", "          - id: why", "          - id: first",
          "          - id: first", "kettle", "the field 'first' stands here twice",
          "Rename one of them"),
    Error("two options with an id", "          - id: rota", "          - id: nobody",
          "          - id: nobody", "plant", "the option 'nobody' stands here twice",
          "Rename one of them"),
    Error("two cards with an id", "          - id: coffee", "          - id: leaf",
          "          - id: leaf", "plant", "the card 'leaf' stands here twice",
          "Rename one of them"),
    Error("two categories with an id", "          - id: bin", "          - id: pot",
          "          - id: pot", "plant", "the category 'pot' stands here twice",
          "Rename one of them"),
    Error("two steps with an id", "      - id: noon", "      - id: morning",
          "      - id: morning", "kettle", "the step 'morning' stands here twice",
          "Rename one of them"),
    # Steps
    Error("next to nowhere", "        next: evening\n      - id: evening",
          "        next: evning\n      - id: evening", "        next: evning", "kettle",
          "'next: evning' leads nowhere", "Did you mean 'evening'?"),
    Error("next of an option to nowhere", "                next: noon",
          "                next: tomorrow", "                next: tomorrow", "kettle",
          "'next: tomorrow' leads nowhere", "There are: morning, noon, evening, end"),
    Error("next to another exercise", "                next: noon", "                next: plant",
          "                next: plant", "kettle", "'next: plant' leads nowhere", "There are:"),
    Error("a step that no way leads to", "                next: noon",
          "                next: end", "      - id: noon", "kettle",
          "no way leads to step 'noon'", "Point a 'next' at it, or remove it"),
    Error("a step from which no end is reached", "            label: Why?\n",
          "            label: Why?\n        next: evening\n", "      - id: evening", "kettle",
          "from step 'evening' no way leads to the end", "Give it 'next: end'"),
    Error("a step called end", "      - id: evening", "      - id: end", "      - id: end",
          "kettle", "a step can't be called 'end'", "rename it"),
    Error("a way on without steps", "            label: The rota",
          "            label: The rota\n            next: who", "      - id: who", "plant",
          "'next' needs steps to lead to", "Remove it, or give the exercise 'steps'"),
    Error("two choices of a step that branch", "          - id: again\n            type: text\n",
          "          - {id: x, type: choice, label: X, options: [{id: a, label: A, next: end}, "
          "{id: b, label: B}]}\n          - {id: y, type: choice, label: Y, options: [{id: a, "
          "label: A, next: end}, {id: b, label: B}]}\n          - id: again\n"
          "            type: text\n", "      - id: noon", "kettle",
          "two choices of step 'noon' branch", "Let one choice a step carry 'next'"),
    Error("a choice that leads on and is optional", "            label: What do you do?",
          "            label: What do you do?\n            optional: true",
          "      - id: morning", "kettle", "the choice 'first' branches and is optional",
          "A choice that leads on must be answered"),
    Error("both fields and steps", "    minutes: 5\n",
          "    minutes: 5\n    fields: [{id: x, type: text, label: X}]\n", "  - id: kettle",
          "kettle", "the exercise has both 'fields' and 'steps'",
          "Give it either 'fields' or 'steps'"),
    Error("neither fields nor steps", "  - id: kettle",
          "  - {id: pot, title: The pot, minutes: 1}\n  - id: kettle",
          "  - {id: pot, title: The pot, minutes: 1}", "pot",
          "the exercise has nothing to do", "Give it either 'fields' or 'steps'"),
    # Wrong types and amounts
    Error("a word for a number", "    minutes: 4", "    minutes: four", "    minutes: four",
          "plant", "'minutes' must be a whole number, not 'four'", "Write it in digits"),
    Error("a number with a point", "        rows: 3", "        rows: 2.5", "        rows: 2.5",
          "plant", "'rows' must be a whole number, not '2.5'", "Write it in digits"),
    Error("a number that is too large", "    minutes: 4", "    minutes: 61", "    minutes: 61",
          "plant", "'minutes' is 61, which is too large", "The most is 60"),
    Error("a number that is too small", "        min_words: 2", "        min_words: 0",
          "        min_words: 0", "plant", "'min_words' is 0, which is too small",
          "The least is 1"),
    Error("a truth for a text", "            label: Nobody", "            label: Yes",
          "            label: Yes", "plant", "'label' must be a text, not 'true'",
          "Put it in quotes"),
    Error("a list for a text", "    title: The plant", "    title: [The, plant]",
          "    title: [The, plant]", "plant", "'title' must be a text, not '[The, plant]'",
          "Put it in quotes"),
    Error("a colon in a text", "            text: A leaf", "            text: {a: leaf}",
          "            text: {a: leaf}", "plant", "'text' must be a text, not '{a: leaf}'",
          "Put it in quotes"),
    Error("nothing for a text", "    title: The plant", "    title:", "    title:", "plant",
          "'title' is empty", "Write something here"),
    Error("white space for a text", "    title: The plant", "    title: '  '", "    title: '  '",
          "plant", "'title' is empty", "Write its text"),
    Error("a text for a list", "    sources: [C4]", "    sources: C4", "    sources: C4", "plant",
          "'sources' must be a list, not 'C4'", "Begin each entry on a line of its own"),
    Error("nothing for a list", "    sources: [C4]", "    sources:", "    sources:", "plant",
          "'sources' is empty", "Write something here"),
    Error("a number among texts", "[Dust, Damp, Pond]", "[Dust, 2, Pond]",
          "        steps: [Dust, 2, Pond]", "plant", "entry 2 of 'steps' must be a text, not '2'",
          "Put it in quotes"),
    Error("one step of a scale", "[Dust, Damp, Pond]", "[Dust]", "        steps: [Dust]",
          "plant", "'steps' has 1 of at least 2 entries", "Add the rest"),
    Error("too many steps of a scale", "[Dust, Damp, Pond]", f"{[*'abcdefghijkl']}",
          f"        steps: {[*'abcdefghijkl']}", "plant", "'steps' has 12 entries",
          "It can have 11 at most"),
    Error("a word for a truth", "practice-wisdom: true", "practice-wisdom: perhaps",
          "    practice-wisdom: perhaps", "plant",
          "'practice-wisdom' must be true or false, not 'perhaps'", "Write true"),
    Error("another kind of private", "private: always", "private: yes", "        private: yes",
          "plant", "'private' can't be 'true'", "Write 'always', or remove the line"),
    Error("a text for a field", "      - id: wet", "      - A text\n      - id: wet",
          "      - A text", "plant", "here stands 'A text' where keys are expected",
          "Write 'key: value' lines"),
    Error("a text for an exercise", "  - id: kettle", "  - A text\n  - id: kettle",
          "  - A text", None, "here stands 'A text' where keys are expected",
          "Write 'key: value' lines"),
    # Broken YAML
    Error("a tab", "    sources:", "\tsources:", "\tsources: [C4]", None,
          "here stands a tab", "Indent with spaces"),
    Error("a colon too many", "    title: The plant", "    title: The plant: a case",
          "    title: The plant: a case", None, "this is not valid YAML", "quote a text"),
    Error("a lost indentation", "    minutes: 4", "   minutes: 4", "   minutes: 4", None,
          "this is not valid YAML", "Look at the indentation here and just above"),
    Error("a quotation mark that stays open", "            label: Why?",
          '            label: "Why?', '            label: "Why?', None,
          "a quotation mark opens here and never closes", "Close it, or remove it"),
    Error("an anchor that there is not", "    sources: [C4]", "    sources: *all",
          "    sources: *all", None, "this is not valid YAML", "quote a text"),
    Error("a control character", "Coffee", "Cof\x07fee", "            text: Cof\x07fee", None,
          "here stands a control character", "Remove it"),
]  # fmt: skip


def test_the_good_file_loads(tmp_path: Path) -> None:
    (tmp_path / "exercises.yml").write_text(GOOD, encoding="utf-8")
    assert [e.id for e in load_module(tmp_path).exercises] == ["plant", "kettle"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_names_file_line_exercise_what_and_remedy(error: Error, tmp_path: Path) -> None:
    assert_told(error, GOOD, tmp_path)


def test_all_errors_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("minutes: 10", "minutes: ten")
        .replace("    sources:", "    sauces:")
        .replace("type: scale", "type: scael")
        .replace("  - id: kettle", "  - id: Kettle")
        .replace("            label: Why?\n", "")
        .replace("        title: Noon\n", "        title: Noon\n        title: Noon again\n")
    )
    told = problems(tmp_path, text)
    assert sorted((p.line, p.exercise, p.what) for p in told) == [
        (3, None, "'minutes' must be a whole number, not 'ten'"),
        (8, "plant", "unknown key 'sauces'"),
        (21, "plant", "unknown field type 'scael'"),
        (43, "Kettle", "'Kettle' can't be an id"),
        (62, "Kettle", "the key 'title' stands here twice"),
        (71, "Kettle", "'label' is missing"),
    ]


def test_ids_and_ways_are_all_checked_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("          - id: rota", "          - id: nobody")
        .replace("          - id: coffee", "          - id: leaf")
        .replace("                next: noon", "                next: none")
        .replace("  - id: kettle", "  - id: plant")
    )
    told = problems(tmp_path, text)
    assert {p.what for p in told} == {
        "the option 'nobody' stands here twice",
        "the card 'leaf' stands here twice",
        "'next: none' leads nowhere",
        "the exercise 'plant' stands here twice",
    }


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"", 1, "the file is empty"),
        (b"# nothing but a comment\n", 1, "the file is empty"),
        (b"- one\n- two\n", 1, "here stands '[one, two]' where keys are expected"),
        (b"hello\n", 1, "here stands 'hello' where keys are expected"),
        (b"title: \xe9t\xe9\n", 1, "the file is not UTF-8"),
        (b"title: T\nminutes: 1\n# na\xefve\n", 3, "the file is not UTF-8"),
        ("title: T\n".encode("utf-16"), 1, "the file is not UTF-8"),
        (b"title: T\nmodule: a\x00b\n", 2, "here stands a control character"),
        (b"[" * 5_000, 1, "nested too deep"),
        (b"module: m\ntitle: T\nminutes: 1\nexercises: {a: 1}\n", 4, "'exercises' must be a list"),
        (b"module: m\ntitle: T\nminutes: 1\nexercises:\n", 4, "'exercises' is empty"),
        (b"module: m\ntitle: T\nminutes: 1\nexercises: &a [*a]\n", 4, "where keys are expected"),
        (b"exercises:\n  1: a\n  1: b\n", 3, "the key '1' stands here twice"),
        (b"title: T\n---\ntitle: T\n", 2, "this is not valid YAML"),
        (b"? [a, b]\n: c\n", 1, "this is not valid YAML"),
        (b"title: !!python/object/apply:os.system [ls]\n", 1, "this is not valid YAML"),
    ],
    ids=lambda value: str(value[:30]) if isinstance(value, bytes) else None,
)
def test_a_file_that_is_no_module(raw: bytes, line: int, what: str, tmp_path: Path) -> None:
    told = problems(tmp_path, raw)
    assert [p.line for p in told if what in p.what] == [line], told
    assert all(p.remedy for p in told)


def test_two_lists_of_exercises_are_one_too_many(tmp_path: Path) -> None:
    more = (
        "exercises:\n  - {id: x, title: X, minutes: 1, fields: [{id: a, type: line, label: A}]}\n"
    )
    twice = GOOD.replace("    title: The kettle", "    title: The kettle\n    title: Kettle")
    told = problems(tmp_path, twice + more)
    assert [p.what for p in told] == ["the key 'exercises' stands here twice"]
    assert told[0].line == len(twice.splitlines()) + 1


def test_a_long_value_is_not_quoted_in_full(tmp_path: Path) -> None:
    told = problems(tmp_path, GOOD.replace("sources: [C4]", f"sources: {'long ' * 500}"))
    assert len(str(told[0])) - len(str(tmp_path)) < 250


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"exercises.yml:1: there is no such file\. Each module"):
        load_module(tmp_path)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "exercises.yml").mkdir()
    with pytest.raises(SpecError, match=r"exercises.yml:1: the file can't be read"):
        load_module(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "exercises.yml").write_text(GOOD, encoding="utf-8-sig")
    assert load_module(tmp_path).module == "tiny"


def test_line_ends_of_windows_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "exercises.yml"
    file.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert load_module(tmp_path).exercise("kettle").steps[0].id == "morning"
    told = problems(tmp_path, GOOD.replace("type: scale", "type: x").replace("\n", "\r\n"))
    assert told[0].line == 21


def test_a_date_is_a_text(tmp_path: Path) -> None:
    for written in ("2026-11-21", "2026-13-45"):
        text = GOOD.replace("title: The kettle", f"title: {written}")
        (tmp_path / "exercises.yml").write_text(text, encoding="utf-8")
        assert load_module(tmp_path).exercise("kettle").title == written


def test_an_alias_is_as_good_as_writing_it_twice(tmp_path: Path) -> None:
    text = GOOD.replace("        categories:", "        categories: &piles").replace(
        "  - id: kettle",
        "      - {id: more, type: sort, label: M, categories: *piles, "
        "cards: [{id: a, text: A}]}\n  - id: kettle",
    )
    (tmp_path / "exercises.yml").write_text(text, encoding="utf-8")
    more = load_module(tmp_path).exercise("plant").fields[-1]
    assert more.rule()["categories"] == ["pot", "bin"]


def test_without_libyaml_a_module_is_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load_module(TINY_MODULE)
    monkeypatch.setattr(yamlfile, "_FAST_LOADER", yamlfile._PLAIN_LOADER)
    assert load_module(TINY_MODULE) == fast


def test_merged_keys_may_be_written_over(tmp_path: Path) -> None:
    more = "  - {<<: *plant, id: plant-two}\n"
    text = GOOD.replace("  - id: plant\n", "  - &plant\n    id: plant\n") + more
    (tmp_path / "exercises.yml").write_text(text, encoding="utf-8")
    module = load_module(tmp_path)
    assert module.exercise("plant-two").fields == module.exercise("plant").fields


def test_asking_for_an_exercise_that_there_is_not(tmp_path: Path) -> None:
    (tmp_path / "exercises.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(KeyError, match=r"tiny has no exercise 'kettel'. Did you mean 'kettle'\?"):
        load_module(tmp_path).exercise("kettel")


def test_loading_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "exercises.yml"
    file.write_text(GOOD, encoding="utf-8")
    before = file.stat()
    load_module(tmp_path)
    after = file.stat()
    assert (before.st_mtime_ns, stat.S_IMODE(before.st_mode)) == (
        after.st_mtime_ns,
        stat.S_IMODE(after.st_mode),
    )


def pick(loaded: Any, written: Any) -> Any:
    """Reduce what was loaded to the keys that were written, for comparison."""
    if isinstance(written, dict):
        by_name = loaded.model_dump(by_alias=True) if not isinstance(loaded, dict) else loaded
        return {key: pick(by_name[key], value) for key, value in written.items()}
    if isinstance(written, list):
        assert len(loaded) == len(written)
        return [pick(one, other) for one, other in zip(loaded, written, strict=True)]
    return loaded


@quick
@given(
    st.lists(
        st.sampled_from(["one", "two", "three"]).flatmap(exercise_dicts),
        min_size=1,
        max_size=3,
        unique_by=lambda e: e["id"],
    ),
    st.booleans(),
)
def test_any_valid_exercise_survives_yaml(
    tmp_path: Path, exercises: list[dict[str, Any]], in_rows: bool
) -> None:
    module = {"module": "random", "title": "Random", "minutes": 9, "exercises": exercises}
    text = yaml.safe_dump(module, allow_unicode=True, default_flow_style=in_rows or None)
    (tmp_path / "exercises.yml").write_text(text, encoding="utf-8")
    assert pick(load_module(tmp_path), module) == module


def test_a_text_that_yaml_cuts_off_at_a_hash_is_found(tmp_path: Path) -> None:
    file = tmp_path / "exercises.yml"
    file.write_text(GOOD.replace("title: ", "title: Which #1? ", 1), encoding="utf-8")
    with pytest.raises(SpecError) as raised:
        load_module(tmp_path)
    (problem,) = raised.value.problems
    assert "the text ends before '#1?'" in problem.what
    assert "quotation marks" in problem.remedy
    assert problem.line == 1 + file.read_text().partition("#1")[0].count("\n")


def test_a_comment_behind_a_text_is_a_comment(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^(title: .*)$", r"\1  # as on the page", GOOD, count=1)
    (tmp_path / "exercises.yml").write_text(text, encoding="utf-8")
    load_module(tmp_path)
