"""A course in which nobody is right or wrong, and its machinery: forms, completion, grading.

In a notebook: ``exercise(id)`` shows an exercise, ``poster(id)`` a poster, ``check(id)`` says
whether an exercise is complete. ``progress()`` shows how far a module is, ``my_course()`` all of
them, and ``certificate()`` the certificate.

In ``nbgrader_config.py``: ``configure(get_config())`` has nbgrader grade as the course asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["certificate", "check", "configure", "exercise", "my_course", "poster", "progress"]

if TYPE_CHECKING:
    from .instructor.course import configure
    from .notebook.widget import certificate, check, exercise, my_course, poster, progress


def __getattr__(name: str) -> object:
    # On first use, so that grading and the command line do not load Jupyter's widgets, nor a
    # student's kernel nbgrader.
    if name == "configure":
        from .instructor.course import configure

        return configure
    if name in __all__:
        from .notebook import widget

        return getattr(widget, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
