"""The wheel in bare environments, used as somebody uses it who has just installed it."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

from .running import ROOT, ReleaseError, install, new_environment, run

_CLASSIFIER = "Programming Language :: Python :: 3."


def named_pythons() -> list[str]:
    """Return the versions of Python that the package names: ``3.11`` and later ones."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [line.rpartition(" ")[2] for line in project["classifiers"] if _CLASSIFIER in line]


def interpreter(python: str) -> Path | None:
    """Return a Python of that version which is on this machine, on the path or by pyenv."""
    name = f"python{python}"
    own = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    places = [Path(folder) for folder in os.get_exec_path()]
    places += sorted(own.glob(f"{python}.*/bin"))
    return next((place / name for place in places if _starts(place / name)), None)


def _starts(program: Path) -> bool:
    """Say whether it is a Python. pyenv has a name for each of its own, which may lead nowhere."""
    try:
        return (
            subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def constraints(folder: Path) -> Path:
    """Write the versions of the lock, which are those that the tests have run with."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    file = folder / "constraints.txt"
    file.write_text("\n".join(line.removesuffix(" \\") for line in lines if "==" in line), "utf-8")
    return file


def try_out(wheel: Path, python: Path, version: str, work: Path) -> None:
    """Install the wheel and nothing else; ask for help, begin a course, check it, show a form."""
    environment = work / "environment"
    here = new_environment(environment, python)
    install(here, "--constraint", constraints(work), wheel)
    allyship = environment / "bin" / "allyship"
    if not run(allyship, "--version", cwd=work).strip().endswith(f" {version}"):
        raise ReleaseError(f"{wheel.name} does not say that it is {version}.")
    run(allyship, "--help", cwd=work)
    run(allyship, "new", "course", "a-course", "--title", "A course", cwd=work)
    run(allyship, "check", cwd=work / "a-course")
    (module,) = (work / "a-course" / "book" / "modules").iterdir()
    cell = "from allyship_course import exercise; print(exercise('the-flask')._repr_mimebundle_())"
    if "Exercise: The flask" not in run(here, "-c", cell, cwd=module):
        raise ReleaseError(f"{wheel.name} shows no form in a notebook.")


def describe(wheel: Path, python: Path, work: Path, file: Path, tools: Path) -> None:
    """Build a course's website with all that the wheel can have installed; list it in ``file``.

    The list is a bill of materials in CycloneDX's form: each package, its version and licence.
    """
    environment = work / "environment"
    here = new_environment(environment, python)
    install(here, "--constraint", constraints(work), f"{wheel}[book,instructor,learn]")
    run(environment / "bin" / "allyship", "new", "course", "b", "--title", "A course", cwd=work)
    building = (environment / "bin" / "jupyter-book", "build", "--config", "_config.yml")
    run(*building, "--path-output", ".", "--warningiserror", "book", cwd=work / "b")
    command = (tools / "cyclonedx-py", "environment", "--output-reproducible", "--validate")
    run(*command, "--pyproject", ROOT / "pyproject.toml", "--output-file", file, here)
