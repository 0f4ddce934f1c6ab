"""The journal: nothing that a learner wrote is lost, shown to others or half written, whatever
the disk, another notebook or a power cut does.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allyship_course.completion import answered, completion
from allyship_course.course_progress import progress_by_notes, progress_by_record, where_to_go_on
from allyship_course.spec import Module, load_module
from allyship_course.store import journal
from allyship_course.store.files import RecordError
from allyship_course.store.journal import Note, catch_up, journal_folder, keep, read_notes
from allyship_course.store.record import Entry, NewerSchemaError, Record, read_record, write_record
from tests.support.paths import TINY_MODULE
from tests.support.strategies import any_answers, exercise_dicts, quick
from tests.support.systems import (
    names,
    open_folder,
    run_as_ordinary_user,
    run_python,
    small_disk,
    within,
)
from tests.support.vectorfiles import module_of

TINY = load_module(TINY_MODULE)
KETTLE = TINY.exercise("kettle")
MINE = TINY.exercise("mine")
WROTE = Note({"first": "fill", "why": "It was my turn."})

# In scripts that run in a process of their own.
IMPORTS = f"""
import filelock  # loaded with the first lock only, which is too late for who may not look here
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from allyship_course.store.journal import Note, keep, read_notes
from allyship_course.store.files import RecordError
from allyship_course.store.record import read_record
from allyship_course.spec import load_module
TINY = load_module(Path({str(TINY_MODULE)!r}))
KETTLE = TINY.exercise("kettle")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A learner's folder with room for a journal and one assignment."""
    (tmp_path / "01-tiny").mkdir()
    return tmp_path


def save(home: Path, note: Note = WROTE, exercise: str = "kettle") -> tuple[str, ...]:
    return keep(TINY, TINY.exercise(exercise), note, home / "01-tiny", home / "journal").notices


def notes(home: Path) -> dict[str, Note]:
    return read_notes(home / "journal", "01-tiny")


def record(home: Path) -> Record:
    found = read_record(home / "01-tiny" / "completion.json")
    assert found
    return found


def journal_file(home: Path) -> Path:
    return home / "journal" / "01-tiny.json"


def damaged(folder: Path) -> list[Path]:
    return sorted(folder.glob("*-damaged-*"))


# ------------------------------------------------------------------ what is kept


def test_there_is_nothing_before_the_first_saving(home: Path) -> None:
    assert notes(home) == {}


def test_answers_are_kept_as_they_were_given(home: Path) -> None:
    assert save(home) == ()
    kept = notes(home)["kettle"]
    assert (kept.answers, kept.passed, kept.shared) == (WROTE.answers, False, False)
    assert kept.saved.endswith("Z")


def test_each_exercise_is_kept_by_itself(home: Path) -> None:
    save(home)
    save(home, Note({"diary": "Dear diary"}), "mine")
    save(home, Note({"first": "leave"}), "kettle")
    assert {name: n.answers for name, n in notes(home).items()} == {
        "kettle": {"first": "leave"},
        "mine": {"diary": "Dear diary"},
    }
    assert set(record(home).exercises) == {"kettle", "mine"}


def test_clearing_the_answers_clears_them_everywhere(home: Path) -> None:
    save(home, Note(WROTE.answers, shared=True))
    save(home, Note({}))
    assert notes(home)["kettle"].answers == {}
    assert record(home).exercises["kettle"] == Entry()
    everything = [f.read_text() for f in home.rglob("*.json")]
    assert "my turn" not in "".join(everything)


def test_taking_back_the_sharing_takes_the_text_back(home: Path) -> None:
    save(home, Note(WROTE.answers, shared=True))
    assert record(home).exercises["kettle"].shared == WROTE.answers
    save(home, Note(WROTE.answers, shared=False))
    assert record(home).exercises["kettle"].shared is None
    assert "my turn" not in (home / "01-tiny" / "completion.json").read_text()


any_note = exercise_dicts().flatmap(
    lambda e: st.tuples(st.just(e), any_answers(e), st.booleans(), st.booleans())
)


