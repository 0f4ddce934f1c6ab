"""What an instructor does around grading: course.yml, the completion table, the demo class."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report.table import completion_table

__all__ = ["completion_table"]


def __getattr__(name: str) -> object:
    # On first use: nbgrader's commands read course.yml, and need no pandas for it.
    if name in __all__:
        from .report import table

        return getattr(table, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
