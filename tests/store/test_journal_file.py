"""The journal as one file: out, in from the website or another machine, and away for good."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from allyship_course.cli import main
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, keep, read_notes, write_notes
from allyship_course.store.record import RECORD_FILE, SCHEMA
from allyship_course.store.transfer import export_journal, import_journal, in_words, read_journal
from tests.support.paths import FIELDS, ROOT
from tests.support.strategies import quick

WELCOME = load_module(ROOT / "book" / "modules" / "00-welcome")
FIRST, SECOND = (e.id for e in WELCOME.exercises[:2])
EARLY, LATE = "2026-11-01T10:00:00.000Z", "2026-11-01T10:00:00.500Z"
WITHOUT_DAYS = Path(__file__).parent / "kept-without-days"
"""What the first edition's code wrote, by its own keep and export."""
CLEAR_SCREEN = "\x1b[2J"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALLYSHIP_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "journal"


def journal(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["journal", *arguments], input=answer)


def put(folder: Path, **notes: Note) -> None:
    folder.mkdir(exist_ok=True)
    write_notes(folder, "00-welcome", {key.replace("_", "-"): note for key, note in notes.items()})


def exported(file: Path, **notes: dict[str, Any]) -> Path:
    exercises = {key.replace("_", "-"): note for key, note in notes.items()}
    data = {"schema": SCHEMA, "modules": {"00-welcome": {"exercises": exercises}}}
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def test_what_is_written_is_shown_in_the_words_of_the_exercise(folder: Path) -> None:
    assert "Nothing is kept yet." in journal("show").output
    exercise = load_module(ROOT / "book/modules/01-what-allyship-means").exercise("can-i-say-it")
    module = load_module(ROOT / "book/modules/01-what-allyship-means")
    keep(module, exercise, Note({"position": "yes-i-can"}), folder.parent)
    keep(WELCOME, WELCOME.exercises[0], Note(passed=True), folder.parent)
    put_aside = folder / "00-welcome-damaged-20261101T000000000000.json"
    put_aside.write_text("{")
    shown = journal("show").output
    assert "**Can a person say “I am an ally”?**\n\n> Yes. I can say it of myself.\n" in shown
    assert f"### {WELCOME.exercises[0].title}\n\nLeft out by choice.\n" in shown
    assert shown.index("## Welcome") < shown.index("## What allyship means")
    assert "What allyship means" not in journal("show", "00-welcome").output


def test_a_terminal_runs_nothing_of_what_a_file_brought(folder: Path) -> None:
    answers = {"a-field-of-tomorrow": f"{CLEAR_SCREEN}gone\nbut not this"}
    put(folder, **{f"x{CLEAR_SCREEN}": Note(answers, saved=EARLY)})
    shown = journal("show").output
    assert "\x1b" not in shown
    assert "[2Jgone\n> but not this" in shown


def test_an_export_holds_everything_for_its_owner_and_comes_back(
    folder: Path, tmp_path: Path
) -> None:
    note = Note({"text": "Ünï ☂\nsecond line", "list": [{"a": "b"}]}, shared=True, saved=EARLY)
    put(folder, one=note, two=Note(passed=True, saved=LATE))
    before = read_journal(folder)
    assert "2 exercises written" in journal("export", "mine.json").output
    assert stat.S_IMODE(Path("mine.json").stat().st_mode) == 0o600
    assert journal("delete", "--yes").exit_code == 0
    assert read_journal(folder) == {}
    assert "Taken in: 2 exercises." in journal("import", "mine.json").output
    assert read_journal(folder) == before
    assert "2 exercises stayed" in journal("import", "mine.json").output
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}


def test_an_export_is_never_written_over_another_file(folder: Path) -> None:
    put(folder, one=Note({"text": "mine"}, saved=EARLY))
    Path("thesis.json").write_text("my thesis")
    refused = journal("export", "thesis.json")
    assert refused.exit_code == 1
    assert "there already" in refused.output
    assert Path("thesis.json").read_text() == "my thesis"
    nowhere = journal("export", "no-such-folder/mine.json")
    assert nowhere.exit_code == 1
    assert "no-such-folder/mine.json can't be written" in nowhere.output


def test_the_newer_answer_stays_and_what_only_the_older_has_stays_too(
    folder: Path, tmp_path: Path
) -> None:
    put(
        folder,
        mine_is_newer=Note({"both": "new"}, saved=LATE),
        mine_is_older=Note({"both": "old", "only-here": "kept"}, saved=EARLY),
    )
    file = exported(
        tmp_path / "from-elsewhere.json",
        mine_is_newer={"answers": {"both": "old", "only-there": "come"}, "saved": EARLY},
        mine_is_older={"answers": {"both": "new"}, "saved": LATE},
    )
    assert import_journal(folder, file) == (2, 0)
    notes = read_notes(folder, "00-welcome")
    assert notes["mine-is-newer"].answers == {"both": "new", "only-there": "come"}
    assert notes["mine-is-older"].answers == {"both": "new", "only-here": "kept"}


