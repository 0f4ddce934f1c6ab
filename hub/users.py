"""The throwaway Linux users of a class. Only users that were made here are ever removed."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from .environment import HubError

_END_SECONDS = 10.0


def must_be_able_to() -> None:
    """Raise HubError if this process can't make users."""
    if not shutil.which("useradd"):
        raise HubError(
            "there is no useradd on this machine, by which the class gets its users. The hub needs "
            "Linux. 'make start' shows the course without one"
        )
    if os.geteuid() != 0:
        raise HubError(
            "this needs root: it makes Linux users, and starts each one's server as that user. "
            "Run it as root on a machine of your own, or in a container; 'make start' shows the "
            "course without root"
        )


def add_user(name: str, home: Path, mark: str, password: str | None = None) -> None:
    """Make a user who has nothing but ``home``, which nobody else may look into.

    ``mark`` tells later that the user was made here. Without a password nobody can log in.
    """
    try:
        pwd.getpwnam(name)
    except KeyError:
        pass
    else:
        raise HubError(f"there is a user {name} on this machine already, who was not made here")
    where = ["--create-home", "--home-dir", str(home), "--shell", "/bin/bash"]
    _run(["useradd", *where, "--user-group", "--comment", mark, name])
    home.chmod(0o700)
    if password:
        _run(["chpasswd"], f"{name}:{password}\n")  # not as an argument, which all users can read


def new_password() -> str:
    """Return a password that can be typed."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def remove_users(mark: str) -> None:
    """End all that the users with this mark run, and remove them. Their files stay."""
    found = [user for user in pwd.getpwall() if user.pw_gecos == mark]
    end_processes({user.pw_uid for user in found})
    for user in found:
        # By force: one that has ended may still be listed until somebody takes note of it.
        _run(["userdel", "--force", user.pw_name])


def end_processes(uids: Iterable[int]) -> None:
    """Kill every process of these users, and wait until none is left."""
    uids = set(uids)
    until = time.monotonic() + _END_SECONDS
    while left := _processes(uids):
        if time.monotonic() > until:
            raise HubError(
                f"these processes do not end: {[p.pid for p in left]}. Run this again, or restart "
                "the machine"
            )
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.1)


def _processes(uids: set[int]) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["uids", "status"])
        if process.info["uids"].real in uids and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _run(command: list[str], given: str = "") -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HubError(f"{command[0]} failed: {done.stderr.strip()}")