@quick
@given(any_note)
def test_any_answers_come_back_and_their_record_says_the_same_as_they_do(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[dict[str, Any], Any, bool, bool]
) -> None:
    data, answers, passed, shared = drawn
    home = tmp_path_factory.mktemp("home")
    module = module_of(data)
    exercise = module.exercises[0]
    keep(module, exercise, Note(answers, passed, shared), home, home / "journal")
    kept = read_notes(home / "journal", module.module)[exercise.id]
    assert (kept.answers, kept.passed, kept.shared) == (answers, passed, shared)
    found = read_record(home / "completion.json")
    assert found
    entry = found.exercises[exercise.id]
    expected = completion(exercise, answered(exercise, answers).fields, passed)
    assert completion(exercise, entry.answered, entry.passed) == expected


# ----------------------------------------------------------------------- private


def test_folder_and_files_are_for_their_owner_only(home: Path) -> None:
    before = os.umask(0)
    try:
        save(home)
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "journal").stat().st_mode) == 0o700
    files = [*(home / "journal").iterdir(), home / "01-tiny" / "completion.json"]
    assert len(files) >= 2
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


def test_a_journal_folder_that_others_may_enter_is_closed(home: Path) -> None:
    (home / "journal").mkdir(mode=0o755)
    save(home)
    assert stat.S_IMODE((home / "journal").stat().st_mode) == 0o700


def test_the_journal_lies_where_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLYSHIP_JOURNAL", "/some/where")
    assert journal_folder() == Path("/some/where")


