"""What a cell shows where nothing is live: on a page of the book, or in place of a form.

Apart from :mod:`.book`, so that a student's kernel loads nothing of what builds the book.
"""

from __future__ import annotations

import os
from pathlib import Path

BUILDING = "ALLYSHIP_BOOK"
"""Environment variable that tells a kernel that it runs for a book build."""
SOURCE = "ALLYSHIP_BOOK_SOURCE"
"""Environment variable with the folder of the pages that are built."""
NO_POSTERS = "no posters"
"""What the variable holds where the course has none of our posters."""


class Page:
    """The same thing as HTML, Markdown and plain text.

    There is no LaTeX form on purpose: myst-nb takes ``text/latex`` for maths and pulls MathJax.
    """

    def __init__(self, html: str, markdown: str) -> None:
        self._html = html
        self._markdown = markdown

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {
            "text/html": self._html,
            "text/markdown": self._markdown,
            "text/plain": self._markdown,
        }


def static_from(folder: Path) -> str | None:
    """Return where the site's static files lie, as a page in ``folder`` sees it."""
    if not (source := os.environ.get(SOURCE)):
        return None
    return f"{Path(os.path.relpath(source, folder)).as_posix()}/_static"


def building() -> bool:
    """Tell whether this kernel runs for a book build."""
    return BUILDING in os.environ
