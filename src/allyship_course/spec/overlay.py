"""An overlay: cases and exercises of one organisation, laid over the course without forking it.

An overlay is a folder with a folder for each module that it changes, called as in
``book/modules/``. In it, ``exercises.yml`` holds whole exercises: one with the id of an exercise
of the module takes its place, any other is added, behind the exercise that it names in ``after``
or at the end. An ``index.md`` takes the place of the reading. A folder that the book does not
have is a module more.

:func:`lay_over` makes a book of both; check, assignments, grading and website use that book.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from .exercise import EXERCISES_FILE, MODULES_FOLDER
from .findings import Finding, did_you_mean
from .modules import TOC, module_folders
from .reading import PLACED
from .settings import CONFIG
from .yamlfile import Problem, Source, SpecError, read_text

READING = "index.md"
_CELL = '```{{code-cell}} python\n:tags: [remove-input]\nexercise("{}")\n```'
_CHAPTER = re.compile(rf"^(\s*- file: ){MODULES_FOLDER}/.*$", re.MULTILINE)
_HEAD = ("module", "title", "minutes")


class Line(NamedTuple):
    """One line of a file that was put together, and where it came from."""

    text: str
    file: Path
    number: int


@dataclass
class Laid:
    """A book with an overlay in it. ``own`` names the overlay's exercises, by module."""

    book: Path
    original: Path
    own: dict[str, set[str]] = field(default_factory=dict)
    copied: dict[Path, Path] = field(default_factory=dict)
    made: dict[Path, list[Line]] = field(default_factory=dict)

    def mended_where(self, problem: Problem) -> Problem:
        """Return a problem as one of the file that a person wrote."""
        file, line = self.copied.get(problem.file, problem.file), problem.line
        if lines := self.made.get(problem.file):
            _, file, line = lines[min(line, len(lines)) - 1]
        what, remedy = (
            text.replace(str(self.book), str(self.original))
            for text in (problem.what, problem.remedy)
        )
        return Problem(file, line, problem.exercise, what, remedy)


def lay_over(book: Path, overlay: Path | None, into: Path) -> Laid:
    """Make a book of ``book`` and ``overlay`` in ``into``, or bring it up to date.

    Files that are the same stay untouched, so that a build knows what has changed. Raises
    :class:`SpecError` with every reason why the two can't be put together.
    """
    laid = Laid(into, book)
    files = _files_of(book)
    made: dict[Path, list[Line]] = {}
    problems: list[Problem] = []
    toc = read_text(book / TOC, "Each book has one") if overlay else ""
    for folder in _folders(overlay) if overlay else ():
        here = Path(MODULES_FOLDER) / folder.name
        files |= {here / f.relative_to(folder): f for f in folder.rglob("*") if f.is_file()}
        try:
            if (book / here).is_dir():
                made |= _merged(book / here, folder, here)
            else:
                toc = _with_own(book, folder, toc)
            source = Source(folder / EXERCISES_FILE)
            laid.own[folder.name] = {one for one, _, _ in _blocks(source)}
        except SpecError as e:
            problems += e.problems
    if overlay and not overlay.is_dir():
        problems.append(Problem(overlay, 1, None, "there is no such folder", "Correct 'overlay'"))
    if problems:
        raise SpecError(problems)
    if overlay:
        made[Path(TOC)] = _lines_of(book / TOC, toc)
    for name in {*files, *made}:
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in made:
            laid.made[target] = made[name]
            _write(target, "".join(line.text for line in made[name]).encode())
        else:
            laid.copied[target] = files[name]
            _write(target, files[name].read_bytes())
    for file in [f for f in into.rglob("*") if f.is_file()]:
        if file.relative_to(into) not in {*files, *made}:
            file.unlink()
    return laid


def _files_of(book: Path) -> dict[Path, Path]:
    """Return the files of a book by their place in it; the course's settings are among them."""
    files = {f.relative_to(book): f for f in book.rglob("*") if f.is_file()}
    settings = book.parent / CONFIG
    return {**files, Path(CONFIG): settings} if settings.exists() else files


