"""A book's modules: where they are, in which order they come, and how each is read."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path

from .cross_checks import check_module
from .exercise import EARLIER_FILE, EXERCISES_FILE, MODULES_FOLDER, Earlier, Module
from .yamlfile import load_checked, read_text

TOC = "_toc.yml"
"""A book's table of contents. It alone says in which order the modules come."""
_CHAPTER = re.compile(rf"^\s*(?:- file|root):\s*[\"']?{MODULES_FOLDER}/([^/\s]+)/", re.MULTILINE)


def load_module(folder: Path) -> Module:
    """Load ``folder/exercises.yml``; raise :class:`SpecError` with every problem found in it."""
    file, before = folder / EXERCISES_FILE, folder / EARLIER_FILE
    earlier = before.read_text("utf-8", "replace") if before.exists() else ""
    return _module(file, read_text(file, "Each module has one"), earlier)


@functools.lru_cache(maxsize=64)
def _module(file: Path, _text: str, earlier: str) -> Module:
    """Load a module once for every text of its files: each cell of a notebook asks for it."""
    module = load_checked(file, Module, check_module)
    if not earlier:
        return module
    before = load_checked(file.with_name(EARLIER_FILE), Earlier, lambda _: ())
    return module.model_copy(update={"earlier": before.exercises})


def folders_in(place: Path) -> list[Path]:
    """Return the folders in ``place`` that hold exercises, by name.

    So modules lie beside one another in a course's source folder, and in a student's.
    """
    return sorted(file.parent for file in place.glob(f"*/{EXERCISES_FILE}"))


def module_folders(book: Path) -> list[Path]:
    """Return the folders of a book's modules, in the order of the book's contents."""
    return in_order(folders_in(book / MODULES_FOLDER), book)


def in_order(folders: Iterable[Path], book: Path) -> list[Path]:
    """Put folders of modules in the order in which the contents of ``book`` name the modules.

    Those that are not in the contents come last, by name: a draft, or a class's own module.
    """
    toc = book / TOC
    named = _CHAPTER.findall(toc.read_text("utf-8", "replace")) if toc.exists() else []
    place = {name: number for number, name in enumerate(dict.fromkeys(named))}
    return sorted(folders, key=lambda folder: (place.get(folder.name, len(place)), folder.name))


def exercise_folders(book: Path) -> list[Path]:
    """Return every folder of a book that holds exercises: the modules, then those beside them."""
    modules = module_folders(book)
    folders = {file.parent for file in book.glob(f"**/{EXERCISES_FILE}")}
    return [*modules, *sorted(folders.difference(modules), key=lambda folder: folder.name)]
