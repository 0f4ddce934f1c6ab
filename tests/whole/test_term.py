"""A whole term of a class of 300 on four platforms, by the commands alone.

``pytest -s -m slow tests/whole/test_term.py`` prints what an instructor would type and read.
"""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import subprocess
import textwrap
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from allyship_course.spec import Module, load_module
from allyship_course.store.journal import Note, entry_of
from allyship_course.store.record import Entry
from tests.support.classroom import ALLYSHIP, a_persons_answers, rows_of
from tests.support.paths import ROOT
from tests.support.platforms import (
    EVENING,
    SYSTEMS,
    HandedIn,
    Person,
    export,
    pack,
    page_file,
    path_of,
    plain_notebook,
    record_file,
    taken_in,
)

pytestmark = pytest.mark.slow

MODULES = ("00-welcome", "03-is-and-is-not")
FIRST = ["Amara", "Bjørn", "Chidi", "Dóra", "Eun-ji", "Farah", "Gwenllian", "Hà", "Inês", "José"]
LAST = ["O'Neill", "Nguyễn", "van der Berg", "Ødegård", "Smith-Okafor", "D'Souza", "Łuczak"]
LAST += ["Qureshi", "Ta'amu", "Jr., Ortiz"]
PLANTED = "words-that-nobody-else-may-find"
TOGETHER = "the-tenth-post"  # what people share for the mirror
LIMIT = 4  # lines of each kind in the transcript
WIDTH = 110

COURSE = """\
title: Allyship, autumn
term: autumn-2026
book: {book}
timezone: Europe/Berlin
students: students.csv
exchange: {exchange}
mirror: {{on: true, at_least: 10}}
modules:
  - module: 00-welcome
    due: 2026-11-21 18:00
  - module: 03-is-and-is-not
    due: 2026-11-28
"""


