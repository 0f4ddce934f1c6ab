"""The cards of a module's sorts, to cut out for a room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdf
import pytest

from allyship_course.book.print.paper import make_cards
from allyship_course.errors import CourseError
from allyship_course.spec import Sort, load_module
from tests.support.forms import squeezed
from tests.support.paths import ROOT, TINY_MODULE

pytestmark = pytest.mark.browser


def test_every_card_and_pile_is_there_and_no_answer(tmp_path: Path) -> None:
    module = load_module(TINY_MODULE)
    make_cards(module, tmp_path / "cards.pdf")
    pdf = pypdf.PdfReader(tmp_path / "cards.pdf")
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    text = squeezed("".join(page.extract_text() for page in pdf.pages))
    [sort] = [f for e in module.exercises for f in e.all_fields() if isinstance(f, Sort)]
    for card in sort.cards:
        assert squeezed(card.text) in text
        assert not card.reasoning or squeezed(card.reasoning) not in text
    assert all(squeezed(pile.label) in text for pile in sort.categories)


def test_a_module_without_cards_says_so(tmp_path: Path) -> None:
    module = load_module(ROOT / "book" / "journal")
    with pytest.raises(CourseError, match="has no cards to cut out"):
        make_cards(module, tmp_path / "cards.pdf")


def test_the_command_wants_a_module_for_cards_only() -> None:
    command = [str(Path(sys.executable).with_name("allyship")), "paper", "cards"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "allyship paper cards NAME" in said.stderr
