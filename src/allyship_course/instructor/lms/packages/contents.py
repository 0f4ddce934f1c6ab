"""What of a built book goes into a package: the learners' pages of some modules, made to fit.

Left out are guides for who teaches, writes and develops, the other modules, the notebooks to hand
in and the service worker. Links to what is left out become plain words.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ....book.website import kept_files
from ....errors import CourseError
from .home import fitted_home

_OUTLINE = "_static/outline.json"
_ROUTES = "_static/routes.json"
_HOME = "index.html"
_INDEX = "searchindex.js"
# Where there is one of these, it goes along whatever the modules are.
_PAGES = (
    *("journal/index", "return/index", "cards", "my-journal", "glossary", "evidence", "sources"),
    *("privacy", "accessibility", "search", "guides/learners"),
)
_LINK = re.compile(r'<a\b([^>]*?)\bhref="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_IMAGE = re.compile(r'<(?:img|use|image)\b[^>]*?\b(?:src|href)="([^"]*)"')
_ENTRY = re.compile(r'<li[^>]*><a href="([^"]*)"[^>]*>[^\n]*?</a></li>\n')
_EMPTY = re.compile(r"<details[^>]*><summary>[^<]*</summary>\s*<ol>\s*</ol>\s*</details>\n?")
_NAV = re.compile(r'<nav id="contents".*?</nav>', re.DOTALL)
# What has no place in a platform: handing in a notebook, and the notebooks themselves.
_WITHOUT = re.compile(
    r'\s*<p class="(?:ac-hand-in|live)">.*?</p>|\s*<nav class="onward"[^>]*>\s*</nav>', re.DOTALL
)
_WORKER = " worker-src 'self';"
_MAIN = re.compile(r"<main\b[^>]*>\n?")
_LINE = (
    '<div class="platform" data-course="platform"><p role="status">'
    "Your platform is told which exercises are complete, and no word of yours.</p></div>\n"
)


class BookError(CourseError):
    """The built book can't be used; the message says why and what to do."""


def outline_of(html: Path) -> list[dict[str, Any]]:
    """Return the outline of a built book: its modules and their exercises, without their words."""
    if not (html / _OUTLINE).exists() or not (html / "_static/platform.js").exists():
        raise BookError(
            f"{html} holds no book that was built by this version of the course. "
            "Build it with 'make book' or 'allyship teach', and run this again"
        )
    outline: list[dict[str, Any]] = json.loads((html / _OUTLINE).read_text("utf-8"))
    return outline


def contents(html: Path, modules: Collection[str], start: str) -> dict[str, bytes]:
    """Return by name the files of a package of these modules, which begins at ``start``."""
    outline = outline_of(html)
    shown = {m["page"] for m in outline if m["id"] in modules}
    pages = {f"{page}.html" for page in _PAGES} | shown | {start}
    mine = {m["id"] for m in outline if m["page"] in pages}
    others = {m["id"] for m in outline} - mine
    kept = [
        name
        for name in kept_files(html)
        if (name in pages if name.endswith(".html") else not _belongs_to(name, others))
    ]
    files = {name: (html / name).read_bytes() for name in kept}
    present = set(files)
    for name in sorted(present & pages):
        text = files[name].decode("utf-8")
        for image in _images(text, name):
            if image not in files and (html / image).is_file():
                files[image] = (html / image).read_bytes()
        files[name] = _fitted(text, name, present, start).encode()
    if others and _HOME in present:
        routes = _routes_of(json.loads(files.get(_ROUTES, b"[]")), mine)
        ids = [route["id"] for route in routes]
        home = fitted_home(files[_HOME].decode(), _modules_of(outline, mine), ids)
        files[_HOME] = home.encode()
    for name in files.keys() & _DATA.keys():
        files[name] = _packed(_DATA[name](json.loads(files[name]), mine)).encode()
    files[_INDEX] = _index_of(files[_INDEX].decode("utf-8"), present).encode()
    return files


