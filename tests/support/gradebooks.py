"""nbgrader starts ``alembic`` for each new gradebook, to ask for the version of its tables.

One answer serves a whole run, and saves a second of the processor's time for each class.
"""

from __future__ import annotations

import functools
import shutil

import nbgrader.api

_asked = functools.cache(nbgrader.api.get_alembic_version)


def table_version() -> str:
    """Answer as nbgrader's own function does, which fails where PATH does not lead to alembic."""
    if not shutil.which("alembic"):
        raise FileNotFoundError("alembic")
    return str(_asked())


nbgrader.api.get_alembic_version = table_version
