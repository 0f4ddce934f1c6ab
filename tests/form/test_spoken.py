"""What is said of each type of field and of a whole case to who hears the form and does not see it.

The texts in ``spoken/`` were read by a person, as the reader says them: whether each control has
its question around it, whether nothing is said twice, and whether what a choice leads to comes by
itself, and after the choice.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.forms import FIELDS_PAGE, form, open_page, open_tiny
from tests.support.spoken import compare, hear, read_form

pytestmark = pytest.mark.browser

SPOKEN = Path(__file__).parent / "spoken"


@pytest.mark.parametrize("exercise", ["all-types", "kettle"])
def test_each_field_of_the_tiny_module_is_said_with_its_question(
    page: Page, tiny_site: str, exercise: str
) -> None:
    open_tiny(page, tiny_site)
    compare(read_form(form(page, exercise)), SPOKEN / f"{exercise}.txt")


def test_each_other_type_of_field_is_said_with_its_question(page: Page, fields_site: str) -> None:
    open_page(page, f"{fields_site}/{FIELDS_PAGE}")
    compare(read_form(form(page, "garden")), SPOKEN / "garden.txt")


def test_what_a_choice_leads_to_is_said_by_itself(page: Page, tiny_site: str) -> None:
    """A case from its first choice to its end.

    The “Complete” without a full stop is the cover's: hidden here, real readers leave it out.
    """
    open_tiny(page, tiny_site)
    kettle = form(page, "kettle")
    read_form(kettle)
    said = []
    for choice, last in (("Fill it", "1 answer so far."), ("Write a note", "Complete")):
        kettle.get_by_label(choice).check()
        said += [f"({choice})", *hear(page, last)]
    kettle.get_by_label("What would you say?").fill("Shall I boil two litres?")
    said += ["(a sentence)", *hear(page, "Complete.")]
    compare(said, SPOKEN / "kettle-walked.txt")
