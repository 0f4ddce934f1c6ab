"""What an instructor wants packed: by ``course.yml`` where there is one, else by the built book."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Sequence
from pathlib import Path

from ....messages import Tell
from ...course import EACH, load_course
from ...plan import build_book
from .contents import BookError
from .package import Goal, Standard, Wanted

__all__ = ["EACH", "built_book", "wanted_of"]

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def built_book(course: Path | None, tell: Tell) -> Path:
    """Return the built book of a course folder, with its overlay, brought up to date."""
    if course is not None:
        return build_book(course, tell)
    html = Path("_build") / "html"
    if not html.is_dir():
        raise BookError(
            "there is no built book here, in _build/html. Change to a course's folder, or name "
            "the book with --book"
        )
    return html


def wanted_of(
    course: Path | None, html: Path, modules: Sequence[str], standard: Standard, goal: Goal
) -> Wanted:
    """Return what is to be packed; of a course folder, its title and its modules."""
    if course is None:
        return Wanted("course", _title_of(html), modules, standard, goal)
    term = load_course(course)
    named = modules or [entry.module for entry in term.modules]
    return Wanted(f"{term.course_id}-{term.term}", term.title, named, standard, goal)


def _title_of(html: Path) -> str:
    home = html / "index.html"
    found = _TITLE.search(home.read_text("utf-8")) if home.exists() else None
    return entities.unescape(found[1]).strip() if found else "Course"
