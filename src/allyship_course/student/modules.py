"""The modules that a student has: those of this installation, and those in a folder of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import CourseError
from ..spec import (
    BESIDE,
    EXERCISES_FILE,
    TOC,
    Module,
    folders_in,
    in_order,
    load_module,
    module_folders,
)
from ..spec.settings import CONFIG, settings_of

_PACKED = "content"
"""Beside this package's files in a wheel: the book's modules, journal and contents."""


def course_book() -> Path:
    """Return the book of the course that this folder is in, or else of this installation."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / CONFIG).exists() and (folder / "book" / TOC).exists():
            return folder / "book"
    return installed_book()


def installed_book() -> Path:
    """Return the folder with the modules and the journal that came with this installation."""
    package = Path(__file__).parents[1]
    packed = package / _PACKED
    return packed if packed.is_dir() else package.parents[1] / "book"


def work_folder(chosen: Path | None) -> Path:
    """Return the folder of a student's modules: the one chosen, or this one if it holds any."""
    here = Path.cwd()
    if chosen:
        return chosen.absolute()
    if (here / EXERCISES_FILE).exists() and (here / f"{here.name}.ipynb").exists():
        return here.parent  # in a module's own folder
    if folders_in(here):
        return here
    return Path.home() / settings_of(course_book()).folder_name


def called(name: str, modules: Sequence[str]) -> str:
    """Return the id of the module called ``name``: the id itself, or its number."""
    numbers = {module.partition("-")[0].lstrip("0") or "0": module for module in modules}
    if name in modules:
        return name
    if (number := name.lstrip("0") or "0") in numbers:
        return numbers[number]
    there = ", ".join(modules) or "none yet"
    raise NoModuleError(f"there is no module called {name!r} here. There are: {there}")


class NoModuleError(CourseError):
    """A module that was asked for is not there."""


def modules_for(work: Path) -> list[Module]:
    """Return the course's modules in order.

    A module that lies in ``work``, a student's folder, counts as it is there: a class may have
    modules of its own, or older ones than this installation.
    """
    book = course_book()
    folders = {folder.name: folder for folder in [*module_folders(book), *folders_in(work)]}
    modules = [load_module(folder) for folder in in_order(folders.values(), book)]
    return [module for module in modules if module.collected]


def modules_in(work: Path) -> list[Module]:
    """Return the modules that lie in a student's folder, in the course's order."""
    modules = [load_module(folder) for folder in in_order(folders_in(work), course_book())]
    return [module for module in modules if module.collected]


def beside_the_modules() -> list[Module]:
    """Return the journal of this course and what one comes back to, if its book has them."""
    folders = [course_book() / name for name in BESIDE]
    return [load_module(folder) for folder in folders if (folder / EXERCISES_FILE).exists()]
