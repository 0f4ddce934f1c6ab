"""An image's Dockerfile, its steps done in a plain folder: no engine for containers is needed.

``/srv``, ``/home`` and ``/usr/local`` are folders in it, and a virtual environment stands for the
latter. Users are not made: our own will do.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.paths import ROOT

UV = Path(sys.executable).with_name("uv")
_PLACES = ("/srv/", "/home/", "/usr/local/")


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout + done.stderr


@dataclass
class Image:
    """What building has made: where one is in it, with which environment, and what it starts."""

    folder: Path
    here: Path
    env: dict[str, str]
    command: list[str] = field(default_factory=list)


def build(dockerfile: Path, folder: Path) -> Image:
    """Do the steps of ``dockerfile``, with the repository as context."""
    run(UV, "venv", "--seed", "--python", sys.executable, folder / "usr/local", cwd=ROOT)
    path = f"{folder}/usr/local/bin:{os.environ['PATH']}"
    image = Image(folder, folder, {"PATH": path})
    for line in dockerfile.read_text().replace("\\\n", " ").splitlines():
        if not line.startswith("#"):
            step, _, rest = line.partition(" ")
            for place in _PLACES:
                rest = rest.replace(place, f"{folder}{place}")
            _do(image, step, rest)
    return image


def _do(image: Image, step: str, rest: str) -> None:
    words = shlex.split(rest)
    if step == "WORKDIR":
        image.here = Path(rest)
        image.here.mkdir(parents=True, exist_ok=True)
    elif step == "USER":
        home = image.folder / "home" / rest
        home.mkdir(parents=True)
        image.env["HOME"] = str(home)
    elif step == "ENV":
        name, _, value = rest.partition("=")
        image.env[name] = value
    elif step == "COPY":
        *sources, target = [word for word in words if not word.startswith("--")]
        if target.endswith("/"):
            (image.here / target).mkdir(parents=True, exist_ok=True)
        for source in sources:
            mode = 0o755 if "--chmod=755" in words else None
            _copy(ROOT / source, image.here / target, mode)
    elif step == "RUN" and words[0] != "useradd":
        run(*words, cwd=image.here, env=image.env)
    elif step == "CMD":
        image.command = json.loads(rest)
    else:
        assert step in {"", "FROM", "RUN"}, step


def _copy(source: Path, target: Path, mode: int | None) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        return
    if target.is_dir():
        target /= source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    if mode:
        target.chmod(mode)
