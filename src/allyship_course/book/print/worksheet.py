"""Forms as something to fill in by hand: lines, boxes, cards to cut out, pictures to draw in."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...form.drawings import empty_drawing, empty_sum, empty_way
from ...form.scenes import scene
from ...spec import Exercise, Module
from .numbers import Numbers

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

# What only a screen can do.
_GONE = "noscript, button, .ac-unloaded, .ac-said, .ac-announce, .ac-foot, .ac-earlier, .ac-paper"
_GONE += ", .ac-count, .ac-calendar > p, .ac-compose > p, [data-course], [hidden]"
_GONE += ", .ac-cover, .ac-folding, .ac-waits, .ac-scene, .home-picture"
_BOXES = {"radio": "○ ", "checkbox": "☐ "}
_PLAIN = {"form": "section", "fieldset": "div", "details": "div", "label": "span"}
_KEPT = {"class", "href", "src", "alt", "id", "colspan", "rowspan", "start"}
_LINES_FOR_A_LINE = 2
"""A sentence of 90 letters and more has room on two."""
_ROWS = 4
"""Of a list, at the least."""


def worksheet(page: BeautifulSoup, modules: Mapping[str, Module], *, pictures: bool) -> None:
    """Turn every exercise of a page into something to fill in by hand.

    ``modules`` are those whose exercises stand on it, by id. ``pictures`` says whether drawings
    may stand in the page itself.
    """
    for chips in page.select(".ac-chips"):
        words = ", ".join(chip.get_text() for chip in chips.select("button"))
        chips.replace_with(page.new_tag("span", string=words, attrs={"class": "words"}))
    for gone in page.select(_GONE):
        gone.decompose()
    first = 1
    for module, forms in _by_module(page, modules):
        numbers = Numbers(page, module, first)
        for form in forms:
            form["id"] = f"ac-{module.module}-{form['data-exercise']}"
        for form in forms:
            numbers.take(form)
            _finish(page, numbers, form, module.exercise(str(form["data-exercise"])), pictures)
        chapter = chapter_of(forms[-1])
        for form in forms:
            if pictures:
                _draw_way(numbers, form, module.exercise(str(form["data-exercise"])))
        if part := numbers.part():
            _on_paper(page, part)
            chapter.append(part)
        for form in forms:
            _on_paper(page, form)
            form["class"] = "exercise"
        first = numbers.last + 1


def _by_module(
    page: BeautifulSoup, modules: Mapping[str, Module]
) -> list[tuple[Module, list[Tag]]]:
    forms: dict[str, list[Tag]] = {}
    for form in page.select("form.ac-exercise"):
        forms.setdefault(str(form["data-module"]), []).append(form)
    return [(modules[name], of_module) for name, of_module in forms.items()]


def chapter_of(element: Tag) -> Tag:
    """Return the page of the book in which something stands, also among many in one file."""
    sections = element.find_parents("section")
    for section in sections:
        before = section.find_previous_sibling()
        if before is not None and str(before.get("id", "")).startswith("document-"):
            return section
    return sections[-1]


def _finish(
    page: BeautifulSoup, numbers: Numbers, form: Tag, exercise: Exercise, pictures: bool
) -> None:
    """Put in what stands on paper only."""
    for profile in form.select(".ac-profile"):
        _draw_grid(page, form, profile)
    for field in form.select("[data-field]"):
        for cards in field.select(":scope > .ac-cards"):
            _lay_out_cards(page, cards)
        for rows in field.select(":scope > .ac-rows"):
            rows.replace_with(_table(page, rows))
    _fold_cards(page, form)
    if not pictures:
        return
    if place := form.select_one(".ac-picture"):
        _draw(numbers, place, empty_drawing(exercise))
    if exercise.scene and (title := form.select_one(".ac-title")):
        title.insert_before(*numbers.parsed(scene(exercise.scene)))


def _draw(numbers: Numbers, place: Tag, svg: str | None) -> None:
    if svg:
        place.extend(numbers.parsed(svg))


def _draw_way(numbers: Numbers, form: Tag, exercise: Exercise) -> None:
    """Put the map of a case behind its first step, and a row for each of its people."""
    step = form.select_one("[data-step]")
    if step is None or not any(len(route["next"]) > 1 for route in exercise.routes()):
        return
    places = {one.id: numbers.of_step(exercise, one.id) for one in exercise.steps}
    case = numbers.tag("div", class_name="case")
    step.insert_after(case)
    case.append(numbers.tag("p", "The ways through this case: mark yours.", class_name="hint"))
    case.extend(numbers.parsed(empty_way(exercise, "The ways through this case", places)))
    if exercise.people:
        case.append(numbers.tag("p", "Who gained and who paid: count along.", class_name="hint"))
        case.extend(numbers.parsed(empty_sum(exercise, "Who gained and who paid on your way")))


# ----------------------------------------------------------- what takes much room as a form


def _draw_grid(page: BeautifulSoup, form: Tag, profile: Tag) -> None:
    """Put all scales of a form into one table, where they have the same steps."""
    fields = [scale.find_parent(attrs={"data-field": True}) for scale in form.select(".ac-scale")]
    steps = {
        tuple(o.get_text(strip=True) for o in f.select(".ac-scale label")) for f in fields if f
    }
    caption = profile.caption.get_text() if profile.caption else ""
    if len(steps) != 1 or not fields[0]:
        profile.name = "p"
        profile.string = caption
        return
    new = page.new_tag
    grid = new("table", attrs={"class": "grid"})
    grid.append(new("caption", string=caption))
    head = new("tr")
    for words in ("", *steps.pop()):
        head.append(new("th", string=words, attrs={"scope": "col"}) if words else new("td"))
    body = new("tbody")
    grid.extend([_wrapped(page, "thead", head), body])
    for field in fields:
        if field is None:
            continue
        row = new("tr")
        label = field.select_one("legend > span")
        said = new("th", string=label.get_text() if label else "", attrs={"scope": "row"})
        row.append(said)
        for hint in field.select(".ac-hint > span")[:-1]:
            if "Private" not in hint.get_text():
                said.append(new("span", string=f" {hint.get_text()}", attrs={"class": "hint"}))
        for _ in field.select(".ac-scale label"):
            row.append(new("td", string="○"))
        body.append(row)
    fields[0].insert_before(grid)
    for field in fields:
        if field is not None:
            field.decompose()
    profile.decompose()


def _wrapped(page: BeautifulSoup, name: str, inside: Tag) -> Tag:
    outer = page.new_tag(name)
    outer.append(inside)
    return outer


def _lay_out_cards(page: BeautifulSoup, cards: Tag) -> None:
    """Make cards to cut out: each with the letters of the piles, which stand above as headings."""
    first = cards.select_one(".ac-places")
    piles = [o.get_text(strip=True) for o in first.select("label")] if first else []
    heads = page.new_tag("p", attrs={"class": "piles"})
    for letter, pile in zip(string.ascii_uppercase, piles, strict=False):
        heads.append(page.new_tag("strong", string=f"{letter} {pile}"))
        heads.append(" ")
    cards.insert_before(heads)
    for places in cards.select(".ac-places"):
        letters = "   ".join(
            f"○ {letter}" for letter, _ in zip(string.ascii_uppercase, piles, strict=False)
        )
        places.replace_with(page.new_tag("p", string=letters, attrs={"class": "places"}))
    for legend in cards.select("legend"):
        legend.name = "p"


def _fold_cards(page: BeautifulSoup, form: Tag) -> None:
    """Make cards to fold over: the question on the left, its back on the right of a line."""
    cards = form.select(".ac-recall")
    for card in cards:
        for turn in card.select(".ac-back > summary, .ac-hint > span:last-child"):
            turn.decompose()
    if cards:
        words = "Fold the right half behind before you read. Say it to yourself, then look."
        cards[0].insert_before(page.new_tag("p", string=words, attrs={"class": "hint"}))


def _table(page: BeautifulSoup, rows: Tag) -> Tag:
    """Return an empty table in place of a list's rows."""
    listed = rows.select("[data-row]")
    new = page.new_tag
    table = new("table", attrs={"class": "rows"})
    head = new("tr")
    columns = listed[0].select("label > span:first-child")
    for column in columns:
        title = new("th", string=column.get_text(strip=True), attrs={"scope": "col"})
        words = column.parent.find_next_sibling() if column.parent else None
        if words is not None and "words" in _classes(words):
            title.append(words.extract())
        head.append(title)
    body = new("tbody")
    for _ in range(max(_ROWS, len(listed))):
        row = new("tr")
        row.extend([new("td") for _ in columns])
        body.append(row)
    table.extend([_wrapped(page, "thead", head), body])
    return table


