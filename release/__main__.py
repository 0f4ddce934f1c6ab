"""Make a release into ``dist``, check it, and try it on each Python that it names: ``make dist``.

``python -m release tag v1.2.0`` only says whether what is here can be released under that tag, and
``python -m release audit`` whether something is known against the versions in our locks.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from .auditing import audit
from .building import build_twice, source_date
from .running import ROOT, ReleaseError, install, new_environment, run
from .trying import describe, interpreter, named_pythons, try_out
from .versions import changelog, faults, faults_of_tag, version

DIST = ROOT / "dist"
ABOUT = ROOT / "_build" / "release"
"""What goes beside the package and not onto the index: it takes nothing but packages."""
LOCK = Path(__file__).with_name("tools.lock")


def tools() -> Path:
    """Install the programs that check a release; return where they are."""
    place = ROOT / "_build" / ".release-tools"
    mark = place / "installed.lock"
    if not mark.exists() or mark.read_bytes() != LOCK.read_bytes():
        python = new_environment(place, Path(sys.executable))
        install(python, "--no-deps", "--require-hashes", "--requirement", LOCK)
        shutil.copyfile(LOCK, mark)
    return place / "bin"


def main(*, every_python: bool) -> None:
    """Make and try the release. With ``every_python``, one that is not here is a fault."""
    refuse(list(faults(ROOT)))
    programs = tools()
    ours = version(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        files = build_twice(work)
        say(f"Built twice, equal to the byte: {', '.join(file.name for file in files)}")
        wheel = next(file for file in files if file.suffix == ".whl")
        run(programs / "twine", "check", "--strict", *files)
        run(programs / "check-wheel-contents", "--config", ROOT / "pyproject.toml", wheel)
        say("Looked through by twine and check-wheel-contents.")
        pythons = {name: interpreter(name) for name in named_pythons()}
        missing = [name for name, python in pythons.items() if python is None]
        for name, python in pythons.items():
            if python:
                (work / name).mkdir()
                try_out(wheel, python, ours, work / name)
                say(f"Python {name}: installed alone, a course begun and checked, a form shown.")
        for name in missing:
            say(f"Python {name}: not tried, because it is not on this machine.")
        if missing and every_python:
            raise ReleaseError("A release is tried on every Python that it names.")
        ABOUT.mkdir(parents=True, exist_ok=True)
        bill = ABOUT / "bill-of-materials.cdx.json"
        describe(wheel, Path(sys.executable), work, bill, programs)
        say(f"With all extras, a course's website built. What was installed: {bill}")
        (ABOUT / "notes.md").write_text(changelog(ROOT)[0].text + "\n", "utf-8")
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        for file in files:
            shutil.copyfile(file, DIST / file.name)
    say(f"{DIST}: made as of {source_date()} seconds after 1970.")


def refuse(faults_found: list[str]) -> None:
    """End with what stands in the way, if anything does."""
    if faults_found:
        raise ReleaseError("\n".join(faults_found))


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main(every_python=False)
        case ["--every-python"]:
            main(every_python=True)
        case ["tag", tag]:
            refuse(list(faults_of_tag(ROOT, tag)))
        case ["audit"]:
            refuse(audit(tools()))
            say("Nothing is known against the versions in our locks.")
        case _:
            raise SystemExit(__doc__)