def _folders(overlay: Path) -> list[Path]:
    entries = overlay.iterdir() if overlay.is_dir() else ()
    return sorted(f for f in entries if f.is_dir() and not f.name.startswith((".", "_")))


def _write(target: Path, raw: bytes) -> None:
    if not target.exists() or target.read_bytes() != raw:
        target.write_bytes(raw)


def _lines_of(file: Path, text: str) -> list[Line]:
    return [Line(t, file, n) for n, t in enumerate(text.splitlines(keepends=True), 1)]


def _with_own(book: Path, folder: Path, toc: str) -> str:
    """Return the contents with a module of the overlay's own."""
    if not (folder / READING).exists():
        known = [folder.name for folder in module_folders(book)]
        what = f"there is no module '{folder.name}', and as one of your own it has no {READING}"
        remedy = did_you_mean(folder.name, known)
        raise SpecError([Problem(folder / EXERCISES_FILE, 1, None, what, remedy)])
    return with_chapter(toc, folder.name)


def with_chapter(toc: str, module: str) -> str:
    """Return the contents with one module more, behind the last."""
    *_, last = _CHAPTER.finditer(toc)
    chapter = f"\n{last[1]}{MODULES_FOLDER}/{module}/index"
    return toc[: last.end()] + chapter + toc[last.end() :]


def _merged(module: Path, folder: Path, here: Path) -> dict[Path, list[Line]]:
    """Return the files of a module that are put together, with where each line came from."""
    base, over = Source(module / EXERCISES_FILE), Source(folder / EXERCISES_FILE)
    problems = [over.problem(f) for f in (*over.repeated, *_head_trouble(over, folder.name))]
    if problems:
        raise SpecError(problems)
    theirs, ours = _blocks(base), _blocks(over)
    wins = {one: lines for one, lines, _ in ours}
    known = {one for one, _, _ in theirs}
    first = theirs[0][1][0].number
    merged = _head(base, over, first)
    for one, lines, _ in theirs:
        merged += _indented(wins[one], lines[0]) if one in wins else lines
    for one, lines, _ in ours:
        if one not in known:
            merged += _indented(lines, theirs[0][1][0])
    merged += _file_lines(base)[theirs[-1][1][-1].number :]
    merged = _without_lost_ends(merged, _lost_ends(base.data, over.data))
    made = {here / EXERCISES_FILE: [_ended(line) for line in merged]}
    added = [(one, after) for one, _, after in ours if one not in known]
    if added and not (folder / READING).exists():
        made[here / READING] = with_cells(module / READING, added, over)
    return made


def _head_trouble(over: Source, name: str) -> Iterator[Finding]:
    """Find what an overlay's file can't be without, and what it can't have."""
    data = over.data if isinstance(over.data, dict) else {}
    for key in data:
        if key not in (*_HEAD, "exercises"):
            yield (key,), f"unknown key '{key}'", did_you_mean(str(key), [*_HEAD, "exercises"])
    if data.get("module") != name:
        yield ("module",), f"the folder is called {name}", f"Write 'module: {name}'"
    listed = data.get("exercises")
    if not isinstance(listed, list) or not all(isinstance(e, dict) and "id" in e for e in listed):
        yield ("exercises",), "here is no list of exercises with ids", "Begin each with '- id: …'"
    elif not listed:
        yield ("exercises",), "the list is empty", "Add an exercise, or remove the file"


def _lost_ends(base: Any, over: Any) -> list[str]:
    """Return what the module's end names that an exercise of the overlay has no longer.

    An overlay can't say anything of the module's end, and nobody should have to mend the course.
    """
    ending = base.get("ending")
    if not isinstance(ending, dict):
        return []
    ours = {str(e.get("id")): {*_field_ids(e)} for e in over["exercises"]}
    paths = [str(path) for path in (*_listed(ending.get("lines")), ending.get("day", ""))]
    ends = [path.partition("/")[::2] for path in paths]
    return [f"{one}/{name}" for one, name in ends if one in ours and name not in ours[one]]


