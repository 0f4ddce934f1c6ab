"""The cards of the course for the page on which they come back: ``cards.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..form import markdown
from ..spec import RATINGS, Module, Recall


def cards(pages: Mapping[str, Module]) -> dict[str, Any]:
    """Return every card of these modules, each under its page's address, and how it may have gone.

    ``cards.mjs`` says of what shape it is.
    """
    found = [card for page, module in pages.items() for card in _of_module(module, page)]
    return {"ratings": RATINGS, "cards": found}


def _of_module(module: Module, page: str) -> Iterator[dict[str, str]]:
    for exercise in module.exercises if module.collected else ():
        for field in exercise.all_fields():
            if isinstance(field, Recall):
                yield {
                    "path": f"{module.module}/{exercise.id}/{field.id}",
                    "module": module.title,
                    "page": f"{page}#ac-{exercise.id}",
                    "front": field.label,
                    "back": markdown(field.back),
                }
