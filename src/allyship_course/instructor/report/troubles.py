"""Who handed something in that counts for nothing, or was refused, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from ...exchange.refused import why_refused
from ...store.submission import (
    RefusedError,
    check_id,
    open_folder,
    read_record_of,
    read_submission,
    why_nothing_counts,
)
from .table import ClassState, ModuleState


class Trouble(NamedTuple):
    """One student's work of one module, and why it has no points."""

    module: str
    student: str
    why: str

    def __str__(self) -> str:
        return f"{self.student}, {self.module}: {self.why}"


def troubles(course: Path, state: ClassState) -> Iterator[Trouble]:
    """Yield whose work has no points for another reason than exercises that are open.

    Looked at is only what has none: who has handed in, and nothing is complete; who was collected,
    and not graded; and whose last attempt was refused while it was collected.
    """
    for module in state.modules:
        refused = why_refused(course, module.id)
        for student in state.names:
            if why := _why(state.submitted, module, student, refused.get(student, "")):
                yield Trouble(module.id, student, why)


def _why(submitted: Path, module: ModuleState, student: str, refused: str) -> str:
    work = module.work.get(student)
    if work is None and student not in module.waiting:
        return f"refused while it was collected: {refused}" if refused else ""
    if work is not None and any(work.done):
        return ""
    try:
        why = _looked_at(submitted, module.id, student, [e for e, _ in module.exercises], work)
    except RefusedError as e:
        return "" if work is not None else f"can't be graded: {e}"
    return f"{why}; put aside: {refused}" if why and refused else why


def _looked_at(
    submitted: Path, module: str, student: str, exercises: Collection[str], work: object
) -> str:
    check_id(student)
    with (
        open_folder(submitted.resolve()) as root,
        open_folder(student, root) as home,
        open_folder(module, home) as folder,
    ):
        if work is None:
            read_submission(folder, module)
            return ""
        return why_nothing_counts(read_record_of(folder, module), module, exercises)
