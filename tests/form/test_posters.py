"""Posters: the picture, its text and the PDF say the same, and can be read by anybody."""

from __future__ import annotations

import copy
import itertools
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pypdf
import pytest
import yaml
from playwright.sync_api import Page

from allyship_course.form.posters import (
    Poster,
    load_posters,
    markdown,
    page_html,
    pdf_name,
    picture_name,
    svg,
    write_pdf,
)
from allyship_course.spec import SpecError
from tests.support.paths import ROOT, TINY_MODULE

SVG = "{http://www.w3.org/2000/svg}"
GOOD = yaml.safe_load((TINY_MODULE / "posters.yml").read_text(encoding="utf-8"))

# Texts that XML, Jinja or Typst would take for their own if anybody let them.
AWKWARD = Poster.model_validate(
    {
        "id": "awkward",
        "title": "#let x = <b> & $y$",
        "lead": "{{ poster }} {% if %} ]]> <!-- \"quoted\" 'single' `code` @cite",
        "points": [
            {"title": "#panic(1) & <i>", "text": "*not bold* _not slanted_ = no heading // no end"},
            {"title": "a \\ b", "text": "- no list; + no list; <script>alert(1)</script>; 3 < 4"},
            {"title": "~ -- --- ...", "text": "#[x] [y] $ % ^ & https://example.org/?a=1&b=2"},
        ],
        "close": "$ 1 + 1 $ #sys.version",
    }
)


def words(text: str, length: int) -> str:
    """Ordinary words up to about so many letters."""
    return (text * 20)[: length - 2].strip() + "."


# As long as an author may make it: one letter more is refused in each place.
LONGEST = Poster.model_validate(
    {
        "id": "longest-not",
        "title": "What nobody would say of a long title",
        "lead": words("Words that go on for as long as they may and then stop ", 120),
        "points": [
            {
                "title": words("A title of a point that goes on ", 44),
                "text": words("Some text of a point that nobody would want to read out loud ", 114),
            }
        ]
        * 8,
        "close": words("And in the end there is one more thing that must be said ", 120),
    }
)


def course_posters() -> list[Poster]:
    folders = sorted(ROOT.glob("book/modules/*/posters.yml"))
    return [poster for file in folders for poster in load_posters(file.parent)]


ALL = [*course_posters(), *load_posters(TINY_MODULE), AWKWARD, LONGEST]
each_poster = pytest.mark.parametrize("poster", ALL, ids=lambda p: p.id)


def texts(poster: Poster) -> list[str]:
    """Everything that stands on the sheet, in reading order."""
    points = [text for point in poster.points for text in (point.title, point.text)]
    return [poster.title, poster.lead, *points, poster.close]


def plain(text: str) -> str:
    return " ".join(text.split())


def assert_in_order(whole: str, parts: list[str]) -> None:
    at = 0
    for part in parts:
        found = whole.find(plain(part), at)
        assert found >= 0, f"{part!r} is missing, or not in its place, in {whole!r}"
        at = found + 1


def test_the_course_has_its_two_posters() -> None:
    assert {"is", "is-not"} <= {p.id for p in course_posters()}


# -------------------------------------------------------------------- the picture


@each_poster
def test_the_picture_is_whole_and_named(poster: Poster) -> None:
    root = ET.fromstring(svg(poster))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert title is not None
    assert desc is not None
    assert poster.title in (title.text or "")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")


@each_poster
def test_the_picture_says_everything_in_order(poster: Poster) -> None:
    root = ET.fromstring(svg(poster))
    lines = [plain("".join(line.itertext())) for line in root.iter(f"{SVG}text")]
    assert_in_order(" ".join(lines), texts(poster))
    assert [line for line in lines if line.isdigit()] == [
        str(n) for n in range(1, len(poster.points) + 1)
    ]


@each_poster
def test_the_text_below_the_picture_says_everything_in_order(poster: Poster) -> None:
    html = page_html(poster, "static")
    assert f'href="static/{pdf_name(poster)}"' in html
    assert f'src="static/{picture_name(poster)}"' in html
    root = ET.fromstring(html)
    caption = root.find("figcaption")
    assert caption is not None
    assert_in_order(plain("".join(caption.itertext())), [poster.title, *texts(poster)[1:]])
    for part in texts(poster):
        assert part in markdown(poster)


def test_texts_that_look_like_code_stay_texts() -> None:
    html = page_html(AWKWARD, None)
    assert "<script>" not in html
    assert "<b>" not in html
    assert "{{ poster }}" in html


MEASURE = """() => [...document.querySelectorAll("svg text")].map((line) => {
    const box = line.getBBox();
    return {text: line.textContent, x: box.x, y: box.y, width: box.width, height: box.height};
})"""


def size_of(picture: str) -> tuple[float, float]:
    _, _, width, height = ET.fromstring(picture).attrib["viewBox"].split()
    return float(width), float(height)


@pytest.mark.browser
def test_no_line_leaves_the_sheet_or_runs_into_another(page: Page) -> None:
    for poster in [*course_posters(), *load_posters(TINY_MODULE), LONGEST]:
        picture = svg(poster)
        width, height = size_of(picture)
        page.set_content(f"<!doctype html><meta charset=utf-8><body>{picture}")
        lines = page.evaluate(MEASURE)
        assert len(lines) > 10
        for line in lines:
            assert line["x"] >= 0, line
            assert line["x"] + line["width"] <= width, line
            assert line["y"] >= 0, line
            assert line["y"] + line["height"] <= height, line
        # The title's two lines stand closer than their boxes are high; letters do not touch.
        assert_apart([line for line in lines if not line["text"].isdigit()], slack=0.3)


