"""Lint all content of a book: what ``allyship check`` says to an author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .posters import POSTERS_FILE, load_posters
from .spec import (
    EXERCISES_FILE,
    Choice,
    Exercise,
    Finding,
    Loc,
    Module,
    Problem,
    Sort,
    Source,
    SpecError,
    load_module,
    read_text,
)

_CALL = re.compile(r"^(exercise|poster)\(\s*['\"]([^'\"]+)['\"]\s*\)\s*$")


def check_book(book: Path) -> list[Problem]:
    """Return every problem of every module, in the order of the folders."""
    problems: list[Problem] = []
    for exercises in sorted(book.glob(f"modules/*/{EXERCISES_FILE}")):
        problems += check_module(exercises.parent)
    return problems


def check_module(folder: Path) -> list[Problem]:
    """Return every problem of one module's exercises, posters and reading."""
    problems: list[Problem] = []
    parts: dict[str, list[str]] = {"exercise": [], "poster": []}
    if (folder / POSTERS_FILE).exists():
        try:
            parts["poster"] = [p.id for p in load_posters(folder)]
        except SpecError as e:
            problems += e.problems
            del parts["poster"]
    try:
        module = load_module(folder)
        parts["exercise"] = [e.id for e in module.exercises]
        problems += _unfinished(folder, module)
    except SpecError as e:
        problems += e.problems
        del parts["exercise"]
    try:
        problems += _placing(folder / "index.md", parts)
    except SpecError as e:
        problems += e.problems
    return problems


def _unfinished(folder: Path, module: Module) -> Iterator[Problem]:
    source = Source(folder / EXERCISES_FILE)
    if module.module != folder.name:
        what = f"'module: {module.module}' stands in the folder {folder.name}"
        yield source.problem((("module",), what, "Give both the same name"))
    for i, exercise in enumerate(module.exercises):
        for finding in _content(exercise, ("exercises", i)):
            yield source.problem(finding)


def _content(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find what is valid but not finished: nothing here has a right answer, all have a why."""
    if not exercise.evidence and not exercise.practice_wisdom:
        yield here, "it names no evidence", "Add 'evidence: [key]' or 'practice-wisdom: true'"
    if not exercise.sources:
        yield here, "it names no row of the source map", "Add 'sources: [C4]' with its rows"
    for loc, field in exercise.places(here):
        if isinstance(field, Choice):
            for o, option in enumerate(field.options):
                if not option.consequence:
                    what = f"option '{option.id}' of '{field.id}' has no consequence"
                    yield (*loc, "options", o), what, "Add one"
        if isinstance(field, Sort):
            for c, card in enumerate(field.cards):
                if not card.reasoning:
                    what = f"card '{card.id}' of '{field.id}' has no reasoning"
                    yield (*loc, "cards", c), what, "Add one"


def _placing(reading: Path, parts: dict[str, list[str]]) -> Iterator[Problem]:
    """Check that the reading places every exercise and poster once, and nothing else.

    A kind that is not in ``parts`` could not be loaded: nobody knows what should be placed.
    """
    placed: set[tuple[str, str]] = set()
    text = read_text(reading, "Each module has a reading")
    for number, line in enumerate(text.splitlines(), 1):
        if not (call := _CALL.match(line)) or call[1] not in parts:
            continue
        kind, name = call[1], call[2]
        if name not in parts[kind]:
            what = f"there is no {kind} '{name}'"
            yield Problem(reading, number, None, what, "Correct the id")
        elif (kind, name) in placed:
            yield Problem(reading, number, None, f"{kind} '{name}' stands here twice", "Keep one")
        placed.add((kind, name))
    known = {(kind, name) for kind, names in parts.items() for name in names}
    for kind, name in sorted(known - placed):
        what = f"{kind} '{name}' is placed nowhere in the reading"
        yield Problem(reading, 1, None, what, f'Add a code cell with {kind}("{name}")')
