"""Where the steps of a case lie on its map: from left to right, roads between them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..spec import END, Choice, Exercise
from . import FOLDER

SIZES: Mapping[str, Any] = json.loads((FOLDER / "drawing.json").read_text("utf-8"))
Spot = tuple[float, float]


@dataclass(frozen=True)
class CaseMap:
    """A map of a case: the middle of each step, and each road as (step, next step, SVG path).

    ``ways`` is how many ways lead from the first step to an end, each option counted.
    """

    wide: float
    high: float
    ways: int
    spots: dict[str, Spot]
    roads: list[tuple[str, str, str]]


def case_map(exercise: Exercise) -> CaseMap:
    """Return the map of an exercise with steps. ``way`` in drawing.mjs draws on it as JSON."""
    size = SIZES["way"]
    onward = _onward(exercise)
    level = _levels(onward)
    layers = _layers(onward, level)
    wide = max(SIZES["width"], 2 * size["edge"] + (len(layers) - 1) * size["step"])
    high = max(map(len, layers)) * size["lane"] + 4
    apart = (wide - 2 * size["edge"]) / max(1, len(layers) - 1)
    spots = {
        (i, one): (
            round(size["edge"] + i * apart, 1),
            high / 2 + (k - (len(layer) - 1) / 2) * size["lane"],
        )
        for i, layer in enumerate(layers)
        for k, one in enumerate(layer)
    }
    roads = []
    for step, nexts in onward.items():
        for to in nexts:
            lanes = [spots[i, f">{to}"] for i in range(level[step] + 1, level[to])]
            points = [spots[level[step], step], *lanes, spots[level[to], to]]
            roads.append((step, to, _curve(points)))
    places = {one: spots[at, one] for one, at in level.items()}
    return CaseMap(wide, high, _ways(exercise), places, roads)


def _onward(exercise: Exercise) -> dict[str, list[str]]:
    """Return for each step those below it to which it leads: a way back is on no map."""
    order = [step.id for step in exercise.steps]
    return {
        route["id"]: [one for one in route["next"] if one in order[order.index(route["id"]) + 1 :]]
        for route in exercise.routes()
    }


def _levels(onward: Mapping[str, list[str]]) -> dict[str, int]:
    """Return how many steps lead to each step, at most."""
    level = dict.fromkeys(onward, 0)
    for step, nexts in onward.items():
        for one in nexts:
            level[one] = max(level[one], level[step] + 1)
    return level


def _layers(onward: Mapping[str, list[str]], level: Mapping[str, int]) -> list[list[str]]:
    """Return the steps by their level, and ``>id`` for a road that passes by on its way to ``id``.

    Within a level, steps stand in the order of those that lead to them, so that few roads cross.
    """
    layers: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    for step, at in level.items():
        layers[at].append(step)
    for step, nexts in onward.items():
        for to in nexts:
            for layer in layers[level[step] + 1 : level[to]]:
                if f">{to}" not in layer:
                    layer.append(f">{to}")
    for i, before in enumerate(layers[:-1]):
        layers[i + 1].sort(key=lambda one: _mean_place(before, one.removeprefix(">"), onward))
    return layers


def _mean_place(layer: list[str], to: str, onward: Mapping[str, list[str]]) -> float:
    """Return where, from the middle, the roads to a step come from."""
    places = [
        k - (len(layer) - 1) / 2
        for k, one in enumerate(layer)
        if one == f">{to}" or to in onward.get(one, [])
    ]
    return sum(places) / max(1, len(places))


def _curve(points: list[Spot]) -> str:
    """Return a line from left to right through some points, as an SVG path."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for (from_x, from_y), (x, y) in itertools.pairwise(points):
        half = (from_x + x) / 2
        path += f"C{half:g} {from_y:g} {half:g} {y:g} {x:g} {y:g}"
    return path


def _ways(exercise: Exercise) -> int:
    """Return how many ways lead from the first step to an end."""
    order = [step.id for step in exercise.steps]
    default = exercise.default_next()
    ways = {END: 1}
    for step in reversed(exercise.steps):
        branching = [
            field
            for field in step.fields
            if isinstance(field, Choice) and any(option.next for option in field.options)
        ]
        nexts = [o.next or default[step.id] for f in branching for o in f.options]
        onward = nexts or [default[step.id]]
        ways[step.id] = sum(ways.get(one, 0) for one in onward)
    return ways[order[0]]
