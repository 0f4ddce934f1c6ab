"""The book as Jupyter Book builds it: light pages, sound HTML, links that lead somewhere, and
builds that follow an author's edits or say plainly what is to be mended.

Every book here is built with warnings as errors (tests/support/books.py).
"""

from __future__ import annotations

import gzip
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from tests.support.books import build_book, pages, parsed
from tests.support.forms import TINY_PAGE
from tests.support.paths import ROOT, TINY

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
NOT_WANTED = ("require.min.js", "requirejs", "mathjax", "jupyter-widgets", "widget-view+json")


@pytest.fixture(
    params=[pytest.param(book, marks=pytest.mark.heavy) for book in ("tiny", "fields", "course")]
)
def html(request: pytest.FixtureRequest) -> Path:
    """The folder of a built book."""
    folder: Path = request.getfixturevalue(f"{request.param}_html")
    return folder


def loaded(page: BeautifulSoup) -> list[str]:
    """Every address that a browser fetches when it opens the page, without any click."""
    links = [link for link in page.find_all("link") if {"stylesheet", "icon"} & set(link["rel"])]
    return [
        *(str(link["href"]) for link in links),
        *(str(tag["src"]) for tag in page.find_all(src=True)),
        *(str(tag["data"]) for tag in page.find_all("object", data=True)),
        *(
            part.split()[0]
            for tag in page.find_all(srcset=True)
            for part in str(tag["srcset"]).split(",")
        ),
    ]


# ------------------------------------------------------------------- what a page carries


def test_a_page_has_one_script_of_ours_that_waits_for_no_other(html: Path) -> None:
    for file, page in pages(html):
        ours = [s for s in page.find_all("script", src=True) if s.get("type") == "module"]
        assert len(ours) == 1, file
        if file.name != "search.html":
            assert page.find_all("script", src=True) == ours, file
        assert urlsplit(str(ours[0]["src"])).path.endswith("_static/page.js")
        assert ours[0].has_attr("async")


def test_a_page_carries_nothing_of_jupyter_and_no_mathjax(html: Path) -> None:
    for file, page in pages(html):
        scripts = "".join(map(str, page.find_all(["script", "link"]))).lower()
        assert [word for word in NOT_WANTED if word in scripts] == [], file


def test_nothing_is_loaded_from_another_host(html: Path) -> None:
    for file, page in pages(html):
        assert [a for a in loaded(page) if urlsplit(a).scheme not in {"", "data"}] == [], file
        assert [a for a in loaded(page) if a.startswith("//")] == [], file
        inline = "".join(style.get_text() for style in page.find_all("style"))
        assert foreign_in_css(inline) == [], file
    for file in html.rglob("*.css"):
        assert foreign_in_css(file.read_text(encoding="utf-8")) == [], file


def foreign_in_css(css: str) -> list[str]:
    return re.findall(r"""(?:url\(|@import)\s*['"]?\s*((?:https?:)?//[^'")\s]+)""", css)


def test_a_page_is_light_enough_for_a_slow_line(html: Path) -> None:
    """Stock Jupyter Book sends 864 kB for one module; this is all that a page loads, packed."""
    for file, page in pages(html):
        parts = {file, *(resolve(html, file, address) for address in loaded(page))}
        weight = {p.name: packed(p) for p in parts}
        assert sum(weight.values()) < 110_000, weight


# What a module's page sends on a first visit, packed: the page itself, its style, script, icon and
# pictures. 45 kB would be better. All of every exercise stands in the page, what each choice leads
# to as well, for whoever has no script: of the longest module those words alone are 26 kB.
FIRST_VISIT = 67_000
SCRIPT_OF_FIRST_VISIT = 15 * 1024
BEGINNING = 14_000
"""Of what comes with the first exercise that somebody begins, but for the module's replies."""


@pytest.mark.heavy
def test_a_first_visit_to_a_module_stays_within_its_bytes(course_html: Path) -> None:
    static = course_html / "_static"
    for file in sorted((course_html / "modules").glob("*/index.html")):
        page = parsed(file)
        pictures = {str(use["href"]).partition("#")[0] for use in page.select("svg.ac-scene use")}
        addresses = {*loaded(page), *pictures}
        parts = {file, *(resolve(course_html, file, address) for address in addresses)}
        weight = {p.name: packed(p) for p in parts}
        assert sum(weight.values()) <= FIRST_VISIT, weight
        assert weight["page.js"] <= SCRIPT_OF_FIRST_VISIT
    begun = {name: packed(static / name) for name in ("focus.js", "focus.css", "begun.js")}
    assert sum(begun.values()) <= BEGINNING, begun


def packed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


