"""Lint all content of a book: what ``allyship check`` says to an author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .posters import POSTERS_FILE, load_posters
from .spec import EXERCISES_FILE, Choice, Exercise, Module, Problem, Sort, SpecError, load_module

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
    posters: list[str] = []
    if (folder / POSTERS_FILE).exists():
        try:
            posters = [p.id for p in load_posters(folder)]
        except SpecError as e:
            problems += e.problems
    try:
        module = load_module(folder)
    except SpecError as e:
        return problems + list(e.problems)
    file = folder / EXERCISES_FILE
    problems += [
        Problem(file, _line_of(file, exercise.id), exercise.id, what, remedy)
        for exercise in module.exercises
        for what, remedy in _content(exercise)
    ]
    if module.module != folder.name:
        what = f"'module: {module.module}' stands in the folder {folder.name}"
        problems.append(Problem(file, 1, None, what, "Give both the same name"))
    return problems + list(_placing(folder, module, posters))


def _line_of(file: Path, exercise_id: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((n for n, t in enumerate(lines, 1) if f"id: {exercise_id}" in t), 1)


def _content(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Find what is valid but not finished: nothing here has a right answer, all have a why."""
    if not exercise.evidence and not exercise.practice_wisdom:
        yield "it names no evidence", "Add 'evidence: [key]' or 'practice-wisdom: true'"
    if not exercise.sources:
        yield "it names no row of the source map", "Add 'sources: [C4]' with its rows"
    for field in exercise.all_fields():
        if isinstance(field, Choice):
            for option in field.options:
                if not option.consequence:
                    yield f"option '{option.id}' of '{field.id}' has no consequence", "Add one"
        if isinstance(field, Sort):
            for card in field.cards:
                if not card.reasoning:
                    yield f"card '{card.id}' of '{field.id}' has no reasoning", "Add one"


def _placing(folder: Path, module: Module, posters: list[str]) -> Iterator[Problem]:
    """Check that the reading places every exercise and poster once, and nothing else."""
    reading = folder / "index.md"
    if not reading.exists():
        yield Problem(reading, 1, None, "there is no such file", "Each module has a reading")
        return
    known = {("exercise", e.id) for e in module.exercises} | {("poster", p) for p in posters}
    placed: set[tuple[str, str]] = set()
    for number, line in enumerate(reading.read_text(encoding="utf-8").splitlines(), 1):
        if not (call := _CALL.match(line)):
            continue
        one = (call[1], call[2])
        if one not in known:
            yield Problem(reading, number, None, f"there is no {one[0]} '{one[1]}'", "Correct the id")
        elif one in placed:
            yield Problem(reading, number, None, f"{one[0]} '{one[1]}' stands here twice", "Keep one")
        placed.add(one)
    for kind, name in sorted(known - placed):
        what = f"{kind} '{name}' is placed nowhere in the reading"
        yield Problem(reading, 1, None, what, f'Add a code cell with {kind}("{name}")')
