"""Lint all content of a book: what ``allyship check`` says to an author.

Not called check: ``allyship_course.check`` is what a notebook's check cells call.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from ..form.posters import POSTERS_FILE, load_posters
from ..form.scenes import scene_faults
from ..spec import (
    COMPOSED,
    EXERCISES_FILE,
    JOURNAL,
    MODULES_FOLDER,
    TO_WRITE,
    AnyField,
    Exercise,
    Finding,
    Loc,
    Module,
    Problem,
    Scale,
    Source,
    SpecError,
    Written,
    did_you_mean,
    load_module,
    module_folders,
    read_text,
)
from ..spec.folders import (
    GLOSSARY,
    REFERENCES,
    SOURCE_MAP,
    SourceRow,
    evidence_keys,
    source_rows,
)
from ..spec.glossary import glossary, term_faults
from ..spec.minutes import exercise_minutes, reading_minutes
from ..spec.modules import exercise_folders
from ..spec.overlay import Laid, lay_over
from ..spec.reading import PLACED, SOURCES, links, plain_text, reading_grade
from ..spec.routes import ROUTES_FILE, load_routes, route_minutes
from ..spec.settings import Promises, settings_of

_STATE_THEM = "Correct 'minutes', or shorten something"
_STATED_MINUTES = re.compile(r"\bIt takes about (\d+) minutes")
_MISSPELT = re.compile(r"^(.+?):(\d+): (.+) ==> (.+)$", re.MULTILINE)


def check_book(book: Path, overlay: Path | None = None) -> list[Problem]:
    """Return every problem of every module, in the order of the folders.

    With an ``overlay``, of the book with the overlay in it. What is an organisation's own need
    not rest on the course's sources, and its modules may be as long as it likes.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            laid = (
                lay_over(book, overlay, Path(folder) / book.name) if overlay else Laid(book, book)
            )
        except SpecError as e:
            return list(e.problems)
        problems = _check_exercises(laid) or _check_pages(laid, overlay)
        return [laid.mended_where(problem) for problem in problems]


def _check_exercises(laid: Laid) -> list[Problem]:
    problems: list[Problem] = []
    folders = exercise_folders(laid.book)
    try:
        settings_of(laid.original)
    except SpecError as e:
        problems += e.problems
    mapped = bool(source_rows(laid.book))
    for folder in folders:
        problems += check_module(folder, laid.own.get(folder.name, ()), mapped=mapped)
    return problems or [*_claims(laid.book, folders, whole=not laid.own)]


def _check_pages(laid: Laid, overlay: Path | None) -> list[Problem]:
    folders = exercise_folders(laid.book)
    ours = [f for f in folders if f.name not in laid.own]
    promises = settings_of(laid.original).promises
    checks = [_names_elsewhere(laid.book, folders), _lengths(ours, promises)]
    checks += [_pages(laid.book), _terms(laid.book), _routes(laid.book)]
    checks += [
        _spelling(laid.original.parent, place) for place in (laid.original, overlay) if place
    ]
    return [problem for check in checks for problem in check]


def _routes(book: Path) -> Iterator[Problem]:
    """Check that each route's stops are exercises of the book, and take as long as it promises."""
    try:
        routes = load_routes(book)
    except SpecError as e:
        yield from e.problems
        return
    for i, route in enumerate(routes):
        if route.minutes is None:
            continue
        takes = route_minutes(book, route)
        if _is_off(route.minutes, takes, to_the=1):
            what = f"minutes: {route.minutes}, and its stops take {round(takes)} as the rule has it"
            remedy = "Correct 'minutes', or choose stops that are shorter"
            yield Source(book / ROUTES_FILE).problem((("routes", i, "minutes"), what, remedy))


