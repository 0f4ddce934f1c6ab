"""The cards of a module's sorts as a set for a room: piles as headings, cards to cut out."""

from __future__ import annotations

import html
from collections.abc import Iterator

from ...spec import Exercise, Module, Sort

STYLE = """
@page { size: A4; margin: 1.2cm; }
body { color: #1d2328; font-family: system-ui, "Noto Sans", "Nimbus Sans", sans-serif; margin: 0; }
h1 { break-before: page; color: #0a5c58; font-size: 13pt; margin: 0 0 4mm; }
h1:first-child { break-before: auto; }
ul { display: grid; grid-template-columns: 1fr 1fr; list-style: none; margin: 0 0 6mm; padding: 0; }
li { align-content: center; border: 0.7pt dashed #8d8778; box-sizing: border-box;
     break-inside: avoid; font-size: 13pt; line-height: 1.35; margin: 0 -0.7pt -0.7pt 0;
     min-height: 5.4cm; padding: 5mm; }
.piles li { background: #f4f0e6; color: #0a5c58; font-size: 22pt; font-weight: 700;
            min-height: 3.4cm; text-align: center; }
"""


def card_sheets(module: Module) -> str:
    """Return the sheets as HTML: for each sort its piles, then its cards, without any answer."""
    sheets = "".join(_sheet(exercise, sort) for exercise, sort in sorts(module))
    title = html.escape(f"Cards: {module.title}")
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>{STYLE}</style>{sheets}"""


def sorts(module: Module) -> Iterator[tuple[Exercise, Sort]]:
    """Yield every sort of a module, with its exercise."""
    for exercise in module.exercises:
        for field in exercise.all_fields():
            if isinstance(field, Sort):
                yield exercise, field


def _sheet(exercise: Exercise, sort: Sort) -> str:
    piles = "".join(f"<li>{html.escape(one.label)}</li>" for one in sort.categories)
    cards = "".join(f"<li>{html.escape(one.text)}</li>" for one in sort.cards)
    heading = html.escape(f"{exercise.title}: {sort.label}")
    return f'<h1>{heading}</h1><ul class="piles">{piles}</ul><ul>{cards}</ul>'
