"""A container, Binder and a container for developing: their steps, done in plain folders."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from release.building import copy_sources

from tests.support.hubs import free_port
from tests.support.images import UV, build, run
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

NOTEBOOKS = 9


def printed(log: Path, pattern: str) -> str:
    """Wait until something stands in a log; return its first group."""
    for _ in range(600):
        if match := re.search(pattern, log.read_text()):
            return match[1]
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-4000:])


def modules(folder: Path) -> list[Path]:
    return sorted(folder.glob("notebooks/0*/0*.ipynb"))


def test_the_container_shows_the_notebooks_at_the_address_that_it_prints(tmp_path: Path) -> None:
    image = build(ROOT / "Dockerfile", tmp_path / "image")
    port = free_port()
    shell, option, line = image.command
    line = f"{line} --allow-root --port={port} --ServerApp.port_retries=0"
    log = tmp_path / "log"
    with log.open("w") as written:
        process = subprocess.Popen(
            [shell, option, line],
            cwd=image.here,
            env={**os.environ, **image.env},
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        token = printed(log, r"http://127\.0\.0\.1:\S*token=(\S+)")
        listed = f"http://127.0.0.1:{port}/api/contents?token={token}"
        with urllib.request.urlopen(listed, timeout=30) as answer:
            names = {entry["name"] for entry in json.load(answer)["content"]}
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents", timeout=30)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
    assert "my-course.ipynb" in names
    assert len(modules(image.here)) == NOTEBOOKS


def test_binder_has_the_notebooks_ready(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    copy_sources(repository)
    run(UV, "venv", "--seed", "--python", sys.executable, tmp_path / "venv", cwd=tmp_path)
    path = f"{tmp_path}/venv/bin:{os.environ['PATH']}"
    # There, the repository is the home folder.
    run("bash", "binder/postBuild", cwd=repository, env={"PATH": path, "HOME": str(repository)})
    opened = re.search(r"urlpath=lab/tree/(\S+)", (repository / "binder/postBuild").read_text())
    assert opened
    assert (repository / opened[1]).exists()
    assert len(modules(repository)) == NOTEBOOKS


def test_the_container_for_developing_ends_with_all_that_the_checks_need(tmp_path: Path) -> None:
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    repository = tmp_path / "repository"
    copy_sources(repository)
    outside = ("VIRTUAL_ENV", "MAKE")
    env = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    command = shlex.split(settings["postCreateCommand"])
    done = subprocess.run(
        command, cwd=repository, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    python = settings["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert "allyship" in run(repository / python, "-m", "pip", "list", cwd=repository)
    assert (repository / "node_modules" / ".bin" / "tsc").exists()
