"""Sentences that say how they belong together, as ``allyship check --report`` counts them."""

from __future__ import annotations

import pytest

from allyship_course.spec.joined import joined_share, sentences

LACONIC = """\
She rang the bell. Nobody came. It was Sunday. She went home. On Monday she wrote a letter.
"""
JOINED = """\
She rang the bell, but nobody came, because it was Sunday. So she went home. On Monday she wrote a
letter instead.
"""


def test_a_text_that_names_its_reasons_is_told_from_one_that_does_not() -> None:
    assert joined_share(LACONIC) == 0
    assert joined_share(JOINED) == 1


@pytest.mark.parametrize(
    ("sentence", "joins"),
    [
        ("So he stayed.", True),
        ("He was so tired.", False),
        ("It rained, and so he stayed.", True),
        ("Still, he went.", True),
        ("He is still here.", False),
        ("He came, too.", True),
        ("It is too late.", False),
        ("Bread and butter.", False),
        ("“If you like,” he said.", True),
        ("That is why she left.", True),
        ("A knife and a beforehand.", False),
    ],
)
def test_a_word_counts_only_where_it_joins(sentence: str, joins: bool) -> None:
    assert joined_share(sentence) == float(joins)


def test_sentences_end_where_a_reader_pauses() -> None:
    text = """\
“Is it you?” asks **Dr. Obi**. It is [her
bus](way). “No.” He waits …

- one thing
- another
"""
    assert sentences(text) == [
        "“Is it you?” asks Dr Obi.",
        "It is her bus.",
        "“No.",
        "He waits …",
        "- one thing",
        "- another",
    ]


def test_nothing_to_read_is_nothing_joined() -> None:
    assert joined_share("") == 0
