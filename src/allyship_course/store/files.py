"""Reading a stranger's file within limits, and replacing one of ours in one step."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import CourseError
from .limits import MAX_JSON_DEPTH, MAX_JSON_PARTS, MAX_RECORD_BYTES

# Neither follow a link nor wait for somebody to write into a pipe. A browser's files are neither,
# and JupyterLite would write a file anew after a read that asks for this.
_PLAIN_ONLY = (
    0
    if sys.platform == "emscripten"
    else getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)


class RecordError(CourseError):
    """A record or journal that can't be used, in words for the person whose file it is."""


def read_json(file: Path, limit: int = MAX_RECORD_BYTES) -> dict[str, Any] | None:
    """Read a plain file of at most ``limit`` bytes as a JSON object; ``None`` if there is none."""
    raw = read_plain(file, limit)
    return None if raw is None else parse_json(raw, file.name)


def read_plain(file: Path | str, limit: int, dir_fd: int | None = None) -> bytes | None:
    """Read a plain file of at most ``limit`` bytes; ``None`` if there is none.

    ``dir_fd`` is an open folder that ``file`` is named in. Raises RecordError for a link, a
    pipe, a folder and a file that is too large.
    """
    name = os.path.basename(file)  # noqa: PTH119  of each file of a large class: a Path takes long
    try:
        fd = os.open(file, os.O_RDONLY | _PLAIN_ONLY, dir_fd=dir_fd)
    except FileNotFoundError:
        return None
    except OSError as e:
        if e.errno == errno.ELOOP:
            raise RecordError(f"{name} is a link, not a file") from None
        raise RecordError(f"{name} can't be read: {e.strerror}") from None
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):  # before fdopen, which chokes on a folder
        os.close(fd)
        raise RecordError(f"{name} is not a plain file")
    with os.fdopen(fd, "rb") as f:
        # Not at once up to the limit: making room for so much takes longer than reading.
        raw = f.read(min(status.st_size, limit) + 1)
        if status.st_size < len(raw) <= limit:  # it has grown
            raw += f.read(limit + 1 - len(raw))
    if len(raw) > limit:
        raise RecordError(f"{name} is larger than {limit // 1000:,} kB")
    return raw


def parse_json(
    raw: bytes, name: str, max_depth: int | None = MAX_JSON_DEPTH, max_parts: int | None = None
) -> dict[str, Any]:
    """Parse a file's bytes as a JSON object, nested no deeper than any form of ours nests.

    A file that may be large needs a limit of ``max_parts``, which are counted before anything is
    made of them.
    """
    if not raw.strip():
        raise RecordError(f"{name} is empty")
    # Before each value of a list or an object stands one of these.
    if max_parts is not None and sum(map(raw.count, (b",", b"[", b"{"))) > max_parts:
        raise RecordError(f"{name} has more than {max_parts:,} parts")
    try:
        data: object = _DECODER.decode(raw.decode(json.detect_encoding(raw), "surrogatepass"))
    except (ValueError, RecursionError):
        # The reason may quote what stands in the file: leave it out.
        raise RecordError(f"{name} is damaged: it is not complete, valid JSON") from None
    if max_depth is not None and _too_deep(data, max_depth):
        raise RecordError(f"{name} is damaged: its parts are nested too deep")
    if not isinstance(data, dict):
        raise RecordError(f"{name} does not hold a JSON object")
    return data


def parse_notebook(raw: bytes, name: str) -> dict[str, Any]:
    """Parse the bytes of a stranger's notebook, which may be nested as deep as it likes."""
    return parse_json(raw, name, max_depth=None, max_parts=MAX_JSON_PARTS)


def _finite(digits: str) -> float:
    """Read a number, but not NaN, Infinity or 1e999: those could not be written again."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


_DECODER = json.JSONDecoder(parse_constant=_finite, parse_float=_finite)


def _too_deep(data: object, max_depth: int = MAX_JSON_DEPTH) -> bool:
    """Tell whether lists and objects are nested deeper than any form of ours nests them."""
    parts = [data] if isinstance(data, dict | list) else []
    for _ in range(max_depth - 1):
        if not parts:
            return False
        parts = [
            child
            for part in parts
            for child in (part.values() if isinstance(part, dict) else part)
            if isinstance(child, dict | list)
        ]
    return any(parts)


def encode_json(data: object) -> bytes:
    """Return ``data`` as UTF-8 JSON that a person can read too, and :func:`read_json` as well."""
    try:
        if _too_deep(data):
            raise ValueError
        text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    except ValueError:
        raise RecordError("Not saved: there is a value in it that no form of ours sends") from None
    # "replace": half a surrogate pair, which a browser may send, has no UTF-8 form.
    return text.encode("utf-8", "replace")


def sweep(file: Path) -> None:
    """Remove what a writer of ``file`` that was killed left behind. Only while no other writes."""
    for rest in file.parent.glob(f".{file.name}.*.tmp"):
        rest.unlink(missing_ok=True)


def replace_file(file: Path, raw: bytes, *, mode: int = 0o600, sync: bool = True) -> None:
    """Write ``raw`` beside ``file`` first, then put it in its place in one step.

    The file can be read by its owner only, unless ``mode`` says otherwise. Raises OSError (a
    full disk, a folder that can't be written); the old file then stays. Without ``sync``, for
    what can be made again, a machine that loses power may lose it.
    """
    fd, temporary = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(fd, "wb") as f:
            Path(temporary).chmod(mode)
            f.write(raw)
            f.flush()
            if sync:
                os.fsync(f.fileno())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
