"""One exercise in a Sphinx site that exists already, under the themes that most sites have."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import scan, sideways
from tests.support.forms import form
from tests.support.once import once
from tests.support.paths import TINY_MODULE
from tests.support.pictures import side_by_side
from tests.support.site import served

THEMES = ("furo", "pydata_sphinx_theme", "sphinx_book_theme")
PAGES = {
    "conf.py": """\
extensions = ["myst_nb", "allyship_course.sphinx"]
html_theme = "{theme}"
project = "A site of somebody's"
nb_execution_raise_on_error = True
""",
    "index.md": """\
# A site

No exercise is here.

```{{toctree}}
plants/care
plants/cell
mine
```
""",
    "plants/care.md": """\
# Plants

Some words of our own.

```{{exercise-form}} all-types
```
""",
    "plants/cell.md": """\
---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---

# From a cell

```{{code-cell}} python
:tags: [remove-input]
from allyship_course import exercise

exercise("kettle")
```
""",
    "mine.md": "# What I wrote\n\n```{{exercise-journal}}\n```\n",
}
COLOURS = """() => {
  const form = document.querySelector("form.ac-exercise");
  const link = document.createElement("a");
  link.href = "https://elsewhere.example/";
  form.parentElement.append(link);
  const grounds = [];
  for (let one = form; one !== document.documentElement; one = one.parentElement) {
    const { backgroundColor } = getComputedStyle(one);
    if (backgroundColor !== "rgba(0, 0, 0, 0)") grounds.push(backgroundColor);
  }
  const edge = getComputedStyle(form).borderInlineStartColor;
  return [grounds, getComputedStyle(link).color, edge];
}"""
"""The grounds from the form outwards, the colour of links beside it, and that of its edge."""
WORDS = "It reminds me of a letter that I owe"


def write_site(source: Path, theme: str) -> None:
    for name, text in PAGES.items():
        file = source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(theme=theme), encoding="utf-8")
    shutil.copy(TINY_MODULE / "exercises.yml", source / "plants")


def sphinx(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    return subprocess.run(
        [*command, str(source), str(out)], capture_output=True, text=True, check=False
    )


def site_of(theme: str, shared: Path) -> Path:
    def build(folder: Path) -> None:
        write_site(folder / "source", theme)
        done = sphinx(folder / "source", folder / "html")
        assert done.returncode == 0, done.stdout + done.stderr

    return once(shared, f"site-{theme}", build) / "html"


@pytest.fixture(scope="session", params=THEMES)
def site(request: pytest.FixtureRequest, shared: Path) -> Path:
    return site_of(request.param, shared)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_looks_right_under_a_theme(
    site: Path, page_with: Callable[..., Page], scheme: str
) -> None:
    page = page_with(color_scheme=scheme, viewport={"width": 390, "height": 800}, whole=False)
    with served(site) as address:
        for name, exercise in (("care", "all-types"), ("cell", "kettle")):
            page.goto(f"{address}/plants/{name}.html")
            expect(page.locator("form[data-ready]")).to_have_count(1)
            assert page.locator("link[href*='exercises.css']").count() == 1
            assert page.locator("script[src*='page.js']").count() == 1
            form(page, exercise).get_by_role("button", name="Show it all here").click()
            wcag, advice = scan(page)
            assert [fault for fault in [*wcag, *advice] if "ac-" in fault] == []
            assert [part for part in sideways(page) if "ac-" in part] == []
        page.goto(f"{address}/index.html")
        assert page.locator("script[src*='page.js']").count() == 0
        page.close()


@pytest.mark.slow
@pytest.mark.browser
def test_a_form_has_the_colours_of_the_page_around_it(
    shared: Path, page_with: Callable[..., Page]
) -> None:
    taken = []
    for theme, scheme in zip(THEMES, ("light", "dark", "light"), strict=True):
        page = page_with(color_scheme=scheme, viewport={"width": 460, "height": 620}, whole=False)
        with served(site_of(theme, shared)) as address:
            page.goto(f"{address}/plants/cell.html")
            expect(page.locator("form[data-ready]")).to_have_count(1)
            grounds, link, edge = page.evaluate(COLOURS)
            assert len(grounds) > 1, theme
            assert len({*grounds}) == 1, theme
            assert edge == link, theme
            form(page, "kettle").scroll_into_view_if_needed()
            taken.append(page.screenshot())
            page.close()
    side_by_side(taken, "three-themes")


@pytest.mark.slow
@pytest.mark.browser
def test_what_is_written_stays_in_the_browser_and_can_be_saved(
    site: Path, page_with: Callable[..., Page]
) -> None:
    page = page_with(whole=False)
    with served(site) as address:
        page.goto(f"{address}/plants/care.html")
        expect(page.locator("form[data-ready]")).to_have_count(1)
        one = form(page, "all-types")
        one.get_by_role("button", name="Show it all here").click()
        one.get_by_label("What does the plant remind you of?").fill(WORDS)
        one.get_by_label("Nobody", exact=True).check()
        expect(one).to_contain_text("Kept in this browser only.")
        page.reload()
        expect(one.get_by_label("What does the plant remind you of?")).to_have_value(WORDS)
        page.goto(f"{address}/mine.html")
        expect(page.get_by_role("link", name="All types")).to_have_attribute(
            "href", f"{address}/plants/care.html#ac-all-types"
        )
        with page.expect_download() as download:
            page.get_by_role("button", name="Save to take in elsewhere").click()
        assert download.value.suggested_filename == "course-journal.json"
        saved = download.value.path().read_text("utf-8")
        assert WORDS in saved
        assert json.loads(saved)
        page.close()


def test_an_exercise_that_is_not_there_stops_the_build_with_its_line(tmp_path: Path) -> None:
    write_site(tmp_path / "source", "basic")
    page = tmp_path / "source" / "plants" / "care.md"
    page.write_text("# Plants\n\n```{exercise-form} all-tipes\n```\n")
    done = sphinx(tmp_path / "source", tmp_path / "html")
    assert done.returncode != 0
    assert "care.md:3" in done.stderr
    assert "Did you mean 'all-types'?" in done.stderr