def the_class() -> dict[str, list[Person]]:
    """75 people on each platform, no name twice on any of them."""
    people = [
        Person(
            f"user_{number:03}",
            FIRST[number % 10],
            LAST[number // 10 % 10] + ("" if number < 100 else f" {number // 100}."),
            number,
        )
        for number in range(300)
    ]
    return {system: people[at * 75 : at * 75 + 75] for at, system in enumerate(SYSTEMS)}


def hand_in(system: str, people: Sequence[Person], module: str) -> list[HandedIn]:
    """What arrives: of 75, 70 hand in; one a wrong thing; one is in no class list."""
    folder = ROOT / "book" / "modules" / module
    spec = load_module(folder)
    exercises = [e.id for e in spec.exercises]
    found = []
    for number, who in enumerate(people[:70]):
        done = exercises[: len(exercises) - number % 3]
        shared = {"planted": f"{PLANTED}-{who.id}"}
        own = {TOGETHER: entry(spec, who)} if TOGETHER in exercises else {}
        raw = page_file(done, who.id, folder, shared, own)
        name = f"{module}{['', '-1', ' (1)'][number % 3]}.ipynb"
        if number % 10 == 9:
            record = record_file(done, module)
            found += [HandedIn(who, plain_notebook(folder), f"{module}.ipynb")]
            found += [HandedIn(who, record, "completion.json", attachment=7_000 + number)]
        elif number % 10 == 8 and system != "moodle":
            begun = page_file(exercises[:1], who.id, folder)
            found += [HandedIn(who, begun, name, attachment=1_000 + number)]
            found += [HandedIn(who, raw, name, EVENING, late=True, attachment=8_000 + number)]
        else:
            found += [HandedIn(who, raw, name)]
    found.append(HandedIn(people[70], b"%PDF-1.7", "thoughts.pdf"))
    stranger = Person("stranger", "Nobody", "From Here", 999)
    return [*found, HandedIn(stranger, page_file(exercises, "x", folder), f"{module}.ipynb")]


def entry(module: Module, who: Person) -> Entry:
    """What the website's page hands in of an exercise that somebody shared."""
    exercise = module.exercise(TOGETHER)
    text = f"I had not seen that coming. {PLANTED}-{who.id}"
    answers = a_persons_answers(exercise, Random(who.number), [text])
    return entry_of(exercise, Note(answers, shared=True), mirror=5)


class Transcript:
    """Types commands as an instructor does, and prints them with what they say."""

    def __init__(self, course: Path) -> None:
        self.course = course

    def run(self, *arguments: str, ends: int = 0, limit: int = LIMIT) -> str:
        """Run a command; print at most ``limit`` lines in a row that are indented; return all."""
        before = time.monotonic()
        shown = [a.replace(f"{self.course.parent}/", "") for a in arguments]
        if limit:
            print(f"\n$ allyship {shlex.join(shown)}")
        done = subprocess.run(
            [ALLYSHIP, *arguments], cwd=self.course, capture_output=True, text=True, check=False
        )
        said = done.stdout.replace(f"{self.course.parent}/", "")
        if limit:
            self._print(said, limit)
            self._print("".join(re.findall(r"^Error.*\n", done.stderr, re.MULTILINE)), limit)
            print(f"[{time.monotonic() - before:.1f} s, ends with {done.returncode}]")
        assert done.returncode == ends, done.stdout[-3000:] + done.stderr[-3000:]
        return said

    @staticmethod
    def _print(said: str, limit: int) -> None:
        indented = 0
        for line in said.splitlines():
            indented = indented + 1 if line.startswith("  ") else 0
            if indented == limit + 1:
                print("  ...")
            if indented <= limit:
                begin = "    " if indented else ""
                print(*(textwrap.wrap(line, WIDTH, subsequent_indent=begin) or [""]), sep="\n")


def found_in(root: Path, leave_out: Sequence[Path] = ()) -> list[Path]:
    files = [p for p in root.rglob("*") if p.is_file() and not p.is_symlink()]
    kept = [p for p in files if not any(p.is_relative_to(out) for out in leave_out)]
    return [p for p in kept if PLANTED.encode() in p.read_bytes()]


def set_up(root: Path, groups: Mapping[str, Sequence[Person]]) -> Path:
    """Write what an instructor has before the first command."""
    course, exchange = root / "autumn", root / "exchange"
    course.mkdir()
    exchange.mkdir()
    exchange.chmod(0o1777)
    shutil.copy(ROOT / "course" / "nbgrader_config.py", course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.Exchange.cache = {str(root / 'cache')!r}\n")
    (course / "course.yml").write_text(COURSE.format(book=ROOT, exchange=exchange))
    rows = [["id", "first name", "last name", "e-mail"]]
    rows += [[p.id, p.first, p.last, p.email] for people in groups.values() for p in people]
    text = "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
    (course / "students.csv").write_bytes(text.encode("utf-16"))
    return course


def download(into: Path, system: str, people: Sequence[Person], module: str) -> tuple[Path, Path]:
    """Download a module's ZIP, with two hostile files in it, and the export of the gradebook."""
    file = pack(system, into / f"{system}-{module}.zip", hand_in(system, people, module))
    with zipfile.ZipFile(file, "a") as archive:
        wild = path_of(system, HandedIn(people[71], b""))
        archive.writestr(f"../../{wild}", page_file(folder=ROOT / "book" / "modules" / module))
        archive.writestr("__MACOSX/._x", b"\0")
    suffix = "xls" if system == "blackboard" else "csv"
    return file, export(system, into / f"{system}.{suffix}", people, points=30)


def own_id(system: str, who: Person) -> str:
    known = {"canvas": f"{who.canvas}", "moodle": f"Participant {who.participant}"}
    return known.get(system, who.id)


def test_a_term_of_three_hundred(tmp_path: Path) -> None:
    groups = the_class()
    course, downloads = set_up(tmp_path, groups), tmp_path / "downloads"
    downloads.mkdir()
    desk = Transcript(course)
    desk.run("teach", str(course), "--no-open", "--yes")

    for module in MODULES:
        for system, people in groups.items():
            file, listed = download(downloads, system, people, module)
            where = ("--lms", system, "--class", str(listed), "--module", module)
            said = desk.run("collect", str(file), *where, ends=1)
            assert "70 new" in said
            assert "3 files refused" in said
            again = LIMIT if system == "canvas" and module == MODULES[0] else 0
            said = desk.run("collect", str(file), *where, ends=1, limit=again)
            assert said.startswith("70 unchanged, 3 files refused.")
    handed_in = [p for p in course.glob("submitted/*/*/") if p.is_dir()]
    assert len(handed_in) == 2 * 4 * 70
    assert all(p.parent.name.startswith("user_") for p in handed_in)

    assert "560 graded, 0 unchanged, 0 refused." in desk.run("grade")
    assert "560 feedback pages written" in desk.run("feedback")
    assert "Nothing handed in (20):" in desk.run("remind", MODULES[0])
    assert "93%  of all modules handed in" in desk.run("report")
    assert "The tenth post: 252 people" in desk.run("mirror", MODULES[1])
    assert len(found_in(course / "mirror")) == 1
    assert not found_in(course / "feedback")
    assert not found_in(course / "report")
    assert found_in(course)

    for system, people in groups.items():
        file = downloads / f"{system}.{'xls' if system == 'blackboard' else 'csv'}"
        column = "Grade" if system == "moodle" else "Module 1"
        to = downloads / f"upload-{file.name}"
        files = ("--gradebook", str(file), "--column", column, "--to", str(to))
        assert "70 grades written" in desk.run(
            "export", "--lms", system, *files, "--module", MODULES[0]
        )
        grades = taken_in(system, to.read_bytes())
        assert len([g for g in grades.values() if g]) == 70
        assert grades[own_id(system, people[0])] == "30"
        assert 0 < float(grades[own_id(system, people[1])]) < 30
        assert PLANTED.encode() not in to.read_bytes()

    kept = course / "completion.csv"
    desk.run("purge", "--term", "spring-2027", "--yes", ends=1)
    arguments = ("purge", "--term", "autumn-2026", "--keep-completion", str(kept), "--yes")
    assert "no file and no row is left" in desk.run(*arguments, limit=99)
    assert found_in(tmp_path, leave_out=[downloads]) == []
    assert sum(len(r) for r in rows_of(course).values()) == 0
    table = list(csv.DictReader(kept.read_text("utf-8-sig").splitlines()))
    assert len(table) == 2 * 300
    assert sum(row["state"] == "graded" for row in table) == 560
