"""Build the course as live notebooks in the browser, into ``_build/lite``: ``make lite``.

JupyterLite with Pyodide, and everything that they load, on one's own site. What is downloaded is
pinned with hashes in this folder: ``build.lock`` (what builds the site), ``browser.lock`` (Python
packages in the browser) and ``package-lock.json`` (Pyodide itself). Needs node and npm.

``python -m lite COURSE`` does the same for the course in the folder COURSE.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from allyship_course.notebook.assignments import make_assignment, make_journal
from allyship_course.spec import EXERCISES_FILE, JOURNAL, folders_in, module_folders
from allyship_course.spec.settings import course_of, settings_of

HERE = Path(__file__).parent
ROOT = HERE.parent
CACHE = ROOT / "_build" / ".lite"
"""What was downloaded: kept for the next build."""
PYODIDE = CACHE / "node_modules" / "pyodide"
TOOLS = CACHE / "venv"
KERNEL = "@jupyterlite/pyodide-kernel-extension"

PYTHON = "3.14"
PLATFORM = "pyemscripten_2026_0_wasm32"
OTHER_PLATFORM = "manylinux_2_17_x86_64"
# Compiled for other machines only. Their wheels hold the same in plain Python beside the compiled
# part, which is left out.
PLAIN_TOO = ("markupsafe", "pyyaml")
# Scripts for a Jupyter server: the site has them as extensions of JupyterLab.
FOR_SERVERS = ("jupyterlab-widgets", "widgetsnbextension")
KERNEL_WHEELS = ("ipykernel", "piplite", "pyodide_kernel")

SUBMISSION = """\
# Your submission
from allyship_course.student.download import submission

submission()"""
PAGES = ("index.html", "notebooks/index.html", "tree/index.html")
START = "start.js"
# This site only. JupyterLab and Pyodide need the rest.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
# What a visit loads before the service worker is there, and what is small and wanted offline.
KEPT_AT_FIRST = ("*.html", START, "jupyter-lite.json", "build/*/bundle.js", "api/*", "files/*")
NOT_PUBLISHED = (
    *("rspack.config*", "package.json", "*/package.json", "doc", "overrides.json"),
    *("*/jupyter-lite.ipynb", "jupyterlite.schema*", "extensions/**/*.map"),
)


AS_THE_DEVICE = {"@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}}
"""Dark where the device is: nobody has settings of their own here."""


def main(book: Path, site: Path) -> None:
    """Build the notebooks of ``book`` into ``site``; what was there is replaced."""
    CACHE.mkdir(parents=True, exist_ok=True)
    say("Fetching what is pinned ...")
    fetch()
    with tempfile.TemporaryDirectory() as work:
        say("Building the site ...")
        contents = write_contents(book, Path(work, "contents"))
        build_site(contents, site, Path(work, "site"), course_of(book).title)
        say("Compiling Python for the browser ...")
        add_python(site, folders_in(contents)[0] / EXERCISES_FILE, Path(work, "wheel"))
    finish(site)
    size = sum(f.stat().st_size for f in site.rglob("*") if f.is_file())
    say(f"{site}: {size / 1e6:.0f} MB")


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; its output is shown only if it fails, and ends the build then."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise SystemExit(f"{command[0]} is missing. On Debian or Ubuntu: apt install npm") from None
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise SystemExit(f"{Path(str(command[0])).name} failed:\n{said}")


# ------------------------------------------------------------------------ downloads


def fetch() -> None:
    """Get what builds the site, Pyodide and the wheels; nothing that is there already."""
    for lock, get in (
        ("build.lock", fetch_tools),
        ("package-lock.json", fetch_pyodide),
        ("browser.lock", fetch_wheels),
    ):
        mark = CACHE / f".{lock}"
        if not mark.exists() or mark.read_bytes() != (HERE / lock).read_bytes():
            get()
            shutil.copy(HERE / lock, mark)


def fetch_tools() -> None:
    """Install what builds the site, apart from everything else."""
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, TOOLS)
    python = TOOLS / "bin" / "python"
    run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, HERE / "build.lock")


def fetch_pyodide() -> None:
    """Get Pyodide's package of the npm registry."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, CACHE)
    run("npm", "ci", "--silent", cwd=CACHE)


