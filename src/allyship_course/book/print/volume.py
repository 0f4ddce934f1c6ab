"""The pages of the course as one volume: a cover, contents, running heads, page numbers."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...form.scenes import scene
from ...spec import Module
from .worksheet import worksheet

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_LINE = "Cases, choices and what comes of them"
_RINGS = """<svg class="rings" viewBox="0 0 420 300" aria-hidden="true">
<circle cx="150" cy="150" r="118"/><circle cx="270" cy="150" r="118"/></svg>"""


class Volume:
    """One long page that a browser prints as a book.

    ``file`` is the course as Sphinx makes it in one file, ``pages`` are the pages by the captions
    of the contents.
    """

    def __init__(
        self,
        file: Path,
        title: str,
        pages: Mapping[str, Sequence[str]],
        modules: Mapping[str, Module],
    ) -> None:
        from bs4 import BeautifulSoup

        self._title = title
        self._page = BeautifulSoup(file.read_text("utf-8"), "html.parser")
        worksheet(self._page, modules, pictures=True)
        self._mend_addresses()
        self._chapters = {
            caption: [(name, chapter) for name in names if (chapter := self._chapter(name))]
            for caption, names in pages.items()
        }
        for name, chapter in self._all():
            _raise_headings(chapter)
            # What is looked up and not worked through goes into two columns.
            chapter["class"] = "chapter" if chapter.select_one(".exercise") else "chapter reference"
            if module := modules.get(Path(name).parent.name):
                _open_module(self._page, chapter, module)
        self._heads = "".join(self._running_heads())

    def html(self, places: Mapping[str, int]) -> str:
        """Return the page, with page numbers by the id of what they lead to."""
        for link in self._page.select("a.page"):
            number = places.get(str(link["href"]).removeprefix("#"), 0)
            link["data-page"] = str(number or "000")
        chapters = "".join(str(chapter) for _, chapter in self._all())
        return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<title>{html.escape(self._title)}</title><link rel="stylesheet" href="paper.css">
<style>{self._heads}</style>
{self._cover()}{self._contents(places)}{self._foreword()}{chapters}"""

    def _all(self) -> Iterator[tuple[str, Tag]]:
        for chapters in self._chapters.values():
            yield from chapters

    def _chapter(self, name: str) -> Tag | None:
        mark = self._page.find(id=f"document-{name}")
        return mark.find_next_sibling("section") if mark else None

    def _mend_addresses(self) -> None:
        """Have links lead within the one page, and pictures lie beside it."""
        for picture in self._page.select("img[src]"):
            picture["src"] = str(picture["src"]).replace("../", "")
            picture["loading"] = "eager"
        for link in self._page.select("a[href]"):
            address = str(link["href"]).removeprefix("index.html")
            if address.startswith("#document-"):
                chapter = self._chapter(address.removeprefix("#document-"))
                address = f"#{chapter['id']}" if chapter else address
            link["href"] = address

    # ----------------------------------------------------------------------- its parts

    def _cover(self) -> str:
        title = html.escape(self._title)
        return f"""<header class="cover">{_RINGS}<p class="title">{title}</p>
<p class="line">{_LINE}</p><p class="by">To read, to write in, to cut up and to pass on</p></header>
"""

    def _foreword(self) -> str:
        """Return what stands on the course's first page, without its contents."""
        home = self._page.select_one("main section")
        if home is None:
            return ""
        for contents in home.select(".toctree-wrapper"):
            contents.extract()
        home["class"] = "chapter foreword"
        return str(home)

    def _contents(self, places: Mapping[str, int]) -> str:
        lines = []
        for caption, chapters in self._chapters.items():
            if caption:
                lines.append(f'<p class="caption">{html.escape(caption)}</p>')
            for _, chapter in chapters:
                title = chapter.h1.get_text() if chapter.h1 else ""
                lines.append(_line(title, str(chapter["id"]), places, "major"))
                for exercise in chapter.select(".exercise"):
                    words = exercise.h3.get_text() if exercise.h3 else ""
                    lines.append(_line(words, str(exercise["id"]), places, "minor"))
                for numbers in chapter.select(".numbers"):
                    words = numbers.h2.get_text() if numbers.h2 else ""
                    lines.append(_line(words, str(numbers["id"]), places, "minor"))
        return f'<nav class="contents"><h1>Contents</h1><div>{"".join(lines)}</div></nav>'

    def _running_heads(self) -> Iterator[str]:
        """Yield a kind of page for each chapter and each numbered part, with its head."""
        for i, (_, chapter) in enumerate(self._all()):
            chapter["style"] = f"page: c{i}"
            yield _head(f"c{i}", chapter.h1.get_text() if chapter.h1 else "")
            for part in chapter.select(".numbers"):
                part["style"] = f"page: n{i}"
                yield _head(f"n{i}", part.h2.get_text() if part.h2 else "")


def _line(words: str, place: str, places: Mapping[str, int], kind: str) -> str:
    number = places.get(place, "000")
    return (
        f'<p class="{kind}"><a href="#{place}"><span>{html.escape(words)}</span> '
        f"<b>{number}</b></a></p>"
    )


def _head(name: str, words: str) -> str:
    said = words.replace("\\", "").replace('"', "”")
    return f'@page {name} {{ @top-center {{ content: "{said}" }} }}\n'


def _raise_headings(chapter: Tag) -> None:
    """Sphinx has put every page below the first one: give them back their levels."""
    for heading in chapter.find_all(["h2", "h3", "h4", "h5"]):
        if heading.find_parent(class_=["exercise", "numbers"]) is None:
            heading.name = f"h{int(heading.name[1]) - 1}"


def _open_module(page: BeautifulSoup, chapter: Tag, module: Module) -> None:
    """Put a module's picture and number above its title."""
    from bs4 import BeautifulSoup

    if chapter.h1 is None:
        return
    number = module.module[:2]
    if number.isdigit():
        words = f"Module {int(number)} · about {module.minutes} minutes"
        chapter.h1.insert_before(page.new_tag("p", string=words, attrs={"class": "eyebrow"}))
    if module.scene:
        picture = BeautifulSoup(scene(module.scene), "html.parser")
        chapter.h1.insert_before(*picture.contents)