def test_the_journal_lies_in_the_home_folder_otherwise(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALLYSHIP_JOURNAL", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "01-tiny")
    keep(TINY, KETTLE, WROTE, home / "01-tiny")
    assert journal_folder().is_relative_to(home)
    assert not journal_folder().is_relative_to(home / "01-tiny")
    assert names(home / "01-tiny") == ["completion.json"]
    assert read_notes(journal_folder(), "01-tiny")["kettle"].answers == WROTE.answers


# ------------------------------------------------------------- what was there before


def test_what_the_record_holds_without_a_note_stays(home: Path) -> None:
    elsewhere = {
        "mine": Entry(("diary",), {"diary": 2}, shared={"diary": "From the other computer"}),
        "gone": Entry((), {}, True),
    }
    write_record(home / "01-tiny" / "completion.json", Record("01-tiny", elsewhere))
    save(home)
    kept = record(home).exercises
    assert {name: kept[name] for name in elsewhere} == elsewhere
    assert kept["kettle"].answered == ("first", "why")


def test_a_lost_record_comes_back_from_the_journal(home: Path) -> None:
    save(home)
    save(home, Note({"diary": "Dear diary"}), "mine")
    (home / "01-tiny" / "completion.json").unlink()
    save(home)
    assert set(record(home).exercises) == {"kettle", "mine"}


BAD_RECORDS = {
    "cut off": b'{"schema": 1, "module": "01-tiny", "exer',
    "empty": b"",
    "of another module": json.dumps({"schema": 1, "module": "02", "exercises": {}}).encode(),
    "of a wrong shape": json.dumps({"schema": 1, "module": "01-tiny", "exercises": []}).encode(),
}


def test_of_what_is_not_collected_nothing_is_written_beside_the_notebook(home: Path) -> None:
    prompts = TINY.model_copy(update={"collected": False})
    keep(prompts, KETTLE, WROTE, home / "read-only-or-not-there", home / "journal")
    assert notes(home)["kettle"].answers == WROTE.answers
    assert [p.name for p in home.iterdir() if p.name != "journal"] == ["01-tiny"]


def test_a_module_is_complete_once_each_exercise_is_answered_or_left_out() -> None:
    whole = {e.id: Note(passed=True) for e in TINY.exercises} | {"kettle": WROTE}
    assert progress_by_notes(TINY, whole).complete
    assert not progress_by_notes(TINY, {**whole, "kettle": Note({"first": "fill"})}).complete
    assert not progress_by_notes(TINY, {k: v for k, v in whole.items() if k != "mine"}).complete


def test_one_goes_on_after_the_exercise_worked_at_last() -> None:
    def where(**saved: str) -> str | None:
        notes = {e: Note(passed=e != "mine", saved=f"{at}T10:00Z") for e, at in saved.items()}
        found = where_to_go_on([TINY], {TINY.module: notes})
        return found and found[1].id

    assert where() == "all-types"
    assert where(kettle="2026-11-02") == "mine"
    assert where(mine="2026-11-02", kettle="2026-11-01") == "mine"
    whole = {e.id: Note(passed=True, saved="2026") for e in TINY.exercises}
    assert where_to_go_on([TINY], {TINY.module: whole}) is None
    assert where_to_go_on([], {}) is None


def test_minutes_left_shrink_with_each_exercise_from_all_to_none() -> None:
    notes: dict[str, Note] = {}
    left = [progress_by_notes(TINY, notes).minutes_left]
    for exercise in TINY.exercises:
        notes[exercise.id] = Note(passed=True)
        left.append(progress_by_notes(TINY, notes).minutes_left)
    assert left[0] == TINY.minutes
    assert left[-1] == 0
    assert left == sorted(set(left), reverse=True)


def test_work_done_elsewhere_is_counted_once_its_notebook_is_open(home: Path) -> None:
    folder, assignment = home / "journal", home / "01-tiny"
    keep(TINY, MINE, Note(passed=True), assignment, folder)
    (home / "elsewhere").mkdir()
    keep(TINY, KETTLE, WROTE, home / "elsewhere", folder)  # as an import does
    catch_up(TINY, assignment, folder)
    record = read_record(assignment / "completion.json")
    assert record is not None
    assert list(record.exercises) == ["mine", "kettle"]
    progress = progress_by_record(TINY, record)
    assert (progress.done, progress.next) == (2, TINY.exercise("all-types"))


@pytest.mark.parametrize("place", ["course/submitted/someone/01-tiny", "downloads/01-tiny"])
def test_an_instructor_s_own_answers_never_come_into_a_submission(home: Path, place: str) -> None:
    folder, submission = home / "journal", home / place
    submission.mkdir(parents=True)
    if "course" in place:
        (home / "course" / "nbgrader_config.py").touch()
    else:
        (submission / "timestamp.txt").touch()
    keep(TINY, KETTLE, WROTE, home / "01-tiny", folder)
    catch_up(TINY, submission, folder)
    assert not (submission / "completion.json").exists()


@pytest.mark.parametrize("above", ["", "classes", "classes/source/.."])
def test_who_has_a_configuration_of_nbgraders_above_is_a_student_all_the_same(
    home: Path, above: str
) -> None:
    """As the exchange's guide tells students to write it, into their home folder."""
    folder, work = home / "journal", home / "classes" / "01-tiny"
    (home / "classes" / "source").mkdir(parents=True)
    (home / above / "nbgrader_config.py").touch()
    work.mkdir(parents=True)
    (home / "elsewhere").mkdir()
    keep(TINY, KETTLE, WROTE, home / "elsewhere", folder)
    catch_up(TINY, work, folder)
    record = read_record(work / "completion.json")
    assert record is not None
    assert list(record.exercises) == ["kettle"]


@pytest.mark.parametrize("raw", BAD_RECORDS.values(), ids=BAD_RECORDS.keys())
def test_catching_up_leaves_a_record_that_it_can_not_read_as_it_is(home: Path, raw: bytes) -> None:
    folder, file = home / "journal", home / "01-tiny" / "completion.json"
    keep(TINY, KETTLE, WROTE, file.parent, folder)
    file.write_bytes(raw)
    catch_up(TINY, file.parent, folder)
    assert file.read_bytes() == raw


@pytest.mark.parametrize("raw", BAD_RECORDS.values(), ids=BAD_RECORDS.keys())
def test_a_bad_record_is_put_aside_and_written_anew(raw: bytes, home: Path) -> None:
    (home / "01-tiny" / "completion.json").write_bytes(raw)
    (notice,) = save(home)
    (aside,) = damaged(home / "01-tiny")
    assert aside.read_bytes() == raw
    assert aside.name in notice
    assert "could not be used" in notice
    assert record(home).exercises["kettle"].answered == ("first", "why")
    assert save(home) == ()


BAD_JOURNALS = {
    "cut off": b'{"schema": 1, "module": "01-tiny", "exercises": {"mine": {"answ',
    "empty": b"",
    "zeros": bytes(4096),
    "NaN": b'{"schema": 1, "exercises": {"mine": {"answers": {"diary": NaN}}}}',
    "100,000 lists deep": b"[" * 100_000,
    "null": b"null",
    "no exercises": b'{"schema": 1, "module": "01-tiny"}',
    "no schema": b'{"exercises": {}}',
    "an entry of a wrong shape": b'{"schema": 1, "exercises": {"mine": {"answers": []}}}',
    "passed as a text": b'{"schema": 1, "exercises": {"mine": {"answers": {}, "passed": "no"}}}',
    "an entry without answers": b'{"schema": 1, "exercises": {"mine": {}}}',
}


@pytest.mark.parametrize("raw", BAD_JOURNALS.values(), ids=BAD_JOURNALS.keys())
def test_a_damaged_journal_is_put_aside_not_lost(raw: bytes, home: Path) -> None:
    save(home)
    journal_file(home).write_bytes(raw)
    with pytest.raises(RecordError):
        notes(home)
    (notice,) = save(home, Note({"diary": "Dear diary"}), "mine")
    (aside,) = damaged(home / "journal")
    assert aside.read_bytes() == raw
    assert str(aside) in notice
    assert notes(home)["mine"].answers == {"diary": "Dear diary"}
    # The record still has what came from the journal when it was whole.
    assert set(record(home).exercises) == {"kettle", "mine"}
    assert save(home) == ()


def test_a_journal_damaged_twice_is_put_aside_twice(home: Path) -> None:
    save(home)
    for raw in (b"first", b"second"):
        journal_file(home).write_bytes(raw)
        save(home)
    assert {f.read_bytes() for f in damaged(home / "journal")} == {b"first", b"second"}


def test_a_journal_cut_off_at_any_byte_is_noticed(home: Path) -> None:
    save(home)
    whole = journal_file(home).read_bytes()
    for end in range(len(whole) - 1):  # the last byte is the line's end
        journal_file(home).write_bytes(whole[:end])
        with pytest.raises(RecordError):
            notes(home)


def make_link(file: Path) -> None:
    file.symlink_to("/etc/passwd")


@pytest.mark.parametrize("make", [make_link, Path.mkdir, os.mkfifo], ids=["link", "folder", "pipe"])
def test_what_is_no_file_in_the_journals_or_records_place_is_put_aside(
    make: Any, home: Path
) -> None:
    (home / "journal").mkdir()
    make(journal_file(home))
    make(home / "01-tiny" / "completion.json")
    with within(20):
        told = save(home)
    assert len(told) == 2
    assert len(damaged(home / "journal")) == len(damaged(home / "01-tiny")) == 1
    assert notes(home)["kettle"].answers == WROTE.answers
    assert record(home).exercises["kettle"].words == {"why": 4}


def test_a_newer_journal_is_left_alone_and_the_learner_told_to_update(home: Path) -> None:
    (home / "journal").mkdir()
    newer = b'{"schema": 2, "exercises": "in a way that nobody knows yet"}'
    journal_file(home).write_bytes(newer)
    with pytest.raises(NewerSchemaError, match=r"newer version.*Update the course"):
        save(home)
    assert journal_file(home).read_bytes() == newer
    assert not damaged(home / "journal")
    assert names(home / "01-tiny") == []


def test_a_newer_record_is_left_alone_and_the_answers_are_in_the_journal(home: Path) -> None:
    newer = b'{"schema": 2}'
    (home / "01-tiny" / "completion.json").write_bytes(newer)
    with pytest.raises(NewerSchemaError, match=r"newer version.*Update the course"):
        save(home)
    assert (home / "01-tiny" / "completion.json").read_bytes() == newer
    assert notes(home)["kettle"].answers == WROTE.answers


# ---------------------------------------------------------------- when it can't be saved


def test_shared_text_that_is_too_long_to_hand_in_stays_in_the_journal(home: Path) -> None:
    save(home)
    long = Note({"first": "fill", "why": "word " * 300_000}, shared=True)
    with pytest.raises(RecordError, match=r"safe in your journal.*too long to hand in"):
        save(home, long)
    assert notes(home)["kettle"].answers == long.answers
    assert record(home).exercises["kettle"].words == {"why": 4}
    save(home, Note(long.answers, shared=False))
    assert record(home).exercises["kettle"].words == {"why": 300_000}


def test_a_journal_that_would_grow_too_long_to_be_read_stays_as_it_was(home: Path) -> None:
    save(home)
    with pytest.raises(RecordError, match=r"Not saved: your journal of this module is full"):
        save(home, Note({"diary": "x" * 51_000_000}), "mine")
    assert set(notes(home)) == {"kettle"}
    save(home, Note({"diary": "short"}), "mine")


@pytest.mark.parametrize("value", [float("nan"), float("inf")], ids=str)
def test_a_value_that_no_form_sends_is_refused(value: float, home: Path) -> None:
    save(home)
    with pytest.raises(RecordError, match="Not saved"):
        save(home, Note({"first": value}))
    assert notes(home)["kettle"].answers == WROTE.answers


def test_a_file_in_the_journal_folders_place(home: Path) -> None:
    (home / "journal").write_text("mine")
    with pytest.raises(RecordError, match=r"^Not saved: .*What was saved before is safe$"):
        save(home)
    assert (home / "journal").read_text() == "mine"


def test_an_assignment_folder_that_is_gone(home: Path) -> None:
    (home / "01-tiny").rmdir()
    with pytest.raises(RecordError, match=r"Your answers are safe in your journal, but completion"):
        save(home)
    assert notes(home)["kettle"].answers == WROTE.answers


def test_a_saving_that_breaks_off_leaves_the_last_good_state_and_no_rest(home: Path) -> None:
    save(home)
    before = journal_file(home).read_bytes(), (home / "01-tiny" / "completion.json").read_bytes()
    script = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    keep(TINY, KETTLE, Note({"why": "a lot " * 9000}), folder / "01-tiny", folder / "journal")
except RecordError as e:
    print(e)
"""
    told = run_python(IMPORTS + script, home)
    assert told.startswith("Not saved: ")
    assert told.endswith("What was saved before is safe\n")
    after = journal_file(home).read_bytes(), (home / "01-tiny" / "completion.json").read_bytes()
    assert after == before
    assert names(home / "journal") == [".lock", "01-tiny.json"]
    assert names(home / "01-tiny") == ["completion.json"]


FULL_DISK = """
from contextlib import suppress
import shutil
disk, other = folder / "disk", folder / "other"
where = {"journal": (other, disk), "record": (disk, other), "both": (disk, disk)}[full]
assignment, journal = where[0] / "01-tiny", where[1] / "journal"
assignment.mkdir()
keep(TINY, KETTLE, Note({"why": "before"}), assignment, journal)
with suppress(OSError), (disk / "filler").open("wb", buffering=0) as f:
    while True:
        f.write(bytes(512))
try:
    keep(TINY, KETTLE, Note({"why": "after " * 2000}, shared=True), assignment, journal)
except RecordError as e:
    print(e)
print(read_notes(journal, "01-tiny")["kettle"].answers["why"][:6].strip())
print(read_record(assignment / "completion.json").exercises["kettle"].words["why"])
print(sorted(f.name for f in journal.iterdir()), sorted(f.name for f in assignment.iterdir()))
(disk / "filler").unlink()
keep(TINY, KETTLE, Note({"why": "after " * 2000}, shared=True), assignment, journal)
print(read_record(assignment / "completion.json").exercises["kettle"].words["why"])
"""


@pytest.mark.parametrize("full", ["journal", "record", "both"])
def test_a_full_disk(full: str, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "other").mkdir()
    start = small_disk(tmp_path / "disk")
    if start is None:
        pytest.skip("this system lets no ordinary user make a small disk")
    script = f"full = {full!r}\n" + IMPORTS + FULL_DISK
    told, kept, words, files, then = run_python(script, tmp_path, before=start).splitlines()
    assert "the disk is full. Free some space, then type on" in told
    if full == "record":
        assert told.startswith("Your answers are safe in your journal, but completion.json")
        assert kept == "after"
    else:
        assert told.startswith("Not saved: ")
        assert told.endswith("What was saved before is safe")
        assert kept == "before"
    assert words == "1"
    assert files == "['.lock', '01-tiny.json'] ['completion.json']"
    assert then == "2000"


TRY_TO_SAVE = """
try:
    kept = keep(TINY, KETTLE, Note({"why": "new"}), folder / "01-tiny", folder / "journal")
    for notice in kept.notices:
        print(notice)
except RecordError as e:
    print(e)
"""


@pytest.fixture
def ordinary_home() -> Iterator[Path]:
    """A home that an ordinary user owns, with something kept in it."""
    with open_folder() as folder:
        (folder / "01-tiny").mkdir(mode=0o777)
        (folder / "01-tiny").chmod(0o777)
        run_as_ordinary_user(IMPORTS, TRY_TO_SAVE.replace("new", "old"), folder)
        yield folder


def test_a_journal_folder_that_can_not_be_written(ordinary_home: Path) -> None:
    (ordinary_home / "journal").chmod(0o500)
    told = run_as_ordinary_user(IMPORTS, TRY_TO_SAVE, ordinary_home)
    where = ordinary_home / "journal"
    assert told == (
        f"Not saved: the folder {where} can't be written to. What was saved before is safe\n"
    )
    assert notes(ordinary_home)["kettle"].answers == {"why": "old"}
    assert names(where) == [".lock", "01-tiny.json"]


def test_an_assignment_folder_that_can_not_be_written(ordinary_home: Path) -> None:
    (ordinary_home / "01-tiny").chmod(0o555)
    told = run_as_ordinary_user(IMPORTS, TRY_TO_SAVE, ordinary_home)
    assert told.startswith("Your answers are safe in your journal, but completion.json")
    assert f"the folder {ordinary_home / '01-tiny'} can't be written to" in told
    assert notes(ordinary_home)["kettle"].answers == {"why": "new"}
    assert names(ordinary_home / "01-tiny") == ["completion.json"]


def test_a_journal_file_that_may_not_be_read_is_put_aside(ordinary_home: Path) -> None:
    journal_file(ordinary_home).chmod(0)
    told = run_as_ordinary_user(IMPORTS, TRY_TO_SAVE, ordinary_home)
    assert "could not be read" in told
    assert "Permission denied" in told
    (aside,) = damaged(ordinary_home / "journal")
    aside.chmod(0o600)
    assert '"old"' in aside.read_text()
    assert notes(ordinary_home)["kettle"].answers == {"why": "new"}


# ---------------------------------------------------------- several at the same time


HOLD = """
import filelock, sys
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    input()
"""


def test_a_lock_that_another_program_holds(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(home)
    monkeypatch.setattr(journal, "_LOCK_SECONDS", 1.0)
    command = [sys.executable, "-c", HOLD, str(home / "journal" / ".lock")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RecordError, match=r"Not saved: another program has held the journal"):
            save(home, Note({"why": "too late"}))
        assert notes(home)["kettle"].answers == WROTE.answers
        other.communicate("\n")
    save(home, Note({"why": "now"}))
    assert notes(home)["kettle"].answers == {"why": "now"}


MANY = Module.model_validate(
    {
        "module": "many",
        "title": "Many",
        "minutes": 1,
        "exercises": [
            {
                "id": f"e{i}",
                "title": "One of many",
                "minutes": 1,
                "fields": [{"id": "t", "type": "text", "label": "What?"}],
            }
            for i in range(9)
        ],
    }
)

SAVE_MANY = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from allyship_course.store.journal import Note, keep
from allyship_course.spec import Module
many = Module.model_validate_json({MANY.model_dump_json(by_alias=True)!r})
first, home = int(sys.argv[1]), Path(sys.argv[2])
for round in range(12):
    for i in range(first, 9, 3):
        note = Note({{"t": f"{{i}} in round {{round}}. " * 200}}, shared=True)
        notices = keep(many, many.exercises[i], note, home, home / "journal").notices
        assert notices == (), notices
"""


def test_three_notebooks_that_save_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def start(first: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SAVE_MANY, str(first), str(tmp_path)]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    writers = [start(first) for first in range(3)]
    looked = 0
    while any(w.poll() is None for w in writers):
        # What lies there is whole at any moment; else these raise.
        looked += bool(read_notes(tmp_path / "journal", "many"))
        read_record(tmp_path / "completion.json")
    errors = [w.communicate()[1] for w in writers]
    assert [w.returncode for w in writers] == [0, 0, 0], errors
    assert looked
    expected = {f"e{i}": f"{i} in round 11. " * 200 for i in range(9)}
    kept = read_notes(tmp_path / "journal", "many")
    assert {name: n.answers["t"] for name, n in kept.items()} == expected
    handed_in = read_record(tmp_path / "completion.json")
    assert handed_in
    assert {name: (e.shared or {})["t"] for name, e in handed_in.exercises.items()} == expected
    assert names(tmp_path) == ["completion.json", "journal"]
    assert names(tmp_path / "journal") == [".lock", "many.json"]


# Forks from a process without threads: each child saves and saves, and is killed at some moment.
KILL_WHILE_SAVING = """
import os, random, signal, time
random.seed(3)
assignment, journal = folder / "01-tiny", folder / "journal"
def text(n):
    return f"{n} " * 30_000
def wait_for_a_save():
    before, deadline = (journal / "01-tiny.json").stat().st_ino, time.monotonic() + 60
    while (journal / "01-tiny.json").stat().st_ino == before and time.monotonic() < deadline:
        time.sleep(0.001)
keep(TINY, KETTLE, Note({"why": text(0)}, shared=True), assignment, journal)
seen = set()
for turn in range(30):
    child = os.fork()
    if child == 0:
        for n in range(1000 * turn + 1, 1000 * turn + 999):
            keep(TINY, KETTLE, Note({"why": text(n)}, shared=True), assignment, journal)
    wait_for_a_save()
    time.sleep(random.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = read_notes(journal, "01-tiny")["kettle"].answers["why"]
    n = int(found.split(" ", 1)[0])
    assert found == text(n), "half a journal"
    entry = read_record(assignment / "completion.json").exercises["kettle"]
    m = int(entry.shared["why"].split(" ", 1)[0])
    assert entry.shared["why"] == text(m), "half a record"
    seen.add(n)
keep(TINY, KETTLE, Note({"why": "afterwards"}), assignment, journal)
print(len(seen), read_notes(journal, "01-tiny")["kettle"].answers["why"])
"""


def test_being_killed_while_saving_leaves_the_old_or_the_new(home: Path) -> None:
    seen, afterwards = run_python(IMPORTS + KILL_WHILE_SAVING, home).split()
    assert int(seen) > 20
    assert afterwards == "afterwards"
    # What was half written is gone with the next saving.
    assert names(home / "journal") == [".lock", "01-tiny.json"]
    assert names(home / "01-tiny") == ["completion.json"]


def test_two_notebooks_that_save_at_the_same_moment_lose_nothing_of_each_other(
    tmp_path: Path,
) -> None:
    (tmp_path / "01-tiny").mkdir()
    exercise = TINY.exercise("all-types")

    def typing(field: str) -> None:
        for n in range(25):
            note = Note({field: f"{n} words"})
            keep(TINY, exercise, note, tmp_path / "01-tiny", tmp_path / "journal", {field})

    with ThreadPoolExecutor() as both:
        list(both.map(typing, ["thoughts", "secret"]))
    kept = read_notes(tmp_path / "journal", "01-tiny")["all-types"].answers
    assert kept == {"thoughts": "24 words", "secret": "24 words"}
