"""Pictures of a learner's own answers, the same in words, and their empty forms for paper."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from allyship_course.form.case_maps import SIZES, case_map
from allyship_course.form.drawings import empty_drawing, empty_sum, empty_way
from allyship_course.spec import END, Choice, Exercise, Scale, load_module
from tests.support.accessibility import scan
from tests.support.paths import ROOT
from tests.support.strategies import quick

pytestmark = pytest.mark.browser

Draw = Callable[[str, object], dict[str, Any]]
SEATS = ["decides", "is heard", "is affected", "is missing"]
STEPS = ["Not at all", "Once", "A few times", "Often"]

# What a picture has, and what its measures are once the browser has set the text.
LOOK = """async ([call, data]) => {
    const m = await import("./form/drawing.mjs");
    const drawn = call === "way" ? { svg: m.way(...data), words: [] } : m.draw(call, data);
    document.body.replaceChildren(m.figure("one", "Mine", drawn));
    const all = (name) => [...drawn.svg.querySelectorAll(name)];
    const look = (one) => (one.getAttribute("class") ?? "").replaceAll("ad-", "");
    const { width, height } = drawn.svg.viewBox.baseVal;
    return {
        size: [width, height],
        words: drawn.words,
        circles: all("circle").map((c) =>
            [look(c), ...["cx", "cy", "r"].map((name) => Number(c.getAttribute(name)))]),
        boxes: all("rect").map((r) =>
            [look(r), ...["x", "y", "width", "height"].map((n) => Number(r.getAttribute(n)))]),
        paths: all("path").map((p) => [look(p), p.getAttribute("d")]),
        texts: all("text").map((t) => {
            const { x, y, width, height } = t.getBBox();
            return [t.textContent, x, y, width, height];
        }),
        tags: [...new Set(all("*").map((one) => one.tagName))],
    };
}"""


@pytest.fixture
def draw(page: Page, blank: str) -> Draw:
    """Draw one picture, put it on the page and return what it has."""
    page.goto(blank)
    for style in ("book/book.css", "form/exercise.css", "form/drawing.css"):
        page.add_style_tag(url=style)
    return lambda call, data: dict(page.evaluate(LOOK, [call, data]))


def cards(*places: int) -> list[dict[str, Any]]:
    return [{"text": f"Card {i}", "place": place} for i, place in enumerate(places, 1)]


def spots(drawn: dict[str, Any], look: str) -> list[tuple[float, float, float]]:
    return [(x, y, r) for kind, x, y, r in drawn["circles"] if kind == look]


def paths(drawn: dict[str, Any], look: str) -> list[str]:
    return [d for kind, d in drawn["paths"] if kind == look]


def assert_readable(drawn: dict[str, Any]) -> None:
    """No text leaves the picture or lies on another one."""
    width, height = drawn["size"]
    texts = drawn["texts"]
    for words, x, y, wide, high in texts:
        assert x >= -2, words
        assert x + wide <= width + 2, words
        assert y >= -1, words
        assert y + high <= height + 2, words
    for i, (words, x, y, wide, high) in enumerate(texts):
        for other, x2, y2, wide2, high2 in texts[i + 1 :]:
            apart = x + wide <= x2 or x2 + wide2 <= x or y + high - 3 <= y2 or y2 + high2 - 3 <= y
            assert apart, (words, other)


def test_rings_have_each_card_in_its_place(draw: Draw) -> None:
    places = ["I decide", "I am heard", "I am present", "I am not there"]
    drawn = draw("rings", {"places": places, "cards": cards(2, 0, 3, -1, 1)})
    assert drawn["words"] == [
        "I am present: Card 1",
        "I decide: Card 2",
        "I am not there: Card 3",
        "No place yet: Card 4",
        "I am heard: Card 5",
    ]
    radii = sorted(r for *_, r in spots(drawn, "place"))
    middle = SIZES["width"] / 2
    numbers = [words for words, *_ in drawn["texts"] if words.isdigit()]
    at = dict(zip(numbers, spots(drawn, "thing"), strict=True))
    far = {number: math.dist(spot[:2], (middle, middle)) for number, spot in at.items()}
    assert far["2"] < radii[0] < far["5"] < radii[1] < far["1"] < radii[2] < far["3"]
    assert "4" not in at
    assert_readable(drawn)


labels = st.lists(st.text("abcde fgh", min_size=1, max_size=18), min_size=2, max_size=6)
sorted_cards = st.tuples(labels, st.lists(st.integers(-1, 5), max_size=14))


@settings(quick, max_examples=25)
@given(sorted_cards)
def test_no_two_dots_lie_on_each_other_however_the_cards_are_sorted(
    draw: Draw, sort: tuple[list[str], list[int]]
) -> None:
    places, where = sort
    drawn = draw("rings", {"places": places, "cards": cards(*where)})
    dots = spots(drawn, "thing")
    assert len(dots) == sum(0 <= place < len(places) for place in where)
    width, height = drawn["size"]
    for i, (x, y, r) in enumerate(dots):
        assert r <= x <= width - r
        assert r <= y <= height - r
        assert all(math.dist((x, y), other[:2]) >= 2 * r for other in dots[i + 1 :])


def test_seats_have_everybody_on_their_side_of_the_table(draw: Draw) -> None:
    people = [
        ("Mr Ha", 0),
        ("The welders of the late shift", 2),
        ("<b onclick=alert(1)>R.</b>", 3),
        ("Foremen", 1),
        ("", -1),
        ("Apprentices", 1),
        ("Mrs Papadopoulos-Lindqvist", 1),
        ("Bus", 1),
    ]
    given_ = {"seats": SEATS, "people": [{"name": n, "seat": s} for n, s in people]}
    drawn = draw("seats", given_)
    assert drawn["words"] == [
        "Mr Ha: decides",
        "Foremen: is heard",
        "Apprentices: is heard",
        "Mrs Papadopoulos-Lindqvist: is heard",
        "Bus: is heard",
        "The welders of the late shift: is affected",
        "<b onclick=alert(1)>R.</b>: is missing",
        "?: no seat yet",
    ]
    assert "b" not in drawn["tags"]
    [(_, _, top, _, high)] = drawn["boxes"]
    [(_, door)] = [(look, float(d.split()[1].split("H")[0])) for look, d in drawn["paths"]]
    [head] = spots(drawn, "person own")
    sitting = spots(drawn, "person")
    assert head[1] < top
    assert [y for _, y, _ in sitting if top + high < y < door] == [y for _, y, _ in sitting[:4]]
    assert all(y > door for _, y, _ in [sitting[4], *spots(drawn, "person missing")])
    assert_readable(drawn)


def test_slopes_lead_from_the_step_before_to_the_step_after(draw: Draw) -> None:
    answers = [(1, 4), (2, 2), (2, 1), (0, 3), (3, 0), (2, 2), (-1, 2), (3, -1)]
    rows = [{"label": f"Line {i}.", "before": b, "now": n} for i, (b, n) in enumerate(answers, 1)]
    drawn = draw("slope", {"steps": STEPS, "apart": "No occasion", "rows": rows})
    assert drawn["words"][0] == "Line 1. Then: Not at all. Now: Often."
    assert drawn["words"][3] == "Line 4. Then: no answer. Now: A few times."
    assert drawn["words"][6] == "Line 7. Then: No occasion. Now: Once."
    ends = [
        [float(one) for one in re.findall(r"[\d.]+", d)]
        for d in paths(drawn, "line") + paths(drawn, "line same")
    ]
    up, down, *level = [end - start for _, start, _, end in ends]
    assert up < 0 < down
    assert level == [0, 0]
    assert len(spots(drawn, "thing")) == 2 * len(rows) - 4
    assert_readable(drawn)


def test_what_is_lent_leads_to_whom_and_each_stands_there_once(draw: Draw) -> None:
    lent = [
        ("an hour", "R. from nights", "an hour"),
        ("being believed", "Siew Lan", ""),
        ("An hour ", "Siew Lan", "nothing that I would miss"),
        ("knowing how the form for the housing office is filled in", "the two new ones there", ""),
        ("nothing this month", "", ""),
        ("", " ", "an hour"),
    ]
    rows = [dict(zip(("have", "who", "cost"), row, strict=True)) for row in lent]
    drawn = draw("access", {"rows": rows})
    assert drawn["words"] == [
        "an hour, to R. from nights. What it costs me: an hour",
        "being believed, to Siew Lan",
        "An hour, to Siew Lan. What it costs me: nothing that I would miss",
        "knowing how the form for the housing office is filled in, to the two new ones there",
        "nothing this month",
    ]
    assert len(drawn["boxes"]) == 4
    assert len(spots(drawn, "person")) == 3
    assert len(paths(drawn, "line")) == 4
    assert_readable(drawn)


def cases() -> list[Exercise]:
    """Every case of the course that branches."""
    modules = [load_module(folder) for folder in sorted((ROOT / "book" / "modules").iterdir())]
    return [e for module in modules for e in module.exercises if e.steps]


def taken(exercise: Exercise, pick: int) -> list[str]:
    """Return the steps that one comes by who chooses the option number ``pick`` everywhere."""
    onward = exercise.default_next()
    stops = [exercise.steps[0].id]
    while stops[-1] != END:
        step = next(step for step in exercise.steps if step.id == stops[-1])
        branching = [f for f in step.fields if isinstance(f, Choice) and f.branches]
        chosen = [f.options[pick % len(f.options)].next for f in branching]
        stops.append(next(filter(None, chosen), onward[step.id]))
    return stops[:-1]


@pytest.mark.parametrize("pick", [0, 1, 2])
def test_the_way_taken_is_drawn_through_every_case_of_the_course(draw: Draw, pick: int) -> None:
    assert len(cases()) > 10
    for case in cases():
        stops = taken(case, pick)
        drawn = draw("way", [dataclasses.asdict(case_map(case)), stops])
        assert len(paths(drawn, "line taken")) == len(stops) - 1, case.id
        numbers = [words for words, *_ in drawn["texts"]]
        assert sorted(map(int, numbers)) == [*range(1, len(stops) + 1)]
        assert len(drawn["boxes"]) == len(case.steps)
        for i, (_, x, y, wide, high) in enumerate(drawn["boxes"]):
            for _, x2, y2, wide2, high2 in drawn["boxes"][i + 1 :]:
                apart = x + wide < x2 or x2 + wide2 < x or y + high < y2 or y2 + high2 < y
                assert apart, case.id
        assert_readable(drawn)


def test_a_map_counts_every_option_of_every_step() -> None:
    case = next(case for case in cases() if case.id == "the-tenth-post")
    assert case_map(case).ways == 99


PICTURES: dict[str, Any] = {
    "rings": {"places": ["Now", "Later", "Never"], "cards": cards(0, 1, 2, 1)},
    "seats": {"seats": SEATS, "people": [{"name": "A", "seat": 0}, {"name": "B", "seat": 3}]},
    "slope": {"steps": STEPS, "apart": "", "rows": [{"label": "One.", "before": 1, "now": 2}]},
    "access": {"rows": [{"have": "a key", "who": "R.", "cost": ""}]},
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_described_by_its_words_and_shuts_nobody_out(
    draw: Draw, page: Page, kind: str
) -> None:
    drawn = draw(kind, PICTURES[kind])
    picture = page.get_by_role("img", name="Mine")
    described = picture.evaluate("svg => svg.ariaDescribedByElements[0].textContent")
    assert described == "".join(drawn["words"])
    wcag, _ = scan(page)
    assert not wcag


@pytest.mark.parametrize("kind", PICTURES)
def test_in_forced_colours_all_is_drawn_in_the_colours_of_the_system(
    draw: Draw, page: Page, kind: str
) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    draw(kind, PICTURES[kind])
    colours = page.evaluate(
        """() => [...document.querySelectorAll("svg *")].map((one) => {
            const { fill, stroke } = getComputedStyle(one);
            return [one.outerHTML, fill, stroke];
        })"""
    )
    system = {"rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgba(0, 0, 0, 0)", "none"}
    for shape, fill, stroke in colours:
        assert {fill, stroke} <= system, shape
        assert "rgb(255, 255, 255)" in {fill, stroke} or "ad-number" in shape, shape


def shapes(svg: str, name: str) -> list[dict[str, str]]:
    return [one.attrib for one in ET.fromstring(svg).iter(f"{{http://www.w3.org/2000/svg}}{name}")]


def drawn_exercises() -> list[Exercise]:
    modules = [load_module(folder) for folder in sorted((ROOT / "book" / "modules").iterdir())]
    return [e for module in modules for e in module.exercises if e.drawing]


def test_every_drawing_of_the_course_has_its_empty_form() -> None:
    kinds = {e.drawing.kind for e in drawn_exercises() if e.drawing}
    assert kinds == {"rings", "seats", "slope", "access"}
    for exercise in drawn_exercises():
        svg = empty_drawing(exercise)
        assert svg
        assert exercise.drawing
        assert ET.fromstring(svg).attrib["aria-label"] == exercise.drawing.title
    [without] = [e for e in cases() if e.id == "the-tenth-post"]
    assert empty_drawing(without) is None


def test_an_empty_form_has_the_same_places_as_the_picture(draw: Draw) -> None:
    for exercise in drawn_exercises():
        svg = empty_drawing(exercise)
        assert svg
        assert exercise.drawing
        fields = {f.id: f for f in exercise.all_fields()}
        if exercise.drawing.kind == "rings":
            field: Any = fields[exercise.drawing.field or ""]
            places = [c.label for c in field.categories]
            drawn = draw("rings", {"places": places, "cards": []})
            on_screen = [(x, y, r) for _, x, y, r in drawn["circles"]]
            on_paper = [
                tuple(float(c[k]) for k in ("cx", "cy", "r")) for c in shapes(svg, "circle")
            ]
            assert on_paper == on_screen
        elif exercise.drawing.kind == "slope":
            steps = next(f.steps for f in fields.values() if isinstance(f, Scale))
            apart = exercise.drawing.apart
            given_ = {"steps": [s for s in steps if s != apart], "apart": apart, "rows": []}
            drawn = draw("slope", given_)
            heights = [(y, high) for _, _, y, _, high in drawn["boxes"]]
            assert [(float(r["y"]), float(r["height"])) for r in shapes(svg, "rect")] == heights


def test_a_case_on_paper_has_its_map_and_its_people() -> None:
    case = next(case for case in cases() if case.id == "the-tenth-post")
    numbers = {step.id: str(i) for i, step in enumerate(case.steps, 31)}
    svg = empty_way(case, "The ways through <it>", numbers)
    assert "32" in [one.text for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert len(shapes(svg, "rect")) == len(case.steps)
    assert ET.fromstring(svg).attrib["aria-label"] == "The ways through <it>"
    words = "".join(ET.fromstring(empty_sum(case, "Who gained")).itertext())
    assert all(person.name in words for person in case.people)
