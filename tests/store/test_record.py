"""completion.json: what may stand in it, and that no file from a stranger's machine does harm."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allyship_course.store.files import RecordError
from allyship_course.store.journal import Note, entry_of
from allyship_course.store.limits import MAX_RECORD_BYTES
from allyship_course.store.record import (
    Entry,
    NewerSchemaError,
    Record,
    read_record,
    submitted_record,
    write_record,
)
from tests.support.strategies import any_answers, any_json, exercise_dicts, full_answers, ids, quick
from tests.support.systems import names, open_folder, run_as_ordinary_user, run_python, within
from tests.support.vectorfiles import exercise_of

SMALL = Record(
    "01-tiny",
    {
        "plant": Entry(("who", "thoughts"), {"thoughts": 4}, False, {"thoughts": "Aunt Zoë's 🪴"}),
        "kettle": Entry((), {}, True),
    },
)


def record_with(**changes: Any) -> bytes:
    """A record's file, changed; ``...`` takes a key away."""
    data: dict[str, Any] = {"schema": 1, "module": "m", "exercises": {}, **changes}
    return json.dumps({k: v for k, v in data.items() if v is not ...}).encode()


def entry_with(**changes: Any) -> bytes:
    return record_with(exercises={"plant": {"answered": [], "words": {}, **changes}})


def shared_raw(value: str) -> bytes:
    """A record that shares a value written in JSON's own words, valid or not."""
    return b'{"schema":1,"module":"m","exercises":{"a":{"shared":{"x":%b}}}}' % value.encode()


# ------------------------------------------------------------------ round trip

entries = st.builds(
    Entry,
    st.lists(ids, max_size=4, unique=True).map(tuple),
    st.dictionaries(ids, st.integers(0, 10_000), max_size=3),
    st.booleans(),
    st.none() | st.dictionaries(ids, any_json, max_size=3),
)
records = st.builds(Record, ids, st.dictionaries(ids, entries, max_size=4))


@quick
@given(records)
@example(SMALL)
@example(Record("m", {"__proto__": Entry(("__proto__",))}))
def test_a_record_is_read_as_it_was_written(tmp_path: Path, record: Record) -> None:
    file = tmp_path / "completion.json"
    write_record(file, record)
    assert read_record(file) == record


