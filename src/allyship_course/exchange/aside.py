"""What nbgrader would stumble over in a submission of a module is put aside before it begins."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.log import get_logger

from ..store.files import RecordError, parse_notebook
from ..store.limits import MAX_NOTEBOOK_BYTES
from ..store.record import RECORD_FILE
from ..store.submission import SECRET_FILE, TIMESTAMP_FILE, parse_timestamp
from .kinds import is_module
from .refused import REFUSED_FOLDER, list_refused


def hook_for_modules(config: Config) -> Callable[..., None]:
    """Return a hook that nbgrader calls before its first copy of a submission, to make it safe.

    What is a link, no plain file or too large goes to ``refused/`` in the course folder, and so
    do a notebook and a timestamp that nbgrader would stumble over; the notebook as released
    takes the place of such a notebook. A notebook under another name is taken for the module's.
    Assignments of another kind are left as they are.
    """

    def make_safe(*, notebooks: list[str], **_names: str) -> None:
        where = CourseDirectory(config=config)
        for folder in sorted({Path(notebook).parent for notebook in notebooks}):
            if is_module(where, folder.name):
                _make_safe(folder, where)
                notebook = folder / f"{folder.name}.ipynb"
                if str(notebook) not in notebooks and notebook.exists():
                    notebooks.append(str(notebook))  # nbgrader goes on with this list

    return make_safe


def _make_safe(folder: Path, where: CourseDirectory) -> None:
    root, module = folder.parents[2], folder.name
    for outer in (folder.parent, folder):
        if outer.is_symlink():
            _put_aside(root, outer, module, "is a link, not a folder")
            return
    notebook = folder / f"{module}.ipynb"
    released = Path(where.format_path(where.release_directory, ".", module)) / notebook.name
    for name in (notebook.name, RECORD_FILE, TIMESTAMP_FILE, SECRET_FILE):
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            _put_aside(root, folder / name, module, "is a folder, not a file")
    for path in _files_below(folder):
        if why := _unsafe(path, module):
            _put_aside(root, path, module, why)
            if path == notebook:
                shutil.copyfile(released, path)
    if not notebook.exists():
        _stand_in(folder, notebook, released)


def _stand_in(folder: Path, notebook: Path, released: Path) -> None:
    """Let a notebook that was renamed stand for the module's; else, the one that was released."""
    renamed = [file for file in folder.glob("*.ipynb") if not _unreadable(file)]
    if len(renamed) != 1:
        shutil.copyfile(released, notebook)
        return
    shutil.copyfile(renamed[0], notebook)
    get_logger().warning(
        "%s: the notebook %s is taken for %s.",
        ascii(folder.parent.name),
        ascii(renamed[0].name),
        notebook.name,
    )


def _files_below(folder: Path) -> list[Path]:
    paths = []
    for inside, folders, files in os.walk(folder):
        paths += [Path(inside) / name for name in (*files, *folders)]
    return [path for path in paths if path.is_symlink() or not path.is_dir()]


def _unsafe(path: Path, module: str) -> str:
    """Say why nbgrader should not have a file; empty if it may."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return "is a link" if stat.S_ISLNK(status.st_mode) else "is not a plain file"
    if status.st_size > MAX_NOTEBOOK_BYTES:
        return "is too large"
    if path.name == TIMESTAMP_FILE:
        try:
            parse_timestamp(path.read_bytes())
        except ValueError:
            return "holds no date"
    if path.name == f"{module}.ipynb":
        return _unreadable(path)
    return ""


def _unreadable(notebook: Path) -> str:
    """Say why nbgrader can't read a notebook; empty if it can."""
    try:
        parse_notebook(notebook.read_bytes(), "it")
        nbformat.read(notebook, as_version=4)
    except RecordError as e:
        return str(e).removeprefix("it ")
    except Exception:  # noqa: BLE001  whatever nbformat stumbles over, nbgrader would too
        return "is not a notebook that can be read"
    return ""


def _put_aside(root: Path, path: Path, module: str, why: str) -> None:
    within = path.relative_to(root)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = root / REFUSED_FOLDER / within.parent / f"{within.name}.{stamp}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    path.rename(aside)
    get_logger().warning("Put aside into %s/: %s %s.", REFUSED_FOLDER, ascii(str(within)), why)
    list_refused(root, module, str(within), why)
