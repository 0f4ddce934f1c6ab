// Compiles Python for the browser with the very Python that will run there, so that a visit
// compiles nothing: node compile.mjs <folder with Pyodide, its lock and the wheels> <exercises.yml>
//
// First it does there what a notebook does, and sees which modules that takes. In every archive of
// the folder those become x.pyc in place of x.py; the others, smaller as they are, stay. Left out are
// tests, type stubs, scripts for servers, and most of what serves those who write code.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// Its own way of saying what is wrong prints Pyodide's whole script.
process.on("uncaughtException", (error) => {
  console.error(error.message || String(error.stack ?? error).slice(-1500));
  process.exit(1);
});

const [folder, exercises] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const quiet = () => {};
const pyodide = await loadPyodide({ stdout: quiet, stderr: quiet });
const packages = Object.keys(
  JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf8")).packages,
);
await pyodide.loadPackage(packages, { messageCallback: quiet });

pyodide.FS.mkdirTree("/module");
pyodide.FS.writeFile("/module/exercises.yml", readFileSync(exercises));
const compile = pyodide.runPython(`
import importlib._bootstrap_external as bootstrap, importlib.util, io, os, re, sys, warnings, zipfile
from pathlib import Path

os.chdir("/module")
os.environ["ALLYSHIP_JOURNAL"] = "/journal"
import piplite.piplite, pyodide_kernel
from allyship_course.spec import load_module
from allyship_course.notebook.widget import check, exercise
shell = pyodide_kernel.ipython_shell
shell.send_comm = lambda *_: None  # there is no page to send to
sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
name = load_module(Path.cwd()).exercises[0].id
form = exercise(name)
empty = {"answers": {}, "passed": False, "shared": False}
form._answer(None, {"request": "1", "type": "load"}, None)
form._answer(None, {"request": "2", "type": "save", "note": empty, "changed": []}, None)
for shown in (form, check(name)):
    shell.display_formatter.format(shown)
try:
    exec("1/0")
except ZeroDivisionError:
    shell.showtraceback()
used = {m.__spec__.origin for m in list(sys.modules.values()) if getattr(m, "__spec__", None)}
used = {re.sub(r".*?/(site-packages|python\\d+\\.zip)/", "", origin) for origin in used if origin}

warnings.simplefilter("ignore")
NEVER = re.compile(r"(^|/)(tests?|idlelib|tkinter|turtledemo|ensurepip)/|\\.pyi$|\\.data/|/nbextension/|/RECORD$|^allyship_course/content/")
# Completing and colouring code, terminals, mail, processes: what a notebook takes of it stays, the
# rest is left out.
IF_USED = re.compile(
    r"(jedi|parso|prompt_toolkit|wcwidth|pygments|IPython/terminal|click|multiprocessing|_pyrepl)/"
    r"|(xml|xmlrpc|wsgiref)/|(pdb|doctest|pydoc|imaplib|mailbox|smtplib|ftplib|poplib)\\.py$"
)

def wanted(name):
    if NEVER.search(name):
        return False
    return name in used or not IF_USED.match(name)

def compiled(name, source, optimize):
    # Never compared with a source again: there is none beside it.
    code = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
    return bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), False)

def archive(raw, standard):
    out = io.BytesIO()
    optimize = 2 if standard else 0  # IPython is at a loss without its docstrings
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            if item.is_dir() or not wanted(item.filename):
                continue
            name, data = item.filename, old.read(item)
            if name in used and name.endswith(".py"):
                name, data = name + "c", compiled(name, data, optimize)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            new.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()

lambda raw, standard: archive(raw.to_bytes(), standard)
`);

for (const name of readdirSync(folder).sort()) {
  if (!/\.(whl|zip)$/u.test(name)) continue;
  const file = join(folder, name);
  writeFileSync(file, compile(new Uint8Array(readFileSync(file)), name.endsWith(".zip")).toJs());
}
