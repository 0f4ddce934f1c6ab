"""How our scripts are joined into what a page or a notebook loads, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rjsmin
from playwright.sync_api import Page

import allyship_course
from allyship_course.book.website import write_assets
from allyship_course.form.bundle import BundleError, bundle, bundle_site
from tests.support.site import served

PACKAGE = Path(allyship_course.__file__).parent
NAMES = ("exercise", "shared", "progress", "certificate")
WIDGETS = [PACKAGE / "notebook" / f"{name}.mjs" for name in NAMES]
WIDGETS.append(PACKAGE / "student" / "download.mjs")
SITE = ["page.js", "progress.js", "my-journal.js", "submission.js", "module-end.js"]


def put(folder: Path, **scripts: str) -> Path:
    """Write scripts; return the one called ``start``."""
    for name, text in scripts.items():
        (folder / f"{name}.mjs").write_text(text, encoding="utf-8")
    return folder / "start.mjs"


def test_what_is_imported_comes_first_and_once(tmp_path: Path) -> None:
    start = put(
        tmp_path,
        start='import { b } from "./b.mjs";\nimport {\n  a,\n} from "./a.mjs";\n\nb(a);\n',
        a="/** Says a.\n * @param {string} x\n */\nexport const a = 1; // kept\n",
        b='import { a } from "./a.mjs";\n// Adds.\nexport function b(x) {\n  return a + x;\n}\n',
    )
    text = bundle(start)
    assert text == ("const a = 1; // kept\nfunction b(x) {\n  return a + x;\n}\nb(a);\n")


def test_what_comes_later_takes_what_the_page_has_already(tmp_path: Path) -> None:
    start = put(
        tmp_path,
        start='import { a } from "./a.mjs";\na(() => import("./later.mjs"));\n',
        a="export const a = (x) => x;\n",
        later='import { a } from "./a.mjs";\nimport { c } from "./c.mjs";\n'
        "export const go = () => a(c);\n",
        c="export const c = 2;\n",
    )
    assert bundle_site(start, [tmp_path / "later.mjs"], "v=1") == {
        "start.js": 'const a = (x) => x;\na(() => import("./later.js?v=1"));\nexport { a };\n',
        "later.js": (
            'import { a } from "./start.js?v=1";\nconst c = 2;\nexport const go = () => a(c);\n'
        ),
    }
    with pytest.raises(BundleError, match=r"later\.js, which is not among what is loaded later"):
        bundle_site(start, [], "v=1")


def test_data_stands_in_the_script_that_imports_it(tmp_path: Path) -> None:
    (tmp_path / "places.json").write_text(
        '{\n  "seat": [1, 2],\n  "name": "Zoë `${x"\n}\n', "utf-8"
    )
    start = put(
        tmp_path,
        start='import { b } from "./b.mjs";\n\nb();\n',
        b='import PLACES from "./places.json" with { type: "json" };\n'
        "export const b = () => PLACES.seat;\n",
    )
    assert bundle(start) == (
        'const PLACES = {"seat":[1,2],"name":"Zoë `${x"};\nconst b = () => PLACES.seat;\nb();\n'
    )


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("export const a = 1;\nconst both = 2;\n", "both have a name 'both'"),
        ("export const b = 1;\n", "imports a, which other.mjs lacks"),
        ("const a = 1;\n", "imports a, which other.mjs lacks"),
        ("export const a = 1;\na.go();\n", "does something when it is imported"),
        ('import x from "./x.mjs";\nexport const a = 1;\n', "import or export of another kind"),
        ('export * from "./x.mjs";\nexport const a = 1;\n', "import or export of another kind"),
        ('import { both } from "./start.mjs";\nexport const a = 1;\n', "imports itself"),
        ("export const a = (x) => `${x ? ` ${x}` : 1}`;\n", "template text within another"),
    ],
)
def test_what_can_not_be_joined_is_refused(tmp_path: Path, other: str, why: str) -> None:
    head = 'import { a } from "./other.mjs";\n'
    start = put(tmp_path, start=f"{head}export const both = a;\n", other=other)
    with pytest.raises(BundleError, match=re.escape(why)):
        bundle(start)


@pytest.mark.browser
def test_every_bundle_loads_and_no_name_in_it_hides_one_of_the_browser(
    page: Page, tmp_path: Path
) -> None:
    """A name of one module would else be taken where another one means the browser's own."""
    write_assets(tmp_path, "v=1")
    for widget in WIDGETS:
        text = bundle(widget)
        (tmp_path / f"{widget.parent.name}-{widget.name}").write_text(text, encoding="utf-8")
        (tmp_path / f"min-{widget.parent.name}-{widget.name}").write_text(rjsmin.jsmin(text))
    (tmp_path / "no_highlight.js").unlink()  # no module
    files = sorted([*tmp_path.glob("*.mjs"), *tmp_path.glob("*.js")])
    assert {f.name for f in files} >= set(SITE)
    names = {
        name
        for file in PACKAGE.rglob("*.mjs")
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function|class|const|let)\*? ?(\w+)",
            file.read_text("utf-8"),
            re.MULTILINE,
        )
    }
    assert len(names) > 100
    (tmp_path / "blank.html").write_text("<!doctype html><title>Blank</title>")
    with served(tmp_path) as address:
        page.goto(f"{address}/blank.html")
        hidden, exported = page.evaluate(
            """async ([names, files]) => [
                names.filter((name) => name in globalThis),
                await Promise.all(files.map(async (file) =>
                    [file, Object.keys(await import(`./${file}?v=1`))])),
            ]""",
            [sorted(names), [f.name for f in files]],
        )
    assert hidden == []
    assert all(functions for _, functions in exported)