def _field_ids(exercise: dict[str, Any]) -> Iterator[str]:
    # What is no list here, or holds something else, is told when the whole is read.
    for part in (exercise, *_listed(exercise.get("steps"))):
        fields = _listed(part.get("fields")) if isinstance(part, dict) else ()
        yield from (str(field.get("id")) for field in fields if isinstance(field, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _without_lost_ends(lines: list[Line], lost: list[str]) -> list[Line]:
    for path in map(re.escape, lost):
        alone = re.compile(rf"\s*(?:-|day:)\s*{path}\s*")
        in_a_row = re.compile(rf"(?<=[\[ ,]){path}(?:,\s*|(?=\s*\]))")
        lines = [
            line._replace(text=in_a_row.sub("", line.text))
            for line in lines
            if not alone.fullmatch(line.text)
        ]
    return lines


def _head(base: Source, over: Source, first: int) -> list[Line]:
    """Return what stands above the exercises; title and minutes as the overlay has them."""
    lines = _file_lines(base)[: first - 1]
    own = _file_lines(over)
    for key in _HEAD[1:]:
        mine = [line for line in own if line.text.startswith(f"{key}:")]
        lines = [mine[0] if mine and t.text.startswith(f"{key}:") else t for t in lines]
    return lines


def _file_lines(source: Source) -> list[Line]:
    return _lines_of(source.file, read_text(source.file, "Each module has one"))


def _blocks(source: Source) -> list[tuple[str, list[Line], str]]:
    """Return of each exercise its id, its lines, and the exercise that it comes after."""
    top = source.node.value if isinstance(source.node, yaml.MappingNode) else ()
    listed = {key.value: value for key, value in top}["exercises"]
    lines = _file_lines(source)
    starts = [item.start_mark.line for item in listed.value]
    if listed.flow_style or len({*starts}) < len(starts):
        what, remedy = "this list can't be taken apart", "Begin each on a line of its own with '- '"
        raise SpecError([source.problem((("exercises",), what, remedy))])
    last = listed.end_mark
    ends = [*starts[1:], len(lines) if last.column else last.line]
    blocks = []
    for item, start, end in zip(listed.value, starts, ends, strict=True):
        keys = {key.value: (key, value.value) for key, value in item.value}
        block = lines[start:end]
        after = ""
        if "after" in keys:
            key, after = keys["after"]
            block.remove(lines[key.start_mark.line])
        blocks.append((str(keys["id"][1]), block, str(after)))
    return blocks


def _indented(lines: list[Line], like: Line) -> list[Line]:
    """Return lines moved to the column of another block's first line."""
    width, now = (len(t.text) - len(t.text.lstrip()) for t in (like, lines[0]))
    return [
        Line(" " * width + text[now:] if text.strip() else text, file, number)
        for text, file, number in lines
    ]


def _ended(line: Line) -> Line:
    """A file may lack its last line break."""
    return line if line.text.endswith("\n") else line._replace(text=f"{line.text}\n")


def with_cells(reading: Path, added: list[tuple[str, str]], over: Source) -> list[Line]:
    """Return the reading with the added exercises behind those that they name."""
    lines = _lines_of(reading, read_text(reading, "Each module has a reading"))
    for one, after in added:
        places = {
            call[2]: n
            for n, line in enumerate(lines)
            if (call := PLACED.match(line.text.rstrip("\n")))
        }
        if after and after not in places:
            what = f"'{one}' is to come after '{after}', which stands nowhere in the reading"
            at = [e["id"] for e in over.data["exercises"]].index(one)  # type: ignore[index]
            finding: Finding = (("exercises", at, "after"), what, did_you_mean(after, [*places]))
            raise SpecError([over.problem(finding)])
        behind = places[after] if after else max(places.values())
        end = next(n for n in range(behind, len(lines)) if lines[n].text.startswith("```")) + 1
        source = lines[behind]
        cell = [source._replace(text=f"{text}\n") for text in ("", *_CELL.format(one).splitlines())]
        lines[end:end] = cell
    return lines
