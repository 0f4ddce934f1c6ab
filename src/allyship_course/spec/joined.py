"""How many sentences of a text say how they belong together: what a reading grade can't see.

Short sentences get a good grade even where each of them stands alone, and the reader has to guess
whether the second is a reason, an exception or the next thing that happened. In an experiment in
two languages, texts whose reasons were named by such words were understood better, by readers of
their own language and by readers of a second one (Degand and Sanders, 2002,
doi:10.1023/A:1020932715838). It was about reasons in factual texts; stories are our own guess.

The words are English ones. Words that mostly join mere nouns ("and", "or"), or that are often
something else ("as", "once", "that"), are left out.
"""

from __future__ import annotations

import re

_WORDS = """
because, since, therefore, for that reason, that is why, but, although, though, however, whereas,
nevertheless, despite, all the same, even so, instead, otherwise, if, unless, in that case,
as long as, when, whenever, while, before, after, afterwards, as soon as, until, then, meanwhile,
also, besides, as well, for example, for instance
"""
_ANYWHERE = "|".join(" ".join(word.split()) for word in _WORDS.split(","))
_JOINS = re.compile(
    rf"\b(?:{_ANYWHERE})\b"
    # "So" and "still" open a clause, or they are something else: "so tired", "still here".
    r"|(?:\A|[,;:(“] |\b(?:and|or) )(?:so|still)\b"
    r"|\btoo(?=[,.;:?!])",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\*+|`|\[(?=[^\]]*\]\()|\]\([^)]*\)")
_END_OF_SENTENCE = re.compile(r"(?<=[.!?…])[”\"')]*\s+(?![a-z])|\n\s*\n|\n(?=\s*[-•] )")
_ABBREVIATION = re.compile(r"\b(Dr|Mr|Mrs|Ms|Prof|St)\.(?=\s)")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without its markup; a line of a list is one too."""
    plain = _ABBREVIATION.sub(r"\1", _MARKUP.sub("", text))
    parts = (" ".join(part.split()) for part in _END_OF_SENTENCE.split(plain))
    return [part for part in parts if re.search(r"\w", part)]


def joined_share(text: str) -> float:
    """Return the share of sentences, 0 to 1, with a word that says how things belong together."""
    all_of_them = sentences(text)
    return sum(bool(_JOINS.search(one)) for one in all_of_them) / max(1, len(all_of_them))
