"""``allyship collect``: what arrives from four platforms, and what is done about it on the way."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.lms.collect import SOURCE_FILE
from allyship_course.instructor.lms.names import read_name
from allyship_course.instructor.lms.platforms import System
from allyship_course.store.record import RECORD_FILE
from allyship_course.store.submission import parse_timestamp
from tests.support.classroom import ours, scores
from tests.support.platforms import (
    ADA,
    BEN,
    CLEO,
    EVENING,
    NOON,
    PEOPLE,
    SYSTEMS,
    HandedIn,
    Person,
    export,
    export_rows,
    pack,
    page_file,
    path_of,
    plain_notebook,
    record_file,
)

NOTEBOOK = "01-tiny.ipynb"


class Desk:
    """An instructor who downloads from a platform and collects."""

    def __init__(self, course: Path, system: str) -> None:
        self.course, self.system = course, system
        self.file = course.parent / "submissions.zip"
        self.export = export(system, course.parent / "export.csv")

    def collect(self, *handed_in: HandedIn, ok: bool = True, zone: str = "UTC") -> str:
        pack(self.system, self.file, handed_in)
        return self.again(ok=ok, zone=zone)

    def again(self, ok: bool = True, zone: str = "UTC") -> str:
        arguments = ["collect", str(self.file), "--lms", self.system, "--class", str(self.export)]
        return ours(self.course, *arguments, "--module", "01-tiny", "--timezone", zone, ok=ok)

    def add(self, entries: dict[str | zipfile.ZipInfo, bytes]) -> None:
        with zipfile.ZipFile(self.file, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, raw in entries.items():
                archive.writestr(name, raw)

    def id_of(self, who: Person) -> str:
        """Under which id somebody arrives whom the course does not know yet."""
        return who.email if self.system == "moodle" else who.id

    @property
    def there(self) -> dict[str, bytes]:
        """What lies in submitted/: the files by student and name."""
        found = sorted((self.course / "submitted").rglob("*"))
        return {
            f"{p.parts[-3]}/{p.name}": p.read_bytes()
            for p in found
            if p.is_file() and p.name != SOURCE_FILE
        }

    @property
    def listed(self) -> list[str]:
        file = self.course / "refused" / "list.txt"
        return [line.split("\t", 1)[1] for line in file.read_text().splitlines()]


@pytest.fixture(params=SYSTEMS)
def desk(course: Path, request: pytest.FixtureRequest) -> Desk:
    return Desk(course, request.param)


@pytest.fixture
def desk_of(course: Path) -> Callable[[str], Desk]:
    return lambda system: Desk(course, system)


def test_each_platforms_files_reach_their_students_and_are_graded(desk: Desk) -> None:
    said = desk.collect(
        HandedIn(ADA, page_file(["all-types"], "ada")),
        HandedIn(BEN, page_file(["all-types", "kettle"], "ben")),
        HandedIn(CLEO, plain_notebook(), when=EVENING),
        HandedIn(CLEO, record_file(["all-types", "kettle", "mine"]), RECORD_FILE, EVENING),
    )
    assert said.startswith("3 new.")
    assert desk.there[f"{desk.id_of(CLEO)}/01-tiny.ipynb"] == plain_notebook()
    assert "3 graded, 0 unchanged, 0 refused." in ours(desk.course, "grade")
    assert {s: sum(p.values()) for s, p in scores(desk.course).items()} == {
        desk.id_of(ADA): 1,
        desk.id_of(BEN): 2,
        desk.id_of(CLEO): 3,
    }


def test_run_twice_it_finds_nothing_new_and_an_older_zip_takes_nothing_back(desk: Desk) -> None:
    old = HandedIn(ADA, page_file(["kettle"]), attachment=5)
    desk.collect(old)
    assert desk.again().startswith("1 unchanged.")
    new = HandedIn(ADA, page_file(["kettle", "mine"]), when=EVENING, attachment=6)
    assert "1 replaced by a newer one" in desk.collect(new)
    there = desk.there
    assert "1 not taken (see the remarks)" in desk.collect(old)
    assert "what was collected before is newer" in desk.again()
    assert desk.there == there
    assert not (desk.course / "refused").exists()


@pytest.mark.parametrize("system", ["canvas", "blackboard", "brightspace"])
def test_of_several_attempts_the_newest_is_taken_even_if_the_best_counts(
    desk_of: Callable[[str], Desk], system: str
) -> None:
    """The older one may hold words whose box "Share" is not ticked any more."""
    desk = desk_of(system)
    with (desk.course / "nbgrader_config.py").open("a") as config:
        config.write("\nc.SaveCompletion.resubmission = 'best'\n")
    better = page_file(["all-types", "mine"], shared={"thoughts": "shared, and then taken back"})
    later = page_file(["kettle"])
    desk.collect(
        HandedIn(ADA, later, "01-tiny-1.ipynb", EVENING, attachment=9_000),
        HandedIn(ADA, better, attachment=8_999),
    )
    assert desk.there["ada/01-tiny.ipynb"] == later


def test_where_the_newer_one_cant_be_told_nothing_is_guessed(
    desk_of: Callable[[str], Desk],
) -> None:
    desk = desk_of("moodle")
    one, other = page_file(["kettle"]), page_file(["mine"])
    desk.collect(HandedIn(ADA, one), HandedIn(ADA, other, "01-tiny (1).ipynb"), ok=False)
    assert desk.there == {}
    kept = sorted((desk.course / "refused" / "01-tiny").iterdir())
    assert {p.read_bytes() for p in kept} == {one, other}
    assert len([line for line in desk.listed if "which is newer can't be told" in line]) == 2
    desk.again(ok=False)
    assert sorted((desk.course / "refused" / "01-tiny").iterdir()) == kept
    assert len(desk.listed) == 2


def test_times_in_names_go_by_the_platforms_clock(desk_of: Callable[[str], Desk]) -> None:
    for system in ("blackboard", "brightspace"):
        desk = desk_of(system)
        shutil.rmtree(desk.course / "submitted")
        desk.collect(HandedIn(ADA, page_file(), when=NOON), zone="America/New_York")
        there = parse_timestamp(desk.there["ada/timestamp.txt"])
        assert there == NOON + timedelta(hours=5)
    assert "'Mars' is no time zone" in desk.again(ok=False, zone="Mars")


@pytest.mark.parametrize(
    ("shown", "utc"),
    [
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # comes twice: the earlier one is meant
        ("2026-03-29 02:30", "2026-03-29 01:30"),  # never comes: the clocks had gone forward
        ("2026-07-01 12:00", "2026-07-01 10:00"),
    ],
)
def test_when_the_clocks_change_nobody_is_later_than_they_were(
    desk_of: Callable[[str], Desk], shown: str, utc: str
) -> None:
    desk = desk_of("blackboard")
    when = datetime.fromisoformat(shown)
    desk.collect(HandedIn(ADA, page_file(), when=when), zone="Europe/Berlin")
    there = parse_timestamp(desk.there["ada/timestamp.txt"])
    assert there == datetime.fromisoformat(utc)


def test_canvas_says_late_and_no_time_and_that_is_said(desk_of: Callable[[str], Desk]) -> None:
    said = desk_of("canvas").collect(HandedIn(ADA, page_file(), late=True))
    assert "ada: Canvas marks it as late, and gives no time: it is graded as if in time" in said


def test_who_is_not_in_the_class_list_is_listed_and_kept(desk: Desk) -> None:
    raw = page_file()
    said = desk.collect(
        HandedIn(Person("zoe", "Zoë", "Nowhere", 77), raw), HandedIn(ADA, raw), ok=False
    )
    assert "1 new" in said
    assert "1 file refused" in said
    (kept,) = (desk.course / "refused" / "01-tiny").iterdir()
    assert kept.read_bytes() == raw
    (line,) = desk.listed
    assert str(kept.relative_to(desk.course)) in line
    assert "submissions.zip" in line


def test_two_people_of_one_name_are_told_apart_by_id_or_not_at_all(desk: Desk) -> None:
    twin = Person("ada2", ADA.first, ADA.last, 4)
    desk.export = export(desk.system, desk.course.parent / "export.csv", [*PEOPLE, twin])
    raw, its = page_file(["kettle"]), page_file(["mine"])
    desk.collect(HandedIn(ADA, raw), HandedIn(twin, its), ok=desk.system != "brightspace")
    if desk.system == "brightspace":
        assert desk.there == {}
        assert len([n for n in desk.listed if "two people in the class list" in n]) == 2
        return
    assert desk.there[f"{desk.id_of(ADA)}/01-tiny.ipynb"] == raw
    assert desk.there[f"{desk.id_of(twin)}/01-tiny.ipynb"] == its


def test_a_worksheet_of_another_assignment_is_noticed(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("moodle")
    rows = export_rows("moodle", PEOPLE, "Module 1", 3)
    for row, number in zip(rows[1:], (4703, 4701, 4702), strict=True):
        row[0] = f"Participant {number}"
    desk.export.write_text("\n".join(",".join(row) for row in rows))
    desk.collect(HandedIn(ADA, page_file()), ok=False)
    assert "has another name in the class list" in desk.listed[0]
    assert desk.there == {}


def test_the_export_of_another_platform_is_noticed(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("canvas")
    export("moodle", desk.export)
    assert "the class list is an export of Moodle" in desk.collect(
        HandedIn(ADA, page_file()), ok=False
    )
    export("canvas", desk.export)
    pack("moodle", desk.file, [HandedIn(ADA, page_file())])
    assert "It looks like one of Moodle: try --lms moodle" in desk.again(ok=False)


def test_a_list_of_ones_own_does_where_the_platform_names_people(
    desk_of: Callable[[str], Desk],
) -> None:
    lines = ["id;first name;last name;username", *(f"{p.id};{p.first};{p.last};" for p in PEOPLE)]
    for system in SYSTEMS:
        desk = desk_of(system)
        shutil.rmtree(desk.course / "submitted")
        desk.export.write_bytes("\r\n".join(lines).encode("utf-16"))
        desk.collect(HandedIn(ADA, page_file()), HandedIn(BEN, page_file()))
        assert {name.split("/")[0] for name in desk.there} == {"ada", "ben"}, system


def test_who_the_course_knows_already_keeps_the_id(desk_of: Callable[[str], Desk]) -> None:
    """Moodle's worksheet names people by their address only."""
    desk = desk_of("moodle")
    with open_gradebook(desk.course) as gradebook:
        gradebook.add_student("a.obrien", email="ADA@example.org")
    desk.collect(HandedIn(ADA, page_file()), HandedIn(BEN, page_file()))
    assert {name.split("/")[0] for name in desk.there} == {"a.obrien", "ben@example.org"}


