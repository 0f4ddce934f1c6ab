"""Lay the course's notebooks ready in a folder: ``python binder/notebooks.py FOLDER``.

What is there already is left as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from allyship_course.student.learn import lay_ready

lay_ready(Path(sys.argv[1]).absolute(), None, print)