def test_a_record_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    write_record(file, SMALL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names(tmp_path) == ["completion.json"]


def test_a_record_can_be_read_by_a_person(tmp_path: Path) -> None:
    write_record(tmp_path / "completion.json", SMALL)
    text = (tmp_path / "completion.json").read_text(encoding="utf-8")
    assert "Aunt Zoë's 🪴" in text
    assert text.count("\n") > 10


def test_half_a_character_does_not_stop_the_saving(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    write_record(file, Record("m", {"a": Entry(shared={"x": "half \ud83d one"})}))
    record = read_record(file)
    assert record
    assert record.exercises["a"].shared == {"x": "half ? one"}


# ----------------------------------------------------------- what stands in it


def marked(exercise: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Put a text that can be found again into every text field."""
    texts = [f.id for f in exercise_of(exercise).all_fields() if f.type in {"text", "line"}]
    return {**answers, **{name: f"⚑{name}⚑ and what I think of it" for name in texts}}


with_answers = exercise_dicts().flatmap(lambda e: st.tuples(st.just(e), full_answers(e)))


@quick
@given(with_answers, st.booleans())
def test_without_sharing_no_answer_is_in_the_record(
    both: tuple[dict[str, Any], dict[str, Any]], passed: bool
) -> None:
    exercise = exercise_of(both[0])
    entry = entry_of(exercise, Note(marked(*both), passed, shared=False))
    collected = json.dumps(entry.to_json(), ensure_ascii=False)
    assert "⚑" not in collected
    assert "shared" not in entry.to_json()
    assert set(entry.to_json()) == {"answered", "words", "passed"}


@quick
@given(with_answers)
def test_what_is_private_is_not_in_the_record_even_when_shared(
    both: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    exercise = exercise_of(both[0])
    answers = {**marked(*both), "gone-field": "⚑gone-field⚑"}
    entry = entry_of(exercise, Note(answers, shared=True))
    private = {f.id for f in exercise.all_fields() if f.private == "always"} | {"gone-field"}
    assert entry.shared == {k: v for k, v in answers.items() if k not in private}
    for name in private:
        assert f"⚑{name}⚑" not in json.dumps(entry.to_json(), ensure_ascii=False)


@quick
@given(with_answers, st.booleans())
def test_optional_fields_and_the_words_of_private_ones_are_not_counted(
    both: tuple[dict[str, Any], dict[str, Any]], shared: bool
) -> None:
    exercise = exercise_of(both[0])
    entry = entry_of(exercise, Note(both[1], shared=shared))
    optional = {f.id for f in exercise.all_fields() if f.optional}
    private = {f.id for f in exercise.all_fields() if f.private == "always"}
    assert not {*entry.answered} & optional
    assert not {*entry.words} & (optional | private)


@quick
@given(exercise_dicts().flatmap(lambda e: st.tuples(st.just(e), any_answers(e))), st.booleans())
def test_only_fields_of_the_exercise_are_named(
    both: tuple[dict[str, Any], dict[str, Any]], shared: bool
) -> None:
    exercise = exercise_of(both[0])
    entry = entry_of(exercise, Note(both[1], shared=shared))
    known = {f.id for f in exercise.all_fields()}
    assert {*entry.answered, *entry.words, *(entry.shared or {})} <= known


# ------------------------------------------------------------------ bad inputs

DAMAGED = "not complete, valid JSON"
SHAPE = "has a wrong shape"
BAD = {
    "empty": (b"", "is empty"),
    "white space": (b" \n\t", "is empty"),
    "not JSON": (b"answered: all", DAMAGED),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", DAMAGED),
    "not UTF-8": (b'{"schema":1,"module":"\xe9t\xe9","exercises":{}}', DAMAGED),
    "a list": (b"[]", "does not hold a JSON object"),
    "null": (b"null", "does not hold a JSON object"),
    "a number": (b"1", "does not hold a JSON object"),
    "NaN": (shared_raw("NaN"), DAMAGED),
    "Infinity": (shared_raw("Infinity"), DAMAGED),
    "minus Infinity": (shared_raw("-Infinity"), DAMAGED),
    "a number without end": (shared_raw("1e999"), DAMAGED),
    "a number of 5,000 digits": (shared_raw("9" * 5000), DAMAGED),
    "100,000 lists deep": (b"[" * 100_000, DAMAGED),
    "100,000 lists deep, closed": (shared_raw("[" * 100_000 + "]" * 100_000), "damaged"),
    "5,000 objects deep, closed": (shared_raw('{"a":' * 5000 + "1" + "}" * 5000), "damaged"),
    "100 lists deep": (shared_raw("[" * 100 + "]" * 100), "nested too deep"),
    "no schema": (record_with(schema=...), "which schema"),
    "a schema that is true": (record_with(schema=True), "which schema"),
    "a schema that is a text": (record_with(schema="1"), "which schema"),
    "a schema with a point": (record_with(schema=1.0), "which schema"),
    "schema 0": (record_with(schema=0), "which schema"),
    "schema -1": (record_with(schema=-1), "which schema"),
    "no module": (record_with(module=...), "'module' or 'exercises' is missing"),
    "a module that is a list": (record_with(module=[]), "'module' or 'exercises' is missing"),
    "no exercises": (record_with(exercises=...), "'module' or 'exercises' is missing"),
    "a list of exercises": (record_with(exercises=[]), "'module' or 'exercises' is missing"),
    "an entry that is a list": (record_with(exercises={"plant": []}), "is not an object"),
    "an entry that is null": (record_with(exercises={"plant": None}), "is not an object"),
    "answered true": (entry_with(answered=True), SHAPE),
    "answered as a text": (entry_with(answered="who"), SHAPE),
    "answered with numbers": (entry_with(answered=[1]), SHAPE),
    "answered with lists": (entry_with(answered=[["who"]]), SHAPE),
    "words as a list": (entry_with(words=[1]), SHAPE),
    "words below nought": (entry_with(words={"a": -1}), SHAPE),
    "words without end": (entry_with(words={"a": 10**4000}), SHAPE),
    "half a word": (entry_with(words={"a": 1.5}), SHAPE),
    "words true": (entry_with(words={"a": True}), SHAPE),
    "passed as a number": (entry_with(passed=1), SHAPE),
    "passed as a text": (entry_with(passed="yes"), SHAPE),
    "passed null": (entry_with(passed=None), SHAPE),
    "shared true": (entry_with(shared=True), SHAPE),
    "shared as a text": (entry_with(shared="all"), SHAPE),
}


@pytest.mark.parametrize(("raw", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_refused_in_plain_words(raw: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    file.write_bytes(raw)
    with pytest.raises(RecordError, match=re.escape(told)) as caught:
        read_record(file)
    assert str(caught.value).startswith("completion.json")
    assert len(str(caught.value)) < 200
    assert file.read_bytes() == raw


def test_no_record_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path / "completion.json") is None


def test_a_record_cut_off_at_any_byte_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    write_record(file, SMALL)
    whole = file.read_bytes()
    for end in range(len(whole) - 1):  # the last byte is the line's end
        file.write_bytes(whole[:end])
        with pytest.raises(RecordError, match="empty" if end == 0 else "not complete, valid JSON"):
            read_record(file)


def test_a_newer_record_says_to_update(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    for schema in (2, 10**4000):
        file.write_bytes(record_with(schema=schema, exercises="whatever that will be"))
        with pytest.raises(NewerSchemaError, match=r"newer version.*Update the course") as caught:
            read_record(file)
        assert len(str(caught.value)) < 300


def test_what_stands_in_a_damaged_record_is_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    for raw in (
        b'{"my secret": tru',
        entry_with(shared="my secret"),
        entry_with(answered="secret"),
    ):
        file.write_bytes(raw)
        with pytest.raises(RecordError) as caught:
            read_record(file)
        assert "secret" not in str(caught.value)


@quick
@given(st.binary(max_size=60) | any_json.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_are_a_record_or_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "completion.json"
    file.write_bytes(raw)
    with pytest.raises(RecordError):
        read_record(file)


@quick
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "answered": st.lists(any_json, max_size=2),
            "words": st.dictionaries(ids, any_json, max_size=2),
            "passed": any_json,
            "shared": any_json,
        },
    )
)
def test_an_entry_of_any_shape_is_refused_or_can_be_written_again(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    file = tmp_path / "completion.json"
    file.write_bytes(record_with(exercises={"plant": entry}))
    try:
        record = read_record(file)
    except RecordError:
        return
    assert record
    write_record(file, record)
    assert read_record(file) == record


# -------------------------------------------------------------- files that are none


def test_a_file_of_100_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    with file.open("wb") as f:
        f.truncate(100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(RecordError, match="larger than 1,000 kB"):
            read_record(file)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    write_record(tmp_path / "other.json", SMALL)
    for target in ("other.json", "/etc/passwd", "nowhere", "completion.json"):
        file.symlink_to(target)
        with pytest.raises(RecordError, match="is a link, not a file"):
            read_record(file)
        file.unlink()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "completion.json").mkdir()
    with pytest.raises(RecordError, match="is not a plain file"):
        read_record(tmp_path / "completion.json")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "completion.json")
    with within(10), pytest.raises(RecordError, match="is not a plain file"):
        read_record(tmp_path / "completion.json")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("completion.json")
        with pytest.raises(RecordError, match="can't be read"):
            read_record(tmp_path / "completion.json")


def test_refusing_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "completion.json").mkdir()
    before = os.dup(0)
    os.close(before)
    for _ in range(20):
        with pytest.raises(RecordError):
            read_record(tmp_path / "completion.json")
    after = os.dup(0)
    os.close(after)
    assert after == before


READ = """
try:
    read_record(folder / "completion.json")
except RecordError as e:
    print(e)
"""


def test_a_file_that_may_not_be_read_is_refused() -> None:
    with open_folder() as folder:
        write_record(folder / "completion.json", SMALL)
        (folder / "completion.json").chmod(0)
        imports = "from allyship_course.store.record import RecordError, read_record"
        told = run_as_ordinary_user(imports, READ, folder)
    assert told == "completion.json can't be read: Permission denied\n"


# --------------------------------------------------------------------- writing


def test_what_is_too_long_is_refused_and_the_old_record_stays(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    write_record(file, SMALL)
    long = Record(
        "01-tiny", {"plant": Entry(shared={"thoughts": "word " * (MAX_RECORD_BYTES // 5)})}
    )
    with pytest.raises(RecordError, match="too long to hand in"):
        write_record(file, long)
    assert read_record(file) == SMALL


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [[[]]] * 3 + [None]], ids=str)
def test_what_could_not_be_read_again_is_not_written(value: object, tmp_path: Path) -> None:
    for _ in range(25 if isinstance(value, list) else 0):
        value = [value]
    file = tmp_path / "completion.json"
    write_record(file, SMALL)
    with pytest.raises(RecordError, match="Not saved"):
        write_record(file, Record("01-tiny", {"plant": Entry(shared={"x": value})}))
    assert read_record(file) == SMALL


def test_a_writing_that_breaks_off_leaves_the_old_record_and_no_rest(tmp_path: Path) -> None:
    file = tmp_path / "completion.json"
    write_record(file, SMALL)
    run_python(
        """
import resource
from allyship_course.store.record import Entry, Record, write_record
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_record(folder / "completion.json", Record("m", {"a": Entry(shared={"x": "y" * 50_000})}))
except OSError as e:
    print(e.strerror)
else:
    raise SystemExit("nothing broke off")
""",
        tmp_path,
    )
    assert read_record(file) == SMALL
    assert names(tmp_path) == ["completion.json"]


def test_a_link_in_the_records_place_is_replaced_not_written_through(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.txt"
    target.write_text("mine")
    file = tmp_path / "completion.json"
    file.symlink_to(target)
    write_record(file, SMALL)
    assert target.read_text() == "mine"
    assert read_record(file) == SMALL


# ------------------------------------------------------- handed in with the notebook


def notebook_with(folder: Path, **metadata: Any) -> None:
    """The one file that the published page hands in."""
    notebook = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "01-tiny.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def test_a_record_in_the_notebook_is_read_where_there_is_no_file(tmp_path: Path) -> None:
    assert submitted_record(tmp_path, "01-tiny") is None
    notebook_with(tmp_path)
    assert submitted_record(tmp_path, "01-tiny") is None
    notebook_with(tmp_path, allyship={"record": SMALL.to_json(), "student": "s1"})
    assert submitted_record(tmp_path, "01-tiny") == SMALL
    write_record(tmp_path / "completion.json", Record("01-tiny"))
    assert submitted_record(tmp_path, "01-tiny") == Record("01-tiny")


def test_a_damaged_file_is_not_passed_over_for_the_notebook(tmp_path: Path) -> None:
    notebook_with(tmp_path, allyship={"record": SMALL.to_json()})
    for damage in (
        lambda file: file.write_text("{"),
        lambda file: file.symlink_to("nowhere"),
        lambda file: file.mkdir(),
    ):
        file = tmp_path / "completion.json"
        damage(file)
        with pytest.raises(RecordError):
            submitted_record(tmp_path, "01-tiny")
        file.rmdir() if file.is_dir() else file.unlink()


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ([], "damaged"),
        ({}, "damaged"),
        ({"record": "all of it"}, "damaged"),
        ({"record": {"schema": 99, "module": "m", "exercises": {}}}, "newer version"),
        ({"record": {"schema": 1, "module": "m"}}, "'exercises' is missing"),
        ({"record": {"schema": 1, "module": "m", "exercises": {"a": 1}}}, "not an object"),
        ({"record": {"schema": 1, "module": "x" * MAX_RECORD_BYTES, "exercises": {}}}, "too large"),
    ],
)
def test_a_record_in_the_notebook_keeps_the_same_limits(
    tmp_path: Path, ours: object, said: str
) -> None:
    notebook_with(tmp_path, allyship=ours)
    with pytest.raises(RecordError, match=said):
        submitted_record(tmp_path, "01-tiny")
