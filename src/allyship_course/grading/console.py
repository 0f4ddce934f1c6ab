"""What a person at a terminal sees of a long run."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from ..store.submission import visible
from .results import Notice, Summary

_LONGEST_LIST = 50


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} a second" if task.speed else "")


class Progress:
    """A bar for each module, with the rate and the time that is left; on stderr."""

    def __init__(self, what: str) -> None:
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(what),
            _Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bars.stop()

    def show(self, module: str, done: int, total: int) -> None:
        if module not in self._tasks:
            self._tasks[module] = self._bars.add_task(module, total=total)
        self._bars.update(self._tasks[module], completed=done)  # type: ignore[arg-type]

    def tell(self, line: str) -> None:
        self._bars.console.print(line, markup=False)


def report(summary: Summary) -> str:
    """Say what a run did, with each refusal and each remark on a line of its own."""
    counts = (summary.graded, summary.unchanged, len(summary.refused))
    lines = ["{:,} graded, {:,} unchanged, {:,} refused.".format(*counts)]
    lines += listed("Refused, with no grade:", summary.refused)
    lines += listed("Graded, with a remark:", summary.remarks)
    return "\n".join(lines)


def listed(title: str, notices: list[Notice]) -> list[str]:
    """Return a title and a line for each notice; nothing where there is none."""
    if not notices:
        return []
    lines = [f"  {n.module}  {visible(n.student)}: {n.what}." for n in notices[:_LONGEST_LIST]]
    more = len(notices) - _LONGEST_LIST
    return ["", title, *lines, *([f"  and {more:,} more."] if more > 0 else [])]
