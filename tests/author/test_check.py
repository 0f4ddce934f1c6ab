"""``allyship check``, as an author runs it: what is told, and how it ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from allyship_course.author.lint import check_book
from allyship_course.form import render
from allyship_course.spec import load_module
from allyship_course.spec.minutes import exercise_minutes
from tests.support.paths import ROOT

COMMAND = shutil.which("allyship", path=str(Path(sys.executable).parent))

EXERCISES = """\
module: 01-small
title: Small
minutes: 30
exercises:
  - id: plant
    title: The plant
    minutes: 4
    sources: [C4]
    evidence: [somebody2020]
    fields:
      - id: plant-care
        type: choice
        label: Who waters it?
        options:
          - id: nobody
            label: Nobody
            consequence: It minds.
          - id: rota
            label: The rota
            consequence: Tomasz sighs.
      - id: cards
        type: sort
        label: Where does it belong?
        categories:
          - {id: pot, label: Pot}
          - {id: bin, label: Bin}
        cards:
          - {id: leaf, text: A leaf, reasoning: Gardeners disagree.}
  - id: plant-two
    title: The other plant
    minutes: 4
    sources: [C5]
    practice-wisdom: true
    steps:
      - id: morning
        title: Morning
        fields:
          - id: what
            type: choice
            label: What do you do?
            options:
              - {id: water, label: Water it, consequence: It drips.}
              - {id: wait, label: Wait, consequence: It waits too.}
"""
POSTERS = """\
posters:
  - id: is-not
    title: What a plant is not
    lead: Seen on the window sill.
    points:
      - {title: A shelf, text: Things fall off it.}
      - {title: A clock, text: It is always late.}
      - {title: A referee, text: It grows for both teams.}
    close: Please water it.
"""
READING = """\
# Small

```{code-cell} python
:tags: [remove-cell]
from allyship_course import exercise, poster
```

```{code-cell} python
exercise("plant")
```

Some words between the two.

```{code-cell} python
exercise("plant-two")
```

```{code-cell} python
poster("is-not")
```
"""
CONFIG = """\
title: A course
sphinx:
  config:
    course:
      promises: {words: [900, 1600], minutes: [25, 75], exercises: [4, 11], grade: 9}
"""
FILES = {"exercises.yml": EXERCISES, "posters.yml": POSTERS, "index.md": READING}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder with one small module."""
    folder = tmp_path / "book" / "modules" / "01-small"
    folder.mkdir(parents=True)
    (tmp_path / "_config.yml").write_text(CONFIG)
    rows = tmp_path / "book" / "developing" / "source-map.yml"
    rows.parent.mkdir()
    rows.write_text("- {row: C4, idea: Water}\n- {row: C5, idea: Light}\n")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def check(where: Path, *options: str) -> tuple[int, str]:
    """Run the command there; return how it ends and what it prints."""
    assert COMMAND, "the allyship command is not installed beside this Python"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ALLYSHIP")}
    command = [COMMAND, "check", *options]
    done = subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def told(course: Path) -> list[str]:
    """What is told of the small module, without the folder; it must not end well."""
    status, printed = check(course)
    *problems, last = printed.splitlines()
    assert status == 1, printed
    assert last == f"{len(problems)} to mend."
    return [p.removeprefix(f"{course / 'book' / 'modules'}{os.sep}") for p in problems]


def line_of(text: str, wanted: str) -> int:
    """The number of the only line that begins like this."""
    (number,) = (n for n, t in enumerate(text.splitlines(), 1) if t.startswith(wanted))
    return number


def test_the_course_has_nothing_to_mend() -> None:
    status, printed = check(ROOT)
    assert status == 0, printed
    modules = len([*ROOT.glob("book/modules/*/exercises.yml")])
    assert printed == f"Nothing to mend in {modules} modules.\n"


def test_a_whole_module_has_nothing_to_mend_but_its_length(course: Path) -> None:
    problems = told(course)
    assert any("words of reading: " in p for p in problems)
    assert any("exercises: 2, and not from" in p for p in problems)
    of_module = "minutes: 30, and not 1 as the rule has it: 0 to read, 1 for exercises. "
    assert any(of_module in p for p in problems)
    for problem in problems:
        assert re.search(r": (words|minutes|exercises)[^:]*: \d+, and not ", problem), problem


