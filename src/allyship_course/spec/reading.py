"""A page of the book as its author wrote it: its words, links, images and glossary terms.

For the checks and for the notebooks. The book itself is Sphinx's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt

PLACED = re.compile(r"\s*(exercise|poster)\(\s*['\"]([^'\"]+)['\"]\s*\)\s*\Z")
"""A code cell, or a line of one, that places an exercise or a poster."""


SOURCES = "\n## Sources"
"""Where a module's reading ends and the list of its sources begins."""


_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_TERM = re.compile(r"\{term\}`([^`<]+?)(?:\s*<([^`>]+)>)?`")
_PAGE_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]*\.md(?:#[^)]*)?\)")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]*)\)")
_TAG = re.compile(r"<(img|svg|a)\b([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*\"([^\"]*)\"")
_FENCE = re.compile(r" *(`{3,}|~{3,})(.*)")
_CODE = re.compile(r"\{[\w:-]+\}`[^`]*`|(`+)[^`].*?(?<!`)\1(?!`)")  # a role is none
_PICTURE_DIRECTIVE = re.compile(r"\{(image|figure)\}\s*(\S*)")


def in_a_notebook(markdown: str) -> str:
    """Return Markdown without what leads nowhere from a notebook: the words stay."""
    return _TERM.sub(r"\1", _PAGE_LINK.sub(r"\1", markdown))


def plain_text(markdown: str) -> str:
    """Return what a reader reads of a MyST notebook: no front matter, code or markup."""
    body = _TERM.sub(r"\1", _FRONT_MATTER.sub("", markdown))
    blocks = [t for t in MarkdownIt("commonmark").parse(body) if t.type == "inline"]
    texts = ["".join(c.content for c in t.children or [] if c.type == "text") for t in blocks]
    # A heading or list item is a sentence to whoever reads it, with or without a full stop.
    return "\n".join(
        t if t.rstrip().endswith((".", "?", ":", ";", "”")) else f"{t}." for t in texts
    )


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade: school years that a text asks for. Needs textstat."""
    import textstat

    grade: float = textstat.flesch_kincaid_grade(text)
    return grade


class Link(NamedTuple):
    """A link or an image of a page. ``alt`` is None for a link, and "" where it is missing."""

    line: int
    target: str
    alt: str | None


def links(page: str) -> Iterator[Link]:
    """Yield the links and images of a page, in Markdown and in HTML, but not those in code."""
    text = _without_code(page)
    for match in _LINK.finditer(text):
        yield Link(_line(text, match.start()), match[3], match[2].strip() if match[1] else None)
    for match in _TAG.finditer(text):
        attributes = dict(_ATTRIBUTE.findall(match[2]))
        line = _line(text, match.start())
        if match[1] == "a":
            yield Link(line, attributes.get("href", ""), None)
        elif match[1] == "img":
            alt = attributes.get("alt")
            # Where alt="" is written, somebody has decided that it is decoration.
            yield Link(line, attributes.get("src", ""), "" if alt is None else alt or "decoration")
        elif attributes.get("aria-hidden") != "true":
            yield Link(line, "", attributes.get("aria-label", ""))
    yield from _picture_directives(page)


def _picture_directives(page: str) -> Iterator[Link]:
    lines = page.splitlines()
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if fence and (match := _PICTURE_DIRECTIVE.match(fence[2])):
            options = lines[number : lines.index(fence[1], number)]
            alts = [o.removeprefix(":alt:").strip() for o in options if o.startswith(":alt:")]
            yield Link(number, match[2], "".join(alts))


def _without_code(page: str) -> str:
    """Blank the front matter, code and what only shows how something is written.

    What stands in a directive such as ``{note}`` is a part of the page; code cells are not.
    Lines and places stay as they are.
    """
    lines = _FRONT_MATTER.sub(lambda m: _blank(m[0]), page).splitlines(keepends=True)
    fence, hidden = "", False
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if fence and match and match[1].startswith(fence) and not match[2].strip():
            fence, hidden = "", False
        elif not fence and match:
            fence = match[1]
            hidden = not match[2].startswith("{") or match[2].startswith("{code-cell}")
        elif not hidden:
            continue
        lines[number] = _blank(line)
    text = "".join(lines)
    return _CODE.sub(lambda m: m[0] if m[0].startswith("{") else _blank(m[0]), text)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
