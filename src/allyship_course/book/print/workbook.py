"""The journal as a workbook to print: every prompt with lines to write on, as a tagged PDF."""

from __future__ import annotations

import json
from pathlib import Path

from ...spec import Module
from ...spec.settings import USUAL_COLOURS, Colours

WORKBOOK_NAME = "journal-workbook.pdf"


def write_workbook(
    module: Module, file: Path, course: str = "", colours: Colours = USUAL_COLOURS
) -> None:
    """Write a module of prompts as A4 pages: headings, reading order, room to write (PDF/UA-1).

    Needs typst, which comes with the ``book`` extra.
    """
    import typst

    themes = [
        {
            "title": exercise.title,
            "intro": exercise.intro.strip(),
            "prompts": [field.label for field in exercise.all_fields()],
        }
        for exercise in module.exercises
    ]
    workbook = {"title": module.title, "themes": themes}
    workbook |= {"course": course, "colour": colours.first}
    pdf = typst.compile(
        Path(__file__).with_name("workbook.typ"),
        sys_inputs={"workbook": json.dumps(workbook)},
        ignore_system_fonts=True,
        pdf_standards="ua-1",
    )
    file.write_bytes(pdf)
