"""The modules that a student has: those of this installation, and those in a folder of theirs."""

from __future__ import annotations

from pathlib import Path

from ..spec import EXERCISES_FILE, JOURNAL, MODULES_FOLDER, Module, load_module

_PACKED = "content"
"""Beside this package's files in a wheel: ``modules/`` and ``journal/`` of the book."""


def installed_book() -> Path:
    """Return the folder with the modules and the journal that came with this installation."""
    package = Path(__file__).parents[1]
    packed = package / _PACKED
    return packed if packed.is_dir() else package.parents[1] / "book"


def modules_for(work: Path) -> list[Module]:
    """Return the course's modules in order.

    A module that lies in ``work``, a student's folder, counts as it is there: a class may have
    modules of its own, or older ones than this installation.
    """
    book = installed_book()
    files = [*book.glob(f"{MODULES_FOLDER}/*/{EXERCISES_FILE}"), *work.glob(f"*/{EXERCISES_FILE}")]
    found: dict[str, Module] = {}
    for file in files:
        module = load_module(file.parent)
        if module.collected:
            found[module.module] = module
    return [found[name] for name in sorted(found)]


def journal_of() -> list[Module]:
    """Return the journal of this installation, if its book has one."""
    folder = installed_book() / JOURNAL
    return [load_module(folder)] if (folder / EXERCISES_FILE).exists() else []
