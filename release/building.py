"""The wheel and the sdist, which are the same, to the byte, wherever they are built."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from pathlib import Path

from .running import ROOT, ReleaseError, run


def source_date() -> str:
    """Return the moment that files of the release have: that of the last commit."""
    return os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct").strip()


def copy_sources(folder: Path) -> None:
    """Copy what git has or would take: what else lies about here gets into no release."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy)


def build(sources: Path, into: Path, moment: str, *targets: str) -> dict[str, Path]:
    """Build the targets (``wheel``, ``sdist``) from a folder; return the file of each."""
    words = [word for target in targets for word in ("--target", target)]
    command = [sys.executable, "-m", "hatchling", "build", *words, "--directory", str(into)]
    run(*command, cwd=sources, env={"SOURCE_DATE_EPOCH": moment})
    endings = {"wheel": "*.whl", "sdist": "*.tar.gz"}
    return {target: next(into.glob(endings[target])) for target in targets}


def build_twice(work: Path) -> list[Path]:
    """Build from a copy of the sources, then the wheel once more from what is in the sdist."""
    moment = source_date()
    copy_sources(work / "one")
    files = build(work / "one", work / "built", moment, "sdist", "wheel")
    with tarfile.open(files["sdist"]) as archive:
        archive.extractall(work / "two", filter="data")
    (unpacked,) = (work / "two").iterdir()
    again = build(unpacked, work / "again", moment, "sdist", "wheel")
    for target, file in files.items():
        if file.read_bytes() != again[target].read_bytes():
            raise ReleaseError(f"{file.name} is another one when it is built from the sdist.")
    return list(files.values())
