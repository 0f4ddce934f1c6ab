"""A folder's files as one message: JSON, with each file's bytes in base64.

Nothing in it can be a link, have a size that it does not show, or lie outside of its folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ..store.files import RecordError, parse_json
from ..store.limits import MAX_DEPTH, MAX_FILES

MAX_PARCEL_BYTES = 10_000_000
"""The longest parcel. What a student hands in of a module has some thousands."""
_MAX_PARTS = 10_000  # base64 has none of the letters that are counted
_MAX_NAME = 128
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class ParcelError(ValueError):
    """What can't be sent or taken, in words."""


def check_name(name: str) -> str:
    """Return the name of a file, course, assignment or person if it is one that may be used."""
    if not 0 < len(name) <= _MAX_NAME:
        raise ParcelError(f"a name has to have 1 to {_MAX_NAME} characters")
    if name in {".", ".."} or "/" in name or "\\" in name:
        raise ParcelError(f"{name!a} is no name")
    if any(unicodedata.category(c) in _UNSEEN for c in name):
        raise ParcelError(f"{name!a} holds characters that can't be seen")
    return name


def digests_of(pages: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each notebook's page of feedback, by the notebook's name."""
    return {
        name.removesuffix(".html"): hashlib.sha256(page).hexdigest() for name, page in pages.items()
    }


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the parcel of files, by their path in the folder. The same files, the same parcel."""
    _check_paths(files)
    texts = {path: base64.b64encode(raw).decode() for path, raw in files.items()}
    raw = json.dumps({"files": texts}, sort_keys=True, separators=(",", ":")).encode()
    if len(raw) > MAX_PARCEL_BYTES:
        largest = max(files, key=lambda path: len(files[path]))
        raise ParcelError(
            f"that is too large to send: {len(raw) / 1e6:,.1f} MB of at most "
            f"{MAX_PARCEL_BYTES / 1e6:.0f} MB. The largest file is {largest!a}"
        )
    return raw


def pack_folder(folder: Path) -> bytes:
    """Return the parcel of the plain files in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return pack({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


def unpack(raw: bytes) -> dict[str, bytes]:
    """Return the files of a parcel from anywhere; ParcelError says what is wrong with it."""
    if len(raw) > MAX_PARCEL_BYTES:
        raise ParcelError("it is too large")
    try:
        texts = parse_json(raw, "it", max_depth=3, max_parts=_MAX_PARTS).get("files")
    except RecordError:
        texts = None
    if not isinstance(texts, dict) or not all(isinstance(t, str) for t in texts.values()):
        raise ParcelError("it is no parcel of files")
    try:
        files = {path: base64.b64decode(text, validate=True) for path, text in texts.items()}
    except (binascii.Error, ValueError):
        raise ParcelError("it holds a file that can't be read") from None
    _check_paths(files)
    return files


def _check_paths(files: Mapping[str, bytes]) -> None:
    if len(files) > MAX_FILES:
        raise ParcelError(f"it holds more than {MAX_FILES:,} files")
    for path in files:
        parts = path.split("/")
        for part in parts:
            check_name(part)
        if len(parts) > MAX_DEPTH:
            raise ParcelError(f"its folders are nested deeper than {MAX_DEPTH}")
        if any(str(above) in files for above in PurePosixPath(path).parents):
            raise ParcelError(f"{path!a} in it lies in a file")


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a parcel's files into a new folder, or an empty one."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, raw in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as f:
            f.write(raw)


def notebooks_in(files: Mapping[str, bytes]) -> list[str]:
    """Return the names, without their ending, of the notebooks that lie at the top."""
    return sorted(p.removesuffix(".ipynb") for p in files if p.endswith(".ipynb") and "/" not in p)