def assert_apart(lines: list[dict[str, Any]], slack: float) -> None:
    """Lines stand below one another; boxes are higher than their letters by ``slack``."""
    for above, below in itertools.pairwise(lines):
        bottom = above["y"] + above["height"] * (1 - slack)
        assert bottom <= below["y"] + below["height"] * slack, (above, below)


# ------------------------------------------------------------------------ the PDF


@pytest.fixture(scope="module", params=ALL, ids=lambda p: p.id)
def printed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Poster, pypdf.PdfReader]:
    file = tmp_path_factory.mktemp("pdf") / pdf_name(request.param)
    write_pdf(request.param, file)
    return request.param, pypdf.PdfReader(file)


def test_the_pdf_is_one_a4_page(printed: tuple[Poster, pypdf.PdfReader]) -> None:
    (page,) = printed[1].pages
    assert [round(float(n)) for n in page.mediabox] == [0, 0, 595, 842]


def test_the_pdf_has_title_and_language(printed: tuple[Poster, pypdf.PdfReader]) -> None:
    poster, pdf = printed
    assert pdf.metadata
    assert pdf.metadata.title == poster.title
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def tags(element: Any) -> list[str]:
    """The structure of a PDF, flat, in reading order."""
    element = element.get_object()
    if isinstance(element, list):
        return [tag for one in element for tag in tags(one)]
    if not isinstance(element, dict):
        return []
    below = tags(element["/K"]) if "/K" in element else []
    return [str(element["/S"]), *below] if "/S" in element else below


def test_the_pdf_is_tagged_with_a_heading_for_each_point(
    printed: tuple[Poster, pypdf.PdfReader],
) -> None:
    poster, pdf = printed
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF's own kind of truth
    found = tags(root["/StructTreeRoot"])
    headings = [tag for tag in found if re.match(r"/H\d", tag)]
    assert headings == ["/H1", *["/H2"] * len(poster.points)]
    # Each point's text stands in a paragraph of its own below its heading.
    assert [found[i + 1] for i, tag in enumerate(found) if tag == "/H2"] == ["/P"] * len(
        poster.points
    )


def test_the_pdfs_text_can_be_read_out_in_order(printed: tuple[Poster, pypdf.PdfReader]) -> None:
    poster, pdf = printed
    text = plain(pdf.pages[0].extract_text())
    # Typst may turn a straight quotation mark into a curly one: the words are the same.
    assert_in_order(without_marks(text), [without_marks(part) for part in texts(poster)])


def without_marks(text: str) -> str:
    return re.sub("[\\u2018\\u2019\\u201c\\u201d'\"]", "", text)


def test_every_font_of_the_pdf_is_in_it(printed: tuple[Poster, pypdf.PdfReader]) -> None:
    page: Any = printed[1].pages[0]
    fonts = page["/Resources"]["/Font"]
    assert fonts
    for font in fonts.values():
        descendant = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
        assert any(k.startswith("/FontFile") for k in descendant["/FontDescriptor"])


# ------------------------------------------------------------------- author errors


def told(folder: Path, poster: dict[str, Any]) -> str:
    text = yaml.safe_dump({"posters": [poster]}, sort_keys=False, width=10_000)
    (folder / "posters.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_posters(folder)
    return str(caught.value).removeprefix(str(folder))


def good() -> dict[str, Any]:
    poster: dict[str, Any] = copy.deepcopy(GOOD["posters"][0])
    return poster


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"titles": "x"}, "/posters.yml:13: unknown key 'titles'. Did you mean 'title'?"),
        ({"title": ""}, "/posters.yml:3: 'title' is empty. Write its text"),
        ({"points": []}, "/posters.yml:5: 'points' has 0 of at least 3 entries. Add the rest"),
        ({"id": "Is-not"}, "/posters.yml:2: 'Is-not' can't be an id. Use small letters"),
        (
            {"title": "A title that is much too long for a sheet to hang up anywhere"},
            "/posters.yml:3: the title is too long for the sheet. Shorten it to 2 x 22 letters",
        ),
        (
            {"lead": "long " * 40},
            "/posters.yml:4: the lead is too long for the sheet. Shorten it to 2 x 66 letters",
        ),
        (
            {"close": "long " * 40},
            "/posters.yml:12: the close is too long for the sheet. Shorten it to 2 x 66 letters",
        ),
    ],
    ids=str,
)
def test_an_author_is_told_what_is_wrong_with_a_poster(
    change: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    assert expected in told(tmp_path, {**good(), **change})


@pytest.mark.parametrize(("key", "line", "room"), [("title", 8, "1 x 44"), ("text", 9, "2 x 62")])
def test_an_author_is_told_which_point_is_too_long(
    key: str, line: int, room: str, tmp_path: Path
) -> None:
    poster = good()
    poster["points"][1][key] = "long " * 30
    assert told(tmp_path, poster) == (
        f"/posters.yml:{line}: the {key} of a point is too long for the sheet. "
        f"Shorten it to {room} letters"
    )


def test_two_posters_with_an_id(tmp_path: Path) -> None:
    text = yaml.safe_dump({"posters": [good(), good()]}, sort_keys=False)
    (tmp_path / "posters.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r":13: the poster 'is-not' stands here twice"):
        load_posters(tmp_path)


def test_the_longest_poster_is_one_that_an_author_may_write(tmp_path: Path) -> None:
    text = yaml.safe_dump({"posters": [LONGEST.model_dump()]})
    (tmp_path / "posters.yml").write_text(text, encoding="utf-8")
    assert load_posters(tmp_path) == [LONGEST]
    longer = LONGEST.model_dump()
    longer["points"][0]["text"] += " One word more."
    assert "text of a point is too long" in told(tmp_path, longer)