def test_minutes_are_those_of_words_taps_and_texts(course: Path) -> None:
    words = " ".join(["word"] * 128)
    fields = f"""\
      - {{id: say, type: text, label: {words} say}}
      - {{id: more, type: text, label: more, optional: true}}
"""
    before, after = EXERCISES.split("      - id: plant-care")
    yaml = (
        before.replace("minutes: 4", "minutes: 3")
        + fields
        + after[after.index("  - id: plant-two") :]
    )
    file = course / "book" / "modules" / "01-small" / "exercises.yml"
    file.write_text(yaml, "utf-8")
    # 130 words to read and one text that must be written are two minutes, and not three.
    (of_exercise,) = [p for p in told(course) if "minutes: 3, " in p]
    line = line_of(yaml, "    minutes: 3")
    assert of_exercise.startswith(f"01-small{os.sep}exercises.yml:{line},")
    assert "minutes: 3, and not 2 as the rule has it" in of_exercise
    file.write_text(yaml.replace("minutes: 3\n", "minutes: 2\n"), "utf-8")
    assert not [p for p in told(course) if "minutes: 2" in p]


def test_of_a_case_the_mean_of_its_ways_counts(tmp_path: Path) -> None:
    long = " ".join(["word"] * 259)  # and one word of a title: two minutes
    (tmp_path / "exercises.yml").write_text(f"""\
module: 01-case
title: Case
minutes: 2
exercises:
  - id: case
    title: Case
    minutes: 2
    steps:
      - id: start
        title: Start
        fields:
          - id: does
            type: choice
            label: "?"
            options: [{{id: stay, label: Stay, next: long}}, {{id: go, label: Go, next: end}}]
      - {{id: long, title: Long, text: {long}}}
""")
    (case,) = load_module(tmp_path).exercises
    # One of two ways is two minutes longer; all have four words and a tap.
    assert exercise_minutes(case) == pytest.approx(2 / 2 + 4 / 130 + 1 / 10)


def test_a_row_of_the_sources_is_read_where_the_map_says(course: Path) -> None:
    book = course / "book"
    source_map = """\
- {row: C4, idea: A plant, page: modules/01-small, said: Some words between the two.}
- row: C5
  idea: Another
  page: modules/01-small
  said: Words that nobody wrote.
"""
    (book / "developing" / "source-map.yml").write_text(source_map, "utf-8")
    (problem,) = [p for p in check_book(book) if "sentence of row" in p.what]
    assert (problem.line, problem.what) == (2, "the sentence of row C5 is not in modules/01-small")


def test_a_route_takes_as_long_as_it_promises(course: Path) -> None:
    book = course / "book"
    for promised, expected in ((1, []), (10, ["minutes: 10, and its stops take 1"])):
        (book / "routes.yml").write_text(
            f"""\
routes:
  - id: short
    title: Short
    why: There is no time.
    minutes: {promised}
    stops:
      - {{stop: 01-small/plant, why: It is thirsty.}}
      - {{stop: 01-small/plant-two, why: So is this one.}}
""",
            "utf-8",
        )
        of_routes = [p for p in check_book(book) if p.file.name == "routes.yml"]
        assert [p.what.partition(" as the rule")[0] for p in of_routes] == expected
        assert [p.line for p in of_routes] == [5] * len(expected)


def test_a_report_tells_length_and_plainness_of_each_module(course: Path) -> None:
    modules = course / "book" / "modules"
    shutil.copytree(modules / "01-small", modules / "02-other")
    reading = (modules / "02-other" / "index.md").read_text("utf-8")
    reading = reading.replace("Some words", "It rains, so we stay, because it is wet. Some words")
    (modules / "02-other" / "index.md").write_text(reading, "utf-8")
    exercises = modules / "02-other" / "exercises.yml"
    text = exercises.read_text("utf-8").replace("module: 01-small", "module: 02-other")
    exercises.write_text(text.replace("It minds.", "It minds, because it is dry."), "utf-8")
    status, printed = check(course, "--report")
    assert status == 0, printed
    heads, first, second = (re.split(r" {2,}", line) for line in printed.splitlines())
    assert heads[0] == "module"
    assert (first[0], second[0]) == ("01-small", "02-other")
    joined = {name: i for i, name in enumerate(heads)}
    for column in ("joined", "in exercises"):
        before, after = (float(row[joined[column]].rstrip("%")) for row in (first, second))
        assert before < after, column