def fetch_wheels() -> None:
    """Get the wheels for the browser's Python, each with the hash that the lock has for it."""
    wheels = CACHE / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    wanted = locked(HERE / "browser.lock")
    for names, platform in (
        (wanted.keys() - {*PLAIN_TOO, *FOR_SERVERS}, PLATFORM),
        (PLAIN_TOO, OTHER_PLATFORM),
    ):
        some = CACHE / "some.lock"
        some.write_text("\n".join(wanted[name] for name in sorted(names)), "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", "--implementation", "cp"]
        command += ["--python-version", PYTHON, "--abi", f"cp{PYTHON.replace('.', '')}"]
        command += ["--abi", "abi3", "--abi", "none", "--platform", platform, "--platform", "any"]
        run(*command, "--dest", wheels, "-r", some)


def locked(lock: Path) -> dict[str, str]:
    """Return a lock's entries, hashes and all, by package."""
    entries = re.split(r"\n(?=\S)", lock.read_text("utf-8"))
    return {entry.partition("==")[0].strip(): entry for entry in entries if "==" in entry}


# ------------------------------------------------------------------------- the site


def write_contents(book: Path, contents: Path) -> Path:
    """Write what a learner's drive begins with: a folder for each module, and the journal's."""
    for folder in module_folders(book):
        add_submission(make_assignment(folder, contents))
    if (book / JOURNAL).exists() and settings_of(book).has("journal"):
        make_journal(book, contents)
    return contents


def add_submission(notebook: Path) -> None:
    """Add the cell that offers the submission as a file: here is no exchange to hand in by."""
    content = nbformat.read(notebook, as_version=4)
    folded = {"jupyter": {"source_hidden": True}, "editable": False, "deletable": False}
    content.cells.append(new_code_cell(SUBMISSION, id="submission", metadata=folded))
    nbformat.write(content, notebook)


def build_site(contents: Path, site: Path, lite: Path, title: str) -> None:
    """Let JupyterLite write its pages, without JupyterLab's own: Notebook's are lighter."""
    shutil.rmtree(site, ignore_errors=True)
    lite.mkdir()
    config = json.loads((HERE / "jupyter-lite.json").read_text("utf-8"))
    config["jupyter-config-data"]["appName"] = title
    (lite / "jupyter-lite.json").write_text(json.dumps(config), "utf-8")
    settings = json.loads((ROOT / "src/jupyter/overrides.json").read_text("utf-8")) | AS_THE_DEVICE
    (lite / "overrides.json").write_text(json.dumps(settings), "utf-8")
    where = ("--lite-dir", lite, "--output-dir", site, "--contents", contents)
    what = ("--apps", "notebooks", "--apps", "tree")
    less = ("--no-sourcemaps", "--no-unused-shared-packages")
    run(TOOLS / "bin/jupyter", "lite", "build", *where, *what, *less, cwd=lite)


def add_python(site: Path, exercises: Path, work: Path) -> None:
    """Put Pyodide and the wheels into the site, compiled, and tell the kernel to load them all."""
    static = site / "static" / "pyodide"
    static.mkdir(parents=True)
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        shutil.copy(PYODIDE / name, static)
    for wheel in all_wheels(work):
        copy_wheel(wheel, static)
    # The lock has each wheel's hash, before and after it is compiled.
    write_lock(static)
    run("node", HERE / "compile.mjs", static, exercises)
    file = site / "jupyter-lite.json"
    config = json.loads(file.read_text("utf-8"))
    settings = config["jupyter-config-data"]["litePluginSettings"][f"{KERNEL}:kernel"]
    settings["loadPyodideOptions"]["packages"] = write_lock(static)
    file.write_text(json.dumps(config), "utf-8")


