"""The glossary: its entries, and which of a page's terms are not linked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .reading import _LINK, _TERM, SOURCES, _blank, _line, _without_code

_FIRST_MET = re.compile(r"\(modules/([^/)]+)/index\.md\)")


# Words that the course explains and also uses as everybody does: where they are linked, and
# whether at their first use, is left to the author.
EVERYDAY = {
    *("age", "blame", "case", "class", "follow", "guilt", "journal", "lead", "listen", "pass"),
    *("race", "repair", "shame", "share", "step back", "support"),
}


# --------------------------------------------------------------------------- the glossary


class Entry(NamedTuple):
    """One entry of the glossary: its line, its terms, and the modules where it is first met."""

    line: int
    terms: tuple[str, ...]
    modules: tuple[str, ...]


def glossary(page: str) -> list[Entry]:
    """Return the entries of a page's ``{glossary}``."""
    entries: list[Entry] = []
    terms: list[str] = []
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            inside = "{glossary}" in line
        elif inside and line.startswith(" ") and terms:
            entries.append(Entry(number - len(terms), (*terms,), (*_FIRST_MET.findall(line),)))
            terms = []
        elif inside and line.strip() and not line.startswith(" "):
            terms.append(line.strip())
    return entries


def term_faults(
    reading: str, module: str, entries: list[Entry], titles: list[str]
) -> Iterator[tuple[int, str, str]]:
    """Yield line, what is wrong and what would be right, of a module's links to the glossary.

    Each term is linked where the module first uses it, and only there. ``titles`` are the
    exercises', which are no use of the words in them.
    """
    known = {term.lower(): entry for entry in entries for term in entry.terms}
    text = _without_code(reading)
    linked: dict[Entry, int] = {}
    for match in _TERM.finditer(text):
        term, line = match[2] or match[1], _line(text, match.start())
        if (entry := known.get(term.lower())) is None:
            yield line, f"'{term}' is no term of the glossary", "Correct it, or add the term there"
        elif entry in linked:
            yield line, f"'{term}' is linked a second time", "Link a term at its first use only"
        else:
            linked[entry] = match.start()
    running = _running_text(text, titles)
    for entry in entries:
        forms = "|".join(r"\s+".join(map(re.escape, term.split())) for term in entry.terms)
        first = re.search(rf"(?i)(?<![\w-])(?:{forms})s?(?![\w-])", running)
        if EVERYDAY & {*entry.terms}:
            first = None
        link = linked.get(entry)
        remedy = f"Write {{term}}`{entry.terms[0]}`, or {{term}}`your words <{entry.terms[0]}>`"
        if first and (link is None or first.start() < link):
            words = " ".join(first[0].split())
            problem = f"'{words}' is not linked to the glossary where it is first used"
            yield _line(text, first.start()), problem, remedy
        elif module in entry.modules and link is None:
            problem = f"'{entry.terms[0]}' is first met here, says the glossary, and is not linked"
            yield 1, problem, remedy


def _running_text(text: str, titles: list[str]) -> str:
    """Blank what is no use of a word: headings, links and their words, titles, sources."""
    text, cut, rest = text.partition(SOURCES)
    text += _blank(cut + rest)
    no_use = [r"(?m:^#.*$)", _LINK.pattern, _TERM.pattern]
    no_use += [rf"[*“]{re.escape(title)}[*”]" for title in titles]
    for pattern in no_use:
        text = re.sub(pattern, lambda m: _blank(m[0]), text)
    return text