def _lengths(folders: list[Path], promises: Promises) -> Iterator[Problem]:
    """Check the modules against what the course promises its readers of length and plainness."""
    for folder in (f for f in folders if f.parent.name == MODULES_FOLDER):
        module, reading = load_module(folder), folder / "index.md"
        # The list of sources at the end is for looking up.
        whole = read_text(reading, "Each module has a reading")
        text = plain_text(whole.partition(SOURCES)[0])
        grade = None if promises.grade is None else [0, promises.grade]
        for measure, number, kept in (
            ("words of reading", len(text.split()), promises.words),
            ("minutes", module.minutes, promises.minutes),
            ("exercises", len(module.exercises), promises.exercises),
            ("the reading grade (Flesch-Kincaid)", _grade(text) if grade else 0, grade),
        ):
            if kept and not kept[0] <= number <= kept[1]:
                problem = f"{measure}: {number}, and not from {kept[0]} to {kept[1]}"
                yield Problem(reading, 1, None, problem, "Shorten, split or simplify it")
        yield from _minutes(folder, module, reading_minutes(len(text.split())))
        for stated in _STATED_MINUTES.finditer(whole):
            if int(stated[1]) != module.minutes:
                line = whole.count("\n", 0, stated.start()) + 1
                what = f"the page says {stated[1]} minutes, and exercises.yml {module.minutes}"
                yield Problem(reading, line, None, what, "Say the same in both")


def _minutes(folder: Path, module: Module, reads: float) -> Iterator[Problem]:
    """Check the stated minutes against the rule of ``spec.minutes``, of exercises and module."""
    source = Source(folder / EXERCISES_FILE)
    does = [exercise_minutes(exercise) for exercise in module.exercises]
    for i, (exercise, takes) in enumerate(zip(module.exercises, does, strict=True)):
        if _is_off(exercise.minutes, max(1, takes), to_the=1):
            what = f"minutes: {exercise.minutes}, and not {max(1, round(takes))} as the rule has it"
            yield source.problem((("exercises", i, "minutes"), what, _STATE_THEM))
    takes = sum(does) + reads
    if _is_off(module.minutes, takes, to_the=5):
        what = (
            f"minutes: {module.minutes}, and not {round(takes)} as the rule has it: "
            f"{round(reads)} to read, {round(sum(does))} for exercises"
        )
        yield source.problem((("minutes",), what, _STATE_THEM))


def _is_off(stated: int, takes: float, to_the: int) -> bool:
    """Tell whether stated minutes are more than a fifth off, and it is not the rounding."""
    return abs(stated - takes) > max(takes / 5, to_the / 2) + 1e-9


def _grade(text: str) -> float:
    return round(reading_grade(text), 1)


def _pages(book: Path) -> Iterator[Problem]:
    """Check every page's links within the book, and that each image says what it shows."""
    for page in sorted(book.glob("**/*.md")):
        for link in links(read_text(page, "The book has it")):
            if link.alt == "":
                what = "an image has no words for those who do not see it"
                remedy = 'Write ![what it shows](file), or alt="" in HTML for mere decoration'
                yield Problem(page, link.line, None, what, remedy)
            if what := _leads_nowhere(book, page, link.target):
                yield Problem(page, link.line, None, what, "Correct the link")


def _leads_nowhere(book: Path, page: Path, target: str) -> str:
    """Say why a link leads nowhere in the book; nothing if it does, or is to another site."""
    path, _, label = target.partition("#")
    if not target or re.match(r"[a-z]+:|(\.\./)*_static/", target):  # _static is made with the book
        return ""
    file = book / path[1:] if path.startswith("/") else page.parent / path if path else page
    if file.suffix == ".html":  # in HTML, a page is called as it will be
        file = file.with_suffix(".md")
    if not file.is_file():
        return f"the link to {path} leads nowhere: there is no such file"
    if label and f"({label})=" not in file.read_text("utf-8").splitlines():
        return f"the link to {target} leads nowhere: there is no line ({label})= in that page"
    return ""


