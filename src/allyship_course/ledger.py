"""Tables that the book makes of the modules' own metadata: coverage, evidence, module facts.

Sphinx directives for MyST pages::

    ```{coverage}
    ```
    ```{evidence-ledger}
    ```
    ```{module-facts} 03-is-and-is-not
    ```
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from .form import FOLDER
from .lint import SOURCE_MAP, exercise_folders, source_rows
from .spec import EXERCISES_FILE, Exercise, Module, load_module


class _FromModules(SphinxDirective):
    """A directive whose Markdown is made from the modules' exercises.yml."""

    def run(self) -> list[nodes.Node]:
        book = Path(self.env.srcdir)
        for file in (*book.glob(f"**/{EXERCISES_FILE}"), book / SOURCE_MAP):
            self.env.note_dependency(str(file))
        # The authors' guide has exercises too: samples, of which no table should speak.
        folders = [f for f in exercise_folders(book) if "guides" not in f.relative_to(book).parts]
        modules = [(folder, load_module(folder)) for folder in folders]
        found: list[nodes.Node] = self.parse_text_to_nodes("\n".join(self.lines(book, modules)))
        return found

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        raise NotImplementedError


class Coverage(_FromModules):
    """Which exercise does what with which row of the source map."""

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        yield from ("| row | idea | exercises |", "|---|---|---|")
        for row, idea in source_rows(book).items():
            claimed = [
                _link(book, folder, module, exercise)
                for folder, module in modules
                for exercise in module.exercises
                if row in exercise.sources
            ]
            yield f"| {row} | {idea} | {'; '.join(claimed)} |"


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
    """A module's time and exercises, for who leads a group through it."""

    required_arguments: ClassVar[int] = 1

    def lines(self, book: Path, modules: list[tuple[Path, Module]]) -> Iterator[str]:
        folder, module = next(m for m in modules if m[1].module == self.arguments[0])
        page = f"/{folder.relative_to(book).as_posix()}/index.md"
        yield f"[{module.title}]({page}), about {module.minutes} minutes by oneself. Exercises:"
        yield ""
        for exercise in module.exercises:
            minutes = "1 minute" if exercise.minutes == 1 else f"{exercise.minutes} minutes"
            yield f"- {exercise.title} ({minutes})"


def _link(book: Path, folder: Path, module: Module, exercise: Exercise) -> str:
    page = f"/{folder.relative_to(book).as_posix()}/index.md"
    return f"[{module.title}: {exercise.title}]({page})"


class MyJournal(SphinxDirective):
    """The learner's own journal page: a frame that course.mjs fills from the browser's store."""

    def run(self) -> list[nodes.Node]:
        html = (FOLDER / "templates" / "parts" / "my-journal.html").read_text("utf-8")
        return [nodes.raw("", html, format="html")]


DIRECTIVES: dict[str, Any] = {
    "coverage": Coverage,
    "evidence-ledger": EvidenceLedger,
    "module-facts": ModuleFacts,
    "my-journal": MyJournal,
}
