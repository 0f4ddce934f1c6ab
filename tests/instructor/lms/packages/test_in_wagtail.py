"""A package in a platform with users, logins and a database: wagtail-lms."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from allyship_course.instructor.lms.packages.package import Wanted, write_packages
from tests.support.environments import environment
from tests.support.forms import LEAVE_OUT
from tests.support.waiting import eventually

from .wagtail_site import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = Path(__file__).parent
SECRET = "Zanzibar-7731"


@dataclass
class Platform:
    folder: Path
    address: str

    def attempt(self, learner: str) -> tuple[str, float | None, str]:
        """Return what the platform's database has of a learner: status, score, marks."""
        query = (
            "SELECT completion_status, score_raw, suspend_data FROM wagtail_lms_scormattempt "
            "JOIN auth_user ON auth_user.id = user_id WHERE username = ?"
        )
        with sqlite3.connect(self.folder / "database") as database:
            return database.execute(query, (learner,)).fetchone() or ("", None, "")


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the platform, from its own lock."""
    folder = tmp_path_factory.mktemp("wagtail")
    return environment(HERE / "wagtail.lock", folder) / "python"


@pytest.fixture
def platform(python: Path, tiny_html: Path, tmp_path: Path) -> Iterator[Platform]:
    [package] = write_packages(tiny_html, tmp_path, Wanted("tiny-term", "Tiny"))
    folder = tmp_path / "site"
    folder.mkdir()
    command = [str(python), str(HERE / "wagtail_site.py"), str(folder), str(package)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield Platform(folder, server.stdout.readline().strip())
        finally:
            server.terminate()


def log_in(platform: Platform, page: Page, learner: str) -> FrameLocator:
    """Log in and open the lesson, then its module."""
    page.context.clear_cookies()
    page.goto(platform.address)
    page.get_by_label("Username").fill(learner)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return open_lesson(platform, page)


def open_lesson(platform: Platform, page: Page) -> FrameLocator:
    page.goto(platform.address)
    course = page.frame_locator("#scorm-frame").frame_locator("iframe")
    course.get_by_role("link", name="Tiny").last.click()
    expect(course.locator("form[data-ready]")).to_have_count(3)
    return course


def diary(course: FrameLocator) -> str:
    return course.get_by_label("Dear diary").input_value()


def test_two_learners_work_leave_come_back_and_finish(platform: Platform, page: Page) -> None:
    course = log_in(platform, page, "ada")
    course.get_by_label("Dear diary").fill(SECRET)
    eventually(lambda: platform.attempt("ada")[1] == 33, page)
    page.goto("about:blank")

    # Ben sits down at the same computer.
    course = log_in(platform, page, "ben")
    assert diary(course) == ""
    course.get_by_label("Dear diary").fill("Ben's own")
    eventually(lambda: platform.attempt("ben")[1] == 33, page)

    course = log_in(platform, page, "ada")
    assert diary(course) == SECRET
    for box in course.get_by_label(LEAVE_OUT).all()[:2]:
        box.check()
    expect(course.locator(".platform")).to_contain_text("3 of 3 exercises complete. Your platform")
    eventually(lambda: platform.attempt("ada")[0] == "completed", page)
    assert platform.attempt("ada")[1] == 100
    assert platform.attempt("ben")[0] == "incomplete"

    # Nothing that either wrote is anywhere in the platform.
    files = [f for f in platform.folder.rglob("*") if f.is_file()]
    assert platform.folder / "log" in files
    for word in (SECRET, "Ben's own"):
        assert not [f for f in files if word.encode() in f.read_bytes()]


def test_a_platform_that_is_down_hears_it_at_the_next_launch(
    platform: Platform, page: Page
) -> None:
    course = log_in(platform, page, "ada")
    eventually(lambda: platform.attempt("ada")[1] == 0, page)
    page.route("**/scorm-api/**", lambda route: route.abort())
    course.get_by_label("Dear diary").fill(SECRET)
    # This platform says that all is well before it has heard of it; nothing shows that it is not.
    expect(course.locator(".platform")).to_contain_text("1 of 3")
    assert platform.attempt("ada")[1] == 0
    page.unroute("**/scorm-api/**")
    course = open_lesson(platform, page)
    assert diary(course) == SECRET
    eventually(lambda: platform.attempt("ada")[1] == 33, page)