def _terms(book: Path) -> Iterator[Problem]:
    """Check that each module links the glossary's terms where it first uses them."""
    page = book / GLOSSARY
    entries = glossary(page.read_text("utf-8")) if page.exists() else []
    for folder in module_folders(book):
        titles = [exercise.title for exercise in load_module(folder).exercises]
        reading = folder / "index.md"
        for line, what, remedy in term_faults(
            reading.read_text("utf-8"), folder.name, entries, titles
        ):
            yield Problem(reading, line, None, what, remedy)


def can_spell() -> bool:
    """Tell whether codespell is installed, which no command of ours needs."""
    return importlib.util.find_spec("codespell_lib") is not None


def _spelling(root: Path, place: Path) -> Iterator[Problem]:
    """Check the spelling with codespell, by what the course's pyproject.toml says of it."""
    if not can_spell():
        return
    written = place.name if place.parent == root else str(place)
    command = [sys.executable, "-m", "codespell_lib", written]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    for file, line, wrong, right in _MISSPELT.findall(done.stdout):
        what = f"'{wrong}' looks misspelt"
        remedy = f"Write '{right}', or add the word to ignore-words-list in pyproject.toml"
        yield Problem(root / file, int(line), None, what, remedy)


def _is_said(book: Path, row: SourceRow) -> bool:
    """Tell whether a page has the sentence in which a row is read, whatever its line breaks."""
    page = book / row.page / "index.md"
    text = plain_text(page.read_text("utf-8")) if page.exists() else ""
    return " ".join(row.said.split()) in " ".join(text.split())