def test_a_report_of_what_can_not_be_read_says_what_to_run(course: Path) -> None:
    (course / "book" / "modules" / "01-small" / "exercises.yml").write_text("module: 01-small\n")
    status, printed = check(course, "--report")
    assert status == 1
    assert "exercises.yml" in printed
    assert "'allyship check' lists all that is to be mended." in printed


def test_minutes_are_the_same_on_the_page_and_in_the_exercises(course: Path) -> None:
    reading = course / "book" / "modules" / "01-small" / "index.md"
    for minutes, expected in (("30", 0), ("50", 1)):
        text = READING.replace("Some words", f"It takes about {minutes} minutes. Some words")
        reading.write_text(text, "utf-8")
        problems = [p for p in told(course) if "the page says" in p]
        assert len(problems) == expected, problems


def test_every_exercise_of_the_course_can_be_left_out() -> None:
    # No key takes the box away; the template has it in one place. This is what an author gets.
    for file in ROOT.glob("book/**/exercises.yml"):
        module = load_module(file.parent)
        for exercise in module.exercises:
            for place in ("page", "notebook"):
                form = render(module, exercise, place)
                assert len(re.findall(r"<input [^>]*data-pass[ >]", form)) == 1, exercise.id


def test_a_picture_that_is_not_drawn_is_told_with_the_name_that_is_near(course: Path) -> None:
    module = course / "book" / "modules" / "01-small" / "exercises.yml"
    text = EXERCISES.replace("title: Small", "title: Small\nscene: lab-by-night")
    text = text.replace("    title: The plant\n", "    title: The plant\n    scene: two-cards\n")
    text = text.replace("        title: Morning\n", "        title: Morning\n        scene: cupp\n")
    module.write_text(text, encoding="utf-8")
    problems = [p for p in told(course) if "scene" in p]
    assert len(problems) == 2
    assert f"exercises.yml:{line_of(text, 'scene: lab')}: " in problems[0]
    assert "there is no scene 'lab-by-night'. Did you mean 'lab-at-night'?" in problems[0]
    assert "there is no scene 'cupp'." in problems[1]


GLOSSARY = """\
# Glossary

```{glossary}
soil
earth
  What pots hold. First met in [module 1](modules/01-small/index.md).

share
  To halve a bun. First met in [module 1](modules/01-small/index.md).

window sill
  Where pots stand.

watering can
  First met in [module 1](modules/01-small/index.md).

pot plant
  A plant.
```
"""


def test_a_term_that_is_not_linked_at_its_first_use_and_only_there_is_told(course: Path) -> None:
    (course / "book" / "glossary.md").write_text(GLOSSARY)
    reading = READING.replace(
        "Some words between the two.",
        "## Earth\n\nTwo share some `soil`, *The plant*, [earth](index.md), good {term}`earth`.\n\n"
        "On window\nsills, or a {term}`Window sill`.\n\nA {term}`pot plant`, pot plants,\n"
        "two {term}`pot plants <pot plant>`\nand a {term}`hose`.",
    )
    (course / "book" / "modules" / "01-small" / "index.md").write_text(reading)
    line = line_of(reading, "Two share")
    write = "Write {{term}}`{0}`, or {{term}}`your words <{0}>`"
    linked = "is not linked to the glossary where it is first used"
    here = "is first met here, says the glossary, and is not linked"
    found = [p for p in told(course) if "index.md" in p and ", and not " not in p]
    once = "'pot plant' is linked a second time. Link a term at its first use only"
    unknown = "'hose' is no term of the glossary. Correct it, or add the term there"
    assert found == [
        f"01-small/index.md:{line + 6}: {once}",
        f"01-small/index.md:{line + 7}: {unknown}",
        f"01-small/index.md:1: 'share' {here}. {write.format('share')}",
        f"01-small/index.md:{line + 2}: 'window sills' {linked}. {write.format('window sill')}",
        f"01-small/index.md:1: 'watering can' {here}. {write.format('watering can')}",
    ]