def test_words_that_would_be_replaced_are_shown_and_one_says_which_count(
    folder: Path, tmp_path: Path
) -> None:
    ahead = "2027-11-20T10:00:00.000Z"
    there = {"answers": {"both": "theirs", "only-there": "come"}, "saved": EARLY}
    file = str(exported(tmp_path / "there.json", first=there))

    def kept(answer: str, *more: str) -> tuple[str, object]:
        put(folder, first=Note({"both": "mine", "same": "one"}, saved=ahead))
        said = journal("import", file, *more, answer=answer).output
        return said, read_notes(folder, "00-welcome")["first"].answers

    said, answers = kept("file\n")
    assert "In your journal, kept 2027-11-20:\n    **both**\n    > mine" in said
    assert f"In the file, kept {EARLY[:10]}:\n    **both**\n    > theirs" in said
    assert "only-there" not in said
    assert answers == {"both": "theirs", "only-there": "come", "same": "one"}
    for choice in ("here\n", "newer\n", "\n"):
        said, answers = kept(choice)
        assert answers == {"both": "mine", "only-there": "come", "same": "one"}
    said, answers = kept("", "--counts", "file")
    assert "> mine" in said
    assert answers == {"both": "theirs", "only-there": "come", "same": "one"}
    said, answers = kept("")
    assert "Aborted" in said
    assert answers == {"both": "mine", "same": "one"}


def test_an_import_shares_nothing_that_was_not_shared(folder: Path, tmp_path: Path) -> None:
    put(folder, first=Note({"private-so-far": "mine"}, saved=EARLY))
    file = exported(
        tmp_path / "there.json",
        first={"answers": {"other": "yours"}, "shared": True, "saved": LATE},
        second={"answers": {"other": "yours"}, "shared": True, "saved": LATE},
    )
    import_journal(folder, file)
    notes = read_notes(folder, "00-welcome")
    assert notes["first"].answers == {"private-so-far": "mine", "other": "yours"}
    assert not notes["first"].shared
    assert notes["second"].shared


ANSWERS = st.dictionaries(st.sampled_from("abc"), st.text("xyz", max_size=3))
MOMENTS = st.sampled_from(["", "no date", EARLY, LATE, "2026-11-01T10:00:00+00:00"])
NOTES = st.dictionaries(
    st.sampled_from(["one", "two"]), st.builds(Note, ANSWERS, st.booleans(), st.booleans(), MOMENTS)
)


@quick
@given(here=NOTES, there=NOTES)
def test_no_import_takes_a_question_s_answer_away_and_twice_is_as_once(
    tmp_path_factory: pytest.TempPathFactory, here: dict[str, Note], there: dict[str, Note]
) -> None:
    base = tmp_path_factory.mktemp("both")
    for name, notes in (("here", here), ("there", there)):
        (base / name).mkdir()
        write_notes(base / name, "00-welcome", notes)
    export_journal(base / "there", base / "there.json")
    import_journal(base / "here", base / "there.json")
    merged = read_notes(base / "here", "00-welcome")
    for notes in (here, there):
        for key, note in notes.items():
            assert note.answers.keys() <= merged[key].answers.keys()
    if there:
        assert import_journal(base / "here", base / "there.json").taken == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no json", "damaged"),
        ('{"schema": 99, "modules": {}}', "newer version"),
        ('{"schema": 1, "modules": null}', "is no journal of this course"),
        ('{"schema": 1, "modules": {"../../evil": {"exercises": {}}}}', "damaged"),
        ('{"schema": 1, "modules": {"a": {"exercises": {"../b": {"answers": {}}}}}}', "damaged"),
        ('{"schema": 1, "modules": {"a": {"exercises": {"b": {"answers": 7}}}}}', "wrong shape"),
    ],
)
def test_a_file_that_is_no_journal_is_told_and_changes_nothing(
    folder: Path, content: str, told: str
) -> None:
    put(folder, one=Note({"text": "mine"}, saved=EARLY))
    before = {f: f.read_bytes() for f in folder.iterdir()}
    Path("other.json").write_text(content)
    refused = journal("import", "other.json")
    assert refused.exit_code == 1
    assert told in refused.output
    assert {f: f.read_bytes() for f in folder.iterdir() if f.name != ".lock"} == before


def test_deleting_says_what_goes_and_asks(folder: Path) -> None:
    put(folder, one=Note({"text": "mine"}, saved=EARLY))
    write_notes(folder, "01-another", {"one": Note({"text": "mine"})})
    (folder / "00-welcome-damaged-20261101T000000000000.json").write_text("{")
    asked = journal("delete", "00-welcome", answer="n\n")
    assert "00-welcome.json" in asked.output
    assert "00-welcome-damaged-20261101T000000000000.json" in asked.output
    assert "01-another" not in asked.output
    assert len(list(folder.glob("*.json"))) == 3
    journal("delete", "00-welcome", answer="y\n")
    assert [f.name for f in folder.glob("*.json")] == ["01-another.json"]
    assert "Deleted." in journal("delete", "--yes").output
    assert not list(folder.glob("*.json"))
    assert "nothing to delete" in journal("delete").output


def test_a_journal_from_before_answers_had_days_takes_one_with_a_day(
    folder: Path, tmp_path: Path
) -> None:
    folder.mkdir()
    shutil.copy(WITHOUT_DAYS / "return.json", folder)
    module = load_module(FIELDS / "return")
    again = Note({"seat@2027-09-14": "At the door."})
    keep(module, module.exercise("window"), again, tmp_path, changed=["seat@2027-09-14"])
    assert not (tmp_path / RECORD_FILE).exists()  # nothing of it is collected
    export_journal(folder, tmp_path / "out.json")
    import_journal(tmp_path / "other", WITHOUT_DAYS / "export.json", [module])
    import_journal(tmp_path / "other", tmp_path / "out.json", [module])
    words = list(in_words([module], read_journal(tmp_path / "other")))
    seat = words.index("**Where did you sit?**")
    assert words[seat : seat + 7] == [
        *("**Where did you sit?**", "", "> By the stove.", ""),
        *("2027-09-14", "", "> At the door."),
    ]
