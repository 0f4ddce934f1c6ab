"""What is publicly known against the versions in our locks. Asking the index needs a network."""

from __future__ import annotations

from pathlib import Path

from .running import ROOT, ReleaseError, run


def locks() -> list[Path]:
    """Return every lock of Python packages that git has."""
    return [ROOT / name for name in run("git", "ls-files", "--", "*.lock").split()]


def audit(programs: Path) -> list[str]:
    """Return what pip-audit says of each lock that has something known against it."""
    known = []
    for lock in locks():
        asking = (programs / "pip-audit", "--strict", "--disable-pip", "--require-hashes")
        try:
            run(*asking, "--progress-spinner", "off", "--requirement", lock)
        except ReleaseError as error:
            known.append(str(error))
    return known
