"""Pages of one file for the instructor: nothing is loaded, and no other script or style may run."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from ...form.bundle import bundle

PAGES = Path(__file__).parent / "pages"


def render_page(template: str, script: str | None = None, **values: object) -> str:
    """Fill in a template of ``pages/``. Every value is escaped, unless it is Markup.

    The page's security policy knows the style and the script by their hashes.
    """
    style = (PAGES / "page.css").read_text(encoding="utf-8")
    code = bundle(PAGES / script) if script else ""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    parts = ["default-src 'none'", f"style-src '{_hash(style)}'", "base-uri 'none'"]
    parts += ["form-action 'none'"] + ([f"script-src '{_hash(code)}'"] if code else [])
    page = environment.get_template(template).render(
        policy="; ".join(parts),
        style=Markup(style),  # noqa: S704  our own
        script=Markup(code),  # noqa: S704  our own
        **values,
    )
    # "replace": half a surrogate pair, which a name may hold, has no UTF-8 form.
    return page.encode("utf-8", "replace").decode()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
