"""Names of earlier releases, which course folders and notebooks import.

They go after two releases.
"""

from __future__ import annotations

__all__ = ["completion_table"]


def __getattr__(name: str) -> object:
    from .. import instructor

    return getattr(instructor, name)
