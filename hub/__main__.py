"""``make hub``: a class on a JupyterHub until Ctrl-C. ``make hub-remove``: what it left."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path

from allyship_course.notebook.jupyterlab import end_on_signals

from .classroom import Classroom, only_one, remove
from .environment import HubError, delete_environments, environment
from .users import must_be_able_to

HERE = Path("/opt/allyship-hub")
"""Everything is below this folder: not below a home, which other users can't enter."""
PORT = 8000


def main() -> None:
    """Run a class, or with ``remove`` take away all that earlier ones left, after a crash too."""
    os.umask(0o022)
    remove_only = sys.argv[1:] == ["remove"]
    if sys.argv[1:] and not remove_only:
        raise HubError("use it as: python -m hub, or: python -m hub remove")
    must_be_able_to()
    HERE.mkdir(mode=0o755, exist_ok=True)
    with only_one(HERE, say):
        remove(HERE / "class")
        if remove_only:
            delete_environments(HERE)
            say(f"Removed: users, folders and environments of hubs in {HERE}.")
        else:
            run()


def run() -> None:
    """Run a class until Ctrl-C, and remove it."""
    end_on_signals()
    with contextlib.suppress(KeyboardInterrupt), environment(HERE, say) as made:
        room = Classroom(HERE / "class", made)
        try:
            address = room.make(say, PORT)
            say("Starting the hub ...")
            with room.running():
                introduce(room, address)
                threading.Event().wait()
        finally:
            say("\nRemoving the class ...")
            remove(room.place)
    say("Stopped. The environment stays for the next time; 'make hub-remove' deletes it.")


def introduce(room: Classroom, address: str) -> None:
    """Say where the hub is and who can log in; nowhere else do the passwords stand."""
    say(f"\nThe hub: {address}   (in a browser on this machine)\n")
    for name, password in room.passwords.items():
        say(f"  {name:22} {password}")
    say(
        "\nThe instructor finds Formgrader, and releases a module there. Students then find it "
        "under Nbgrader > Assignment List.\n"
        f"\nThe course: {room.course}\nThe exchange: {room.exchange}\nThe hub's log: {room.log}\n"
        "\nCtrl-C ends it and removes users, folders and all that was written."
    )


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main()
    except HubError as e:
        sys.exit(f"{e}.")
