"""A student from the first command to handing in: alone with the package, and in a class."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from allyship_course.grading.batch import grade
from allyship_course.instructor.demo import _DEMO_CONFIG, Demo, _config
from allyship_course.notebook.assignments import make_assignment
from tests.support.browser import PATIENCE, SHOW_IT_ALL
from tests.support.classroom import ALLYSHIP, scores
from tests.support.lab import Lab
from tests.support.notebook import Notebook
from tests.support.paths import COURSE_CONFIG, ROOT
from tests.support.systems import files_with

pytestmark = pytest.mark.slow

PHRASE = "quartz-hedgehog-nobody-else-reads-this"
MODULES = ("00-welcome", "01-what-allyship-means", "03-is-and-is-not")
WHOLE_NOTEBOOK: ViewportSize = {
    "width": 1280,
    "height": 20_000,
}  # JupyterLab draws what is in view only


class Student:
    """Somebody with a home folder, a journal and the allyship command."""

    def __init__(self, base: Path, command: Path) -> None:
        self.base, self.command = base, command
        self.servers: list[psutil.Process] = []
        self.work = base / "allyship-course"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "ALLYSHIP"))},
            "HOME": str(base),
            "ALLYSHIP_JOURNAL": str(base / "journal"),
            "JUPYTER_CONFIG_PATH": str(base / "config"),
        }
        base.mkdir(exist_ok=True)

    def allyship(self, *arguments: str, answers: str = "") -> str:
        done = subprocess.run(
            [self.command, *arguments],
            cwd=self.base,
            env=self.environment,
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def learning(self, *arguments: str) -> Iterator[str]:
        """Run ``allyship learn``; yield the address it names; end it with Ctrl-C."""
        said = self.base / "learn.log"
        with said.open("w") as out:
            process = subprocess.Popen(
                [self.command, "learn", "--no-browser", *arguments],
                cwd=self.base,
                env={**self.environment, "PYTHONUNBUFFERED": "1"},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            address = self._address(process, said)
            self.servers = psutil.Process(process.pid).children()
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        assert "Stopped. All that the page said is kept in your journal" in said.read_text()
        assert "What could not be saved yet is in your browser" in said.read_text()
        assert "Traceback" not in said.read_text()

    def _address(self, process: subprocess.Popen[bytes], said: Path) -> str:
        for _ in range(1800):
            assert process.poll() is None, said.read_text()
            if found := re.search(r"It is at (http://\S+)", said.read_text()):
                return found[1]
            time.sleep(0.1)
        raise AssertionError(f"no address: {said.read_text()}")


def work_on(page: Page, student: Student, address: str) -> Notebook:
    """Open the notebook that ``allyship learn`` leads to: its exercises come by themselves."""
    found = re.fullmatch(r"(http://[^/]+)/lab/.*/tree/(.+\.ipynb)\?token=(\w+)", address)
    assert found
    lab = Lab(found[1], found[3], student.work, student.base / "journal")
    notebook = Notebook(lab, page, student.work / found[2])
    page.set_viewport_size(WHOLE_NOTEBOOK)
    page.goto(address)
    expect(page.get_by_text("Would you like to get notified")).to_have_count(0)
    expect(page.get_by_text("Create Assignment")).to_have_count(0)
    expect(panel(page).locator(".ac-strip[data-ready]")).to_be_visible()
    expect(panel(page).locator("form[data-ready]").first).to_be_visible()
    return notebook


def panel(page: Page) -> Locator:
    """The notebook that is seen; those of last time are there as well, behind it."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def handed_out(class_: Demo) -> None:
    """Let an instructor hand out the three modules in an exchange of their own."""
    class_.exchange.mkdir(parents=True)
    class_.exchange.chmod(0o777)
    class_.course.mkdir()
    config = COURSE_CONFIG.read_text() + _DEMO_CONFIG
    (class_.course / "nbgrader_config.py").write_text(config)
    instructor = instructor_of(class_)
    for module in MODULES:
        make_assignment(ROOT / "book" / "modules" / module, class_.course / "source")
        for done in (instructor.generate_assignment(module), instructor.release_assignment(module)):
            assert done["success"], done


