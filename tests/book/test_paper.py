"""The whole course on paper and for e-readers: nothing that an author wrote is lost, and there is
room to write in place of what only a screen can do.
"""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Browser

from allyship_course.book.print.paper import make_paper
from allyship_course.spec import load_module
from tests.support.forms import all_text, squeezed
from tests.support.needs import program
from tests.support.paths import FIELDS, FIELDS_MODULE, ROOT

pytestmark = pytest.mark.slow

ON_SCREEN_ONLY = ("Clear my answers", "Add a row", "Copy this text", "did not load")


def assert_everything_is_there(text: str) -> None:
    for exercise in load_module(FIELDS_MODULE).exercises:
        for part in all_text(exercise):
            assert squeezed(part) in text
    assert [words for words in ON_SCREEN_ONLY if squeezed(words) in text] == []


@pytest.mark.browser
def test_the_pdf_is_tagged_and_holds_every_question(browser: Browser, tmp_path: Path) -> None:
    """The open browser has an event loop of its own, as has the kernel of a notebook."""
    make_paper(FIELDS, ROOT / "_config.yml", "pdf", tmp_path / "course.pdf")
    pdf = pypdf.PdfReader(tmp_path / "course.pdf")
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "en"
    assert pdf.metadata
    assert pdf.metadata.title == "Allyship course"
    assert pdf.outline
    texts = [page.extract_text() for page in pdf.pages]
    assert_everything_is_there(squeezed("".join(texts)))
    assert_found_by_page_number(texts, "Fields")


def assert_found_by_page_number(texts: list[str], title: str) -> None:
    """The contents name the page on which a chapter begins, and its head and foot say so too."""
    [contents] = [text for text in texts if "Contents" in text]
    number = re.search(rf"{title}\s*(\d+)", contents)
    assert number
    page = texts[int(number[1]) - 1]
    assert page.count(title) >= 2
    assert number[1] in page.split()


def test_the_course_as_epub_breaks_no_rule_of_the_format(tmp_path: Path) -> None:
    checker = program("epubcheck", "epubcheck")  # Debian's is a file of Java's
    make_paper(ROOT / "book", ROOT / "_config.yml", "epub", tmp_path / "course.epub")
    said = subprocess.run(
        ["java", "-jar", checker, tmp_path / "course.epub"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "0 fatals / 0 errors / 0 warnings" in said.stdout + said.stderr, said.stderr[-3000:]


def test_the_epub_is_sound_and_has_room_to_write(tmp_path: Path) -> None:
    make_paper(FIELDS, ROOT / "_config.yml", "epub", tmp_path / "course.epub")
    with zipfile.ZipFile(tmp_path / "course.epub") as epub:
        assert epub.namelist()[0] == "mimetype"
        pages = {n: epub.read(n) for n in epub.namelist() if n.endswith(".xhtml")}
        assert any(name.endswith("paper.css") for name in epub.namelist())
    for page in pages.values():
        root = ET.fromstring(page)
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not names & {"form", "input", "textarea", "select", "button", "script"}
    module = next(page for name, page in pages.items() if "02-fields" in name)
    assert module.count(b'class="lines"') > 10
    plain = "".join(ET.fromstring(module).itertext())
    assert_everything_is_there(squeezed(re.sub(r"_+|[○☐]", "", plain)))
