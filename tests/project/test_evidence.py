"""The evidence page and the modules: no figure from research without a place and a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from allyship_course.spec import load_module
from tests.support.paths import ROOT

BOOK = ROOT / "book"
PAGE = (BOOK / "evidence.md").read_text(encoding="utf-8")
BIBLIOGRAPHY = (BOOK / "references.bib").read_text(encoding="utf-8")
HEADING = "## Every figure, in one table"

NUMBER = r"(\d[\d,]*(?:\.\d+)?|\.\d+)"
IN_WORDS = ["three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS = {word: number for number, word in enumerate(IN_WORDS, 3)}
COUNTED = r"(?:tests|samples|studies|trials|experiments)"
TAKING_PART = r"(?:people|participants|employees|students|pupils|schools|teams|surveys)"
BETWEEN = r"(?:[a-z-]+ ){0,2}"
RESEARCH = re.compile(
    r"\b(?:studies|(?:a|one|the|this|that) (?:\w+ )?study|research\w*|trials|experiments?)\b",
    re.IGNORECASE,
)

ANYWHERE = [
    ("people", rf"\b[Nn]\s*=\s*{NUMBER}"),
    ("effect", rf"\b[dgr]\s*=\s*{NUMBER}"),
    ("effect", rf"{NUMBER}\s*≤\s*[dgr]\b"),
    ("effect", rf"\b[dgr]\s*≤\s*{NUMBER}"),
    ("studies", rf"\b{NUMBER} {BETWEEN}{COUNTED}\b"),
]
# Elsewhere these are what happens in a story: 46 people, three tests, a pass mark of 50 per cent.
WHERE_RESEARCH_IS_TOLD = [
    ("percent", rf"{NUMBER}\s*(?:%|per\s?cent\b)"),
    ("people", rf"\b{NUMBER} {BETWEEN}{TAKING_PART}\b"),
    ("studies", rf"(?i:\b({'|'.join(WORDS)}) {BETWEEN}{COUNTED}\b)"),
]


class Figure(NamedTuple):
    kind: str
    number: float


def figures(paragraph: str) -> Iterator[tuple[Figure, str]]:
    """Yield each figure from research in a paragraph, and the words it stands in."""
    patterns = [*ANYWHERE, *(WHERE_RESEARCH_IS_TOLD if RESEARCH.search(paragraph) else [])]
    for kind, pattern in patterns:
        for found in re.finditer(pattern, paragraph):
            written = found[1].lower()
            number = WORDS.get(written) or float(written.replace(",", ""))
            yield Figure(kind, number), found[0]


def ledger() -> list[list[str]]:
    """Return the rows of the evidence page's table: figure, of what, study, from where."""
    table = PAGE.partition(HEADING)[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def paragraphs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what a module says: the paragraphs of its reading, and each text of its exercises."""
    for file in sorted(folder.glob("*.md")):
        for paragraph in re.split(r"\n\s*\n|\n(?=- )", file.read_text(encoding="utf-8")):
            yield file, " ".join(paragraph.split())
    for file in sorted(folder.glob("*.yml")):
        for text in texts(yaml.safe_load(file.read_text(encoding="utf-8"))):
            yield file, " ".join(text.split())


def texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from texts(one)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("In this study it fell by 30 % or 25 per cent.", [("percent", 30), ("percent", 25)]),
        ("In a large trial (n = 3,016) it moved.", [("people", 3016)]),
        ("The difference was d = .65.", [("effect", 0.65)]),
        ("642 tests, .27 ≤ d ≤ 0.66", [("effect", 0.27), ("effect", 0.66), ("studies", 642)]),
        ("A review of 260 independent samples.", [("studies", 260)]),
        ("One study had 292 people.", [("people", 292)]),
        ("Six randomised trials looked at it.", [("studies", 6)]),
        ("The surveyor counted 46 people, three tests failed, and 81 per cent passed.", []),
        ("*Psychological Bulletin* 142, pages 1227 to 1274, a study of 2016.", []),
    ],
)
def test_a_figure_from_research_is_seen(paragraph: str, expected: list[tuple[str, float]]) -> None:
    assert [figure for figure, _ in figures(paragraph)] == expected


def test_no_module_has_a_figure_that_the_table_has_not() -> None:
    known = {figure for row in ledger() for figure, _ in figures(f"{row[0]} in a study")}
    assert len(known) > 20
    strange = [
        f"{file.relative_to(BOOK)}: “{words}” in: {paragraph[:80]}…"
        for folder in sorted((BOOK / "modules").iterdir())
        for file, paragraph in paragraphs(folder)
        for figure, words in figures(paragraph)
        if figure not in known
    ]
    assert not strange, (
        "Add it to book/evidence.md with its source, or leave it out:\n" + "\n".join(strange)
    )


def test_each_row_of_the_table_has_a_figure_that_its_section_tells() -> None:
    """A figure stands in two places of the page: where it is told, and in the table."""
    told = {
        figure
        for paragraph in re.split(r"\n\s*\n|\n(?=- )", PAGE.partition(HEADING)[0])
        for figure, _ in figures(f"{' '.join(paragraph.split())} (a study)")
    }
    for figure, of_what, cited, source in ledger():
        (study,) = re.findall(r"`([a-z0-9-]+)`", cited)
        (read,) = {figure for figure, _ in figures(f"{figure} in a study")}
        assert of_what, figure
        assert source, figure
        assert read in told, f"{figure} of {study} is not told above"
        assert f"{{cite:t}}`{study}`" in PAGE, study


def test_each_study_is_told_of_and_can_be_looked_up() -> None:
    entries = re.findall(r"^@\w+\{([^,]+),(.*?)^\}", BIBLIOGRAPHY, re.MULTILINE | re.DOTALL)
    assert len(entries) == BIBLIOGRAPHY.count("\n@")
    for key, entry in entries:
        assert re.search(r"^  (doi|url) = \{\S+\}", entry, re.MULTILINE), f"{key}: no doi, no url"
        assert f"{{cite:t}}`{key}`" in PAGE, f"{key} is not told of on the evidence page"
        assert "others}" not in entry, f"{key}: name all its authors"


def test_what_an_exercise_rests_on_is_told_of() -> None:
    for folder in (file.parent for file in BOOK.glob("**/exercises.yml")):
        for exercise in load_module(folder).exercises:
            for key in exercise.evidence:
                assert f"{{cite:t}}`{key}`" in PAGE, f"{folder.name}/{exercise.id}: {key}"
