"""A package in a platform with users, logins and a database: wagtail-lms."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from allyship_course.instructor.lms.packages.package import Wanted, write_packages
from tests.support.classroom import ALLYSHIP
from tests.support.environments import environment
from tests.support.forms import LEAVE_OUT
from tests.support.paths import ROOT
from tests.support.pictures import take
from tests.support.waiting import eventually

from .wagtail_site import PASSWORD, TUTOR

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

    def page(self, title: str) -> int:
        """Return the number that the platform's database has of a page."""
        query = "SELECT id FROM wagtailcore_page WHERE title = ?"
        with sqlite3.connect(self.folder / "database") as database:
            return int(database.execute(query, (title,)).fetchone()[0])


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the platform, from its own lock."""
    folder = tmp_path_factory.mktemp("wagtail")
    return environment(HERE / "wagtail.lock", folder) / "python"


@contextmanager
def platform_with(python: Path, folder: Path, *packages: Path) -> Iterator[Platform]:
    """Serve the platform from a new folder, with these packages in its course."""
    folder.mkdir()
    command = [str(python), str(HERE / "wagtail_site.py"), str(folder), *map(str, packages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield Platform(folder, server.stdout.readline().strip())
        finally:
            server.terminate()


@pytest.fixture
def platform(python: Path, tiny_html: Path, tmp_path: Path) -> Iterator[Platform]:
    packages = write_packages(tiny_html, tmp_path, Wanted("tiny-term", "Tiny"))
    with platform_with(python, tmp_path / "site", *packages) as platform:
        yield platform


def log_in(platform: Platform, page: Page, learner: str) -> FrameLocator:
    """Log in and open the lesson, then its module."""
    page.goto("about:blank")  # whoever sat here before leaves the course first
    page.context.clear_cookies()
    enter(page, platform.address, learner)
    return open_lesson(platform, page)


def enter(page: Page, address: str, name: str) -> None:
    """Open an address that asks for a login, and log in."""
    page.goto(address)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("log in|sign in", re.IGNORECASE)).click()


def course_in(page: Page) -> FrameLocator:
    return page.frame_locator("#scorm-frame").frame_locator("iframe")


def open_lesson(platform: Platform, page: Page) -> FrameLocator:
    page.goto(platform.address)
    course = course_in(page)
    course.get_by_role("link", name="Tiny").last.click()
    expect(course.locator("form[data-ready]")).to_have_count(3)
    return course


def diary(course: FrameLocator) -> str:
    return course.get_by_label("Dear diary").input_value()


def test_two_learners_work_leave_come_back_and_finish(platform: Platform, page: Page) -> None:
    course = log_in(platform, page, "ada")
    course.get_by_label("Dear diary").fill(SECRET)
    eventually(lambda: platform.attempt("ada")[1] == 33, page)

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


TERM = f"""\
title: Allyship at the depot
term: spring
course_id: depot
book: {ROOT}
overlay: ours
modules: [03-is-and-is-not]
"""
TITLE = "Allyship at the depot"
LESSON = "Third part"
OURS = """\
module: 03-is-and-is-not
exercises:
- id: our-lift
  after: cards-from-before
  title: The lift at the depot
  minutes: 2
  practice-wisdom: true
  fields:
  - {id: who, type: line, label: Who waits for it?}
"""


def test_a_tutor_uploads_one_file_and_sees_what_arrives(
    python: Path, tmp_path: Path, page_with: Callable[..., Page]
) -> None:
    """As the guide says, with a case of the tutor's own; it takes the guide's pictures."""
    (tmp_path / "course.yml").write_text(TERM)
    ours = tmp_path / "ours" / "03-is-and-is-not" / "exercises.yml"
    ours.parent.mkdir(parents=True)
    ours.write_text(OURS)
    make = [str(ALLYSHIP), "package", "--as", "scorm12"]
    subprocess.run(make, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    [package] = (tmp_path / "packages").iterdir()

    with platform_with(python, tmp_path / "site") as platform:
        tutor = page_with(viewport={"width": 1100, "height": 700})
        lesson = upload(platform, tutor, package)
        learner = page_with(
            whole=False,
            reduced_motion="reduce",
            viewport={"width": 375, "height": 800},
            device_scale_factor=2,
        )
        learn(lesson, learner)
        tutor.goto(f"{platform.address}/admin/scormattempt/")
        row = tutor.get_by_role("row").filter(has_text="ada")
        expect(row).to_contain_text("Incomplete")
        take(tutor, "platform-attempts")
        assert platform.attempt("ada")[1] == pytest.approx(100 / 10, abs=2)
        files = [f for f in platform.folder.rglob("*") if f.is_file()]
        assert not [f for f in files if SECRET.encode() in f.read_bytes()]


def upload(platform: Platform, page: Page, package: Path) -> str:
    """Take the package in, and make a lesson of it, in the platform's own forms.

    Returns the lesson's address.
    """
    enter(page, f"{platform.address}/admin/", TUTOR)
    page.get_by_role("button", name="LMS").click()
    page.get_by_role("link", name="SCORM Packages").click()
    page.get_by_role("link", name=re.compile("Add")).first.click()
    page.get_by_role("textbox", name="Title").fill(TITLE)
    page.locator("input[type=file]").set_input_files(package)
    take(page, "platform-upload")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    course = platform.page("Allies")
    page.goto(f"{platform.address}/admin/pages/add/wagtail_lms/scormlessonpage/{course}/")
    # Letter by letter: the platform makes the address of it meanwhile.
    page.get_by_role("textbox", name="Title").first.press_sequentially(LESSON)
    page.keyboard.press("Tab")
    expect(page.locator("input[name=slug]")).not_to_have_value("")
    page.locator("select[name=scorm_package]").select_option(label=TITLE)
    take(page, "platform-lesson")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("created and published")).to_be_visible()
    lesson = platform.page(LESSON)
    return f"{platform.address}/lms/scorm-lesson/{lesson}/play/"


def learn(address: str, page: Page) -> None:
    """Open the lesson on a phone, and do the tutor's own exercise."""
    enter(page, address, "ada")
    course = course_in(page)
    # The front page speaks of the one module of this term.
    expect(course.get_by_text("Welcome")).to_have_count(0)
    expect(course.locator(".platform")).to_contain_text("0 of 10")
    course.get_by_role("link", name=re.compile("Begin with")).click()
    expect(course.locator("form[data-ready]").first).to_be_attached()
    own = course.locator("form", has_text="The lift at the depot")
    own.locator("[data-begin]").click()
    own.locator(".ac-next").click()
    own.get_by_label("Who waits for it?").fill(SECRET)
    take(page, "platform-learner")
    expect(course.locator(".platform")).to_contain_text("1 of 10")
