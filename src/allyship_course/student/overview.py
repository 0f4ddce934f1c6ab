"""How far a student is with the whole course, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..course_progress import about, in_all, progress_by_notes, where_to_go_on
from ..spec import Module
from ..store.journal import read_notes


def overview(modules: Sequence[Module], journal: Path) -> Iterator[str]:
    """Return lines: each module with what is complete, and where to go on."""
    notes = {module.module: read_notes(journal, module.module) for module in modules}
    course = [progress_by_notes(module, notes[module.module]) for module in modules]
    width = max((len(one.module.title) for one in course), default=0)
    for one in course:
        count = f"{one.done} of {len(one.of)} exercises"
        left = "complete" if one.complete else f"{about(one.minutes_left).lower()} left"
        yield f"{one.module.title:{width}}  {count:17}  {left}"
    yield ""
    yield in_all(course, where_to_go_on(modules, notes))
