"""What is in a package: the learners' pages, all in the manifest, and nothing else."""

from __future__ import annotations

import io
import json
import posixpath
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from allyship_course.instructor.lms.packages.contents import BookError
from allyship_course.instructor.lms.packages.package import (
    Goal,
    PackageError,
    Standard,
    Wanted,
    marks,
    write_packages,
)
from allyship_course.instructor.lms.packages.wanted import wanted_of

MOST_BYTES = 1_500_000


def files_of(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def whole(course_html: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's own book as one package."""
    into = tmp_path_factory.mktemp("whole")
    return write_packages(course_html, into, Wanted("allyship", "Allyship & more"))[0]


@pytest.fixture(scope="session")
def third(course_html: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The third module as a package of its own."""
    into = tmp_path_factory.mktemp("third")
    wanted = Wanted("allyship", "Allyship", ["03-is-and-is-not"])
    return write_packages(course_html, into, wanted, each=True)[0]


@pytest.mark.parametrize("standard", ["scorm12", "scorm2004"])
def test_every_file_is_in_the_manifest(tiny_html: Path, tmp_path: Path, standard: Standard) -> None:
    wanted = Wanted("t", "Tea & cake", standard=standard)
    files = files_of(write_packages(tiny_html, tmp_path, wanted)[0])
    manifest = ET.fromstring(files.pop("imsmanifest.xml"))
    listed = [e.attrib["href"] for e in manifest.iter() if e.tag.endswith("}file")]
    assert sorted(listed) == sorted(files)
    [resource] = [e for e in manifest.iter() if e.tag.endswith("}resource")]
    assert resource.attrib["href"] in files
    titles = {e.text for e in manifest.iter() if e.tag.endswith("}title")}
    assert titles == {"Tea & cake"}


@pytest.mark.parametrize(("goal", "moves_on"), [("completed", "Completed"), ("passed", "Passed")])
def test_cmi5_names_one_unit_that_is_there(
    goal: Goal, moves_on: str, tiny_html: Path, tmp_path: Path
) -> None:
    wanted = Wanted("t", "Tea & cake", (), "cmi5", goal)
    files = files_of(write_packages(tiny_html, tmp_path, wanted)[0])
    structure = ET.fromstring(files["cmi5.xml"])
    space = "{https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd}"
    assert [e.tag for e in structure] == [f"{space}course", f"{space}au"]
    unit = structure[1]
    assert [e.tag.removeprefix(space) for e in unit] == ["title", "description", "url"]
    assert unit.attrib["moveOn"] == moves_on
    assert unit.findtext(f"{space}url") in files
    ids = {e.attrib["id"] for e in structure}
    assert len(ids) == 2
    # Learners' records hang on it: another package of the same course has the same.
    again = files_of(write_packages(tiny_html, tmp_path / "again", wanted)[0])
    assert again["cmi5.xml"] == files["cmi5.xml"]


def test_the_same_book_makes_the_same_bytes(tiny_html: Path, tmp_path: Path) -> None:
    wanted = Wanted("t", "Tiny")
    [one] = write_packages(tiny_html, tmp_path / "one", wanted)
    [other] = write_packages(tiny_html, tmp_path / "other", wanted)
    assert one.read_bytes() == other.read_bytes()


def test_it_is_small_and_holds_nothing_but_what_learners_need(whole: Path) -> None:
    assert whole.stat().st_size < MOST_BYTES
    files = files_of(whole)
    assert "offline.js" not in files
    # Platforms that don't know this ending hand such a file out as a type that no browser runs.
    assert not [n for n, raw in files.items() if n.endswith(".mjs") or b".mjs?" in raw]
    strange = ("developing/", "_static/assignments/", "facilitate/", "guides/fields", "guides/auth")
    assert not [name for name in files if name.startswith(strange)]
    assert {"my-journal.html", "privacy.html", "guides/learners.html"} <= files.keys()


@pytest.mark.parametrize("package", ["whole", "third"])
def test_every_link_leads_somewhere(package: str, request: pytest.FixtureRequest) -> None:
    files = files_of(request.getfixturevalue(package))
    lost = []
    for name in [n for n in files if n.endswith(".html")]:
        page = BeautifulSoup(files[name], "html.parser")
        for element in page.select("[href], [src], form[action]"):
            href = str(element.get("href") or element.get("src") or element.get("action"))
            parts = urlsplit(href)
            if parts.scheme or not parts.path:
                continue
            here = posixpath.join(posixpath.dirname(name), unquote(parts.path))
            if posixpath.normpath(here) not in files:
                lost.append((name, href))
    assert not lost


def test_a_module_alone_counts_its_own_exercises_only(third: Path) -> None:
    files = files_of(third)
    outline = json.loads(files["_static/outline.json"])
    assert [m["id"] for m in outline if m["collected"]] == ["03-is-and-is-not"]
    assert not [n for n in files if n.startswith("modules/") and "03-is-and-is-not" not in n]
    cards = json.loads(files["_static/cards.json"])["cards"]
    assert {card["path"].split("/")[0] for card in cards} == {"03-is-and-is-not"}
    page = BeautifulSoup(files["launch.html"], "html.parser")
    course = json.loads(page.select_one("[data-part=course]").text)  # type: ignore[union-attr]
    assert course["start"] == "modules/03-is-and-is-not/index.html"
    assert {path.split("/")[0] for path in course["marks"]} == {"03-is-and-is-not"}


def test_the_search_finds_no_page_that_is_not_there(third: Path) -> None:
    files = files_of(third)
    index = json.loads(files["searchindex.js"].decode().removeprefix("Search.setIndex(")[:-1])
    found = {n for places in index["terms"].values() for n in places}
    names = {index["docnames"][n] for n in found}
    assert "modules/03-is-and-is-not/index" in names
    assert {f"{name}.html" for name in names} <= files.keys()


def test_handing_in_a_notebook_is_not_offered(whole: Path) -> None:
    page = files_of(whole)["modules/03-is-and-is-not/index.html"].decode()
    assert "Prepare my submission" not in page
    assert "data-package" in page
    assert 'data-course="platform"' in page


def test_what_stands_for_an_exercise_stays_when_others_come() -> None:
    before = [{"id": "a", "exercises": [{"id": "one"}, {"id": "two"}]}]
    after = [{"id": "a", "exercises": [{"id": "new"}, {"id": "two"}, {"id": "one"}]}]
    old, new = marks(before), marks(after)
    assert {path: new[path] for path in old} == old
    assert all(re.fullmatch("[0-9a-f]{6}", mark) for mark in new.values())


def test_all_marks_of_the_course_fit_where_scorm_1_2_keeps_them(course_html: Path) -> None:
    outline = json.loads((course_html / "_static/outline.json").read_text())
    count = sum(len(m["exercises"]) for m in outline if m["collected"])
    assert len("1" + " 012345" * count) < 4096


def test_a_course_folder_says_title_and_modules(course_html: Path, tmp_path: Path) -> None:
    (tmp_path / "course.yml").write_text(
        "title: Allies in the lab\nterm: autumn\nmodules: [02-knowing-yourself, 00-welcome]\n"
    )
    wanted = wanted_of(tmp_path, course_html, (), "scorm12", "completed")
    [package] = write_packages(course_html, tmp_path / "out", wanted)
    assert package.name == "allyship-autumn-scorm12.zip"
    files = files_of(package)
    assert b"<title>Allies in the lab</title>" in files["imsmanifest.xml"]
    pages = [n for n in files if n.startswith("modules/")]
    assert pages == ["modules/00-welcome/index.html", "modules/02-knowing-yourself/index.html"]


def test_a_module_that_is_not_there_is_named(tiny_html: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"no module '01-tinny'.*01-tiny"):
        write_packages(tiny_html, tmp_path, Wanted("t", "Tiny", ["01-tinny"]), each=True)


def test_a_folder_without_a_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="make book"):
        write_packages(tmp_path, tmp_path / "out", Wanted("t", "Tiny"))


def test_nothing_of_this_machine_is_in_a_package(whole: Path, course_html: Path) -> None:
    home = str(course_html).encode()
    assert not [name for name, raw in files_of(whole).items() if home in raw]
    with zipfile.ZipFile(io.BytesIO(whole.read_bytes())) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_front_page_of_some_modules_speaks_of_these_alone(
    course_html: Path, tmp_path: Path
) -> None:
    mine = ["03-is-and-is-not", "05-mistakes-and-repair"]
    [package] = write_packages(course_html, tmp_path, Wanted("some", "Some of it", mine))
    page = BeautifulSoup(files_of(package)["index.html"], "html.parser")
    tiles = [line["data-module"] for line in page.select(".trail [data-module]")]
    assert tiles == mine
    go_on = page.select_one(".go-on a")
    assert go_on
    assert go_on["href"] == "modules/03-is-and-is-not/index.html"
    assert "Is and is not" in go_on.get_text()
    assert not page.select("[data-route]")  # each goes through modules that are not here
    assert "Nine of them" not in page.get_text()


def test_the_front_page_of_the_whole_course_is_the_books(whole: Path, course_html: Path) -> None:
    page = BeautifulSoup(files_of(whole)["index.html"], "html.parser")
    book = BeautifulSoup((course_html / "index.html").read_text("utf-8"), "html.parser")
    for part in (".trail", ".go-on", ".routes"):
        mine, theirs = page.select_one(part), book.select_one(part)
        assert mine
        assert theirs
        assert mine.get_text() == theirs.get_text()
