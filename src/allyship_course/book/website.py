"""The website around the modules: what every page of the book carries, and nothing more.

The templates are those of ``theme/``; this file says what is put into them, and makes
the one style sheet and the scripts that pages load.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..form import DRAWING_STYLE, FOLDER, STYLE, VIEW_STYLE
from ..form.bundle import bundle_site
from ..spec import EXERCISES_FILE, JOURNAL, Module, load_module, module_folders
from ..spec.settings import USUAL, Settings
from .look import CARD, style_of

if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

ROOM = Path(__file__).parent
_PACKAGE = ROOM.parent
TEMPLATES = ROOM / "theme"
NOT_FOUND = "404"
OFFLINE = "offline.js"
ADDRESS = "ALLYSHIP_SITE"
"""Environment variable with the site's own address, for what can't be said without it."""
LIVE = "ALLYSHIP_LITE"
"""Environment variable with the address of the live notebooks, from this site's root or whole."""
_STYLES = (STYLE, ROOM / "book.css")
# Loaded where they are needed: with the first exercise that is begun, and on the front page.
_MORE_STYLES = (VIEW_STYLE, DRAWING_STYLE, ROOM / "home.css")
SEARCH_ORDER = ROOM / "search-order.js"
_PAGE_SCRIPT = ROOM / "page.mjs"
# Loaded by that one where a page has something for them to do.
_LATER = [
    *(
        ROOM / f"{name}.mjs"
        for name in (
            *("begun", "cards", "progress", "trail", "reading", "module-end", "my-journal"),
            *("platform", "submission", "search", "keep-offline", "one-place", "own-window"),
        )
    ),
    *(FOLDER / f"{name}.mjs" for name in ("focus", "picturing", "piles", "dates", "again")),
]
_NUMBER = re.compile(r"modules/(\d+)-")


def forms_fingerprint() -> str:
    """Return a text that is different once a file that draws forms is different."""
    rooms = (_PACKAGE / name for name in ("spec", "form", "notebook", "book"))
    files = [f for room in rooms for f in room.rglob("*") if f.suffix in {".py", ".jinja"}]
    return _fingerprint([*_PACKAGE.glob("*.py"), *files])


def page_fingerprint(settings: Settings) -> str:
    """Return a text that is different once a style, script, template or setting is different."""
    files = [f for room in (FOLDER, ROOM) for f in room.rglob("*")]
    drawn = _fingerprint([f for f in files if f.is_file() and f.suffix != ".pyc"])
    return hashlib.sha256(f"{drawn}{settings.model_dump_json()}".encode()).hexdigest()


def _fingerprint(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(f.read_bytes() for f in sorted(files))).hexdigest()


def asset_query(look: str) -> str:
    """Return what stands behind the address of a style or script: another one after a change."""
    return f"v={look[:8]}"


def write_assets(static: Path, query: str, settings: Settings = USUAL) -> None:
    """Write what pages load: one style sheet and the scripts; without our comments.

    ``query`` stands behind the addresses of the scripts in one another, as in the pages.
    """
    import rcssmin

    css = "".join(f.read_text("utf-8") for f in _STYLES) + style_of(settings.colours)
    (static / "course.css").write_text(rcssmin.cssmin(css), "utf-8")
    write_scripts(static, query)
    # Sphinx's search would mark its words on the page that is opened, by a script on every page.
    (static / "no_highlight.js").write_text("const SPHINX_HIGHLIGHT_ENABLED = false;\n", "utf-8")


def write_scripts(static: Path, query: str) -> None:
    """Write the scripts of forms and of the journal, and the style that they load."""
    import rcssmin
    import rjsmin

    # With the first exercise that is begun, with the first picture, or on the first page.
    for style in _MORE_STYLES:
        (static / style.name).write_text(rcssmin.cssmin(style.read_text("utf-8")), "utf-8")
    for name, script in bundle_site(_PAGE_SCRIPT, _LATER, query).items():
        (static / name).write_text(rjsmin.jsmin(script), "utf-8")


@functools.cache
def head_script() -> str:
    """Return the one script that stands in the page itself."""
    import rjsmin

    return str(rjsmin.jsmin((ROOM / "head.js").read_text("utf-8")))


@functools.cache
def security_policy() -> str:
    """Return the page's security policy: this site only, and of scripts in the page that one."""
    digest = base64.b64encode(hashlib.sha256(head_script().encode()).digest()).decode()
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' 'sha256-{digest}'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