def instructor_of(class_: Demo) -> NbGraderAPI:
    config, log = _config(class_), logging.getLogger("nbgrader-in-test-student-path")
    return NbGraderAPI(CourseDirectory(config=config, log=log), config=config, log=log)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that asks no other host.

    An error in a script is none of this test's: anywidget gives a widget two seconds to begin,
    and says so where a machine with much to do takes longer. The form must be there all the same.
    """
    context = browser.new_context(service_workers="block")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(SHOW_IT_ALL)
    foreign: list[str] = []
    ours = re.compile(r"^(https?|wss?)://127\.0\.0\.1[:/]|^(data|blob|about):")
    context.on("request", lambda r: None if ours.match(r.url) else foreign.append(r.url))
    yield context.new_page()
    context.close()
    assert not foreign, f"requested from another host: {foreign}"


@pytest.mark.browser
def test_who_has_never_seen_jupyter_sees_a_course(page: Page, tmp_path: Path) -> None:
    student = Student(tmp_path / "home", ALLYSHIP)
    with student.learning("1") as address:
        page.goto(address)
        expect(panel(page).locator("form[data-known]").first).to_be_visible()
        expect(page.get_by_role("menuitem", name="Run", exact=True)).to_be_hidden()
        code = panel(page).locator(".jp-CodeCell > .jp-Cell-inputWrapper:visible")
        expect(code).to_have_count(0)
        course = panel(page).get_by_role("navigation", name="Course")
        course.get_by_role("button", name="Hand in").click()
        expect(page.locator(".jp-Dialog")).to_contain_text("allyship submit")
        page.get_by_role("button", name="Ok").click()
        course.get_by_role("button", name="Knowing yourself").click()
        expect(panel(page).get_by_role("heading", name="Knowing yourself").first).to_be_visible()
        course.get_by_role("button", name="What allyship means").click()
        course.get_by_role("button", name="My course").click()
        table = panel(page).get_by_role("table")
        expect(table.get_by_role("row")).to_have_count(10)
        table.get_by_role("link", name="Welcome").click()
        expect(panel(page).get_by_role("heading", name="Welcome").first).to_be_visible()
        course.get_by_role("button", name="Jupyter").click()
        expect(page.get_by_role("menuitem", name="Run", exact=True)).to_be_visible()
        page.goto("about:blank")


@pytest.mark.browser
def test_fetch_three_modules_leave_come_back_and_hand_in(page: Page, tmp_path: Path) -> None:
    class_ = Demo(tmp_path / "class")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        handed_out(class_)
    student = Student(tmp_path / "home", ALLYSHIP)
    (student.base / "config").mkdir()
    (student.base / "config" / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(class_.exchange)!r}\n"
        f"c.Exchange.cache = {str(student.base / 'cache')!r}\n"
        "c.CourseDirectory.student_id = 'newcomer'\n"
    )

    written = {}
    for module in MODULES:
        with student.learning(module) as address:
            notebook = work_on(page, student, address)
            assert notebook.file.stem == module
            strip = panel(page).get_by_role("region", name="Where you are").get_by_role("status")
            expect(strip).to_contain_text("0 of ")
            last = panel(page).locator("form[data-ready]").last
            last.get_by_label("rather not do this one").check()
            expect(strip).to_contain_text("1 of ")
            text = panel(page).locator("form[data-ready]:has(textarea)").first
            text.locator("textarea").first.fill(f"{PHRASE} in {module}")
            expect(text.get_by_text("Kept in your journal.")).to_be_visible()
            written[module] = text.get_attribute("data-exercise")
            notebook.save()
            page.goto("about:blank")

    with student.learning() as address:  # no module named: where one goes on
        assert MODULES[2] in address
    with student.learning("1") as address:
        work_on(page, student, address)
        form = panel(page).locator(f"form[data-ready][data-exercise='{written[MODULES[1]]}']")
        expect(form.locator("textarea").first).to_have_value(f"{PHRASE} in {MODULES[1]}")
        page.goto("about:blank")

    assert "1 of 5 exercises complete." in student.allyship("learn", "--check", "0")
    assert re.search(
        r"^Is and is not +1 of 9 exercises +about", student.allyship("progress"), re.MULTILINE
    )
    for module in MODULES:
        said = student.allyship("submit", module, answers="y\n")
        assert "Complete: left out by choice" in said
        assert "None of your answers: you share none." in said
        assert "Handed in to allyship at 20" in said
    assert "You handed in the very same" in student.allyship("submit", "1", answers="y\n")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in MODULES:
            assert instructor_of(class_).collect(module)["success"]
    grade(class_.course, MODULES, tell=print, progress=lambda *_: None)
    assert sum(scores(class_.course)["newcomer"].values()) >= 1
    assert files_with(PHRASE, student.base / "journal")
    assert files_with(PHRASE, tmp_path / "class", student.base / "cache", student.work) == []


def test_a_jupyterlab_that_no_longer_answers_ends_with_the_course(tmp_path: Path) -> None:
    student = Student(tmp_path / "home", ALLYSHIP)
    with student.learning("0"):
        for server in student.servers:
            server.suspend()
    _, alive = psutil.wait_procs(student.servers, timeout=5)
    assert student.servers
    assert not alive


def test_the_course_has_one_address_and_a_second_start_opens_what_runs(tmp_path: Path) -> None:
    """What a browser keeps of unsaved answers belongs to the address, with its port."""
    student = Student(tmp_path / "home", ALLYSHIP)
    with student.learning("0") as address:
        origin = address.partition("/lab/")[0]
        said = student.allyship("learn", "--no-browser", "3")
        found = re.search(r"open already. It is at (\S+)", said)
        assert found, said
        assert found[1].startswith(origin)
        assert "03-is-and-is-not.ipynb" in found[1]
        with urllib.request.urlopen(found[1]) as answer:
            assert answer.status == 200
    with student.learning("0") as address:
        assert address.startswith(f"{origin}/")

    with socket.create_server(("127.0.0.1", int(origin.rpartition(":")[2]))):
        with student.learning("0") as address:
            assert not address.startswith(f"{origin}/")
            said = student.allyship("learn", "--no-browser", "3")
            assert f"open already. It is at {address.partition('/lab/')[0]}/lab/" in said
        said = (student.base / "learn.log").read_text()
    assert "is taken" in said
    assert "stays there until that is free" in said


def test_the_package_alone_is_enough(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < 1_000_000
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    locked = [re.sub(r"\[.*?\]| \\$", "", line) for line in lock if "==" in line]
    (tmp_path / "constraints.txt").write_text("\n".join(locked))
    install: list[str | Path] = [
        venv / "bin" / "pip",
        "install",
        "-q",
        "-c",
        tmp_path / "constraints.txt",
    ]
    done = subprocess.run([*install, f"{wheel}[learn]"], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    listed: list[str | Path] = [venv / "bin" / "pip", "list"]
    packages = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    assert not re.search(r"^(nbgrader|pandas|jupyter-book)\b", packages, re.MULTILINE)

    student = Student(tmp_path / "home", venv / "bin" / "allyship")
    with student.learning("3") as address:
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200
        assert "03-is-and-is-not.ipynb" in address
    assert len(list(student.work.glob("0*/0*.ipynb"))) == 9
    assert "0 of 9 exercises complete." in student.allyship("learn", "--check", "3")
    assert "0 of 74 exercises complete." in student.allyship("progress")
    said = student.allyship("submit", "3", "--file", answers="y\nme\n")
    assert "Written to" in said
    assert (student.work / "to-hand-in" / "03-is-and-is-not.ipynb").exists()
    shutil.rmtree(venv)
