"""The whole course on paper: one tagged PDF, and an EPUB, with room to write for the controls.

Sphinx makes the pages of both; worksheet.py turns forms into paper, and volume.py pages into a
book.
Needs the ``book`` extra, and for the PDF pypdf and Playwright with a Chromium.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from ...errors import CourseError
from ...spec import Module, load_module
from ...spec.modules import exercise_folders
from .cards import card_sheets, sorts
from .volume import Volume
from .worksheet import worksheet

if TYPE_CHECKING:
    from bs4 import Tag
    from sphinx.application import Sphinx

STYLE = Path(__file__).with_name("paper.css")
ONLY_WEBSITE = tuple(
    f"_static/{name}"
    for name in ("card.png", "course.css", "drawing.css", "focus.css", "home.css", "icon.svg")
)
"""Files for the website's pages that an EPUB has no use for."""
NOT_COURSE = ("Developing",)
"""Parts of the contents that are no part of the course."""
ONLY_ON_SCREEN = (
    *("my-journal", "privacy", "accessibility", "readers-wanted"),
    *(f"guides/{name}" for name in ("learners", "instructors", "lms", "administrators")),
    *(f"guides/{name}" for name in ("authors", "fields/index", "live-notebooks", "commands")),
    "guides/grader-service",
)
"""Pages about the website, notebooks and classes."""
_ROUNDS = 4
"""Of printing: a page number that has one digit more may push a line to the next page."""


def fill_epub(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Put worksheets into a page of the EPUB, as XHTML."""
    if app.builder.name != "epub" or "body" not in context:
        return
    from bs4 import BeautifulSoup

    page = BeautifulSoup(context["body"], "html.parser")
    worksheet(page, _modules(Path(app.srcdir)), pictures=False)
    for ornament in page.select("svg[aria-hidden]"):
        ornament.decompose()  # EPUB wants each page with a picture in it to be declared
    for link in page.select('a[href*="_static/"]'):
        _say_only(link)
    context["body"] = page.decode(formatter="minimal")
    # MyST-NB names a style sheet that it writes when the EPUB is made already.
    context["css_files"] = [css for css in context["css_files"] if "mystnb" not in str(css)]


def _say_only(link: Tag) -> None:
    """Take away a link to what is only on the website: the whole line where it is all of it."""
    line = link.parent
    if line is not None and line.name == "p" and line.get_text(strip=True) == link.get_text():
        line.decompose()
    else:
        link.append(" on the website")
        link.unwrap()


def make_paper(book: Path, config: Path, kind: Literal["pdf", "epub"], file: Path) -> None:
    """Write the course in ``book`` to ``file``. Raises CalledProcessError if Sphinx fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = _copy_course(book, folder / "book")
        builder = {"pdf": "singlehtml", "epub": "epub"}[kind]
        command = [str(Path(sys.executable).with_name("jupyter-book")), "build"]
        command += ["--config", str(config), "--path-output", str(folder), "--builder", "custom"]
        command += ["--custom-builder", builder, str(folder / "book")]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LANG": "C"})
        built = folder / "_build" / builder
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "epub":
            shutil.copy(next(built.glob("*.epub")), file)
        else:
            title = yaml.safe_load(config.read_text("utf-8"))["title"]
            style = STYLE.read_text("utf-8").replace('"RUNNING TITLE"', json.dumps(title))
            (built / STYLE.name).write_text(style, "utf-8")
            volume = Volume(built / "index.html", title, pages, _modules(folder / "book"))
            _in_a_thread(_print, volume, built, file)


def _modules(book: Path) -> dict[str, Module]:
    """Return every module of a book, and what has exercises beside them, by id."""
    modules = [load_module(folder) for folder in exercise_folders(book)]
    return {module.module: module for module in modules}


def _copy_course(book: Path, into: Path) -> dict[str, list[str]]:
    """Copy the book without what is no part of a printed course.

    Returns its pages by the captions of its contents.
    """
    shutil.copytree(book, into)
    contents = into / "_toc.yml"
    toc = yaml.safe_load(contents.read_text("utf-8"))
    parts = [part for part in toc.get("parts", [toc]) if part.get("caption") not in NOT_COURSE]
    for part in parts:
        part["chapters"] = [one for one in part["chapters"] if one["file"] not in ONLY_ON_SCREEN]
    parts = [part for part in parts if part["chapters"]]
    if "parts" in toc:
        toc["parts"] = parts
    contents.write_text(yaml.safe_dump(toc), "utf-8")
    return {part.get("caption", ""): [one["file"] for one in part["chapters"]] for part in parts}


def make_cards(module: Module, file: Path) -> None:
    """Write the cards of a module's sorts, to cut out. Raises CourseError where it has none."""
    if not any(True for _ in sorts(module)):
        raise CourseError(
            f"Module {module.module} has no cards to cut out: nothing is sorted in it"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        _in_a_thread(_print_cards, module, Path(name) / "cards.html", file)


def _print_cards(module: Module, sheet: Path, file: Path) -> None:
    with _printer() as put:
        put(card_sheets(module), sheet, file)


def _in_a_thread(do: Callable[..., None], *args: object) -> None:
    """Do it in a thread of its own: Playwright refuses one with an event loop, as a kernel has."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(do, *args).result()


def _print(volume: Volume, folder: Path, file: Path) -> None:
    """Print the one long page more than once: the first time tells what is on which page."""
    with _printer() as put:
        places: dict[str, int] = {}
        for _ in range(_ROUNDS):
            put(volume.html(places), folder / "paper.html", file)
            before, places = places, pages_of_links(file)
            if before == places:
                return


@contextlib.contextmanager
def _printer() -> Iterator[Callable[[str, Path, Path], None]]:
    """Yield what lets a browser print HTML, by way of a file beside its pictures, as tagged PDF."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        here = shutil.which("chromium") or shutil.which("google-chrome")
        browser = p.chromium.launch(executable_path=here, args=["--no-sandbox"])
        tab = browser.new_page()

        def put(page: str, sheet: Path, file: Path) -> None:
            sheet.write_text(page, "utf-8")
            tab.goto(sheet.as_uri())
            tab.pdf(
                path=file,
                prefer_css_page_size=True,
                print_background=True,
                tagged=True,
                outline=True,
            )

        yield put
        browser.close()


def pages_of_links(file: Path) -> dict[str, int]:
    """Return on which page of a PDF each place lies that something leads to, by its id."""
    import pypdf

    pdf = pypdf.PdfReader(file)
    named = pdf.named_destinations
    return {
        name.removeprefix("/"): (pdf.get_destination_page_number(place) or 0) + 1
        for name, place in named.items()
    }