# -------------------------------------------------------------------------- offline

# What a page or the search may ask for. Not kept: what is of use only with a line (the notebooks
# to hand in) and what is not the course (how it is developed, Sphinx's own leftovers).
_KEPT = [
    *("**/*.html", "searchindex.js", "_static/course.css"),
    *(f"_static/{style.name}" for style in _MORE_STYLES),
    *(f"_static/*.{ending}" for ending in ("js", "json", "svg", "pdf")),
    "_static/replies/*.json",
]
_NOT_KEPT = ("developing/", "_static/sphinx_highlight.js")


def kept_files(html_folder: Path) -> list[str]:
    """Return what of a built book is kept for reading offline, relative to its folder."""
    found = {f.relative_to(html_folder).as_posix() for p in _KEPT for f in html_folder.glob(p)}
    return sorted(f for f in found if not f.startswith(_NOT_KEPT))


def write_offline(app: Sphinx, error: Exception | None) -> None:
    """Write the service worker, at the site's root, when all that it keeps has been written."""
    if error or app.builder.name != "html" or app.config.allyship_preview:
        return
    import rjsmin

    out = Path(app.outdir)
    digests = {f: _digest((out / f).read_bytes()) for f in kept_files(out)}
    name = app.config.course_settings.name
    script = rjsmin.jsmin((ROOM / OFFLINE).read_text("utf-8"))
    # Of the worker itself too: what an earlier one kept, a later one may not give.
    version = _digest(json.dumps([digests, script]).encode())
    head = f"const COURSE = {json.dumps(name)}, VERSION = {json.dumps(version)};\n"
    head += f"const DIGESTS = {json.dumps(digests)};\n"
    (out / OFFLINE).write_text(head + script, "utf-8")
    # Without it, GitHub Pages gives nothing of a branch whose name begins with "_".
    (out / ".nojekyll").touch()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


# ------------------------------------------------------------------------- contents


@dataclass(frozen=True)
class Section:
    """One part of a page: its id and its title as HTML."""

    id: str
    title: str


@dataclass(frozen=True)
class Entry:
    """One page in the contents. ``module`` and ``number`` are those of a module's page."""

    page: str
    title: str
    module: str | None
    number: int | None
    href: str = ""
    current: bool = False
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Group:
    """Pages under one caption."""

    caption: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)


@functools.lru_cache(maxsize=1)
def _contents(env: BuildEnvironment) -> tuple[Group, ...]:
    """Return the groups of the root page's contents; once for a build."""
    from sphinx import addnodes

    root = env.get_doctree(env.config.root_doc)
    return tuple(
        Group(
            html.escape(toctree.get("caption") or ""),
            tuple(_entry(env, page, title) for title, page in toctree["entries"]),
        )
        for toctree in root.findall(addnodes.toctree)
    )


