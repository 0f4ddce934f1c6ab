"""Lint all content of a book: what ``allyship check`` says to an author.

Not called check: ``allyship_course.check`` is what a notebook's check cells call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from .posters import POSTERS_FILE, load_posters
from .spec import (
    EXERCISES_FILE,
    Choice,
    Exercise,
    Finding,
    Line,
    Loc,
    Module,
    Problem,
    Rows,
    Scale,
    Sort,
    Source,
    SpecError,
    TextField,
    load_module,
    read_text,
)

WORDS = (900, 1600)
MINUTES = (30, 50)
EXERCISES = (4, 9)
GRADE = 9
SOURCE_MAP = Path("developing") / "source-map.yml"
REFERENCES = Path("references.bib")
_BIBTEX_KEY = re.compile(r"^@\w+\{\s*([^,\s]+)\s*,", re.MULTILINE)


def source_rows(book: Path) -> dict[str, str]:
    """Return the source map's rows, id to idea; empty for a book that has none."""
    file = book / SOURCE_MAP
    if not file.exists():
        return {}
    return {entry["row"]: entry["idea"] for entry in yaml.safe_load(file.read_text("utf-8"))}


def evidence_keys(book: Path) -> set[str]:
    """Return the keys of the book's BibTeX file; empty for a book that has none."""
    file = book / REFERENCES
    return set(_BIBTEX_KEY.findall(file.read_text("utf-8"))) if file.exists() else set()


def exercise_folders(book: Path) -> list[Path]:
    """Return every folder of a book that holds exercises: the modules, then those beside them."""
    folders = [file.parent for file in book.glob(f"**/{EXERCISES_FILE}")]
    return sorted(folders, key=lambda f: (f.parent.name != "modules", f.name))


_CALL = re.compile(r"^(exercise|poster)\(\s*['\"]([^'\"]+)['\"]\s*\)\s*$")


def check_book(book: Path) -> list[Problem]:
    """Return every problem of every module, in the order of the folders."""
    problems: list[Problem] = []
    folders = exercise_folders(book)
    for folder in folders:
        problems += check_module(folder)
    problems += _claims(book, folders) if not problems else []
    return problems or [*_earlier(folders), *_lengths(folders)]


def _lengths(folders: list[Path]) -> Iterator[Problem]:
    """Check the modules against what the course promises its readers of length and plainness."""
    for folder in (f for f in folders if f.parent.name == "modules"):
        module, reading = load_module(folder), folder / "index.md"
        # The list of sources at the end is for looking up.
        whole = read_text(reading, "Each module has a reading")
        text = plain_text(whole.partition("\n## Sources")[0])
        for what, found, least, most in (
            ("words of reading", len(text.split()), *WORDS),
            ("minutes", module.minutes, *MINUTES),
            ("exercises", len(module.exercises), *EXERCISES),
            ("the reading grade (Flesch-Kincaid)", round(reading_grade(text), 1), 0, GRADE),
        ):
            if not least <= found <= most:
                told = f"{what}: {found}, and not from {least} to {most}"
                yield Problem(reading, 1, None, told, "Shorten, split or simplify it")


def plain_text(markdown: str) -> str:
    """Return what a reader reads of a MyST notebook: no front matter, code or markup."""
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    blocks = [t for t in MarkdownIt("commonmark").parse(body) if t.type == "inline"]
    texts = ["".join(c.content for c in t.children or [] if c.type == "text") for t in blocks]
    # A heading or list item is a sentence to whoever reads it, with or without a full stop.
    return "\n".join(
        t if t.rstrip().endswith((".", "?", ":", ";", "”")) else f"{t}." for t in texts
    )


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade: school years that a text asks for. Needs textstat."""
    import textstat

    grade: float = textstat.flesch_kincaid_grade(text)
    return grade


def _claims(book: Path, folders: list[Path]) -> Iterator[Problem]:
    """Check that evidence and source rows are known, and that no row of the map is left over."""
    rows, keys = source_rows(book), evidence_keys(book)
    claimed: set[str] = set()
    for folder in folders:
        source = Source(folder / EXERCISES_FILE)
        for i, exercise in enumerate(load_module(folder).exercises):
            here: Loc = ("exercises", i)
            claimed |= {*exercise.sources}
            for row in exercise.sources if rows else []:
                if row not in rows:
                    what = f"'{row}' is no row of the source map"
                    yield source.problem(
                        ((*here, "sources"), what, f"The rows: {book / SOURCE_MAP}")
                    )
            for key in exercise.evidence if keys else []:
                if key not in keys:
                    what = f"'{key}' is no key of the evidence"
                    yield source.problem(
                        ((*here, "evidence"), what, f"The keys: {book / REFERENCES}")
                    )
    for row in rows:
        if row not in claimed:
            what = f"no exercise does anything with row {row} of the source map"
            yield Problem(book / SOURCE_MAP, 1, None, what, "Name it under an exercise's 'sources'")


def _earlier(folders: list[Path]) -> Iterator[Problem]:
    """Check that what a form shows again from elsewhere is there, and can be shown."""
    modules = {folder: load_module(folder) for folder in folders}
    fields = {
        f"{module.module}/{exercise.id}/{field.id}": field
        for module in modules.values()
        for exercise in module.exercises
        for field in exercise.all_fields()
    }
    for folder, module in modules.items():
        source = Source(folder / EXERCISES_FILE)
        for i, exercise in enumerate(module.exercises):
            for loc, path, types in _shown_again(exercise, ("exercises", i)):
                # Another module's labels are not at hand where a notebook runs.
                here = path.startswith(f"{module.module}/")
                field = fields.get(path)
                if not isinstance(field, types) or (isinstance(field, Choice) and not here):
                    what = f"'{path}' is no field that can be shown here"
                    remedy = "Name the module/exercise/field of a text, a line or a list"
                    yield source.problem((loc, what, remedy))


def _shown_again(exercise: Exercise, here: Loc) -> Iterator[tuple[Loc, str, tuple[type, ...]]]:
    """Yield where an exercise points elsewhere, the full path, and the types it may point to."""
    for loc, field in exercise.places(here):
        if field.earlier:
            yield (*loc, "earlier"), field.earlier, (TextField, Line, Rows, Choice)
    if exercise.profile and exercise.profile.compare:
        for field in exercise.all_fields():
            if isinstance(field, Scale):
                loc = (*here, "profile", "compare")
                yield loc, f"{exercise.profile.compare}/{field.id}", (Scale,)


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
