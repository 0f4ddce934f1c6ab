"""Tables that the book makes of the modules' own metadata: coverage, evidence, module facts.

Sphinx directives for MyST pages::

    ```{coverage}
    ```
    ```{evidence-ledger}
    ```
    ```{module-facts} 03-a-module
    ```
    ```{field-use}
    ```
    ```{scenes}
    ```
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..form.scenes import SCENES, scene, scenes
from ..spec import EXERCISES_FILE, EXTRAS, FIELD_TYPES, Exercise, Module, load_module
from ..spec.folders import SOURCE_MAP, source_rows
from ..spec.minutes import reading_minutes
from ..spec.modules import TOC, exercise_folders
from ..spec.reading import SOURCES, plain_text
from .website import TEMPLATES


class _FromModules(SphinxDirective):
    """A directive whose Markdown is made from the modules' exercises.yml."""

    def run(self) -> list[nodes.Node]:
        book = Path(self.env.srcdir)
        folders = exercise_folders(book)
        files = [folder / EXERCISES_FILE for folder in folders]
        for file in (*files, book / TOC, book / SOURCE_MAP):
            self.env.note_dependency(str(file))
        # The authors' guide has exercises too: samples, of which no table should speak.
        folders = [f for f in folders if "guides" not in f.relative_to(book).parts]
        modules = [(folder, load_module(folder)) for folder in folders]
        parsed: list[nodes.Node] = self.parse_text_to_nodes("\n".join(self.lines(book, modules)))
        return parsed

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        raise NotImplementedError


class Coverage(_FromModules):
    """Where each row of the source map is read, and what exercises have one do with it."""

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        yield from ("| row | idea | read | done |", "|---|---|---|---|")
        for name, row in source_rows(book).items():
            claimed = [
                f"{_link(book, folder, module, exercise)} ({doing_in(exercise)})"
                for folder, module in modules
                for exercise in module.exercises
                if name in exercise.sources
            ]
            read = f"{row.said} [{row.page.rpartition('/')[2]}](/{row.page}/index.md)"
            yield f"| {name} | {row.idea} | {read if row.said else ''} | {'; '.join(claimed)} |"


class EvidenceLedger(_FromModules):
    """What each exercise rests on."""

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        yield from ("| exercise | rests on |", "|---|---|")
        for folder, module in modules:
            for exercise in module.exercises:
                rests = ", ".join(f"{{cite:t}}`{key}`" for key in exercise.evidence)
                rests = rests or "practice wisdom"
                yield f"| {_link(book, folder, module, exercise)} | {rests} |"


class ModuleFacts(_FromModules):
    """A module's time, exercises and sources, for who leads a group through it."""

    required_arguments: ClassVar[int] = 1

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        folder, module = next(m for m in modules if m[1].module == self.arguments[0])
        page = f"/{folder.relative_to(book).as_posix()}/index.md"
        words = len(plain_text((folder / "index.md").read_text("utf-8").split(SOURCES)[0]).split())
        yield f"[{module.title}]({page}), about {module.minutes} minutes by oneself, of which "
        yield f"{round(reading_minutes(words))} are for some {round(words, -2):,} words to read."
        yield from ("", "| exercise | minutes | what one does | private answers |")
        yield "|---|---|---|---|"
        for exercise in module.exercises:
            cells = (exercise.title, str(exercise.minutes), doing_in(exercise), _private(exercise))
            yield f"| {' | '.join(cells)} |"
        rows = sorted({row for e in module.exercises for row in e.sources}, key=_by_number)
        keys = dict.fromkeys(key for e in module.exercises for key in e.evidence)
        yield ""
        yield f"Ideas of the [sources](/sources.md): {', '.join(rows)}."
        if keys:
            yield f"Research: {', '.join(f'{{cite:t}}`{key}`' for key in keys)}."


def doing_in(exercise: Exercise) -> str:
    """Say what somebody does in an exercise, in a few words and in the order of the page."""
    doing = dict.fromkeys(field.doing for field in exercise.all_fields())
    return ("a case in steps: " if exercise.steps else "") + ", ".join(doing)


def _private(exercise: Exercise) -> str:
    """Say how much of an exercise is private, and so not for a group."""
    fields = exercise.all_fields()
    private = sum(field.private == "always" for field in fields)
    if private == len(fields):
        return "all: not talked about"
    return f"{private} of {len(fields)}" if private else "none"


def _by_number(row: str) -> tuple[str, int]:
    return row[0], int(row[1:])


class FieldUse(_FromModules):
    """Which field types and extras there are, and which exercises use them."""

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        yield from ("| field type or extra | times | exercises |", "|---|---|---|")
        for name in (*FIELD_TYPES, *EXTRAS):
            times, users = 0, []
            for folder, module in modules:
                uses = [(exercise.title, _uses(exercise, name)) for exercise in module.exercises]
                times += sum(n for _, n in uses)
                titles = ", ".join(f"*{title}*" for title, n in uses if n)
                page = f"/{folder.relative_to(book).as_posix()}/index.md"
                users += [f"[{module.title}]({page}): {titles}"] if titles else []
            yield f"| `{name}` | {times} | {'. '.join(users)} |"


def _uses(exercise: Exercise, name: str) -> int:
    """Count how often an exercise has a field type, or an extra."""
    if name in EXTRAS:
        return bool(getattr(exercise, name))
    return sum(field.type == name for field in exercise.all_fields())


def _link(book: Path, folder: Path, module: Module, exercise: Exercise) -> str:
    page = f"/{folder.relative_to(book).as_posix()}/index.md"
    return f"[{module.title}: {exercise.title}]({page})"


class _FilledByScript(SphinxDirective):
    """A part of a page that a script fills in from the browser's store."""

    part: ClassVar[str]

    def run(self) -> list[nodes.Node]:
        html = (TEMPLATES / "parts" / self.part).read_text("utf-8")
        return [nodes.raw("", html, format="html")]


class MyJournal(_FilledByScript):
    """The learner's own journal page, by my-journal.mjs."""

    part = "my-journal.html"


class RecallCards(_FilledByScript):
    """The cards that are due, by cards.mjs."""

    part = "cards.html"


class Scenes(SphinxDirective):
    """Every picture that an exercise may name, with its name and what is to be seen."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(SCENES))
        figures = (
            f"<figure>{scene(name)}<figcaption><code>{name}</code> {escape(one.words)}"
            "</figcaption></figure>"
            for name, one in scenes().items()
        )
        html = f'<div class="scenes">{"".join(figures)}</div>'
        return [nodes.raw("", html, format="html")]


DIRECTIVES: dict[str, Any] = {
    "field-use": FieldUse,
    "coverage": Coverage,
    "evidence-ledger": EvidenceLedger,
    "module-facts": ModuleFacts,
    "my-journal": MyJournal,
    "recall-cards": RecallCards,
    "scenes": Scenes,
}