def test_links_images_and_spelling_of_every_page_are_looked_at(course: Path) -> None:
    page = course / "book" / "guides" / "watering.md"
    page.parent.mkdir()
    (page.parent / "can.svg").write_text("<svg/>")
    good = (
        "(start)=\n# Watering\n\n[a](../modules/01-small/index.md) [b](/guides/watering.md#start)"
        ' [c](#start) <a href="watering.html">c</a>'
        " [d](https://example.org/nowhere) ![A can](can.svg) <img src='x'"
        ' src="can.svg" alt=""> <svg aria-hidden="true"></svg> `[not](a-link.md)`\n'
        '<a href="../_static/made-later.pdf">e</a>\n\n```md\n![](nor.png) [this](one.md)\n```\n'
    )
    page.write_text(good)
    assert of_page(course, page) == []
    misspelt = "t" + "eh"  # in two, since codespell reads this file as well
    bad = [
        ("[gone](../gone.md)", "the link to ../gone.md leads nowhere: there is no such file"),
        ("[a\nlong one](gone.md)", "the link to gone.md leads nowhere: there is no such file"),
        (
            "[end](#end)",
            "the link to #end leads nowhere: there is no line (end)= in that page",
        ),
        ("![](can.svg)", "an image has no words for those who do not see it"),
        ('<img src="can.svg">', "an image has no words for those who do not see it"),
        ("<svg></svg>", "an image has no words for those who do not see it"),
        ("```{figure} can.svg\nA can\n```", "an image has no words for those who do not see it"),
        (f"Some {misspelt} here.", f"'{misspelt}' looks misspelt"),
    ]
    for text, expected in bad:
        page.write_text(f"{good}\n{text}\n")
        at = good.count("\n") + 2
        assert of_page(course, page) == [(at, expected)]


def of_page(course: Path, page: Path) -> list[tuple[int, str]]:
    return [(p.line, p.what) for p in check_book(course / "book") if p.file == page]


class Fault(NamedTuple):
    """One change to one file, and what must be told, of which line."""

    name: str
    file: str
    old: str
    new: str
    at: str | None  # how the line begins; None for the first
    expected: str