def _packed(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _modules_of(found: list[dict[str, Any]], mine: Collection[str]) -> list[dict[str, Any]]:
    return [module for module in found if module["id"] in mine]


def _routes_of(found: list[dict[str, Any]], mine: Collection[str]) -> list[dict[str, Any]]:
    """Return the routes that can be gone to their end."""
    return [r for r in found if all(stop.split("/")[0] in mine for stop in r["stops"])]


def _cards_of(found: dict[str, Any], mine: Collection[str]) -> object:
    return {**found, "cards": [c for c in found["cards"] if c["path"].split("/")[0] in mine]}


# What speaks of all modules, and how to leave out those that are not there.
_DATA: dict[str, Callable[[Any, Collection[str]], object]] = {
    _OUTLINE: _modules_of,
    "_static/course.json": _modules_of,
    _ROUTES: _routes_of,
    "_static/cards.json": _cards_of,
}


def _belongs_to(name: str, others: Collection[str]) -> bool:
    """Tell whether a file is one of another module's alone: its replies, its pictures."""
    stem = posixpath.basename(name).rsplit(".", 1)[0]
    return stem.removeprefix("scenes-") in others


def _images(text: str, page: str) -> Iterator[str]:
    for found in _IMAGE.finditer(text):
        if target := _target(page, found[1]):
            yield target


def _target(page: str, href: str) -> str | None:
    """Return the file within the site that a link of a page leads to; ``None`` for elsewhere."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    folder = posixpath.dirname(page)
    return posixpath.normpath(posixpath.join(folder, unquote(parts.path)))


def _fitted(text: str, page: str, present: Collection[str], start: str) -> str:
    """Return a page as it stands in a package: it links to what is there, and says where it is."""

    def is_left_out(href: str) -> bool:
        target = _target(page, href)
        return target is not None and target not in present

    def entry(found: re.Match[str]) -> str:
        return "" if is_left_out(found[1]) else found[0]

    def link(found: re.Match[str]) -> str:
        before, href, after, words = found.groups()
        if not is_left_out(href):
            return found[0]
        if _target(page, href) == _HOME:
            here = posixpath.relpath(start, posixpath.dirname(page) or ".")
            return f'<a{before}href="{here}"{after}>{words}</a>'
        return "" if 'rel="' in before + after else f"<span>{words}</span>"

    text = _NAV.sub(lambda nav: _EMPTY.sub("", _ENTRY.sub(entry, nav[0])), text)
    text = _WITHOUT.sub("", _LINK.sub(link, text)).replace(_WORKER, "")
    text = text.replace("<html ", "<html data-package ", 1)
    return _MAIN.sub(lambda main: main[0] + _LINE, text, count=1)


def _index_of(text: str, present: Collection[str]) -> str:
    """Return the index of the search without the pages that are left out.

    The numbers by which it names pages stay as they are: the scripts of the search count on them.
    """
    head, tail = "Search.setIndex(", ")"
    index: dict[str, Any] = json.loads(text.removeprefix(head).removesuffix(tail))
    names = index["docnames"]
    here = {n for n, name in enumerate(names) if f"{name}.html" in present}
    for key in ("terms", "titleterms"):
        index[key] = _found_in(index[key], here)
    for key in ("alltitles", "indexentries"):
        index[key] = {
            word: left
            for word, places in index[key].items()
            if (left := [place for place in places if place[0] in here])
        }
    for key in ("docnames", "filenames", "titles"):
        index[key] = [one if n in here else "" for n, one in enumerate(index[key])]
    return f"{head}{_packed(index)}{tail}"


def _found_in(words: Mapping[str, int | list[int]], here: Collection[int]) -> dict[str, list[int]]:
    found = {
        word: [n for n in (places if isinstance(places, list) else [places]) if n in here]
        for word, places in words.items()
    }
    return {word: places for word, places in found.items() if places}
