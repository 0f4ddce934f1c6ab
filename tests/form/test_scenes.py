"""The pictures: drawn in one manner, small, and in the colours of the page they stand on."""

from __future__ import annotations

import gzip
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from allyship_course.book.website import write_assets
from allyship_course.form.scenes import SCENES, scene, scene_of, scenes, scenes_of, sprite
from allyship_course.spec import FIELD_TYPES, load_module
from allyship_course.spec.modules import exercise_folders
from tests.support.paths import FIELDS_MODULE, ROOT
from tests.support.site import served

BOOK = ROOT / "book"
BYTES = 100
"""What a picture may cost on average, packed."""
COLOURS = {"accent", "second", "edge", "line", "ground"}


def elements() -> Iterator[ET.Element]:
    root = ET.fromstring(SCENES.read_text("utf-8"))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        yield element


def test_each_exercise_step_and_module_of_the_course_has_a_drawing() -> None:
    for folder in exercise_folders(BOOK):
        module = load_module(folder)
        names = {*scenes_of(module)}
        assert names <= {*scenes()}, folder
        assert module.scene is None or module.scene in names
        assert {step.scene for e in module.exercises for step in e.steps} - {None} <= names


def test_a_picture_that_no_exercise_names_is_that_of_a_kind() -> None:
    text = "".join(file.read_text("utf-8") for file in BOOK.glob("**/exercises.yml"))
    named = {*re.findall(r"scene: ([a-z0-9-]+)", text)}
    kinds = {f"kind-{name}" for name in (*FIELD_TYPES, "case")}
    assert {*scenes()} == named | kinds


def test_an_exercise_without_a_picture_gets_that_of_its_kind() -> None:
    exercises = load_module(FIELDS_MODULE).exercises
    kinds = {scene_of(exercise) for exercise in exercises if not exercise.scene}
    assert kinds
    assert kinds <= {*scenes()}


def test_no_drawing_sets_a_colour_of_its_own_or_writes_letters() -> None:
    text = SCENES.read_text("utf-8")
    for painted in re.findall(r'(?:fill|stroke)="([^"]+)"', text):
        assert painted == "none" or painted[6:-1] in COLOURS, painted
    tags = {element.tag for element in elements()}
    assert tags == {"svg", "symbol", "title", "path", "circle"}


def test_each_drawing_says_in_words_what_is_to_be_seen_and_stands_once() -> None:
    symbols = [element for element in elements() if element.tag == "symbol"]
    names = [symbol.get("id") for symbol in symbols]
    assert names == [*scenes()]
    assert len({one.drawing for one in scenes().values()}) == len(names)
    assert all(one.words.endswith(".") for one in scenes().values())


def test_every_ring_lies_inside_its_picture() -> None:
    for element in elements():
        if element.tag == "circle":
            x, y, r = (float(element.attrib[key]) for key in ("cx", "cy", "r"))
            assert r + 2 <= x <= 318 - r, element.attrib
            assert r + 2 <= y <= 118.5 - r, element.attrib


def test_the_sprite_is_small_and_keeps_the_words_to_itself() -> None:
    everything = sprite(scenes())
    assert len(gzip.compress(everything.encode(), 9)) <= BYTES * len(scenes())
    assert "<title>" not in everything


def test_a_page_loads_no_picture_of_another_module() -> None:
    for folder in exercise_folders(BOOK):
        names = scenes_of(load_module(folder))
        assert re.findall('symbol id="([^"]+)"', sprite(names)) == names
        assert len(gzip.compress(sprite(names).encode(), 9)) <= 5000, folder


def test_a_name_that_is_not_drawn_is_refused_with_the_one_that_is_near() -> None:
    with pytest.raises(KeyError, match="two-cards"):
        scene("two-card")


@pytest.mark.browser
@pytest.mark.parametrize("address", ["_static/some.svg", None])
@pytest.mark.parametrize(("scheme", "accent"), [("light", (10, 92, 88)), ("dark", (127, 211, 199))])
def test_a_picture_has_the_colours_of_its_page(
    page_with: Callable[..., Page],
    tmp_path: Path,
    address: str | None,
    scheme: str,
    accent: tuple[int, int, int],
) -> None:
    (tmp_path / "_static").mkdir()
    write_assets(tmp_path / "_static", "v=1")
    (tmp_path / "_static" / "some.svg").write_text(sprite(["four-blocks"]), "utf-8")
    style = '<!doctype html><link rel="stylesheet" href="_static/course.css">'
    (tmp_path / "index.html").write_text(f"{style}{scene('four-blocks', address)}", "utf-8")
    page = page_with(color_scheme=scheme)
    with served(tmp_path) as site:
        page.goto(site, wait_until="networkidle")
        shown = page.locator("svg").screenshot()
    colours = Image.open(io.BytesIO(shown)).convert("RGB").getcolors(1 << 24)
    assert colours
    assert max(count for count, colour in colours if colour == accent) > 500


@pytest.mark.browser
def test_a_picture_is_passed_over_by_a_screen_reader(page_with: Callable[..., Page]) -> None:
    page = page_with()
    page.set_content(scene("lab-at-night"))
    assert page.locator("svg").get_attribute("aria-hidden") == "true"
    assert page.locator("body").aria_snapshot() == ""
