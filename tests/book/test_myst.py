"""One exercise in a site of MyST: built by mystmd, offline, and mounted as MyST's theme does it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from allyship_course.cli import main
from tests.support.accessibility import scan
from tests.support.forms import form, kept_names
from tests.support.once import once
from tests.support.paths import TINY_MODULE
from tests.support.site import served

HERE = Path(__file__).with_name("myst")
BIN = Path(sys.executable).parent
SITE = """\
version: 1
project:
  title: A site of somebody's
  toc: [{file: index.md}, {file: plants.md}]
site: {template: ./theme}
"""
WORDS = "A letter that I owe"

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def write_site(folder: Path) -> None:
    """Write a site with an exercise on one of its pages, as the command says."""
    shutil.copytree(HERE / "theme", folder / "theme")
    for name in ("public", "node_modules"):  # there is nothing to install
        (folder / "theme" / name).mkdir()
    (folder / "myst.yml").write_text(SITE)
    (folder / "index.md").write_text("# Home\n\nNo exercise is here.\n")
    file = str(folder / "plant.mjs")
    command = ["exercise", str(TINY_MODULE), "all-types", "--for-myst", file]
    said = CliRunner().invoke(main, command).output
    (directive,) = re.findall(r"^```\{anywidget\}.*?^```$", said, re.DOTALL | re.MULTILINE)
    (folder / "plants.md").write_text(f"# Plants\n\nSome words of our own.\n\n{directive}\n")


def built(folder: Path) -> None:
    folder.mkdir()
    for file in ("package.json", "package-lock.json"):
        shutil.copy(HERE / file, folder)
    install = [str(BIN / "npm"), "ci", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=folder, check=True)
    write_site(folder / "site")
    build = [str(BIN / "node"), str(folder / "node_modules" / "mystmd" / "dist" / "myst.cjs")]
    done = subprocess.run(
        [*build, "build", "--html", "--strict"],
        cwd=folder / "site",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def myst(shared: Path) -> Path:
    return once(shared, "myst", built) / "site" / "_build" / "html"


def test_a_page_of_myst_keeps_what_is_written_and_saves_it(myst: Path, page: Page) -> None:
    with served(myst) as address:
        page.goto(f"{address}/plants/index.html")
        one = form(page, "all-types")
        expect(one).to_have_attribute("data-ready", "")
        one.get_by_role("button", name="Show it all here").click()
        one.get_by_label("What does the plant remind you of?").fill(WORDS)
        one.get_by_label("Nobody", exact=True).check()
        expect(one).to_contain_text("Kept in this browser only.")
        assert kept_names(page) == ["course:/:01-tiny/all-types"]
        assert scan(page)[0] == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Save what I wrote").click()
        assert WORDS in download.value.path().read_text("utf-8")
        page.reload()
        expect(one.get_by_label("What does the plant remind you of?")).to_have_value(WORDS)
        page.goto(f"{address}/index.html")
        expect(page.get_by_text("No exercise is here.")).to_be_visible()
        expect(page.locator("form")).to_have_count(0)
        page.close()


def test_without_javascript_the_page_has_no_exercise(
    myst: Path, page_with: Callable[..., Page]
) -> None:
    """What the guide says is lost: the day that this fails, the guide may promise more."""
    page = page_with(java_script_enabled=False)
    with served(myst) as address:
        page.goto(f"{address}/plants/index.html")
        expect(page.get_by_text("Some words of our own.")).to_be_visible()
        expect(page.locator("form")).to_have_count(0)
        page.close()
