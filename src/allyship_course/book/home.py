"""What a front page is made of: where one goes on, the modules as a trail, the routes.

Sphinx directives for MyST pages::

    ```{go-on}
    ```
    ```{trail}
    1. [A module](modules/01-a-module/index.md): what it is about
    ```
    ```{routes}
    ```

Each is whole without a script: links that lead somewhere and words that hold for everybody.
``trail.mjs`` puts in how far somebody is. In a course without the part ``trail`` the list of
modules stands as it is written, and the other two show nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from markupsafe import Markup
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective

from ..form import template
from ..form.scenes import TILES, scene
from ..spec import EXERCISES_FILE, Exercise, Module, load_module, module_folders
from ..spec.modules import TOC
from ..spec.routes import ROUTES_FILE, load_routes
from ..spec.settings import Settings
from .website import TEMPLATES

SHORT_TIMES = (3, 5, 10)
"""Minutes for which the front page offers an exercise."""


class _Home(SphinxDirective):
    """A directive that shows something of all modules."""

    def modules(self) -> list[Module]:
        """Load the modules in their order; the page is written anew once one changes."""
        book = Path(self.env.srcdir)
        folders = module_folders(book)
        for file in (book / TOC, book / ROUTES_FILE, *(f / EXERCISES_FILE for f in folders)):
            if file.exists():
                self.env.note_dependency(str(file))
        return [load_module(folder) for folder in folders]

    @property
    def wanted(self) -> bool:
        """Whether the course has a trail."""
        settings: Settings = self.config.course_settings
        return settings.has("trail")

    @property
    def up(self) -> str:
        """The way from this page to the site's root."""
        return "../" * self.env.docname.count("/")

    def part(self, name: str, **values: Any) -> nodes.raw:
        """Fill in one of the theme's parts."""
        html = template(TEMPLATES / "parts" / f"{name}.html").render(up=self.up, **values)
        return nodes.raw("", html, format="html")


class GoOn(_Home):
    """The one link that leads on, and what fits into a few minutes."""

    def run(self) -> list[nodes.Node]:
        if not self.wanted:
            return []
        return [self.part("go-on", first=self.modules()[0], times=SHORT_TIMES)]


class Routes(_Home):
    """The ways through the course; nothing where a book has none."""

    def run(self) -> list[nodes.Node]:
        if not self.wanted:
            return []
        modules = {module.module: module for module in self.modules()}
        ways = [
            (route, [(*_exercise(modules, one.stop), one.why) for one in route.stops])
            for route in load_routes(Path(self.env.srcdir))
        ]
        return [self.part("routes", ways=ways)] if ways else []


def _exercise(modules: dict[str, Module], stop: str) -> tuple[Module, Exercise]:
    module, _, exercise = stop.partition("/")
    return modules[module], modules[module].exercise(exercise)


class Trail(_Home):
    """A list of modules, each with its picture and its length."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        trail: list[nodes.Node] = self.parse_content_to_nodes()
        if not self.wanted:
            return trail
        modules = {module.module: module for module in self.modules()}
        for item in (item for node in trail for item in node.findall(nodes.list_item)):
            if module := modules.get(_module_of(item)):
                item.insert(0, nodes.raw("", self._picture(module), format="html"))
                item.append(self.part("trail-left", module=module))
        return [nodes.container("", *trail, classes=["trail"])]

    def _picture(self, module: Module) -> Markup:
        return scene(module.scene, f"{self.up}_static/{TILES}") if module.scene else Markup()


def _module_of(item: nodes.list_item) -> str:
    """Return the module that the first link of a line leads to."""
    link = next(item.findall(pending_xref), None)
    return Path(link["reftarget"]).parent.name if link else ""


DIRECTIVES: dict[str, Any] = {"go-on": GoOn, "trail": Trail, "routes": Routes}
