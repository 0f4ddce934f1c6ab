"""A book's modules: how each is read, and in which order they come."""

from __future__ import annotations

import functools
from pathlib import Path

from .cross_checks import check_module
from .exercise import EXERCISES_FILE, Module
from .yamlfile import load_checked, read_text


def load_module(folder: Path) -> Module:
    """Load ``folder/exercises.yml``; raise :class:`SpecError` with every problem found in it."""
    file = folder / EXERCISES_FILE
    return _module(file, read_text(file, "Each module has one"))


@functools.lru_cache(maxsize=64)
def _module(file: Path, _text: str) -> Module:
    """Load a module once for every text of its file: each cell of a notebook asks for it."""
    return load_checked(file, Module, check_module)