def renew_contents(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have every page written anew when the contents have changed, which stand on all of them."""
    mark = repr(_contents(env))
    if getattr(env, "allyship_contents", None) == mark:
        return []
    env.allyship_contents = mark  # type: ignore[attr-defined]
    return sorted(env.found_docs)


def _entry(env: BuildEnvironment, page: str, title: str | None) -> Entry:
    folder = Path(env.srcdir, page).parent
    module = folder.name if (folder / EXERCISES_FILE).exists() else None
    return Entry(page, html.escape(title or env.titles[page].astext()), module, _number(page))


def _number(page: str) -> int | None:
    """Return the number of the module whose page this is."""
    found = _NUMBER.match(page)
    return int(found[1]) if found else None


def _sections(env: BuildEnvironment, page: str) -> tuple[Section, ...]:
    """Return the parts of a page, without the parts of these."""
    from docutils import nodes

    found = []
    for item in env.tocs[page].children[0].children[1:]:  # what stands under the title
        for part in item.children:
            link = next(iter(part.findall(nodes.reference)), None)
            if link is None:
                continue  # the pages below this one
            found.append(Section(link["anchorname"].removeprefix("#"), html.escape(link.astext())))
    return tuple(found)


# ---------------------------------------------------------------------------- a page


def fill_page(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: document | None
) -> None:
    """Put into a page's template what our templates ask for."""
    if app.builder.name == "epub":
        return  # it has templates of its own
    env = app.env
    if page == NOT_FOUND:
        # It is shown at any address, and so can say where things are only from the host's root.
        base = urlsplit(app.config.html_baseurl).path.rstrip("/")
        relative = context["pathto"]
        context["pathto"] = lambda to, *more: f"{base}/{relative(to, *more)}"
        context["root"] = f"{base}/"
    else:
        context["root"] = context["content_root"]
    pathto = context["pathto"]
    query = asset_query(app.config.allyship_look)
    context["asset"] = lambda name: f"{pathto(f'_static/{name}', 1)}?{query}"
    context["author"] = html.escape(app.config.author)
    context["course"] = app.config.course_settings
    context["course_title"] = app.config.html_title
    description = _description(doctree)
    context["description"] = html.escape(description)
    context["card"] = app.config.html_baseurl + f"_static/{CARD}"
    if page == app.config.root_doc:
        # "</" would end the script that it stands in.
        context["metadata"] = json.dumps(_metadata(app, description)).replace("</", "<\\/")
    context["head_script"] = head_script()
    # A preview reloads its pages by a script in them, and must not show what a browser has kept.
    context["security_policy"] = "" if app.config.allyship_preview else security_policy()
    context["contents"] = [
        Group(g.caption, tuple(_here(env, entry, page, pathto) for entry in g.entries))
        for g in _contents(env)
    ]
    folder = Path(app.srcdir, page).parent
    context["number"] = _number(page)
    if page.startswith("modules/") and (folder / EXERCISES_FILE).exists():
        context["module"] = module = load_module(folder)
        context |= _ending(Path(app.srcdir), module)
    if app.config.allyship_live and (folder / EXERCISES_FILE).exists():
        address = app.config.allyship_live.rstrip("/")
        if not urlsplit(address).scheme:
            address = f"{context['root']}{address}"
        name = folder.name
        context["live"] = f"{address}/notebooks/index.html?path={name}/{name}.ipynb"


def _ending(book: Path, module: Module) -> dict[str, Any]:
    """Return the words around a module's ending: its lines' labels, and the journal's prompts."""
    if module.ending is None:
        return {}
    journal = book / JOURNAL
    questions = _labels(load_module(journal)) if (journal / EXERCISES_FILE).exists() else {}
    prompts = {path: questions[path] for path in module.ending.prompts if path in questions}
    return {"labels": _labels(module), "prompts": prompts}


def _labels(module: Module) -> dict[str, str]:
    """Return what each field of a module asks, by its path "exercise/field"."""
    return {f"{e.id}/{f.id}": f.label for e in module.exercises for f in e.all_fields()}


def _description(doctree: document | None) -> str:
    """Return the beginning of a page's first paragraph, for who finds the page elsewhere."""
    from docutils import nodes

    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        return textwrap.shorten(paragraph.astext(), 200, placeholder=" …")
    return ""


def _metadata(app: Sphinx, description: str) -> dict[str, Any]:
    """Return the course as schema.org describes courses, for the search engines' lists."""
    licence = app.config.course_settings.licence
    modules = [load_module(folder) for folder in module_folders(Path(app.srcdir))]
    minutes = sum(module.minutes for module in modules)
    return {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": app.config.html_title,
        "description": description,
        "inLanguage": app.config.language,
        "isAccessibleForFree": True,
        **({"license": licence.address} if licence else {}),
        "provider": {"@type": "Organization", "name": app.config.author},
        "offers": {"@type": "Offer", "category": "Free"},
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "online",
            "courseWorkload": f"PT{minutes}M",
        },
        "syllabusSections": [
            {"@type": "Syllabus", "name": m.title, "timeRequired": f"PT{m.minutes}M"}
            for m in modules
        ],
    }


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """List all pages for search engines; not without the site's address, which they need."""
    base = app.config.html_baseurl
    if error or not base or app.builder.name != "html":
        return
    lines = ['<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    lines += [f"<url><loc>{base}{page}.html</loc></url>" for page in sorted(app.env.found_docs)]
    (Path(app.outdir) / "sitemap.xml").write_text("\n".join([*lines, "</urlset>\n"]), "utf-8")


def _here(env: BuildEnvironment, entry: Entry, page: str, pathto: Any) -> Entry:
    """Return the entry as it stands on ``page``."""
    current = entry.page == page
    sections = _sections(env, page) if current else ()
    return replace(entry, href=pathto(entry.page), current=current, sections=sections)
