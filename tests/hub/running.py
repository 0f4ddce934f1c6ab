"""A real hub, with a class of its own beside any other on this machine."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.classroom import Classroom, remove

MODULE = "00-welcome"


@dataclass(frozen=True)
class Hub:
    """A class whose hub runs at ``address``."""

    room: Classroom
    address: str

    def released(self) -> None:
        """Hand out the first module, as Formgrader does it."""
        self.room.as_course("nbgrader", "release_assignment", MODULE)


@contextmanager
def a_hub(
    made: Path, students: int = 3, change: Callable[[Classroom], None] = lambda _: None
) -> Iterator[Hub]:
    """Run a class of its own; ``change`` does something to it before its hub starts."""
    # Its names are those of no other run, and its folder is one that all users can enter.
    with tempfile.TemporaryDirectory(prefix="allyship-hub-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        room = Classroom(Path(folder, "class"), made, f"t{secrets.token_hex(2)}", students)
        try:
            address = room.make(print)
            change(room)
            with room.running():
                yield Hub(room, address)
        finally:
            remove(room.place)
