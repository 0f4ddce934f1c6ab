"""What a form must be like, read from every page's HTML: no browser is needed to tell.

The 21 rules for accessible forms that the course keeps to (WCAG 2.2's number in brackets where
it is a criterion), and where each is tested if not here:

 1 groups [1.3.1]            here
 2 labels [1.3.1, 4.1.2]     here; names as read out: test_page_accessibility.py
 3 choices                   here
 4 one question at a time    steps of a case: test_page.py; no time limit: nothing has a clock
 5 hints [3.3.2]             here
 6 optional, not required    here
 7 text [3.3.7]              what was written earlier is shown again: test_page_fields.py
 8 counting words            test_page.py, test_page_accessibility.py
 9 live messages [4.1.3]     the region is there before its message: here and test_page.py
10 errors [3.3.1]            what is missing for a submission: test_submission.py, and a file that
                             is no journal: test_my_journal.py; nothing else is ever refused
11 no surprise [3.2.2]       test_page.py
12 what appears on a choice  test_page.py: announced, and never the only way to read it
13 details                   on paper and without script all is open: test_print.py, test_page.py
14 sorting [2.5.7, 2.1.1]    test_page_fields.py, test_page_accessibility.py (taps alone)
15 target size [2.5.8]       test_page_accessibility.py
16 focus [2.4.7, 2.4.11]     test_page.py, test_page_accessibility.py
17 colour [1.4.1]            test_page_accessibility.py
18 motion [2.2.2]            test_page_accessibility.py
19 reflow [1.4.10]           test_page_accessibility.py
20 help [3.2.6]              here
21 print                     test_print.py
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from tests.support.books import pages
from tests.support.paths import ROOT

CONTROLS = "input:not([type=hidden]), select, textarea"


@pytest.fixture(scope="module")
def course(course_html: Path) -> dict[str, BeautifulSoup]:
    """Every page of the course by its path."""
    return {file.relative_to(course_html).as_posix(): page for file, page in pages(course_html)}


@pytest.fixture(scope="module")
def forms(course: dict[str, BeautifulSoup], fields_html: Path) -> list[Tag]:
    """Every exercise of the course, and those of the field types' book."""
    found = [form for page in course.values() for form in page.select("form.ac-exercise")]
    found += [f for _, page in pages(fields_html) for f in page.select("form.ac-exercise")]
    modules = (ROOT / "book").glob("modules/*/exercises.yml")
    assert len(found) > 5 * len(list(modules))
    return found


def test_every_id_is_there_once_and_every_reference_leads_somewhere(
    course: dict[str, BeautifulSoup],
) -> None:
    for path, page in course.items():
        ids = Counter(str(tag["id"]) for tag in page.select("[id]"))
        assert [one for one, times in ids.items() if times > 1] == [], path
        for name in ("for", "aria-labelledby", "aria-describedby"):
            refs = [ref for tag in page.select(f"[{name}]") for ref in str(tag[name]).split()]
            assert [ref for ref in refs if ref not in ids] == [], f"{path}: {name}"


def test_every_set_of_radio_buttons_or_boxes_is_a_group_that_begins_with_its_question(
    forms: list[Tag],
) -> None:
    groups = 0
    for form in forms:
        assert form.select("input[type=radio]:not(fieldset input)") == []
        for group in form.select("fieldset"):
            groups += 1
            first = group.find(True)
            assert isinstance(first, Tag)
            assert first.name == "legend"
            assert first.get_text(strip=True)
    assert groups > 250


def test_every_control_has_a_label_or_a_name_of_its_own(forms: list[Tag]) -> None:
    for form in forms:
        for control in form.select(CONTROLS):
            # Rows can be added: a label around its control needs no id that is there once.
            around = control.find_parent("label")
            label = around or form.select_one(f'label[for="{control.get("id")}"]')
            named = control.get("aria-label") or control.get("aria-labelledby")
            assert named or (label is not None and label.get_text(strip=True)), control
            assert not control.get("placeholder"), "no label: it goes away as one types"


def test_nothing_is_chosen_beforehand_and_a_choice_stands_before_its_words(
    forms: list[Tag],
) -> None:
    for form in forms:
        assert form.select("[checked], option[selected]:not([value=''])") == []
        for option in form.select(".ac-option"):
            first = next(part for part in option.contents if str(part).strip())
            assert isinstance(first, Tag), option
            assert first.name == "input", option


def test_hints_belong_to_their_fields_and_hold_no_links(forms: list[Tag]) -> None:
    for form in forms:
        described = {
            ref
            for tag in form.select("[aria-describedby]")
            for ref in str(tag["aria-describedby"]).split()
        }
        for hint in form.select(".ac-hint[id]"):
            assert hint["id"] in described, hint
            assert hint.find("a") is None, hint


def test_what_may_be_left_empty_says_so_in_words_and_nothing_has_an_asterisk(
    forms: list[Tag],
) -> None:
    optional = 0
    for form in forms:
        optional += len(form.select(".ac-optional"))
        for name in form.select("legend, label"):
            assert "*" not in name.get_text()
        assert form.select("[required], [aria-required]") == []
    assert optional > 0


def test_messages_have_their_place_before_there_is_a_message(forms: list[Tag]) -> None:
    for form in forms:
        places = form.select("[role=status]")
        assert places
        assert [place for place in places if place.get_text(strip=True)] == []


def test_help_and_contents_are_in_the_same_order_on_every_page(
    course: dict[str, BeautifulSoup],
) -> None:
    orders = {
        (
            tuple(a.get_text() for a in page.select("footer li a")),
            tuple(a.get_text() for a in page.select("nav#contents > ol > li > a")),
        )
        for page in course.values()
    }
    assert len(orders) == 1
    ((help_links, contents),) = orders
    assert help_links[0] == "Help"
    assert len(contents) > 9
