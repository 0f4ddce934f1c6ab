"""What nearly every command of nbgrader's and of ours needs, for :mod:`tests.support.forked`.

Its server imports this once, and hands it on to each command.
"""

from __future__ import annotations

import nbgrader.apps
import nbgrader.apps.nbgraderapp
import pandas as pd

import allyship_course.cli
from allyship_course.grading.folder import find_alembic
from tests.support.gradebooks import table_version

__all__ = ["allyship_course", "nbgrader", "pd"]

find_alembic()
table_version()