def all_wheels(work: Path) -> Iterator[Path]:
    """Yield our own wheel, those of the lock, and those that come with JupyterLite's kernel."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", work)
    yield from work.glob("*.whl")
    yield from (CACHE / "wheels").glob("*.whl")
    pypi = TOOLS / "share/jupyter/labextensions" / KERNEL / "static/pypi"
    for name in KERNEL_WHEELS:
        yield from pypi.glob(f"{name}-*.whl")


def copy_wheel(wheel: Path, folder: Path) -> None:
    """Copy a wheel; one that was compiled for other machines without what is compiled."""
    if "manylinux" not in wheel.name:
        shutil.copy(wheel, folder)
        return
    name, version, *_ = wheel.name.split("-")
    plain = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(plain, "w") as new:
        for item in old.infolist():
            if not item.filename.endswith((".so", ".c")):
                new.writestr(item, old.read(item))


def write_lock(static: Path) -> list[str]:
    """Write Pyodide's lock anew for the wheels in ``static``; return their packages' names."""
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"] = {p["name"]: p for p in map(lock_entry, sorted(static.glob("*.whl")))}
    (static / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    return sorted(lock["packages"])


def lock_entry(wheel: Path) -> dict[str, Any]:
    """Return what Pyodide must know of a wheel. All are loaded at once, so none names others."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        head = HeaderParser().parsestr(archive.read(metadata).decode())
        top = {re.split(r"[./]", name)[0] for name in archive.namelist()}
    name = re.sub(r"[-_.]+", "-", head["Name"]).lower()
    return {
        "name": name,
        "version": head["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(t for t in top if t.isidentifier()),
        "depends": [],
        "unvendored_tests": False,
    }


def finish(site: Path) -> None:
    """Let the pages start by our own script, and the site be kept by its service worker."""
    for pattern in NOT_PUBLISHED:
        for path in list(site.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    config = json.loads((site / "jupyter-lite.json").read_text("utf-8"))
    version = config["jupyter-config-data"]["appVersion"]
    theirs = {start_by_ours(site / page) for page in PAGES}
    constants = {"CONFIG": f"./{theirs.pop()}", "APP_VERSION": version}
    write_script(HERE / "start.mjs", site / START, constants)
    call_scripts_js(site)
    write_worker(site)


def call_scripts_js(site: Path) -> None:
    """Let the name of every script end in .js: many hosts send .mjs as what no browser runs."""
    scripts = [*site.rglob("*.mjs")]
    for file in (site / "jupyter-lite.json", *scripts):
        text = file.read_text("utf-8")
        for script in scripts:
            text = text.replace(script.name, f"{script.stem}.js")
        file.write_text(text, "utf-8")
    for script in scripts:
        script.rename(script.with_suffix(".js"))


def start_by_ours(page: Path) -> str:
    """Put our script in the place of JupyterLite's; return the name of theirs."""
    text = page.read_text("utf-8")
    found = re.search(r"'(\.{1,2}/)(config-utils\.js[^']*)'", text)
    if not found:
        raise SystemExit(f"{page}: JupyterLite starts in another way than this build knows")
    text = text.replace(found[0], f"'{found[1]}{START}'")
    # Else it would be fetched before the worker is there to keep it.
    text = text.replace('rel="preload"', 'rel="later"')
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page.write_text(text.replace("<head>", f"<head>{policy}", 1), "utf-8")
    return found[2]


def write_worker(site: Path) -> None:
    """Put our service worker before JupyterLite's; it must know all files of the site."""
    worker = site / "service-worker.js"
    theirs = worker.read_text("utf-8")
    files = sorted(f for f in site.rglob("*") if f.is_file())
    names = [f.relative_to(site).as_posix() for f in files]
    constants = {
        "VERSION": hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:16],
        "FILES": names,
        "FIRST": [n for n in names if any(fnmatch(n, pattern) for pattern in KEPT_AT_FIRST)],
    }
    write_script(HERE / "worker.js", worker, constants)
    with worker.open("a", encoding="utf-8") as f:
        f.write(theirs)


def write_script(script: Path, target: Path, constants: Mapping[str, object]) -> None:
    """Write one of our scripts without its comments, and with what only the build knows."""
    import rjsmin

    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    target.write_text(f"{head}{rjsmin.jsmin(script.read_text('utf-8'))}\n", "utf-8")


if __name__ == "__main__":
    course = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    main(course / "book", course.absolute() / "_build" / "lite")
