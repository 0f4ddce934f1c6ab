"""Read the vectors: cases that Python and the scripts must answer alike."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from allyship_course.spec import AnyField, Exercise, Module
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "vectors"
# Each worker reads them all to know its tests; without libyaml that takes seconds.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)


@dataclass(frozen=True)
class Case:
    """One case of a vector file: an exercise, what somebody put in, what must come out."""

    file: str
    exercise: dict[str, Any]
    name: str
    answers: dict[str, Any]
    passed: bool
    expected: dict[str, Any]
    held: bool  # just so, these answers could stand in the form

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def exercise_cases() -> list[Case]:
    """Return the cases of every field type and of branching."""
    return [
        Case(
            file.stem,
            data["exercise"],
            str(case["name"]),
            case["answers"],
            case.get("passed", False),
            {key: case[key] for key in ("answered", "words", "completion")},
            case.get("held", True) and {*case["answered"], *case["words"]} == {*case["answers"]},
        )
        for file in sorted(FOLDER.glob("*.yml"))
        if "exercise" in (data := _read(file))
        for case in data["cases"]
    ]


def word_cases() -> list[dict[str, Any]]:
    """Return texts, each with a name and its number of words."""
    return list(_read(FOLDER / "words.yml")["words"])


def module_of(*exercises: dict[str, Any]) -> Module:
    """Put exercises, as in YAML, into a module."""
    return Module.model_validate(
        {"module": "vectors", "title": "Vectors", "minutes": 1, "exercises": list(exercises)}
    )


def exercise_of(data: dict[str, Any]) -> Exercise:
    """Return one exercise from its YAML."""
    return module_of(data).exercises[0]


@functools.cache
def vectors(name: str) -> dict[str, Any]:
    """Return what stands in the vector file of a rule."""
    return dict(_read(FOLDER / f"{name}.yml"))


def rule_cases(key: str, file: str = "") -> list[dict[str, Any]]:
    """Return the cases of a rule's vector file."""
    return list(vectors(file or key)[key])


def field_of(data: dict[str, Any]) -> AnyField:
    """Return one field from its YAML."""
    return exercise_of({"id": "x", "title": "X", "minutes": 1, "fields": [data]}).all_fields()[0]


def modules_of(data: list[dict[str, Any]]) -> list[Module]:
    """Return modules from their YAML."""
    return [Module.model_validate(module) for module in data]


def line_modules(data: list[dict[str, Any]]) -> list[Module]:
    """Return modules each exercise of which is one line to write."""
    line = {"id": "line", "type": "line", "label": "What?"}
    head = {"title": "Lines", "minutes": 1}
    return modules_of(
        [
            {
                **head,
                **module,
                "exercises": [{**head, "id": e, "fields": [line]} for e in module["exercises"]],
            }
            for module in data
        ]
    )


def timed_module(case: dict[str, Any]) -> Module:
    """Return a module of which only the minutes count: its own, and those of its exercises."""
    line = {"id": "line", "type": "line", "label": "What?"}
    exercises = [
        {"id": f"e{i}", "title": "Line", "minutes": minutes, "fields": [line]}
        for i, minutes in enumerate(case["exercises"])
    ]
    head = {"module": "timed", "title": "Timed", "minutes": case["minutes"]}
    return Module.model_validate({**head, "exercises": exercises})
