"""The strip at a notebook's head, the table of all modules, the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..course_progress import Progress, about
from ..form import template
from ..spec import Module

FOLDER = Path(__file__).parent
STYLE = FOLDER / "progress.css"


def render_certificate(course: str) -> str:
    """Return the certificate for a notebook, not filled in; the page includes the same file."""
    return template(FOLDER / "certificate.html").render(notebook=True, course_title=course)


def render_progress(module: Module) -> str:
    """Return the strip at a notebook's head, not filled in."""
    return template(FOLDER / "progress.html.jinja").render(exercises=len(module.exercises))


def render_my_course(summary: str, progress: Sequence[Progress], links: Sequence[str]) -> str:
    """Return a table of all modules; ``links`` are those to their notebooks, or empty."""
    rows = [
        {"progress": one, "left": about(one.minutes_left).lower(), "link": link}
        for one, link in zip(progress, links, strict=True)
    ]
    return template(FOLDER / "my-course.html.jinja").render(summary=summary, rows=rows)
