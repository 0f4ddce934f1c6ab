"""Join our scripts into the few files that a page or a notebook loads.

Each script is an ES module that imports what it needs, as the browser would have it. A page that
fetched each by itself would wait for many small files, and a notebook's widget takes one text.
So the modules are put behind one another, those that are imported first, without their imports.

That is right only for scripts that are written as ours are, and everything else is refused:
imports of names at a file's head, definitions at the left margin, nothing that runs on import
except in the one file that starts a page. A file of data (JSON) is put into the script that
imports it.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_DATA = re.compile(r'^import (\w+) from "([^"]+\.json)" with \{ type: "json" \};\n', re.MULTILINE)
_LATER = re.compile(r'\bimport\("[./\w]*/([\w-]+)\.mjs"\)')
_COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(
    r"^(export )?(?:async function\*?|function\*?|class|const|let) (\w+)", re.MULTILINE
)
# What may stand at the left margin besides definitions: the rest of those that are longer.
_REST = re.compile(r"[\s\])}]|$")
_DEFAULT = re.compile(r"^export default \{ \w+ \};\n\Z", re.MULTILINE)


class BundleError(ValueError):
    """A script that can't be joined with others; the message says which one and why."""


@dataclass(frozen=True)
class _Script:
    """One module: its text without imports and comments, and the names that it has and takes."""

    file: Path
    text: str
    imports: Mapping[Path, tuple[str, ...]]
    names: tuple[str, ...]
    exported: frozenset[str]


@functools.cache
def bundle(entry: Path) -> str:
    """Return ``entry`` with all that it imports as one module."""
    return _join(_with_imports([entry]), entry)


def bundle_site(start: Path, later: Sequence[Path], version: str) -> dict[str, str]:
    """Return what pages load, by file name: ``start``, and what it imports ``later``, when asked.

    All lie in one folder. What both need stands in ``start`` alone and is imported from there.
    ``version`` is what stands behind every address, so that no browser mixes old and new files.
    The files end in ``.js``: web servers that do not know ``.mjs`` send it as a type that no
    browser takes for a script.
    """
    first_name = f"{start.stem}.js"
    first = _with_imports([start])
    files = {script.file for script in first}
    bundles = {}
    needed: set[str] = set()
    for entry in later:
        scripts = [s for s in _with_imports([entry]) if s.file not in files]
        taken = {n for s in scripts for f, names in s.imports.items() if f in files for n in names}
        _refuse_clashes([*first, *scripts])
        head = f'import {{ {", ".join(sorted(taken))} }} from "./{first_name}?{version}";\n'
        bundles[f"{entry.stem}.js"] = (head if taken else "") + _join(scripts, entry)
        needed |= taken
    first_text = f"{_join(first, start)}export {{ {', '.join(sorted(needed))} }};\n"
    for name, text in {first_name: first_text, **bundles}.items():
        for asked in {found[1] for found in _LATER.finditer(text)} - {e.stem for e in later}:
            raise BundleError(f"{name} imports {asked}.js, which is not among what is loaded later")
        bundles[name] = _LATER.sub(rf'import("./\1.js?{version}")', text)
    return bundles


def _join(scripts: Sequence[_Script], entry: Path) -> str:
    _refuse_clashes(scripts)
    return "".join(
        s.text if s.file == entry else re.sub(r"^export ", "", s.text, flags=re.MULTILINE)
        for s in scripts
    )


def _refuse_clashes(scripts: Iterable[_Script]) -> None:
    owners: dict[str, Path] = {}
    for script in scripts:
        for name in script.names:
            other = owners.setdefault(name, script.file)
            if other != script.file:
                raise BundleError(f"{script.file.name} and {other.name} both have a name '{name}'")


def _with_imports(entries: Iterable[Path]) -> list[_Script]:
    """Return the modules that ``entries`` are made of, each behind those that it imports."""
    scripts: dict[Path, _Script | None] = {}

    def visit(file: Path) -> Iterator[_Script]:
        if file in scripts:
            if scripts[file] is None:
                raise BundleError(f"{file.name} imports itself, by way of others")
            return
        scripts[file] = None
        script = _read(file)
        for imported in script.imports:
            yield from visit(imported)
            _refuse_unfit(script, imported)
        scripts[file] = script
        yield script

    return [script for entry in entries for script in visit(entry.resolve())]


def _refuse_unfit(script: _Script, imported: Path) -> None:
    """Refuse an import of what is not there, or of a file that does something when imported."""
    other = _read(imported)
    for name in script.imports[imported]:
        if name not in other.exported:
            raise BundleError(f"{script.file.name} imports {name}, which {imported.name} lacks")
    for line in other.text.splitlines():
        if not _DEFINITION.match(line) and not _REST.match(line):
            raise BundleError(f"{imported.name} does something when it is imported: {line}")


@functools.cache
def _read(file: Path) -> _Script:
    text = _COMMENT.sub("", file.read_text("utf-8"))
    imports = {
        (file.parent / where).resolve(): tuple(n.strip() for n in names.split(",") if n.strip())
        for names, where in _IMPORT.findall(text)
    }
    data = [_constant(name, file.parent / where) for name, where in _DATA.findall(text)]
    text = _DATA.sub("", _IMPORT.sub("", text)).lstrip("\n")
    for inside in text.split("`")[1::2]:
        if inside.rfind("${") > inside.rfind("}"):
            # What takes out white space would take it out of the inner one.
            raise BundleError(f"{file.name} has a template text within another: {inside[:60]}")
    for line in text.splitlines():
        if re.match(r"(?:import|export) ", line) and not _is_definition(line):
            raise BundleError(f"{file.name} has an import or export of another kind: {line}")
    text = "".join(data) + text
    found = _DEFINITION.findall(text)
    return _Script(
        file,
        text,
        imports,
        tuple(name for _, name in found),
        frozenset(name for exported, name in found if exported),
    )


def _constant(name: str, file: Path) -> str:
    data = json.loads(file.read_text("utf-8"))
    return f"const {name} = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n"


def _is_definition(line: str) -> bool:
    return bool(_DEFINITION.match(line) or _DEFAULT.match(f"{line}\n"))
