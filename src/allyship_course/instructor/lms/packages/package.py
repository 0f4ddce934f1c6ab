"""Write the packages: what of the built book goes in, the launching page, and the manifest."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ....errors import CourseError
from ....form.bundle import bundle
from ....spec import did_you_mean
from ....store.files import replace_file
from .contents import contents, outline_of

Standard = Literal["scorm12", "scorm2004", "cmi5"]
Goal = Literal["passed", "completed"]
LAUNCH = "launch.html"
ROOM = Path(__file__).parent
# The earliest that a ZIP can say, and the same each time.
_TIME = (1980, 1, 1, 0, 0, 0)
_MANIFESTS: dict[Standard, str] = {
    "scorm12": "imsmanifest.xml",
    "scorm2004": "imsmanifest.xml",
    "cmi5": "cmi5.xml",
}
_MARK = 6


class PackageError(CourseError):
    """There can be no package; the message says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What an instructor wants: of which modules, under which title, and what stands at its end.

    ``identifier`` is the same for a course again and again: by it learners find what they wrote
    when a package is replaced by a newer one.
    """

    identifier: str
    title: str
    modules: Sequence[str] = ()
    standard: Standard = "scorm12"
    goal: Goal = "completed"


def write_packages(html: Path, into: Path, wanted: Wanted, each: bool = False) -> list[Path]:
    """Write the whole course as one package or, ``each`` by itself, a package of every module.

    ``html`` is the built book. Without ``modules``, these are all that count.
    """
    outline = outline_of(html)
    modules = _chosen(outline, wanted.modules)
    if not each:
        return [_write(html, into, wanted, modules, wanted.identifier, wanted.title)]
    return [_write(html, into, wanted, [one], one["id"], one["title"]) for one in modules]


def _chosen(outline: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Mapping[str, Any]]:
    counted = {module["id"]: module for module in outline if module["collected"]}
    for name in names:
        if name not in counted:
            raise PackageError(
                f"the built book has no module '{name}'. {did_you_mean(name, [*counted])}"
            )
    return [counted[name] for name in names or counted]


def _write(
    html: Path,
    into: Path,
    wanted: Wanted,
    modules: Sequence[Mapping[str, Any]],
    name: str,
    title: str,
) -> Path:
    whole = len(modules) > 1 or name == wanted.identifier
    start = "index.html" if whole else str(modules[0]["page"])
    files = contents(html, [module["id"] for module in modules], start)
    course = {
        "title": title,
        "start": start,
        "salt": _digest(f"allyship package {wanted.identifier}")[:16],
        "passed": wanted.goal == "passed",
        "marks": marks(modules),
    }
    files |= _launching(wanted.standard, course)
    identifier = f"{wanted.identifier}.{name}" if name != wanted.identifier else name
    manifest = _template(f"{wanted.standard}.xml.jinja").render(
        identifier=f"allyship-{_plain(identifier)}",
        addresses=[_address(identifier), _address(f"{identifier} pages")],
        title=title,
        goal=wanted.goal,
        launch=LAUNCH,
        files=sorted(files),
    )
    files[_MANIFESTS[wanted.standard]] = manifest.encode()
    file = into / f"{_plain(name)}-{wanted.standard}.zip"
    into.mkdir(parents=True, exist_ok=True)
    replace_file(file, zipped(files), mode=0o644)
    return file


def marks(modules: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what stands for each exercise where a platform keeps which of them are complete.

    It comes from the ids alone, so that it stays when exercises come, go or change places.
    """
    paths = [f"{m['id']}/{exercise['id']}" for m in modules for exercise in m["exercises"]]
    found = {path: _digest(path)[:_MARK] for path in paths}
    if len(set(found.values())) < len(found):
        both = [p for p in paths if [*found.values()].count(found[p]) > 1]
        raise PackageError(
            f"the exercises {' and '.join(both)} can't be told apart. Rename the newer one"
        )
    return found


def _launching(standard: Standard, course: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the page that a platform opens, with its script and style."""
    import rcssmin
    import rjsmin

    # The endpoint of cmi5 is anywhere; what is sent there is all in session.mjs.
    connect = "*" if standard == "cmi5" else "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"frame-src 'self'; connect-src {connect}; base-uri 'none'; form-action 'none'"
    )
    page = _template("launch.html.jinja").render(course=course, policy=policy, language="en")
    script = rjsmin.jsmin(bundle(ROOM / f"launch-{standard}.mjs"))
    style = rcssmin.cssmin((ROOM / "launch.css").read_text("utf-8"))
    return {
        LAUNCH: page.encode(),
        "launch.js": str(script).encode(),
        "launch.css": str(style).encode(),
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a ZIP: of the same files, the same bytes."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, whatever this runs on
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name], compresslevel=9)
    return raw.getvalue()


def _template(name: str) -> Any:
    loader = PackageLoader(__package__, ".")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _address(identifier: str) -> str:
    """Return what names a course to all platforms; of the same course, the same."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"allyship {identifier}").urn


def _plain(name: str) -> str:
    """Return a name with nothing in it that a file or an XML id could not have."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip("-") or "course"
