"""One exercise as one file: in a plain page, and within a shadow root as MyST mounts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from allyship_course.cli import main
from tests.support.accessibility import scan
from tests.support.forms import form, kept_names
from tests.support.paths import TINY_MODULE
from tests.support.site import served

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head>
<body><main><h1>A page</h1><div id="here"></div></main><script type="module">
import exercise from "./kettle.mjs";
const here = document.getElementById("here");
exercise.render({{ el: {element}, model: {{ get() {{}}, set() {{}}, on() {{}} }} }});
</script></body></html>"""
MOUNTS = {
    "plain": "here",
    # As MyST's theme does it: a model that only gets, sets and listens, and a root of its own.
    "shadow": 'here.attachShadow({ mode: "open" }).appendChild(document.createElement("div"))',
}


@pytest.fixture(params=MOUNTS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "site" / "notes"
    folder.mkdir(parents=True)
    file = folder / "kettle.mjs"
    done = CliRunner().invoke(
        main, ["exercise", str(TINY_MODULE), "all-types", "--for-myst", str(file)]
    )
    assert done.exit_code == 0, done.output
    assert "```{anywidget} kettle.mjs" in done.output
    page = PAGE.format(element=MOUNTS[request.param])
    (folder / "index.html").write_text(page, encoding="utf-8")
    return folder.parent


@pytest.mark.browser
def test_it_keeps_what_is_written_and_saves_it(site: Path, page: Page) -> None:
    with served(site) as address:
        page.goto(f"{address}/notes/index.html")
        one = form(page, "all-types")
        expect(one).to_have_attribute("data-ready", "")
        one.get_by_role("button", name="Show it all here").click()
        one.get_by_label("What does the plant remind you of?").fill("A letter that I owe")
        one.get_by_label("Nobody", exact=True).check()
        expect(one).to_contain_text("Kept in this browser only.")
        assert kept_names(page) == ["course:/:01-tiny/all-types"]
        wcag, _ = scan(page)
        assert wcag == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Save what I wrote").click()
        assert "A letter that I owe" in download.value.path().read_text("utf-8")
        page.reload()
        field = one.get_by_label("What does the plant remind you of?")
        expect(field).to_have_value("A letter that I owe")
        page.close()


@pytest.mark.browser
def test_it_is_dark_where_the_page_around_it_is(site: Path, page: Page) -> None:
    with served(site) as address:
        page.goto(f"{address}/notes/index.html")
        one = form(page, "all-types")
        expect(one).to_have_attribute("data-ready", "")
        expect(one).to_have_css("background-color", "rgb(255, 255, 255)")
        page.evaluate("document.body.style.color = 'oklch(0.95 0 0)'")
        page.evaluate("document.body.style.background = '#111'")
        expect(one).to_have_css("background-color", "rgb(30, 34, 36)")
        one.get_by_role("button", name="Show it all here").click()
        assert scan(page)[0] == []
        page.close()


def test_what_is_not_there_is_told_with_what_is_near(tmp_path: Path) -> None:
    file = tmp_path / "a.mjs"
    command = ["exercise", str(TINY_MODULE), "all-tipes", "--for-myst", str(file)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert "Did you mean 'all-types'?" in done.output
    assert not file.exists()
