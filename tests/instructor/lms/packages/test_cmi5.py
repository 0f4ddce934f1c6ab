"""A package for cmi5, launched in a real browser, with Ralph as what keeps its statements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from allyship_course.instructor.lms.packages.package import Wanted, write_packages
from tests.support.cmi5platform import Cmi5Platform, launching, ralph
from tests.support.environments import environment
from tests.support.forms import LEAVE_OUT
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET = "Zanzibar-7731"


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Ralph, from its own lock."""
    folder = tmp_path_factory.mktemp("ralph")
    programs = environment(Path(__file__).with_name("ralph.lock"), folder / "environment")
    with ralph(programs, folder / "data") as address:
        yield address


@pytest.fixture
def platform(records: str, tiny_html: Path, tmp_path: Path) -> Iterator[Cmi5Platform]:
    wanted = Wanted("tiny-term", "Tiny", (), "cmi5", "passed")
    [package] = write_packages(tiny_html, tmp_path, wanted)
    with launching(package, tmp_path / "unpacked", records) as platform:
        yield platform


def open_module(platform: Cmi5Platform, page: Page, learner: str, mode: str) -> FrameLocator:
    page.goto(platform.launch(learner, mode))
    course = page.frame_locator("iframe")
    course.get_by_role("link", name="Tiny").last.click()
    expect(course.locator("form[data-ready]")).to_have_count(3)
    return course


def test_a_learner_works_leaves_comes_back_and_passes(platform: Cmi5Platform, page: Page) -> None:
    course = open_module(platform, page, "ada", "Normal")
    course.get_by_label("Dear diary").fill(SECRET)
    expect(course.locator(".platform")).to_contain_text("1 of 3 exercises complete. Your platform")
    eventually(lambda: platform.verbs("ada") == ["initialized", "progressed"], page)
    page.get_by_role("link", name="Back to your platform").click()
    eventually(lambda: "terminated" in platform.verbs("ada"), page)

    course = open_module(platform, page, "ada", "Normal")
    assert course.get_by_label("Dear diary").input_value() == SECRET
    platform.down = True
    for box in course.get_by_label(LEAVE_OUT).all()[:2]:
        box.check()
    expect(course.locator(".platform")).to_contain_text("Your platform does not answer")
    platform.down = False
    expect(course.locator(".platform")).to_contain_text("3 of 3 exercises complete. Your platform")
    eventually(lambda: "passed" in platform.verbs("ada"), page)
    # Once more, which says neither of the two again.
    open_module(platform, page, "ada", "Normal").locator("body").wait_for()
    verbs = platform.verbs("ada")
    assert (verbs.count("completed"), verbs.count("passed")) == (1, 1)
    assert not platform.refused
    [passed] = [s for s in platform.statements("ada") if s["verb"]["id"].endswith("passed")]
    assert passed["result"]["score"] == {"scaled": 1}
    assert "sessionid" in str(passed["context"]["extensions"])
    assert SECRET not in str([*platform.heard, *platform.documents.values()])


def test_who_only_looks_is_not_reported(platform: Cmi5Platform, page: Page) -> None:
    course = open_module(platform, page, "eve", "Browse")
    course.get_by_label("Dear diary").fill(SECRET)
    expect(course.locator(".platform")).to_contain_text("Your platform is told nothing")
    assert platform.verbs("eve") == ["initialized"]


def test_a_token_that_is_spent_says_what_to_do(platform: Cmi5Platform, page: Page) -> None:
    open_module(platform, page, "ada", "Normal")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("open the course again from your platform")
