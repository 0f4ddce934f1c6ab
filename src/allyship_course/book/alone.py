"""One exercise as one file of script, for a page that our builder does not make."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..form import DRAWING_STYLE, STYLE, VIEW_STYLE, render
from ..form.bundle import bundle
from ..form.replies import replies
from ..form.words import describe
from ..spec import load_module

_ROOM = Path(__file__).parent


def exercise_alone(folder: Path, exercise_id: str) -> str:
    """Return a module of JavaScript whose ``render({el})`` puts the exercise into an element.

    That is what anywidget, and so MyST's directive of that name, asks of a module.
    """
    import rcssmin
    import rjsmin

    module = load_module(folder)
    exercise = module.exercise(exercise_id)
    described = describe(module, "")
    words = [one for one in described["exercises"] if one["id"] == exercise_id]
    styles = "".join(file.read_text("utf-8") for file in (STYLE, VIEW_STYLE, DRAWING_STYLE))
    # Within a shadow root no rule knows the page's own root.
    styles = (styles + _dark_colours()).replace(":root", ".ac-alone")
    data = {
        "form": render(module, exercise, "page"),
        "style": rcssmin.cssmin(styles),
        "replies": replies(module).get(exercise_id, {}),
        "module": {**described, "exercises": words},
    }
    script = rjsmin.jsmin(bundle(_ROOM / "alone.mjs"))
    return f"const EXERCISE = {json.dumps(data, ensure_ascii=False)};\n{script}"


def _dark_colours() -> str:
    """Return the rule of the book's style that has its dark colours."""
    style = (_ROOM / "book.css").read_text("utf-8")
    rule = re.search(r':root\[data-theme="dark"\] \{.*?\}', style, re.DOTALL)
    return rule[0] if rule else ""