# ------------------------------------------------------------------------- sound pages


def resolve(html: Path, page: Path, address: str) -> Path:
    """The file that an address on a page stands for."""
    path = unquote(urlsplit(address).path)
    if not path:
        return page
    target = (html / path.lstrip("/") if path[0] == "/" else page.parent / path).resolve()
    assert target.is_relative_to(html.resolve()), f"{page}: {address} leads out of the book"
    return target / "index.html" if target.is_dir() else target


def test_every_internal_link_leads_somewhere(html: Path) -> None:
    broken = []
    anchors = {
        file.resolve(): {t["id"] for t in page.find_all(id=True)} for file, page in pages(html)
    }
    links = 0
    for file, page in pages(html):
        for address in [*(str(a["href"]) for a in page.find_all("a", href=True)), *loaded(page)]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            links += 1
            target = resolve(html, file, address).resolve()
            ids = anchors.get(target, set())
            if not target.exists() or (parts.fragment and unquote(parts.fragment) not in ids):
                broken.append(f"{file.relative_to(html)}: {address}")
    assert links > 20
    assert broken == []


def test_every_page_has_a_language_a_title_of_its_own_and_a_viewport(html: Path) -> None:
    titles = []
    for _file, page in pages(html):
        assert isinstance(page.html, Tag)
        assert page.html["lang"] == "en"
        titles.append(page.title.get_text(strip=True) if page.title else "")
        viewport = page.find("meta", attrs={"name": "viewport"})
        assert isinstance(viewport, Tag)
        assert "maximum-scale" not in viewport["content"]
        assert "user-scalable" not in viewport["content"]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_every_page_has_one_main_heading_and_no_level_is_skipped(html: Path) -> None:
    for file, page in pages(html):
        levels = [int(h.name[1]) for h in page.find_all(HEADINGS)]
        assert levels.count(1) == 1, file
        jumps = [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1]
        assert jumps == [], file


def test_a_reader_sees_the_form_and_not_the_cell_that_makes_it(tiny_html: Path) -> None:
    page = parsed(tiny_html / TINY_PAGE)
    assert [f["data-exercise"] for f in page.find_all("form", class_="ac-exercise")] == [
        "all-types",
        "kettle",
        "mine",
    ]
    assert "exercise(" not in page.get_text()
    assert "allyship_course" not in page.get_text()
    assert "None" not in page.get_text()


# ------------------------------------------------------------------- an author at work


def jupyter_book(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(source)]
    command += ["--config", str(ROOT / "_config.yml"), "--path-output", str(out), "--keep-going"]
    return subprocess.run(
        [*command, "--warningiserror"], capture_output=True, text=True, check=False
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The tiny book, to edit."""
    return Path(shutil.copytree(TINY, tmp_path / "book"))


def edit(book: Path, old: str, new: str) -> Path:
    """Change ``old`` to ``new`` in the book's one exercises.yml."""
    file = book / "modules" / "01-tiny" / "exercises.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.heavy
def test_an_edited_exercise_is_on_the_page_after_the_next_build(book: Path, tmp_path: Path) -> None:
    page = tmp_path / "out" / "_build" / "html" / TINY_PAGE
    build_book(book, tmp_path / "out")
    assert "Who waters it?" in page.read_text(encoding="utf-8")
    edit(book, "label: Who waters it?", "label: Who pours?")
    build_book(book, tmp_path / "out")
    assert "Who pours?" in page.read_text(encoding="utf-8")
    assert "Who waters it?" not in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_fault_in_exercises_yml_stops_the_build_and_names_file_line_and_remedy(
    book: Path, tmp_path: Path
) -> None:
    file = edit(book, "type: scale", "type: scael")
    line = file.read_text(encoding="utf-8").splitlines().index("        type: scael") + 1
    done = jupyter_book(book, tmp_path / "out")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert f"exercises.yml:{line}, exercise 'all-types'" in said
    assert "Did you mean 'scale'?" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_picture_that_is_not_drawn_stops_the_build(book: Path, tmp_path: Path) -> None:
    edit(book, "title: Tiny\n", "title: Tiny\nscene: two-card\n")
    done = jupyter_book(book, tmp_path / "out")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "there is no scene 'two-card'. Did you mean 'two-cards'?" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_call_of_an_exercise_that_is_not_there_stops_the_build(
    book: Path, tmp_path: Path
) -> None:
    page = book / "modules" / "01-tiny" / "index.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('exercise("kettle")', 'exercise("ketle")'), encoding="utf-8")
    done = jupyter_book(book, tmp_path / "out")
    assert done.returncode != 0
    assert "Did you mean 'kettle'?" in done.stdout + done.stderr