# ------------------------------------------------------------------------------- by hand


def _on_paper(page: BeautifulSoup, form: Tag) -> None:
    for control in form.select("input"):
        kind = str(control["type"])
        if kind == "text":
            control.replace_with(*_lines(page, _LINES_FOR_A_LINE))
        elif kind == "date":
            control.replace_with("_" * 20)
        else:
            marked = "ac-mark" in control.parent["class"] if control.parent else False
            control.replace_with("" if marked else _BOXES[kind])
    for select in form.select("select"):
        select.replace_with("____ ")
    for area in form.select("textarea"):
        area.replace_with(*_lines(page, max(3, int(str(area["rows"])))))
    for option in form.select("label.ac-option"):
        option.name = "span" if "ac-scale" in _classes(option.parent) else "div"
    for question in form.select("legend, .ac-text > label, summary"):
        question.name = "p"
        question["class"] = "question"
    drawings = {id(part) for svg in form.select("svg") for part in (svg, *svg.find_all(True))}
    for part in (form, *form.find_all(True)):
        if id(part) in drawings:
            continue
        part.name = _PLAIN.get(part.name, part.name)
        part.attrs = {k: v for k, v in part.attrs.items() if _is_kept(k, str(v))}


def _is_kept(name: str, value: str) -> bool:
    """A control's id is counted for each exercise, and would stand in a book many times."""
    return name in _KEPT and (name != "id" or value.startswith(("ac-", "no-", "numbers-")))


def _classes(element: Tag | None) -> list[str]:
    return [*element.get_attribute_list("class")] if element is not None else []


def _lines(page: BeautifulSoup, count: int) -> list[Tag]:
    return [page.new_tag("span", attrs={"class": "lines"}) for _ in range(count)]
