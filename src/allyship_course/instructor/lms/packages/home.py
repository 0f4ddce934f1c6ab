"""The front page of a package that has some of the course's modules: it speaks of these alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

_TRAIL = re.compile(r'(?:<p>[^\n]*</p>\n)?(<div class="trail\b.*?</ol>\n</div>)', re.DOTALL)
_TILE = re.compile(r'<li>(?:(?!<li>).)*?\bdata-module="([^"]*)".*?</li>\n?', re.DOTALL)
_ROUTES = re.compile(r'<section class="routes".*?</section>\n?', re.DOTALL)
_ROUTE = re.compile(r'<details data-route="([^"]*)">.*?</details>', re.DOTALL)
_GO_ON = re.compile(r'(<div class="go-on"[^>]*>\n)<p>.*?</p>\n', re.DOTALL)


def fitted_home(text: str, modules: Sequence[Mapping[str, Any]], routes: Collection[str]) -> str:
    """Return the front page with these modules and routes only.

    ``modules`` are those of the package, as the book's outline has them; ``routes`` are the ids
    of those that can be gone to their end.
    """
    mine = {module["id"] for module in modules}

    def trail(found: re.Match[str]) -> str:
        # The sentence before it speaks of all modules.
        return _TILE.sub(lambda tile: tile[0] if tile[1] in mine else "", found[1])

    def ways(found: re.Match[str]) -> str:
        left = _ROUTE.sub(lambda route: route[0] if route[1] in routes else "", found[0])
        return left if "<details" in left else ""

    def go_on(found: re.Match[str]) -> str:
        first = modules[0]
        return (
            f'{found[1]}<p><a href="{escape(first["page"])}"><span>Begin with</span> '
            f"<b>{escape(first['title'])}</b> "
            f"<small>About {first['minutes']} minutes</small></a></p>\n"
        )

    return _GO_ON.sub(go_on, _ROUTES.sub(ways, _TRAIL.sub(trail, text)))