@pytest.mark.parametrize(
    "name",
    ["01-tiny-1.ipynb", "01-tiny (2).ipynb", "My work.ipynb", "01-tiny.ipynb.txt", "übung.json"],
)
def test_a_file_from_the_page_may_have_any_name(desk_of: Callable[[str], Desk], name: str) -> None:
    raw, desk = page_file(), desk_of("canvas")
    desk.collect(HandedIn(ADA, raw, name))
    assert desk.there[f"{desk.id_of(ADA)}/01-tiny.ipynb"] == raw


def test_what_is_not_the_module_is_refused_in_words(desk_of: Callable[[str], Desk]) -> None:
    other = json.loads(page_file())
    other["metadata"]["allyship"]["record"]["module"] = "02-other"
    nested = b"PK\x03\x04"
    wrong = {
        "essay.pdf": (b"%PDF", "it is no notebook"),
        "work.zip": (nested, "it is an archive, which is not opened"),
        "01-tiny.ipynb": (b'{"cells": [', "is damaged"),
        "02-other.ipynb": (json.dumps(other).encode(), "it is of another module: 02-other"),
        "list.json": (b"[1]", "does not hold a JSON object"),
        "x.ipynb": (b'{"cells": [], "metadata": {}}', "neither its name nor what is in it"),
        "bomb.json": (b"[" * 100_000, "is damaged"),
    }
    desk = desk_of("canvas")
    people = [Person(f"s{n}", "S", f"N{n}", n) for n in range(len(wrong))]
    export("canvas", desk.export, people)
    whys = [why for _, why in wrong.values()]
    desk.collect(
        *(HandedIn(p, raw, n) for p, (n, (raw, _)) in zip(people, wrong.items(), strict=True)),
        ok=False,
    )
    assert desk.there == {}
    assert [any(why in line for line in desk.listed) for why in whys] == [True] * len(whys)


