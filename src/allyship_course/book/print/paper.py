"""The whole course on paper: one tagged PDF, and an EPUB, with room to write for the controls.

Sphinx makes the pages of both; what is ours is :func:`worksheet`, which turns forms into paper.
Needs the ``book`` extra, and Playwright with a Chromium for the PDF.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from sphinx.application import Sphinx

STYLE = Path(__file__).with_name("paper.css")
ONLY_WEBSITE = ("_static/card.png", "_static/course.css", "_static/icon.svg")
"""Files for the website's pages that an EPUB has no use for."""
NOT_COURSE = "Developing"
"""The part of the contents that is no part of the course."""

# What only a screen can do.
_GONE = "noscript, button, .ac-unloaded, .ac-said, .ac-announce, .ac-foot, .ac-earlier, .ac-paper"
_GONE += ", .ac-count, .ac-calendar > p, .ac-compose > p, [data-course], [hidden]"
_GONE += ", .ac-cover, .ac-folding, .ac-waits, .ac-scene"
_SIGNS = {"radio": "○ ", "checkbox": "☐ ", "text": "_" * 40, "date": "_" * 20}
_PLAIN = {"form": "section", "fieldset": "div", "details": "div", "label": "span"}
_KEPT = {"class", "href", "src", "alt", "id", "viewBox", "x", "y", "rx", "r", "cx", "cy"}
_KEPT |= {"width", "height", "colspan", "rowspan", "start"}


def worksheet(page: BeautifulSoup) -> None:
    """Turn every exercise of a page into something to fill in by hand."""
    for gone in page.select(_GONE):
        gone.decompose()
    for svg in page.select("svg[viewbox]"):
        svg["viewBox"] = svg.attrs.pop("viewbox")  # the parser of HTML makes it small
    for form in page.select("form.ac-exercise"):
        title = form["id"]
        _on_paper(page, form)
        form["class"] = "exercise"
        form["id"] = title


def _on_paper(page: BeautifulSoup, form: Tag) -> None:
    for control in form.select("input"):
        marked = "ac-mark" in control.parent["class"] if control.parent else False
        control.replace_with("" if marked else _SIGNS[str(control["type"])])
    for select in form.select("select"):
        select.replace_with("____ ")
    for area in form.select("textarea"):
        for _ in range(max(4, int(str(area["rows"]))) - 1):
            area.insert_after(page.new_tag("span", attrs={"class": "lines"}))
        area.name = "span"
        area["class"] = "lines"
    for option in form.select("label.ac-option"):
        option.name = "div"
    for question in form.select("legend, .ac-text > label, summary"):
        question.name = "p"
        question["class"] = "question"
    for part in (form, *form.find_all(True)):
        part.name = _PLAIN.get(part.name, part.name)
        part.attrs = {k: v for k, v in part.attrs.items() if k in _KEPT - {"id"}}


def fill_epub(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Put worksheets into a page of the EPUB, as XHTML."""
    if app.builder.name != "epub" or "body" not in context:
        return
    from bs4 import BeautifulSoup

    page = BeautifulSoup(context["body"], "html.parser")
    worksheet(page)
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
        _copy_course(book, folder / "book")
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
            _print(built, yaml.safe_load(config.read_text("utf-8"))["title"], file)


def _copy_course(book: Path, into: Path) -> None:
    """Copy the book without what is no part of the course."""
    shutil.copytree(book, into)
    contents = into / "_toc.yml"
    toc = yaml.safe_load(contents.read_text("utf-8"))
    if "parts" in toc:
        toc["parts"] = [part for part in toc["parts"] if part.get("caption") != NOT_COURSE]
    contents.write_text(yaml.safe_dump(toc), "utf-8")


def _print(built: Path, title: str, file: Path) -> None:
    """Let a browser print the one long page that Sphinx made."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup((built / "index.html").read_text("utf-8"), "html.parser")
    worksheet(page)
    for picture in page.select("img[src]"):
        picture["src"] = str(picture["src"]).replace("../", "")
        picture["loading"] = "eager"
    main = page.select_one("main")
    sheet = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="paper.css"><p class="title-page">{title}</p>{main}"""
    (built / "paper.html").write_text(sheet, "utf-8")
    shutil.copy(STYLE, built / STYLE.name)
    # Playwright refuses to work in a thread with an event loop, which a notebook's kernel has.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_print_page, (built / "paper.html").as_uri(), file).result()


def _print_page(address: str, file: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        here = shutil.which("chromium") or shutil.which("google-chrome")
        browser = p.chromium.launch(executable_path=here, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(address)
        margin = {"top": "2cm", "bottom": "2cm", "left": "2cm", "right": "2cm"}
        tab.pdf(path=file, format="A4", tagged=True, outline=True, margin=margin)  # type: ignore[arg-type]
        browser.close()
