"""A first draft of a module or an exercise: it works at once, and says what is to be written."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from ..errors import CourseError
from ..spec import (
    EXERCISES_FILE,
    FIELD_TYPES,
    MODULES_FOLDER,
    TO_WRITE,
    Source,
    did_you_mean,
    module_folders,
)
from ..spec.folders import source_rows
from ..spec.modules import TOC
from ..spec.overlay import READING, with_cells, with_chapter

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_EXERCISE = """\
  - id: {id}
    title: {title}
    minutes: 3
{mapped}\
    # Experience, and no study. Or name the studies, by their keys in references.bib:
    # evidence: [surname2026]
    practice-wisdom: true
    # note: "{to_write} what could be hard here. It can be left out with “I'd rather not”."
    # people:
    #   - {{name: Amina, who: "{to_write} who she is in five words"}}
    #   - {{name: Piet, who: "{to_write} the same"}}
    intro: |
      {to_write} where this is, who is there, and what happens.
    fields:
      - id: {field}
        type: {type}
{rest}\
        # Your own answer, shown after an attempt, and what others might say.
        # ours: "{to_write} what you would say."
        # others:
        #   - {{by: "written by us, as a neighbour might say it", text: "{to_write} it."}}
"""

_MAPPED = """\
    # Rows of the source map, such as [C4]; an exercise in an overlay needs none.
    # sources: []
"""

_MODULE = """\
module: {module}
title: {title}
minutes: 30

exercises:
"""

_READING = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# {title}

```{{code-cell}} python
:tags: [remove-cell]
from allyship_course import exercise
```

{to_write} begin with a case. Somebody does something, and somebody is affected.

When you are through, you will be able to

- {to_write} what they can do then.

**What is coming.** {to_write} say plainly what could be hard to read here.

```{{code-cell}} python
:tags: [remove-input]
exercise("first-thoughts")
```

## Sources

- {to_write} what this rests on.
"""


class AuthorError(CourseError):
    """A draft can't be made; the message says why and what to do. Nothing was written."""


def new_module(book: Path, overlay: Path | None, module: str) -> list[Path]:
    """Write the draft of a module into the overlay, or else into the book; return the files."""
    _check_id(module)
    folder = (overlay or book / MODULES_FOLDER) / module
    taken = [f for f in (folder, book / MODULES_FOLDER / module) if f.exists()]
    if taken:
        raise AuthorError(f"{taken[0]} is there already. Choose another name")
    title = _title(re.sub(r"^\d+-", "", module))
    toc = with_chapter((book / TOC).read_text("utf-8"), module)
    folder.mkdir(parents=True)
    exercise = _exercise(book, "first-thoughts", "text")
    written = [folder / EXERCISES_FILE, folder / READING]
    written[0].write_text(_MODULE.format(module=module, title=title) + exercise, "utf-8")
    written[1].write_text(_READING.format(title=title, to_write=TO_WRITE), "utf-8")
    if overlay is None:  # an overlay's chapter is added when the two are put together
        (book / TOC).write_text(toc, "utf-8")
        written.append(book / TOC)
    return written


def new_exercise(
    book: Path, overlay: Path | None, module: str, exercise: str, kind: str
) -> list[Path]:
    """Write the draft of an exercise into the overlay, or else into the book; return the files.

    ``kind`` is one of the field types.
    """
    _check_id(exercise)
    base = book / MODULES_FOLDER / module
    own = overlay / module if overlay else None
    here = base if base.is_dir() else own
    if here is None or not (here / EXERCISES_FILE).exists():
        known = [folder.name for folder in module_folders(book)]
        raise AuthorError(f"there is no module '{module}'. {did_you_mean(module, known)}")
    target = own or base
    file = target / EXERCISES_FILE
    for known_in in {here, target}:
        if (known_in / EXERCISES_FILE).exists() and exercise in _ids(known_in / EXERCISES_FILE):
            raise AuthorError(f"{module} has an exercise '{exercise}' already. Choose another id")
    draft = _exercise(book, exercise, kind)
    reading = target / READING
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"module: {module}\nexercises:\n{draft}", "utf-8")
    else:
        text = file.read_text("utf-8")
        first = re.search(r"^( *)- id:", text, re.MULTILINE)
        indented = textwrap.indent(textwrap.dedent(draft), first[1] if first else "  ")
        file.write_text(f"{text.rstrip()}\n\n{indented}", "utf-8")
    if not reading.exists():  # an overlay's exercise is placed when the two are put together
        return [file]
    lines = with_cells(reading, [(exercise, "")], Source(file))
    reading.write_text("".join(line.text for line in lines), "utf-8")
    return [file, reading]


def _ids(file: Path) -> list[str]:
    data = Source(file).data
    listed = data.get("exercises") if isinstance(data, dict) else None
    return [e["id"] for e in listed or [] if isinstance(e, dict) and "id" in e]


def _exercise(book: Path, exercise: str, kind: str) -> str:
    return _EXERCISE.format(
        id=exercise,
        mapped=_MAPPED if source_rows(book) else "",
        title=_title(exercise),
        field="answer",
        type=kind,
        rest=textwrap.indent(FIELD_TYPES[kind].sample, " " * 8),
        to_write=TO_WRITE,
    )


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _check_id(name: str) -> None:
    if not _ID.fullmatch(name):
        raise AuthorError(
            f"'{name}' can't be an id. Use small letters, digits and single hyphens, "
            "as in 'passed-over'"
        )