def test_a_good_file_counts_whatever_else_was_handed_in(desk_of: Callable[[str], Desk]) -> None:
    raw, desk = page_file(), desk_of("moodle")
    said = desk.collect(
        HandedIn(ADA, b"%PDF", "essay.pdf"), HandedIn(ADA, raw), HandedIn(ADA, b"{", "x.ipynb")
    )
    assert raw in desk.there.values()
    assert "essay.pdf was left in the ZIP: it is no notebook" in said


def test_a_file_that_names_somebody_else_is_said(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("moodle")
    assert "the id in the file is ben" in desk.collect(HandedIn(ADA, page_file(student="ben")))
    said = desk.collect(HandedIn(BEN, page_file(student=" BEN@example.org ")))
    assert "the id in" not in said


def _link(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_what_is_unsafe_in_a_zip_is_refused_and_the_rest_collected(desk: Desk) -> None:
    secret = desk.course.parent / "secret.ipynb"
    secret.write_bytes(page_file(["mine"]))
    pack(desk.system, desk.file, [HandedIn(ADA, page_file())])
    name = path_of(desk.system, HandedIn(BEN, b""), 50)
    head, _, tail = name.rpartition("/")
    slip = f"{head}/../../../{tail}" if head else f"../../../{tail}"
    cleo = path_of(desk.system, HandedIn(CLEO, b""), 51)
    desk.add(
        {
            slip: page_file(),
            f"/{name}": page_file(),
            name.replace("01-tiny", "..\\..\\01-tiny"): page_file(),
            _link(name): str(secret).encode(),
            cleo: b'{"cells": [' + b" " * 20_000_000,
            f"__MACOSX/._{tail}": b"\0\5\x16\7",
            ".DS_Store": b"",
        }
    )
    desk.again(ok=False)
    assert {key.split("/")[0].partition("@")[0] for key in desk.there} == {"ada"}
    whys = " ".join(desk.listed)
    assert whys.count("its name leads out of the ZIP") == 3
    assert "it is a link" in whys
    assert "a ZIP bomb" in whys
    assert len(desk.listed) == 5
    assert sorted(p.name for p in desk.course.parent.iterdir()) == [
        "course",
        "export.csv",
        "secret.ipynb",
        "submissions.zip",
    ]


def test_encrypted_and_damaged_files_are_refused(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("canvas")
    pack("canvas", desk.file, [HandedIn(p, page_file()) for p in PEOPLE])
    raw = bytearray(desk.file.read_bytes())
    with zipfile.ZipFile(desk.file) as archive:
        _first, second, _ = archive.infolist()
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1  # the first is said to be encrypted
    body = second.header_offset + 30 + len(second.filename) + 100
    raw[body : body + 20] = b"\0" * 20
    desk.file.write_bytes(bytes(raw))
    said = desk.again(ok=False)
    assert "1 new" in said
    assert "it is encrypted" in said
    assert "it is damaged in the ZIP" in said


@pytest.mark.parametrize("raw", [b"", b"no ZIP at all", b"PK\x05\x06" + b"\0" * 10])
def test_what_is_no_zip_is_said(desk_of: Callable[[str], Desk], raw: bytes) -> None:
    desk = desk_of("canvas")
    desk.file.write_bytes(raw)
    said = desk.again(ok=False)
    assert "can't be read as a ZIP file" in said
    assert "Traceback" not in said


def test_a_name_in_utf8_that_does_not_say_so_is_understood(
    desk_of: Callable[[str], Desk],
) -> None:
    desk = desk_of("brightspace")
    pack("brightspace", desk.file, [HandedIn(BEN, page_file())])
    raw = bytearray(desk.file.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + flags + 1] &= ~0x08
    desk.file.write_bytes(bytes(raw))
    assert "1 new" in desk.again()
    assert next(iter(desk.there)).startswith("ben/")


def test_a_run_that_was_killed_leaves_the_old_or_the_new(
    desk_of: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between any two renames; and what it left does not disturb the next."""
    desk = desk_of("blackboard")
    old, new = page_file(["kettle"]), page_file(["mine"])
    desk.collect(HandedIn(ADA, old))
    place = desk.course / "submitted" / "ada" / "01-tiny"
    place.rename(place.with_name(".01-tiny.old"))
    place.with_name(".01-tiny.new").mkdir()
    desk.collect(HandedIn(BEN, old), HandedIn(ADA, b"%PDF", "x.pdf"), ok=False)
    assert desk.there["ada/01-tiny.ipynb"] == old
    assert "1 replaced by a newer one" in desk.collect(HandedIn(ADA, new, when=EVENING))
    assert desk.there["ada/01-tiny.ipynb"] == new
    assert [p.name for p in place.parent.iterdir()] == ["01-tiny"]


KILL = """
import os, sys
from pathlib import Path
from allyship_course.cli import main
left, rename = int(sys.argv[1]), Path.rename
def killed(self, target):
    global left
    left -= 1
    if left == 0:
        os._exit(9)
    return rename(self, target)
Path.rename = killed
main(sys.argv[2:])
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 2])
def test_killed_between_two_steps_the_old_one_is_not_lost(
    desk_of: Callable[[str], Desk], at: int
) -> None:
    desk = desk_of("blackboard")
    old, new = page_file(["kettle"]), page_file(["mine"])
    desk.collect(HandedIn(ADA, old))
    pack("blackboard", desk.file, [HandedIn(ADA, new, when=EVENING)])
    arguments = ["--lms", "blackboard", "--class", str(desk.export), "--module", "01-tiny"]
    command = [sys.executable, "-c", KILL, str(at), "collect", str(desk.file), *arguments]
    assert subprocess.run(command, cwd=desk.course, check=False).returncode == 9
    pack("blackboard", desk.file, [HandedIn(ADA, b"%PDF", "other.pdf", EVENING)])
    desk.again(ok=False)
    assert desk.there["ada/01-tiny.ipynb"] == old
    desk.collect(HandedIn(ADA, new, when=EVENING))
    assert desk.there["ada/01-tiny.ipynb"] == new
    assert len(desk.there) == 2


def test_what_came_through_the_exchange_later_stays(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("canvas")
    folder = desk.course / "submitted" / "ada" / "01-tiny"
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).write_bytes(page_file(["mine"]))
    (folder / "timestamp.txt").write_text("2026-11-21 12:00:00.000000 UTC")
    (folder / SOURCE_FILE).write_text('{"earlier": 3, "order": "x", "sha256": []}')
    there = desk.there
    assert "which is newer can't be told. The one before stays" in desk.collect(
        HandedIn(ADA, page_file(["kettle"]))
    )
    assert desk.there == there


def test_what_was_put_there_by_hand_stays(desk: Desk) -> None:
    folder = desk.course / "submitted" / desk.id_of(ADA) / "01-tiny"
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).write_bytes(page_file(["mine"]))
    there = desk.there
    said = desk.collect(HandedIn(ADA, page_file(["kettle"])))
    assert "1 not taken (see the remarks)" in said
    assert "was not collected from a platform: which is newer can't be told. It stays" in said
    assert desk.there == there
    shutil.rmtree(folder)
    assert "1 new" in desk.again()


def test_an_unknown_module_is_named_with_those_there_are(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("canvas")
    pack("canvas", desk.file, [])
    arguments = ["--lms", "canvas", "--class", str(desk.export), "--module", "01-tyny"]
    said = ours(desk.course, "collect", str(desk.file), *arguments, ok=False)
    assert "there is no module 01-tyny" in said
    assert "There are: 01-tiny" in said


DOCUMENTED: Sequence[tuple[str, str, str, str]] = [
    ("canvas", "doejane_12345_678901_reflection.ipynb", "12345", "reflection.ipynb"),
    ("canvas", "doejane_LATE_12345_678901_reflection.ipynb", "12345", "reflection.ipynb"),
    ("canvas", "van_der_berg_7_8_my_12_file.ipynb", "7", "my_12_file.ipynb"),
    ("canvas", "doejane_12345_text.html", "12345", ""),
    ("canvas", "anon_a1b2_55_reflection.ipynb", "anon a1b2", "reflection.ipynb"),
    ("canvas", "LATE_anon_a1b2_55_reflection.ipynb", "anon a1b2", "reflection.ipynb"),
    ("moodle", "Jane Doe_123456_assignsubmission_file/r.ipynb", "123456", "r.ipynb"),
    ("moodle", "Jane Doe_123456_assignsubmission_file_/r.ipynb", "123456", "r.ipynb"),
    ("moodle", "Jane Doe_123456_assignsubmission_file_r_1.ipynb", "123456", "r_1.ipynb"),
    ("moodle", "J D_12_assignsubmission_file/week 1/r.ipynb", "12", "r.ipynb"),
    ("moodle", "Jane Doe_123456_assignsubmission_onlinetext/onlinetext.html", "123456", ""),
    (
        "blackboard",
        "ps1_bitdiddle_attempt_2016-01-30-15-00-00_problem1.ipynb",
        "ps1_bitdiddle",
        "problem1.ipynb",
    ),
    (
        "blackboard",
        "a_b_attempt_2016-01-30-15-00-00_x_attempt_2016-01-30-15-00-01_y.ipynb",
        "a_b",
        "x_attempt_2016-01-30-15-00-01_y.ipynb",
    ),
    ("brightspace", "1-2 - John Doe - May 18, 2025 1224 PM/a.ipynb", "john doe", "a.ipynb"),
    ("brightspace", "Exam 1/3-6 - A - B Ro - Oct 10, 2025 922/a.ipynb", "a - b ro", "a.ipynb"),
]


@pytest.mark.parametrize(("system", "path", "who", "file"), DOCUMENTED)
def test_the_documented_names_are_understood(system: str, path: str, who: str, file: str) -> None:
    named = read_name(system, path, {})  # type: ignore[arg-type]
    assert named is not None
    assert (named.who, named.file) == (who, file)


@pytest.mark.parametrize(
    ("when", "hour"),
    [("1224 PM", 12), ("1224 AM", 0), ("930 AM", 9), ("930 PM", 21), ("2130", 21)],
)
def test_brightspaces_clock_is_read(when: str, hour: int) -> None:
    named = read_name("brightspace", f"1-2 - J D - Nov 21, 2026 {when}/a.ipynb", {})
    assert named is not None
    assert named.when is not None
    assert named.when.hour == hour


LETTERS = st.text(st.characters(categories=["L"]), min_size=1, max_size=10)
FILES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='/\\:*?"<>|'),
    min_size=1,
    max_size=20,
)


@pytest.mark.parametrize("system", SYSTEMS)
@given(first=LETTERS, last=LETTERS, file=FILES, number=st.integers(1, 9_999_999))
def test_whatever_people_and_files_are_called_the_name_is_read_as_it_was_made(
    system: System, first: str, last: str, file: str, number: int
) -> None:
    who = Person(f"u{number}", first, last, number)
    named = read_name(system, path_of(system, HandedIn(who, b"", file)), {})
    assert named is not None
    assert named.file == file
    expected = {"canvas": f"{who.canvas}", "moodle": f"{who.participant}"}
    assert (named.lms_id or named.name) == expected.get(
        system, f"{first} {last}" if system == "brightspace" else f"Module 1_{who.id}"
    )
