"""A lighter start of nbgrader, for commands that use its gradebook and not its programs.

``import nbgrader.api`` runs ``nbgrader/__init__.py`` first, which loads all that nbgrader has for a
Jupyter server, and a command that reads the gradebook uses nothing of that. Here each package
begins only once somebody asks for something that is defined in it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

_NAME = "nbgrader"
_UNPACKING = "setuptools.archive_util"


def begin_later() -> None:
    """Let nbgrader's modules be imported without its beginning. Does nothing without nbgrader."""
    if _NAME in sys.modules:
        return
    try:
        spec = find_spec(_NAME)
    except ImportError:  # a finder of somebody's may refuse instead of finding nothing
        spec = None
    if spec is None:
        return
    package = module_from_spec(spec)
    package.__class__ = _BegunLater  # as Python's documentation of modules has it
    sys.modules[_NAME] = package
    # Its modules import setuptools at once, and use it only to unpack what was collected.
    sys.modules.setdefault(_UNPACKING, _CalledLater(_UNPACKING))


class _BegunLater(ModuleType):
    """A package whose modules can be imported before its own ``__init__.py`` has run."""

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":  # which nbgrader's own modules ask for while they load
            return importlib.import_module(f"{_NAME}._version").__version__
        if name.startswith("__") or find_spec(f"{_NAME}.{name}"):  # Python imports a module then
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        object.__setattr__(self, "__class__", ModuleType)
        if self.__spec__ and self.__spec__.loader:
            self.__spec__.loader.exec_module(self)
        return getattr(self, name)


class _CalledLater(ModuleType):
    """A module of functions, each of which imports the module when it is called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

        def call(*arguments: Any, **named: Any) -> Any:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return getattr(importlib.import_module(self.__name__), name)(*arguments, **named)

        return call
