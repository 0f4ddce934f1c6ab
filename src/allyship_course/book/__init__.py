"""The Sphinx extension: exercises and posters on the published, static page.

The reading of a module is a MyST notebook whose cells call ``exercise(...)`` and
``poster(...)``. While the book is built those return plain HTML instead of a live widget,
so a page carries our one script and nothing of Jupyter's.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..form.posters import POSTERS_FILE, Sheet, load_posters, pdf_name, picture_name, svg, write_pdf
from ..form.replies import FOLDER_NAME as REPLIES
from ..form.replies import replies
from ..form.scenes import TILES, scene_faults, scenes_of, sprite, sprite_name
from ..form.words import describe, outline
from ..notebook.page import BUILDING, NO_POSTERS, SOURCE
from ..notebook.strip import FOLDER as NOTEBOOK_FOLDER
from ..spec import EXERCISES_FILE, Module, Source, SpecError, load_module
from ..spec.folders import REFERENCES
from ..spec.modules import exercise_folders
from ..spec.routes import Route, load_routes
from ..spec.settings import KEY, Settings, read_settings
from .cards import cards
from .look import LookError, write_card, write_mark
from .print.paper import ONLY_WEBSITE, fill_epub
from .print.paper import STYLE as PAPER_STYLE
from .print.workbook import WORKBOOK_NAME, write_workbook
from .website import (
    ADDRESS,
    LIVE,
    NOT_FOUND,
    SEARCH_ORDER,
    TEMPLATES,
    asset_query,
    fill_page,
    forms_fingerprint,
    page_fingerprint,
    renew_contents,
    write_assets,
    write_offline,
    write_sitemap,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.config import Config


def _dress(app: Sphinx, config: Config) -> None:
    """Read the course's settings; write every page anew when our own files change."""
    try:
        config.course_settings = read_settings(config[KEY])
    except SpecError as e:
        raise _stop(e) from None
    # The parts decide what is read of a page, and not only how it is shown.
    config.allyship_forms = f"{forms_fingerprint()} {config.course_settings.parts}"
    config.allyship_look = page_fingerprint(config.course_settings)
    config.allyship_live = os.environ.get(LIVE, "")
    address = os.environ.get(ADDRESS) or config.html_baseurl
    config.html_baseurl = f"{address.rstrip('/')}/" if address else ""
    config.epub_css_files = [PAPER_STYLE.name]
    config.epub_show_urls = "no"
    config.epub_exclude_files = [*config.epub_exclude_files, *ONLY_WEBSITE]
    config.version = __version__
    config.html_search_scorer = str(SEARCH_ORDER)
    config.bibtex_bibfiles = [str(f) for f in (REFERENCES,) if (Path(app.srcdir) / f).exists()]
    # A call of an exercise that is not there: say in the terminal which there are.
    config.nb_execution_show_tb = True


def _prepare(app: Sphinx) -> None:
    settings: Settings = app.config.course_settings
    os.environ[SOURCE] = str(app.srcdir)
    os.environ[BUILDING] = "1" if settings.has("posters") else NO_POSTERS
    static = Path(app.doctreedir) / "allyship_static"
    static.mkdir(parents=True, exist_ok=True)
    write_assets(static, asset_query(app.config.allyship_look), settings)
    shutil.copy(PAPER_STYLE, static)
    write_card(static, app.config.html_title, settings)
    try:
        write_mark(static, Path(app.srcdir), settings)
        _check_and_print(Path(app.srcdir), static, app.config.html_title, settings)
    except (SpecError, LookError) as e:
        raise _stop(e) from None
    app.config.html_static_path.append(str(static))


def _stop(error: Exception) -> SystemExit:
    """Return what ends the build: Jupyter Book would bury one of Sphinx's errors."""
    return SystemExit(f"The book can't be built until this is mended:\n{error}")