FAULTS = [
    Fault("no consequence", "exercises.yml", "\n            consequence: Tomasz sighs.", "",
          "          - id: rota",
          ", exercise 'plant': option 'rota' of 'plant-care' has no consequence. Add one"),
    Fault("no consequence in a step", "exercises.yml", ", consequence: It drips.", "",
          "              - {id: water",
          ", exercise 'plant-two': option 'water' of 'what' has no consequence. Add one"),
    Fault("no reasoning", "exercises.yml", ", reasoning: Gardeners disagree.", "",
          "          - {id: leaf",
          ", exercise 'plant': card 'leaf' of 'cards' has no reasoning. Add one"),
    Fault("no evidence", "exercises.yml", "    evidence: [somebody2020]\n", "",
          "  - id: plant\n",
          ", exercise 'plant': it names no evidence. "
          "Add 'evidence: [key]' or 'practice-wisdom: true'"),
    Fault("no source", "exercises.yml", "    sources: [C5]\n", "", "  - id: plant-two",
          ", exercise 'plant-two': it names no row of the source map. "
          "Add 'sources: [C4]' with its rows"),
    Fault("another folder's name", "exercises.yml", "module: 01-small", "module: 01-tiny",
          "module: 01-tiny",
          ": 'module: 01-tiny' stands in the folder 01-small. Give both the same name"),
    Fault("not placed", "index.md", 'exercise("plant-two")\n', "", None,
          ": exercise 'plant-two' is placed nowhere in the reading. "
          'Add a code cell with exercise("plant-two")'),
    Fault("a poster not placed", "index.md", 'poster("is-not")\n', "", None,
          ": poster 'is-not' is placed nowhere in the reading. "
          'Add a code cell with poster("is-not")'),
    Fault("placed twice", "index.md", "Some words between the two.", "exercise('plant')",
          "exercise('plant')", ": exercise 'plant' stands here twice. Keep one"),
    Fault("placed and unknown", "index.md", "Some words between the two.", 'exercise("plnt")',
          'exercise("plnt")', ": there is no exercise 'plnt'. Correct the id"),
    Fault("a poster placed as an exercise", "index.md", "Some words between the two.",
          'exercise("is-not")', 'exercise("is-not")',
          ": there is no exercise 'is-not'. Correct the id"),
    Fault("bad YAML", "exercises.yml", "    title: The plant\n", "    title: The plant: a case\n",
          "    title: The plant: a case",
          ": this is not valid YAML (mapping values are not allowed here). Look at the "
          "indentation here and just above; quote a text that contains ': ' or starts with a "
          "symbol"),
    Fault("an author's error", "exercises.yml", "    minutes: 4\n    sources: [C5]",
          "    minutes: long\n    sources: [C5]", "    minutes: long",
          ", exercise 'plant-two': 'minutes' must be a whole number, not 'long'. "
          "Write it in digits, as in 5"),
    Fault("bad YAML of the posters", "posters.yml", "    lead:", "\tlead:", "\tlead:",
          ": here stands a tab. Indent with spaces: YAML takes no tabs"),
    Fault("too few points", "posters.yml",
          "      - {title: A shelf, text: Things fall off it.}\n", "", "    points:",
          ": 'points' has 2 of at least 3 entries. Add the rest"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_with_file_line_what_and_remedy(fault: Fault, course: Path) -> None:
    file = course / "book" / "modules" / "01-small" / fault.file
    text = FILES[fault.file]
    assert text.count(fault.old) == 1
    text = text.replace(fault.old, fault.new)
    file.write_text(text, encoding="utf-8")
    line = (
        line_of(text + "\n", fault.at.rstrip()) if fault.at and not fault.at.endswith("\n") else 1
    )
    if fault.at and fault.at.endswith("\n"):
        line = text.split(fault.at)[0].count("\n") + 1
    assert told(course) == [f"01-small/{fault.file}:{line}{fault.expected}"]


def test_all_faults_of_all_files_are_told_at_once(course: Path) -> None:
    folder = course / "book" / "modules" / "01-small"
    (folder / "posters.yml").write_text(POSTERS.replace("    close:", "    cloze:"))
    (folder / "exercises.yml").write_text(
        EXERCISES.replace("    sources: [C4]\n", "").replace("    sources: [C5]\n", "")
    )
    (folder / "index.md").write_text(READING.replace('("plant")', '("pant")'))
    problems = told(course)
    assert [p.split(":")[0] for p in problems] == [
        "01-small/posters.yml",
        "01-small/posters.yml",
        "01-small/exercises.yml",
        "01-small/exercises.yml",
        "01-small/index.md",
        "01-small/index.md",
    ]


def test_every_module_is_checked(course: Path) -> None:
    modules = course / "book" / "modules"
    shutil.copytree(modules / "01-small", modules / "02-other")
    problems = told(course)
    line = "02-other/exercises.yml:1: 'module: 01-small' stands in the folder 02-other"
    assert [p for p in problems if p.startswith(line)]


def test_a_module_without_a_reading(course: Path) -> None:
    (course / "book" / "modules" / "01-small" / "index.md").unlink()
    assert told(course) == ["01-small/index.md:1: there is no such file. Each module has a reading"]


def test_a_reading_that_is_not_utf_8(course: Path) -> None:
    reading = course / "book" / "modules" / "01-small" / "index.md"
    reading.write_bytes(READING.encode() + b"\n\xe9t\xe9\n")
    line = READING.count("\n") + 2
    assert told(course) == [
        f"01-small/index.md:{line}: the file is not UTF-8. Save it as UTF-8 text"
    ]


def test_below_the_course_folder_it_works_too(course: Path) -> None:
    folder = course / "book" / "modules" / "01-small"
    (folder / "index.md").unlink()
    assert check(folder) == check(course)


def test_outside_a_course_it_says_where_to_go(tmp_path: Path) -> None:
    status, printed = check(tmp_path)
    assert status == 1
    assert printed == (
        "Error: this is not a folder of the course: no _config.yml with book/ beside it, here "
        "or above. Change to the course's folder and try again\n"
    )


def test_checking_changes_nothing(course: Path) -> None:
    def state() -> dict[Path, tuple[int, bytes]]:
        files = [f for f in course.rglob("*") if f.is_file()]
        return {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in files}

    (course / "book" / "modules" / "01-small" / "exercises.yml").write_text("a: [")
    before = state()
    check(course)
    assert state() == before
