"""The machinery is for any course: it speaks of its own package and command, of no subject."""

from __future__ import annotations

import re
from pathlib import Path

from allyship_course.cli import main
from allyship_course.spec import module_folders
from tests.support.paths import ROOT

SOURCE = ROOT / "src"
COMMANDS = "|".join(main.commands)
# The package, and what bears its name: variables of the environment, keys of Sphinx's and
# nbgrader's settings, hidden files.
PACKAGE = r"(?i:allyship[_-]course)|ALLYSHIP_[A-Z]+|\ballyship_[a-z_]+|\.allyship\b"
COMMAND = rf"\ballyship ({COMMANDS})\b|``allyship``|\ballyship command\b"
# Names that learners' files, browsers and courses already hold, or that a program reads.
HELD = (
    r"allyship-(complete|demo|end|exchange|feedback|form|grade|journal|late|mirror|note|opened|"
    r"ours|plain|preview|purge|starts|unsaved|way)\b"
)
# How our own scripts, and a platform's package, call one another; they are the package's.
CALLS = r"allyship[A-Z]\w+|\{ allyship: |allyship-(\$\{|\[|\{)|\"allyship \{identifier\}\""
KEYS = (
    r'metadata\.allyship\b|NOTEBOOK_KEY = "allyship"|"allyship:jupyter:whole"|"allyship\.quiet"|'
    r'html_theme: allyship|add_html_theme\("allyship"'
)
ALLOWED = re.compile(f"{KEYS}|{CALLS}|{PACKAGE}|{COMMAND}|{HELD}")


def files() -> list[Path]:
    kinds = {".py", ".mjs", ".js", ".css", ".html", ".jinja", ".j2", ".typ", ".json", ".svg"}
    kinds |= {".yml", ".md", ".toml", ".csv", ""}
    return [f for f in SOURCE.rglob("*") if f.is_file() and f.suffix in kinds]


def test_nothing_in_the_source_names_this_courses_subject() -> None:
    said = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:90]}"
        for file in files()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(r"(?i)\ball(y|ies)|allyship", ALLOWED.sub("", line))
    ]
    assert not said, "\n".join(said)


def test_no_module_of_this_course_stands_in_the_source_as_an_example() -> None:
    names = [folder.name for folder in module_folders(ROOT / "book")]
    said = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in files()
        for name in names
        if name in file.read_text("utf-8")
    ]
    assert names
    assert not said, "\n".join(said)


def test_it_is_told_where_a_line_names_the_subject() -> None:
    for line in ('"title": "Allyship course"', "# What allyship means", "an ally"):
        assert re.search(r"(?i)\ball(y|ies)|allyship", ALLOWED.sub("", line)), line