def _check_and_print(book: Path, static: Path, title: str, settings: Settings) -> None:
    """Load every module, so that a fault stops the build here; write what is made of them."""
    described = []
    notebooks = static / "assignments"
    notebooks.mkdir(exist_ok=True)
    (static / REPLIES).mkdir(exist_ok=True)
    modules = {folder: load_module(folder) for folder in exercise_folders(book)}
    pages = {f"{f.relative_to(book).as_posix()}/index.html": m for f, m in modules.items()}
    for page, (folder, module) in zip(pages, modules.items(), strict=True):
        described.append(describe(module, page))
        _write_json(static / REPLIES / f"{module.module}.json", replies(module))
        if module.collected:
            _write_json(notebooks / f"{module.module}.ipynb", _released(module, folder))
        if folder.name == "journal":
            write_workbook(module, static / WORKBOOK_NAME, title, settings.colours)
    _write_sprites(modules, static)
    _write_json(static / "course.json", described)
    _write_json(static / "cards.json", cards(pages))
    _write_json(static / "outline.json", [outline(module) for module in described])
    # A browser that chose a way while there was a trail is led along it no longer.
    routes = load_routes(book) if settings.has("trail") else []
    _write_json(static / "routes.json", [_stops(route) for route in routes])
    if not settings.has("posters"):
        return
    sheet = Sheet.of(title, settings)
    for posters in sorted(book.glob(f"modules/*/{POSTERS_FILE}")):
        for poster in load_posters(posters.parent):
            write_pdf(poster, static / pdf_name(poster), sheet)
            (static / picture_name(poster)).write_text(svg(poster, sheet), encoding="utf-8")


def _write_sprites(modules: dict[Path, Module], static: Path) -> None:
    """Write the pictures of each module's page, and those of the modules themselves."""
    for folder, module in modules.items():
        if faults := [*scene_faults(module)]:
            source = Source(folder / EXERCISES_FILE)
            raise SpecError([source.problem(fault) for fault in faults])
        (static / sprite_name(module)).write_text(sprite(scenes_of(module)), "utf-8")
    tiles = [module.scene for module in modules.values() if module.scene]
    (static / TILES).write_text(sprite(dict.fromkeys(tiles)), "utf-8")


def _released(module: Module, folder: Path) -> NotebookNode:
    """Return the notebook that is handed in from the page; submission.mjs puts the record in."""
    # Here, since jupytext takes a while to load and a kernel loads this file too.
    from ..notebook.assignments import assignment_notebook

    return assignment_notebook(module, folder / "index.md")


def _stops(route: Route) -> dict[str, Any]:
    """Return what a page needs to lead somebody along a route."""
    return {"id": route.id, "title": route.title, "stops": [one.stop for one in route.stops]}


def _write_json(file: Path, data: object) -> None:
    file.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _mend_roles(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Take away the roles that docutils gives references: they don't fit into one another."""
    if "body" in context:
        body = context["body"].replace(' role="doc-biblioentry"', "")
        context["body"] = body.replace(
            '<div role="list" class="citation-list"', '<div class="citation-list"'
        )


def _more_pages(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Name the pages that come from a template alone."""
    return [(NOT_FOUND, {}, f"{NOT_FOUND}.html")] if app.builder.name == "html" else []


def _depend_on_exercises(app: Sphinx, docname: str, _source: list[str]) -> None:
    """Build a page anew when its exercises change, not only when its text does."""
    for name in (EXERCISES_FILE, POSTERS_FILE):
        file = Path(app.env.doc2path(docname)).parent / name
        if file.exists():
            app.env.note_dependency(str(file))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    # Here, since a student's kernel loads this file too and has no Sphinx.
    from . import home, tables

    # Jupyter Book passes this on to an extension that our _config.yml leaves out; nobody
    # would know the value then, and Sphinx would warn.
    app.add_config_value("comments_config", {}, "")
    app.add_config_value(KEY, {}, "html", types=dict)
    app.add_config_value("course_settings", Settings(), "", types=Settings)
    app.add_config_value("allyship_forms", "", "env")
    app.add_config_value("allyship_look", "", "html")
    app.add_config_value("allyship_preview", default=False, rebuild="html", types=bool)
    app.add_config_value("allyship_live", "", "html")
    for name, directive in {**tables.DIRECTIVES, **home.DIRECTIVES}.items():
        app.add_directive(name, directive)
    app.connect("config-inited", _dress)
    app.connect("builder-inited", _prepare)
    app.connect("source-read", _depend_on_exercises)
    app.connect("env-updated", renew_contents)
    app.connect("html-page-context", fill_page)
    app.connect("html-page-context", _mend_roles)
    app.connect("html-page-context", fill_epub)
    app.connect("html-collect-pages", _more_pages)
    app.connect("build-finished", write_sitemap)
    app.connect("build-finished", write_offline)
    app.config.templates_path.append(str(NOTEBOOK_FOLDER))  # the certificate
    app.add_html_theme("allyship", str(TEMPLATES))
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
