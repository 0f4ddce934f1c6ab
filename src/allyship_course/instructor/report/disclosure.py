"""What may be shown of what people shared, such that nobody's own answer can be told from it.

The rule, for each question by itself:

1. Answers come in together: a question is looked at again only when at least ``at_least`` people
   have answered whom it has not looked at before.
2. It looks at nobody twice. What was counted stays as it was counted.
3. All who come in together must differ: at least two lines of the table with at least ``FEWEST``
   of them in each. Rare options are put together until that holds. If it can't, none of them is
   ever counted: to count them later, with others, would tell how they had been alike.

So whatever can be worked out of any number of mirrors is about ``at_least`` people who came in
together, and each of them could have changed places with ``FEWEST`` others. Texts come in by the
same rule, and leave with all who came in with them as soon as one of these takes theirs back.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

FEWEST = 3
"""The fewest people in a line of a table."""
LOWEST = 5
"""No class may set its mirror to fewer people than this."""

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Counted:
    """One question as it is shown: how many people chose one of each group of options.

    ``seen`` are those whom it has looked at, counted or not.
    """

    options: tuple[str, ...]
    groups: Groups = ()
    counts: tuple[int, ...] = ()
    seen: frozenset[str] = frozenset()

    @property
    def people(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Gathered:
    """The texts of one question that are shown: in blocks, each person with a mark of the text.

    ``seen`` are those whom it has looked at, whether their texts are shown or not.
    """

    blocks: tuple[Mapping[str, str], ...] = ()
    seen: frozenset[str] = frozenset()

    @property
    def people(self) -> frozenset[str]:
        return frozenset(person for block in self.blocks for person in block)


def count(before: Counted, answers: Mapping[str, str], at_least: int) -> Counted:
    """Return what is shown of a question now. ``answers`` maps people to options."""
    block = [answers[person] for person in answers.keys() - before.seen]
    if len(block) < at_least:
        return before
    now = replace(before, seen=before.seen.union(answers))
    chosen = Counter(block)
    groups = before.groups or grouped(before.options, chosen)
    counts = tuple(sum(chosen[option] for option in group) for group in groups)
    if len(groups) < 2 or min(counts) < FEWEST:
        return now
    sums = tuple(a + b for a, b in zip(before.counts or (0,) * len(counts), counts, strict=True))
    return replace(now, groups=groups, counts=sums)


def grouped(options: Sequence[str], chosen: Mapping[str, int]) -> Groups:
    """Put rare options together, such that each group was chosen by ``FEWEST`` people or more.

    If those together are still too few, the least chosen of the others joins them, and so on.
    Returns one group of all where nothing else will do. Groups stand in the options' order.
    """
    rare = [option for option in options if chosen.get(option, 0) < FEWEST]
    rest = sorted((o for o in options if o not in rare), key=lambda o: chosen.get(o, 0))
    while rest and rare and sum(chosen.get(o, 0) for o in rare) < FEWEST:
        rare.append(rest.pop(0))
    together = tuple(option for option in options if option in rare)
    groups = [(option,) for option in rest] + ([together] if together else [])
    return tuple(sorted(groups, key=lambda group: options.index(group[0])))


def gather(
    before: Gathered, texts: Mapping[str, str], at_least: int, mark: Callable[[str], str]
) -> Gathered:
    """Return which texts are shown now. ``texts`` maps people to what they share.

    ``mark`` makes of a text what tells it from another one and can't be read.
    """
    marks = {person: mark(text) for person, text in texts.items()}
    stay = [b for b in before.blocks if all(marks.get(p) == m for p, m in b.items())]
    block = {person: one for person, one in marks.items() if person not in before.seen}
    if len(block) < at_least:
        return replace(before, blocks=tuple(stay))
    stay += _parted(block, at_least) if _differ(block) else []
    return Gathered(tuple(stay), before.seen.union(block))


def _parted(block: Mapping[str, str], at_least: int) -> list[Mapping[str, str]]:
    """Part people by chance into blocks of at least so many: fewer texts go when one goes."""
    people = sorted(block)
    secrets.SystemRandom().shuffle(people)
    parts = max(len(people) // at_least, 1)
    found = [{p: block[p] for p in people[i::parts]} for i in range(parts)]
    return [*found] if all(map(_differ, found)) else [block]


def _differ(block: Mapping[str, str]) -> bool:
    most = max(Counter(block.values()).values(), default=0)
    return len(block) - most >= FEWEST
