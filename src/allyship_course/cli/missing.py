"""What to install where a command needs more than is there, and from where."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PACKAGE = "allyship-course"
_BOOK = "bs4 jupyter_book myst_nb rcssmin rjsmin sphinx sphinxcontrib textstat typst"
_DEV = "codespell_lib playwright"
_HUB = "jupyterhub psycopg"
_EXTRAS = {
    name: extra
    for extra, names in (("book", _BOOK), ("dev", _DEV), ("hub", _HUB))
    for name in names.split()
}


def what_to_install(module: str, usual: str) -> str:
    """Say in a line what to install, that brings a module; ``usual`` is the command's own extra."""
    extra = _EXTRAS.get(module.partition(".")[0], usual)
    return f"This needs the extra '{extra}' of the course ({module} is missing). {_how(extra)}"


def _how(extra: str) -> str:
    """Say how, from where this installation came. The name alone could be anybody's on an index."""
    came = _came_from()
    url = came.get("url", "")
    path = unquote(urlsplit(url).path)
    if url.startswith("file:") and Path(path).exists():
        editable = came.get("dir_info", {}).get("editable")
        return f"Run: pip install {'-e ' if editable else ''}'{path}[{extra}]'"
    if vcs := came.get("vcs_info", {}).get("vcs"):
        return f"Run: pip install '{PACKAGE}[{extra}] @ {vcs}+{url}'"
    return (
        f"Install it from where you have the course: pip install 'FILE.whl[{extra}]' with its "
        f"wheel, or pip install '.[{extra}]' in its repository"
    )


def requirement(extra: str) -> str:
    """Return the line of a requirements.txt that installs this package as it was installed here.

    A wheel on this machine is of no use elsewhere: it is looked for in the folder of that file,
    where :func:`own_wheel` belongs.
    """
    came = _came_from()
    url, version = came.get("url", ""), came.get("vcs_info", {})
    if version.get("vcs"):
        commit = version.get("commit_id", "")
        at = f"@{commit}" if commit else ""
        return f"{PACKAGE}[{extra}] @ {version['vcs']}+{url}{at}"
    if url.endswith(".whl"):
        return f"./{unquote(urlsplit(url).path).rpartition('/')[2]}[{extra}]"
    return f"{PACKAGE}[{extra}]=={distribution_version(PACKAGE)}"


def own_wheel() -> Path | None:
    """Return the wheel that this package was installed from, if it was one and is still there."""
    url = _came_from().get("url", "")
    file = Path(unquote(urlsplit(url).path))
    return file if url.startswith("file:") and file.suffix == ".whl" and file.is_file() else None


def _came_from() -> dict[str, Any]:
    try:
        found = json.loads(distribution(PACKAGE).read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
