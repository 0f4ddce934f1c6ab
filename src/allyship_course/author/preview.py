"""One module while it is being written: its page and its notebook, drawn anew at every change.

sphinx-autobuild watches, builds and tells the browser. Before each build it runs this file,
which lays the overlay over the module and makes a book of that one module, so that a build is
quick.
"""

from __future__ import annotations

import contextlib
import html
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from ..errors import CourseError
from ..messages import Tell
from ..notebook.assignments import make_assignment
from ..spec import EXERCISES_FILE, MODULES_FOLDER, SpecError, did_you_mean
from ..spec.modules import TOC, folders_in
from ..spec.overlay import lay_over
from ..store.journal import FOLDER_VARIABLE

_BESIDE = ("glossary.md", "references.bib")
_INDEX = "# Preview of {module}\n\n[The module](modules/{module}/index.md)\n"
_CONTENTS = "format: jb-book\nroot: index\nchapters:\n  - file: modules/{module}/index\n"
_FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{module}</title>
<style>
html, body, iframe {{ margin: 0; width: 100%; height: 100%; border: 0; display: block }}
</style>
</head><body><iframe title="The notebook in JupyterLab" src="{address}"></iframe></body></html>
"""


class PreviewError(CourseError):
    """There can be no preview; the message says why and what to do."""


def lay_out(project: Path, overlay: Path | None, module: str, here: Path) -> None:
    """Write a book of one module, and its notebook, into ``here``, as far as they have changed.

    Raises :class:`SpecError` with all that is wrong in the module.
    """
    whole = lay_over(project / "book", overlay, here / "whole").book
    notebook = make_assignment(whole / MODULES_FOLDER / module, here / "made")
    shutil.copytree(notebook.parent, here / "notebooks" / module, dirs_exist_ok=True)
    book = here / "book"
    shutil.copytree(
        whole / MODULES_FOLDER / module, book / MODULES_FOLDER / module, dirs_exist_ok=True
    )
    chapters = _CONTENTS.format(module=module)
    for name in _BESIDE:
        if (whole / name).exists():
            shutil.copy2(whole / name, book / name)
            chapters += f"  - file: {Path(name).stem}\n" if name.endswith(".md") else ""
    (book / TOC).write_text(chapters, "utf-8")
    if not (book / "index.md").exists():
        (book / "index.md").write_text(_INDEX.format(module=module), "utf-8")


def preview(project: Path, overlay: Path | None, module: str, tell: Tell) -> None:
    """Serve a module's page and notebook until Ctrl-C, and draw both anew at every change."""
    # Here, and not before each build, which needs nothing of it.
    from ..notebook.jupyterlab import BOOK_PORT, LOOPBACK, end_on_signals, free_port, jupyter

    places = [f for f in (overlay, project / "book" / MODULES_FOLDER) if f]
    watched = [f / module for f in places if (f / module / EXERCISES_FILE).exists()]
    if not watched:
        known = sorted({folder.name for place in places for folder in folders_in(place)})
        raise PreviewError(f"there is no module '{module}'. {did_you_mean(module, known)}")
    end_on_signals()
    with tempfile.TemporaryDirectory(prefix="allyship-preview-") as folder:
        here = Path(folder)
        lay_out(project, overlay, module, here)
        port = free_port(BOOK_PORT, "the page", tell)
        journal = {FOLDER_VARIABLE: str(here / "journal")}
        framed = f"http://{LOOPBACK}:{port}"
        with (
            contextlib.suppress(KeyboardInterrupt),
            jupyter(
                here / "notebooks",
                here / "jupyter",
                tell,
                course=here / "notebooks",
                variables=journal,
                framed_by=framed,
            ) as (lab, token),
        ):
            # The frame's address holds the token, and so nobody can guess its name.
            frame = here / "extra" / f"notebook-{secrets.token_urlsafe(24)}.html"
            frame.parent.mkdir()
            inside = f"{lab}/lab/tree/{module}/{module}.ipynb?token={token}"
            frame.write_text(_FRAME.format(module=module, address=html.escape(inside)), "utf-8")
            with _built(project, overlay, module, here, port, watched):
                tell("")
                tell(f"The page     {framed}/{MODULES_FOLDER}/{module}/index.html")
                tell(f"The notebook {framed}/{frame.name}")
                tell("")
                tell("Both are drawn anew when you save a file of the module. Stop with Ctrl-C.")
                threading.Event().wait()
    tell("\nStopped.")


@contextlib.contextmanager
def _built(
    project: Path, overlay: Path | None, module: str, here: Path, port: int, watched: list[Path]
) -> Iterator[None]:
    from ..notebook.jupyterlab import LOOPBACK, stop, wait_for

    book = here / "book"
    shutil.copy(project / "_config.yml", book)
    tool = str(Path(sys.executable).with_name("jupyter-book"))
    make = [tool, "config", "sphinx", "--config", str(book / "_config.yml"), str(book)]
    done = subprocess.run(make, cwd=here, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PreviewError(f"the book's settings can't be read:\n{done.stdout}{done.stderr}")
    again = [sys.executable, "-m", __name__, str(project), str(overlay or ""), module, str(here)]
    command = [sys.executable, "-m", "sphinx_autobuild", str(book), str(here / "html")]
    command += ["-q", "-d", str(here / "doctrees"), "--host", LOOPBACK]
    command += ["--port", str(port), "--ignore", str(book)]
    command += ["-D", "allyship_preview=1", "-D", f"html_extra_path={here / 'extra'}"]
    command += ["-D", "suppress_warnings=myst.xref_missing"]  # links to the other modules
    command += ["--pre-build", " ".join(f'"{part}"' for part in again)]
    for folder in watched:
        command += ["--watch", str(folder)]
    log = here / "build.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command, cwd=here, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_for(f"http://{LOOPBACK}:{port}/", process, log, "the page")
        yield
    finally:
        stop(process)


def _again(project: str, overlay: str, module: str, here: str) -> None:
    """Do what sphinx-autobuild has done before each build."""
    try:
        lay_out(Path(project), Path(overlay) if overlay else None, module, Path(here))
    except SpecError as e:
        raise SystemExit(str(e)) from None


if __name__ == "__main__":
    _again(*sys.argv[1:])
