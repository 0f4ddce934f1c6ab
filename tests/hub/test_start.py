"""What ``make hub`` says where it can't work, and what is left of it afterwards: nothing."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from hub.__main__ import main
from hub.classroom import MARKER, remove
from hub.environment import HubError
from hub.users import add_user

from tests.support.paths import ROOT

pytestmark = pytest.mark.hub


def test_without_root_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["hub"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(HubError, match=r"needs root.*'make start'"):
        main()


def test_without_useradd_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["hub"])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(HubError, match=r"no useradd.*'make start'"):
        main()


def test_a_folder_that_was_not_made_here_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(HubError, match="left as it is"):
        remove(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_user_who_was_there_before_is_left_alone(hub_environment: Path, tmp_path: Path) -> None:
    before = pwd.getpwnam("nobody")
    with pytest.raises(HubError, match="who was not made here"):
        add_user("nobody", tmp_path, "a mark", "password")
    assert pwd.getpwnam("nobody") == before


def test_a_crash_leaves_nothing_that_remove_does_not_take_away(hub_environment: Path) -> None:
    """The program that runs the hub is killed; the hub and the course's service go on."""
    script = """
import sys, time
from pathlib import Path
from tests.hub.running import a_hub
with a_hub(Path(sys.argv[1]), 1) as hub:
    print(hub.room.place, hub.room.prefix, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, hub_environment], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout
        line = next(line for line in process.stdout if line.startswith("/var/tmp/"))
        process.send_signal(signal.SIGKILL)
    place, prefix = Path(line.split()[0]), line.split()[1]
    assert (place / MARKER).exists()
    uids = {user.pw_uid for user in pwd.getpwall() if user.pw_name.startswith(prefix)}
    assert len(uids) == 3
    assert {"jupyterhub", "node"} <= running_in(place / "hub")
    remove(place)
    assert not place.exists()
    assert not [user for user in pwd.getpwall() if user.pw_name.startswith(prefix)]
    assert not [
        p
        for p in psutil.process_iter(["uids", "status"])
        if p.info["uids"].real in uids and p.info["status"] != psutil.STATUS_ZOMBIE
    ]
    assert not running_in(place / "hub")
    place.parent.rmdir()


def running_in(folder: Path) -> set[str]:
    return {
        p.info["name"] for p in psutil.process_iter(["name", "cwd"]) if p.info["cwd"] == str(folder)
    }
