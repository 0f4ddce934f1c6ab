"""The one list of rooms: CONTRIBUTING's is the code's, and the order that is checked."""

from __future__ import annotations

import re
import tomllib

from tests.support.paths import ROOT

PACKAGE = ROOT / "src" / "allyship_course"
EARLIER = {"desk", "service"}
LISTED = re.findall(
    r"^\| `(\w+)/?` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
)


def test_contributing_lists_each_room_of_the_code_once() -> None:
    files = {f.stem for f in PACKAGE.glob("*.py")} - {"__init__"}
    folders = {f.parent.name for f in PACKAGE.glob("*/__init__.py")} - EARLIER
    assert sorted(LISTED) == sorted(files | folders)


def test_the_order_that_is_checked_is_the_order_that_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    earlier, *layers = contract["layers"]
    assert set(earlier.split(" | ")) == EARLIER
    assert layers[::-1] == LISTED


def test_few_modules_lie_at_the_packages_root() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 6


def test_a_file_of_more_than_500_lines_says_why_in_its_first() -> None:
    unsaid = {
        f"{file.relative_to(ROOT)}: {len(lines)} lines"
        for file in PACKAGE.rglob("*.py")
        if len(lines := file.read_text(encoding="utf-8").splitlines()) > 500
        and "one story" not in lines[0]
    }
    assert not unsaid


def test_no_room_has_the_name_of_what_notebooks_import() -> None:
    # "from allyship_course import progress" would give the module, once it is loaded.
    import allyship_course

    rooms = {f.stem for f in PACKAGE.glob("*.py")} | {f.parent.name for f in PACKAGE.glob("*/*.py")}
    assert not rooms & set(allyship_course.__all__)
