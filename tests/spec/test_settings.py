"""What a course says of itself: name, colours, parts, and what is told where it can't be."""

from __future__ import annotations

from pathlib import Path

import pytest

from allyship_course.spec import SpecError
from allyship_course.spec.colours import DARK_PAPER, LIGHT_PAPER, READABLE, contrast, readable
from allyship_course.spec.settings import Colours, course_of
from tests.support.paths import ROOT


def written(folder: Path, settings: str) -> Path:
    """A book whose ``_config.yml`` has these settings, one a line."""
    lines = "".join(f"      {line}\n" for line in settings.splitlines())
    config = f"title: Lab safety\nsphinx:\n  config:\n    course:\n{lines}"
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    return folder / "book"


def told(book: Path) -> list[str]:
    with pytest.raises(SpecError) as raised:
        course_of(book)
    return [str(problem).partition("_config.yml:")[2] for problem in raised.value.problems]


def test_a_course_has_a_title_a_name_and_only_the_parts_that_it_wants(tmp_path: Path) -> None:
    course = course_of(written(tmp_path, "name: lab-safety\nparts: [journal]"))
    assert (course.title, course.settings.name) == ("Lab safety", "lab-safety")
    assert course.settings.has("journal")
    assert not course.settings.has("certificate")


def test_a_colour_that_is_hard_to_read_is_told_with_a_darker_shade_of_it(tmp_path: Path) -> None:
    book = written(tmp_path, 'colours:\n  first: "#ffcc00"\n  second: "#a84a22"')
    (line,) = told(book)
    assert line.startswith("6: the first colour, #ffcc00, is hard to read on the page's light")
    assert "1.3 to 1, and text needs 4.5 to 1. Write a darker one, such as '#" in line
    shade = line.rpartition("'#")[2].rstrip("'")
    better = written(tmp_path, f'colours:\n  first: "#{shade}"\n  second: "#a84a22"')
    assert course_of(better).settings.colours.first == f"#{shade}"


@pytest.mark.parametrize("colour", ["#000000", "#0a5c58", "#7a1fa2", "#003399", "#a84a22"])
def test_every_colour_has_a_shade_for_dark_pages(colour: str) -> None:
    assert contrast(readable(colour, DARK_PAPER), DARK_PAPER) >= READABLE


def test_the_colours_that_a_course_has_without_a_word_can_be_read() -> None:
    for _, colour in Colours():
        assert contrast(colour, LIGHT_PAPER) >= READABLE


def test_what_is_misspelt_is_told_in_its_line_with_what_there_is(tmp_path: Path) -> None:
    assert told(written(tmp_path, "name: lab\nlicense: {name: CC0}")) == [
        "6: unknown key 'license'. Did you mean 'licence'?"
    ]
    (line,) = told(written(tmp_path, "parts: [jurnall]"))
    assert line == (
        "5: entry 1 of 'parts' can't be 'jurnall'. "
        "Write 'journal', 'certificate', 'trail' or 'posters', or remove the line"
    )
    (line,) = told(written(tmp_path, 'colours: {frsit: "#000000"}'))
    assert line == "5: unknown key 'frsit'. Did you mean 'first'?"


def test_this_course_keeps_the_name_under_which_learners_kept_their_answers() -> None:
    assert course_of(ROOT / "book").settings.name == "allyship"
