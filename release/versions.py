"""One rule for the version: ``pyproject.toml`` has it, and all other places have the same.

``CHANGELOG.md`` has a heading for each release, ``## 1.2.0 (2027-03-01)``, the newest first. What
came since then stands above, below ``## Unreleased``; the version is then that of the next release.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+) \((\d{4}-\d\d-\d\d)\)")
_ELSEWHERE = {
    "src/allyship_course/__init__.py": r'^__version__ = "(.*)"',
    "src/jupyter/labextension/package.json": r'^  "version": "(.*)"',
    "src/jupyter/labextension/schemas/allyship-course/package.json.orig": r'^  "version": "(.*)"',
    "CITATION.cff": r"^version: (.*)",
    "hub/kubernetes/Dockerfile": r"/allyship:(\S*)",
    "hub/kubernetes/README.md": r"/allyship:(\d\S*)",
    "hub/kubernetes/exchange.yaml": r"/allyship:(\S*)",
    "hub/kubernetes/grading.yaml": r"/allyship:(\S*)",
    "hub/kubernetes/values.yaml": r'^ +tag: "(.*)"',
}
"""Where else the version stands, because the file can't ask for it, and how to find it there."""

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Release:
    """A section of the changelog; without a version, it is what is not released yet."""

    version: Version | None
    day: date | None
    text: str


def version(root: Path) -> str:
    """Return the version that ``pyproject.toml`` has."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def changelog(root: Path) -> list[Release]:
    """Read the changelog's sections as they stand, the newest first."""
    _, *parts = _HEADING.split((root / "CHANGELOG.md").read_text("utf-8"))
    releases = []
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        if heading == UNRELEASED:
            releases.append(Release(None, None, text.strip()))
        elif match := _RELEASE.fullmatch(heading):
            day = date.fromisoformat(match[4])
            releases.append(Release(_numbers(".".join(match.group(1, 2, 3))), day, text.strip()))
        else:
            raise ValueError(f"CHANGELOG.md: '## {heading}' is not like '## 1.2.0 (2027-03-01)'.")
    return releases


def faults(root: Path) -> Iterator[str]:
    """Say where the rule is not kept."""
    ours = version(root)
    for name, pattern in _ELSEWHERE.items():
        places = re.findall(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        if set(places) != {ours}:
            yield f"{name} has {', '.join(places) or 'no version'}; pyproject.toml has {ours}."
    releases = changelog(root)
    released = [release for release in releases if release.version]
    if any(release.version is None for release in releases[1:]):
        yield f"CHANGELOG.md: '## {UNRELEASED}' stands first, and once."
    order = [release.version for release in released if release.version]
    if order != sorted(set(order), reverse=True):
        yield "CHANGELOG.md: the newest release stands first, and none twice."
    newest = released[0].version if released else None
    waiting = releases[0].text if releases and releases[0].version is None else ""
    if not waiting and newest != _numbers(ours):
        yield f"CHANGELOG.md has no section for {ours}."
    if waiting and newest and _numbers(ours) <= newest:
        yield f"CHANGELOG.md: {ours} is released. What came since then is of a later version."


def faults_of_tag(root: Path, tag: str) -> Iterator[str]:
    """Say why a tag can't be released."""
    yield from faults(root)
    if tag != f"v{version(root)}":
        yield f"The tag is {tag}; it has to be v{version(root)}."
    if changelog(root)[0].version != _numbers(version(root)):
        yield f"CHANGELOG.md does not begin with '## {version(root)} (YEAR-MONTH-DAY)'."


def _numbers(text: str) -> Version:
    one, two, three = text.split(".")
    return int(one), int(two), int(three)