def _line_of(file: Path, row: str) -> int:
    lines = file.read_text("utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.endswith(f"row: {row}")), 1)


def _claims(book: Path, folders: list[Path], *, whole: bool) -> Iterator[Problem]:
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
    for row, place in rows.items() if whole else ():
        if place.said and not _is_said(book, place):
            what = f"the sentence of row {row} is not in {place.page}"
            remedy = "Write the sentence in which the page says it now"
            yield Problem(book / SOURCE_MAP, _line_of(book / SOURCE_MAP, row), None, what, remedy)
        if row not in claimed:
            what = f"no exercise does anything with row {row} of the source map"
            yield Problem(book / SOURCE_MAP, 1, None, what, "Name it under an exercise's 'sources'")


def _names_elsewhere(book: Path, folders: list[Path]) -> Iterator[Problem]:
    """Check that what a module names of another one is there, and can be shown where it says."""
    modules = {folder: load_module(folder) for folder in folders}
    fields = {
        f"{module.module}/{exercise.id}/{field.id}": field
        for module in modules.values()
        for exercise in module.exercises
        for field in exercise.all_fields()
    }
    prompts = [f.removeprefix(f"{JOURNAL}/") for f in fields if f.startswith(f"{JOURNAL}/")]
    for folder, module in modules.items():
        source = Source(folder / EXERCISES_FILE)
        for i, exercise in enumerate(module.exercises):
            here: Loc = ("exercises", i)
            for finding in _shown_again(module, exercise, here, fields):
                yield source.problem(finding)
            for finding in _leads_back_nowhere(book, exercise, here):
                yield source.problem(finding)
        for i, prompt in enumerate(module.ending.prompts if module.ending else ()):
            if prompt not in prompts:
                what = f"the journal has no question '{prompt}'"
                remedy = "The book has no journal: remove the line"
                if prompts:
                    remedy = did_you_mean(prompt, prompts)
                yield source.problem((("ending", "prompts", i), what, remedy))


def _leads_back_nowhere(book: Path, exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find dates that lead back to a page that the book does not have."""
    page = exercise.calendar.page if exercise.calendar else ""
    if page and not (book / f"{page}.md").is_file():
        loc = (*here, "calendar", "page")
        yield loc, f"there is no page '{page}'", "Name a page as the contents do: return/index"


def _shown_again(
    module: Module, exercise: Exercise, here: Loc, fields: Mapping[str, AnyField]
) -> Iterator[Finding]:
    """Find what an exercise shows or takes over of a field that is not there, or is no such one."""
    for loc, field in exercise.places(here):
        for path in field.earlier:
            named = fields.get(path)
            # Another module's labels are not at hand where a notebook runs.
            labelled = named and named.labels() and not path.startswith(f"{module.module}/")
            if not named or not named.shown_again or labelled:
                remedy = "Name the module/exercise/field of a text, a line or a list"
                yield (*loc, "earlier"), f"'{path}' is no field that can be shown here", remedy
        prefill = field.prefill if isinstance(field, Written) else ""
        own_draft = exercise.compose and prefill == f"{module.module}/{exercise.id}/{COMPOSED}"
        if prefill and not own_draft and not isinstance(fields.get(prefill), Written):
            what = f"'{prefill}' is no field whose answer this one can begin with"
            yield (*loc, "prefill"), what, "Name the module/exercise/field of a text or a line"
    if exercise.profile and exercise.profile.compare:
        for scale in (f for f in exercise.all_fields() if isinstance(f, Scale)):
            path = f"{exercise.profile.compare}/{scale.id}"
            if not isinstance(fields.get(path), Scale):
                loc = (*here, "profile", "compare")
                yield loc, f"'{path}' is no scale", "Name a module/exercise with the same scales"


def check_module(folder: Path, own: Collection[str] = (), *, mapped: bool = True) -> list[Problem]:
    """Return every problem of one module's exercises, posters and reading.

    ``own`` are exercises of an organisation's own, which need no row of the source map; nor has
    any exercise one in a book that is not ``mapped``.
    """
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
        problems += _unfinished(folder, module, own if mapped else {e.id for e in module.exercises})
    except SpecError as e:
        problems += e.problems
        del parts["exercise"]
    for name in (EXERCISES_FILE, "index.md"):
        problems += _to_write(folder / name)
    try:
        problems += _placing(folder / "index.md", parts)
    except SpecError as e:
        problems += e.problems
    return problems


def _to_write(file: Path) -> Iterator[Problem]:
    lines = file.read_text("utf-8", "replace").splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        if TO_WRITE in line:
            what = "this is a draft"
            yield Problem(file, number, None, what, f"Write what stands after '{TO_WRITE}'")


def _unfinished(folder: Path, module: Module, own: Collection[str]) -> Iterator[Problem]:
    source = Source(folder / EXERCISES_FILE)
    if module.module != folder.name:
        what = f"'module: {module.module}' stands in the folder {folder.name}"
        yield source.problem((("module",), what, "Give both the same name"))
    for fault in scene_faults(module):
        yield source.problem(fault)
    for i, exercise in enumerate(module.exercises):
        here: Loc = ("exercises", i)
        if not exercise.sources and exercise.id not in own:
            what = "it names no row of the source map"
            yield source.problem((here, what, "Add 'sources: [C4]' with its rows"))
        for finding in _content(exercise, here):
            yield source.problem(finding)


def _content(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find what is valid but not finished: nothing here has a right answer, all have a why."""
    if not exercise.evidence and not exercise.practice_wisdom:
        yield here, "it names no evidence", "Add 'evidence: [key]' or 'practice-wisdom: true'"
    for loc, field in exercise.places(here):
        yield from field.unfinished(loc)


def _placing(reading: Path, parts: dict[str, list[str]]) -> Iterator[Problem]:
    """Check that the reading places every exercise and poster once, and nothing else.

    A kind that is not in ``parts`` could not be loaded: nobody knows what should be placed.
    """
    placed: set[tuple[str, str]] = set()
    text = read_text(reading, "Each module has a reading")
    for number, line in enumerate(text.splitlines(), 1):
        if not (call := PLACED.match(line)) or call[1] not in parts:
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
