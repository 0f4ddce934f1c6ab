"""Routes: ways through a book for somebody who does not go from front to back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from .exercise import MODULES_FOLDER
from .field import Id, Part, Text
from .findings import Finding, did_you_mean, twice
from .minutes import exercise_minutes
from .modules import load_module, module_folders
from .yamlfile import load_checked

ROUTES_FILE = "routes.yml"


class Stop(Part):
    """One exercise of a route ("module/exercise"), and why it is on the way."""

    stop: Text
    why: Text


class Route(Part):
    """A way through the course: for whom it is, and the exercises in their order.

    ``minutes`` is how long all of its stops take, where the route promises a time.
    """

    id: Id
    title: Text
    why: Text
    minutes: Annotated[int, Field(ge=1)] | None = None
    stops: Annotated[list[Stop], Field(min_length=2, max_length=12)]


class Routes(Part):
    """All routes of a book."""

    routes: list[Route]


def load_routes(book: Path) -> list[Route]:
    """Load the routes of ``book``; none where it has no file of them.

    A SpecError says in which line something is wrong, or leads to an exercise that is not there.
    """
    file = book / ROUTES_FILE
    if not file.exists():
        return []
    modules = [load_module(folder) for folder in module_folders(book)]
    stops = [f"{m.module}/{e.id}" for m in modules if m.collected for e in m.exercises]
    return load_checked(file, Routes, lambda routes: _check(routes, stops)).routes


def route_minutes(book: Path, route: Route) -> float:
    """Return how many minutes all stops of a route take, by the rule of ``minutes``."""
    places = [one.stop.split("/") for one in route.stops]
    modules = {name: load_module(book / MODULES_FOLDER / name) for name, _ in places}
    return sum(exercise_minutes(modules[name].exercise(exercise)) for name, exercise in places)


def _check(routes: Routes, stops: list[str]) -> Iterator[Finding]:
    yield from twice([route.id for route in routes.routes], ("routes",), "route")
    for i, route in enumerate(routes.routes):
        here = ("routes", i, "stops")
        yield from twice([one.stop for one in route.stops], here, "stop", "stop")
        for s, one in enumerate(route.stops):
            if one.stop not in stops:
                problem = f"'{one.stop}' is no exercise of the modules"
                yield (*here, s, "stop"), problem, did_you_mean(one.stop, stops)
