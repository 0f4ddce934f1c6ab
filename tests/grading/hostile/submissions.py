"""What hostile, careless and unlucky students hand in, by name, with what must come of it.

Each starts from an honest submission in which the first two exercises are answered and the
third is not. Some try to read, write or forge, some to exhaust or to crash.
"""

from __future__ import annotations

import copy
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from allyship_course.store.record import RECORD_FILE
from allyship_course.store.submission import NOTE_TAG

Change = Callable[[Path], object]

# Everybody has answered the first two exercises and not the third.
HONEST = [1.0, 1.0, 0.0]
NOTHING = [0.0, 0.0, 0.0]
OPEN = "Open: nothing answered yet"
NOTEBOOK_FILE = "01-tiny.ipynb"
STAMP = "timestamp.txt"
VICTIM = "what-the-instructor-keeps.txt"
"""A file outside the course. Nobody's submission may read or change it."""

EASY = """\
module: 01-tiny
title: Tiny
minutes: 1
exercises:
  - id: mine
    title: Easy
    minutes: 1
    fields: [{id: diary, type: text, label: Easy, optional: true}]
"""

EVIL = """\
import json, pathlib
(pathlib.Path.home() / "ran-in-home").touch()
pathlib.Path({outside!r}).touch()
for db in pathlib.Path.cwd().parents[2].glob("gradebook.db"):
    (pathlib.Path.home() / "read-gradebook").write_bytes(db.read_bytes())
record = json.loads(pathlib.Path("completion.json").read_text())
record["exercises"]["mine"] = {{"answered": [], "words": {{}}, "passed": True}}
pathlib.Path("completion.json").write_text(json.dumps(record))
import allyship_course
def check(exercise_id):
    return 1.0
allyship_course.check = check
"""


HOSTILE = """\
A note.

<script>alert(1)</script>

<img src="https://example.org/x.png" onerror="alert(1)"> <svg onload=alert(1)>

[press](javascript:alert(1)) ![seen](https://example.org/seen.png) [x]: javascript:alert(1)
"""


def in_notebook(change: Callable[[NotebookNode], Any]) -> Change:
    def apply(folder: Path) -> None:
        file = folder / NOTEBOOK_FILE
        nb = nbformat.read(file, as_version=4)
        change(nb)
        file.write_text(json.dumps(nb))  # as it is, valid or not

    return apply


def in_record(change: Callable[[dict[str, Any]], Any]) -> Change:
    def apply(folder: Path) -> None:
        file = folder / RECORD_FILE
        record = json.loads(file.read_text())
        change(record)
        file.write_text(json.dumps(record))

    return apply


def record_is(raw: bytes) -> Change:
    return lambda folder: (folder / RECORD_FILE).write_bytes(raw)


def checks(nb: NotebookNode) -> list[NotebookNode]:
    return [c for c in nb.cells if str(c.metadata.get("nbgrader", {})).count("check-")]


def placing(nb: NotebookNode) -> NotebookNode:
    return next(c for c in nb.cells if c.source.endswith('exercise("kettle")'))


def doubled(cell: NotebookNode) -> NotebookNode:
    return copy.deepcopy(cell) | {"id": "doubled"}


def meta(**changes: Any) -> Change:
    """Change the nbgrader metadata of the check of the third exercise, which is open."""
    return in_notebook(lambda nb: checks(nb)[2].metadata.nbgrader.update(changes))


def set_all(nb: NotebookNode, source: str) -> None:
    for cell in nb.cells:
        cell.source = source


def become_markdown(cell: NotebookNode) -> None:
    del cell["outputs"], cell["execution_count"]
    cell.cell_type = "markdown"


def note_of(nb: NotebookNode) -> NotebookNode:
    (note,) = [c for c in nb.cells if NOTE_TAG in c.metadata.get("tags", [])]
    return note


def raw_note(nb: NotebookNode) -> None:
    note_of(nb).update(cell_type="raw", source=HOSTILE)


def evil(nb: NotebookNode) -> None:
    nb.cells.insert(0, new_code_cell(EVIL.format(outside="ran-outside")))
    checks(nb)[2].source = EVIL.format(outside="ran-outside") + "check('mine')"


def forged_output(nb: NotebookNode) -> None:
    output = {"output_type": "execute_result", "data": {"text/plain": "1.0"}, "metadata": {}}
    checks(nb)[2].outputs = [{**output, "execution_count": 1}]


NOTEBOOK: dict[str, Change] = {
    "untouched": lambda _: None,
    "check-deleted": in_notebook(lambda nb: nb.cells.remove(checks(nb)[0])),
    "check-doubled": in_notebook(lambda nb: nb.cells.append(doubled(checks(nb)[2]))),
    "exercise-doubled": in_notebook(lambda nb: nb.cells.insert(0, doubled(placing(nb)))),
    "exercise-deleted": in_notebook(lambda nb: nb.cells.remove(placing(nb))),
    "all-deleted": in_notebook(lambda nb: nb.cells.clear()),
    "reordered": in_notebook(lambda nb: nb.cells.reverse()),
    "check-says-full-points": in_notebook(lambda nb: checks(nb)[2].update(source="1.0")),
    "check-calls-another": in_notebook(
        lambda nb: checks(nb)[2].update(source=checks(nb)[0].source)
    ),
    "check-is-text": in_notebook(lambda nb: become_markdown(checks(nb)[2])),
    "output-forged": in_notebook(forged_output),
    "more-points": meta(points=100),
    "negative-points": meta(points=-1),
    "no-longer-graded": meta(grade=False, locked=False),
    "named-as-another": meta(grade_id="check-kettle"),
    "named-as-nothing": meta(grade_id="no-such-check"),
    "solution": meta(solution=True),
    "newer-nbgrader": meta(schema_version=99),
    "older-nbgrader": meta(schema_version=1),
    "metadata-is-text": in_notebook(
        lambda nb: checks(nb)[2].metadata.update(nbgrader="check-mine", tags=7)
    ),
    "runs-code": in_notebook(evil),
    "all-code-broken": in_notebook(lambda nb: set_all(nb, "raise SystemExit")),
    "easier-exercises": lambda folder: (folder / "exercises.yml").write_text(EASY),
    "broken-exercises": lambda folder: (folder / "exercises.yml").write_text("["),
    "files-missing": lambda folder: (folder / "exercises.yml").unlink(),
    "hostile-note": in_notebook(lambda nb: note_of(nb).update(source=HOSTILE)),
    "hostile-raw-note": in_notebook(raw_note),
    "hostile-text": in_notebook(lambda nb: set_all(nb, HOSTILE)),
    "own-module": lambda folder: (folder / "allyship_course.py").write_text(
        EVIL.format(outside="ran-outside")
    ),
}

# What the record is, the points that it earns, and what the feedback says of it.
RECORD: dict[str, tuple[Change, list[float], str]] = {
    "none": (lambda folder: (folder / RECORD_FILE).unlink(), NOTHING, OPEN),
    "of-another-module": (in_record(lambda r: r.update(module="02")), NOTHING, "another module"),
    "newer": (in_record(lambda r: r.update(schema=2)), NOTHING, "newer version"),
    "empty": (record_is(b""), NOTHING, "is empty"),
    "truncated": (lambda f: record_is((f / RECORD_FILE).read_bytes()[:99])(f), NOTHING, "damaged"),
    "deep": (record_is(b"[" * 100_000 + b"]" * 100_000), NOTHING, "damaged"),
    "huge": (record_is(b'{"schema": 1, "x": "' + b"x" * 5_000_000 + b'"}'), NOTHING, "larger"),
    "not-utf-8": (record_is(b'{"schema": 1, "\xff": 1}'), NOTHING, "damaged"),
    "a-list": (record_is(b"[1]"), NOTHING, "does not hold a JSON object"),
    "wrong-shape": (in_record(lambda r: r["exercises"].update(mine=7)), NOTHING, "not an object"),
    "numbers-for-names": (
        in_record(lambda r: r["exercises"]["mine"].update(answered=[1])), NOTHING, "wrong shape",
    ),
    "names-that-are-not": (
        in_record(lambda r: r["exercises"]["mine"].update(answered=["x", "diary2"])), HONEST, OPEN,
    ),
    "html-for-names": (
        in_record(lambda r: r["exercises"].update({"<script>alert(1)</script>": 7})),
        NOTHING,
        "&lt;script&gt;",
    ),
    "an-exercise-more": (in_record(lambda r: r["exercises"].update(x={})), HONEST, OPEN),
    "passed": (
        in_record(lambda r: r["exercises"]["mine"].update(passed=True)),
        [1.0, 1.0, 1.0],
        "left out by choice",
    ),
}  # fmt: skip


def raw_notebook(raw: bytes) -> Change:
    return lambda folder: (folder / NOTEBOOK_FILE).write_bytes(raw)


def instead(name: str, make: Callable[[Path], Any]) -> Change:
    """Put something else where a file of the submission was."""

    def apply(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        make(folder / name)

    return apply


def outside(file: Path) -> Path:
    """The victim: ``root/what...`` of ``root/course/submitted/student/module/file``."""
    return file.parents[4] / VICTIM


def gradebook(file: Path) -> Path:
    """The gradebook, or where it is a database elsewhere, the file with the password to it."""
    kept = file.parents[3] / "gradebook.db"
    return kept if kept.exists() else kept.with_name("nbgrader_config.py")


def to_victim(file: Path) -> None:
    file.symlink_to(outside(file))


def to_gradebook(file: Path) -> None:
    file.symlink_to(gradebook(file))


def to_neighbour(file: Path) -> None:
    file.symlink_to(file.parents[2] / "00-honest" / "01-tiny" / file.name)


def same_as_gradebook(file: Path) -> None:
    os.link(gradebook(file), file)


def same_as_neighbour(file: Path) -> None:
    os.link(file.parents[2] / "00-honest" / "01-tiny" / file.name, file)


def nowhere(file: Path) -> None:
    file.symlink_to("nowhere")


def loop(file: Path) -> None:
    file.symlink_to(file.name)


def endless(file: Path) -> None:
    file.symlink_to("/dev/zero")


def a_socket(file: Path) -> None:
    here = Path.cwd()
    os.chdir(file.parent)  # a socket's address may not be long
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(file.name)
    finally:
        os.chdir(here)


def sparse(size: int) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        with file.open("wb") as f:
            f.truncate(size)

    return make


def deep_folders(folder: Path) -> None:
    for _ in range(40):
        folder = folder / "deep"
    folder.mkdir(parents=True)


def note_is(source: Any) -> Change:
    return in_notebook(lambda nb: note_of(nb).update(source=source))


def deeper_notebook(folder: Path) -> None:
    raw_notebook(b'{"cells": ' + b"[" * 50_000 + b"]" * 50_000 + b"}")(folder)


def entry(**changes: Any) -> Change:
    """Change what the record says of the third exercise, which is open."""
    return in_record(lambda r: r["exercises"]["mine"].update(changes))


def said(text: str) -> Change:
    """Write the record of the third exercise as this JSON, valid or not."""
    return lambda folder: (folder / RECORD_FILE).write_text(
        '{"schema": 1, "module": "01-tiny", "exercises": {"mine": ' + text + "}}"
    )


# Things that are not the plain files that they should be, and the points that come of it.
FILES: dict[str, tuple[Change, list[float]]] = {
    "record-links-outside": (instead(RECORD_FILE, to_victim), NOTHING),
    "record-links-to-gradebook": (instead(RECORD_FILE, to_gradebook), NOTHING),
    "record-links-to-neighbour": (instead(RECORD_FILE, to_neighbour), NOTHING),
    "record-links-nowhere": (instead(RECORD_FILE, nowhere), NOTHING),
    "record-links-to-itself": (instead(RECORD_FILE, loop), NOTHING),
    "record-is-endless": (instead(RECORD_FILE, endless), NOTHING),
    "record-is-gradebook": (instead(RECORD_FILE, same_as_gradebook), NOTHING),
    # As good as a copy. To refuse it would let anybody spoil what another handed in.
    "record-is-neighbours": (instead(RECORD_FILE, same_as_neighbour), HONEST),
    "record-is-pipe": (instead(RECORD_FILE, os.mkfifo), NOTHING),
    "record-is-socket": (instead(RECORD_FILE, a_socket), NOTHING),
    "record-is-folder": (instead(RECORD_FILE, Path.mkdir), NOTHING),
    "notebook-links-outside": (instead(NOTEBOOK_FILE, to_victim), HONEST),
    "notebook-links-nowhere": (instead(NOTEBOOK_FILE, nowhere), HONEST),
    "notebook-links-to-itself": (instead(NOTEBOOK_FILE, loop), HONEST),
    "notebook-is-neighbours": (instead(NOTEBOOK_FILE, same_as_neighbour), HONEST),
    "notebook-is-pipe": (instead(NOTEBOOK_FILE, os.mkfifo), HONEST),
    "notebook-is-huge": (instead(NOTEBOOK_FILE, sparse(200_000_000)), HONEST),
    "stamp-links-outside": (instead(STAMP, to_victim), HONEST),
    "stamp-is-pipe": (instead(STAMP, os.mkfifo), HONEST),
    "stamp-is-no-date": (instead(STAMP, lambda f: f.write_text("when the sun is up")), HONEST),
    "stamp-has-two-zones": (
        instead(STAMP, lambda f: f.write_text("2026-11-21 12:00:00+02:00 UTC")),
        HONEST,
    ),
    "stamp-is-empty": (instead(STAMP, lambda f: f.write_text("")), HONEST),
    "stamp-is-binary": (instead(STAMP, lambda f: f.write_bytes(b"\xff\x00")), HONEST),
    "stamp-is-huge": (instead(STAMP, sparse(200_000_000)), HONEST),
    "stamp-is-year-99999": (instead(STAMP, lambda f: f.write_text("99999-01-01 UTC")), HONEST),
    "secret-links-outside": (instead("submission_secret.txt", to_victim), HONEST),
    "extra-link-to-folder": (instead("extra", lambda f: f.symlink_to("/etc")), HONEST),
    "extra-link-loop": (instead("extra", lambda f: f.symlink_to(".")), HONEST),
    "extra-pipe": (instead("extra", os.mkfifo), HONEST),
    "extra-huge": (instead("extra", sparse(3_000_000_000)), HONEST),
    "extra-deep": (instead("extra", deep_folders), HONEST),
    "extra-name-of-250-bytes": (instead("x" * 250, Path.touch), HONEST),
    "extra-name-with-line-break": (instead("a\nb", Path.touch), HONEST),
    "extra-name-not-utf-8": (instead(os.fsdecode(b"\xff\xfe"), Path.touch), HONEST),
}

# Notebooks of which nothing can be read: the record alone counts.
UNREADABLE: dict[str, Change] = {
    "notebook-truncated": lambda f: raw_notebook((f / NOTEBOOK_FILE).read_bytes()[:500])(f),
    "notebook-empty": raw_notebook(b""),
    "notebook-nul": raw_notebook(b"\0" * 5000),
    "notebook-not-utf-8": raw_notebook(b'{"cells": "\xff"}'),
    "notebook-a-list": raw_notebook(b"[]"),
    "notebook-deep": deeper_notebook,
    "notebook-format-99": in_notebook(lambda nb: nb.update(nbformat=99)),
    "notebook-format-none": in_notebook(lambda nb: nb.pop("nbformat")),
    "notebook-cells-a-text": in_notebook(lambda nb: nb.update(cells="none")),
    "notebook-a-cell-a-text": in_notebook(lambda nb: nb.cells.insert(0, "none")),
}

# Notes that are odd, and what stands in the graded copy.
NOTES: dict[str, tuple[Change, str | None]] = {
    "note-half-a-character": (note_is("half \ud83d"), "half ?"),
    "note-nul": (note_is("nul \0."), "nul \0."),
    "note-line-ends": (note_is("a\r\nb\u2028c\x0bd"), "a\r\nb\u2028c\x0bd"),
    "note-ends-json": (note_is('"}], "metadata": {"x": "'), '"}], "metadata": {"x": "'),
    "note-huge": (note_is("long " * 400_000), "long " * 400_000),
    "note-deleted": (in_notebook(lambda nb: nb.cells.remove(note_of(nb))), ""),
    "note-twice": (
        in_notebook(lambda nb: nb.cells.append({**doubled(note_of(nb)), "source": "again"})),
        None,  # both, one after the other
    ),
}

# Records that claim what is not theirs to claim.
CLAIMS: dict[str, tuple[Change, list[float]]] = {
    "claims-points": (entry(points=100, score=1.0, complete=True), HONEST),
    "claims-an-exercise-that-is-not": (
        in_record(lambda r: r["exercises"].update({"check-mine": {"passed": True}})), HONEST,
    ),
    "claims-a-check-by-its-id": (
        in_record(lambda r: r["exercises"].update({"mine ": {"passed": True}})), HONEST,
    ),
    "claims-by-birth": (
        in_record(lambda r: r["exercises"].update({"__proto__": {"passed": True}})), HONEST,
    ),
    "passed-by-number": (entry(passed=1), NOTHING),
    "passed-by-text": (entry(passed="true"), NOTHING),
    "passed-by-infinity": (said('{"passed": Infinity}'), NOTHING),
    "words-not-a-number": (said('{"words": {"diary": NaN}}'), NOTHING),
    "words-1e308": (said('{"words": {"diary": 1e308}}'), NOTHING),
    "words-1e999": (said('{"words": {"diary": 1e999}}'), NOTHING),
    "words-negative": (entry(words={"diary": -1}), NOTHING),
    "words-boolean": (entry(words={"diary": True}), NOTHING),
    "words-text": (entry(words={"diary": "100"}), NOTHING),
    "words-huge": (said('{"words": {"diary": ' + "9" * 4000 + "}}"), NOTHING),
    "answered-nested": (entry(answered=[["diary"]]), NOTHING),
    "answered-a-thousand-times": (entry(answered=["diary"] * 1000), [1.0, 1.0, 1.0]),
    "shares-scripts": (
        in_record(
            lambda r: r["exercises"]["all-types"].update(
                shared={
                    "thoughts": HOSTILE, "secret": "kept for me", "who": [{"name": HOSTILE}, 7],
                    "cards": {HOSTILE: [HOSTILE]}, "how-wet": "\ud83d\u2028x", "none": HOSTILE,
                }
            )
        ),
        HONEST,
    ),
    "shared-a-list": (entry(shared=["x"]), NOTHING),
    "said-twice": (said('{"passed": true}, "mine": {"passed": false}'), NOTHING),
    "half-a-character": (said('{"answered": ["\\ud83d"]}'), NOTHING),
}  # fmt: skip

HONEST_STUDENTS = ("00-honest", "zz-honest")
CHANGES: dict[str, Change] = {
    **dict.fromkeys(HONEST_STUDENTS, NOTEBOOK["untouched"]),
    **NOTEBOOK,
    **{name: change for name, (change, _, _) in RECORD.items()},
    **{name: change for name, (change, _) in FILES.items()},
    **UNREADABLE,
    **{name: change for name, (change, _) in (*NOTES.items(), *CLAIMS.items())},
}


def expected(student: str) -> list[float]:
    """The points that a submission must get, however it is graded."""
    if student in RECORD:
        return RECORD[student][1]
    if student in FILES:
        return FILES[student][1]
    return CLAIMS[student][1] if student in CLAIMS else HONEST


# Folders that are no submission. No grade, and the reason is named.
def another_student(folder: Path) -> None:
    """Replace ``submitted/student/module`` by a link to an honest student's."""
    _emptied(folder).symlink_to(folder.parents[1] / "00-honest" / "01-tiny")


def _emptied(folder: Path) -> Path:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    return folder


def home_is_link(folder: Path) -> None:
    _emptied(folder)
    folder.parent.rmdir()
    folder.parent.symlink_to(folder.parents[1] / "00-honest")


def nothing_in_it(folder: Path) -> None:
    _emptied(folder).mkdir()


REFUSED: dict[str, tuple[Change, str]] = {
    "module-is-a-link": (another_student, "a link or a file, not a folder"),
    "module-links-to-itself": (lambda f: loop(_emptied(f)), "a link or a file, not a folder"),
    "module-is-a-file": (lambda f: _emptied(f).touch(), "a link or a file, not a folder"),
    "home-is-a-link": (home_is_link, "a link or a file, not a folder"),
    "nothing-in-it": (nothing_in_it, "neither 01-tiny.ipynb nor completion.json"),
    "id-with\nline-break": (lambda _: None, "characters that can't be seen"),
    "id-\u202etxt.exe": (lambda _: None, "characters that can't be seen"),
    "id-\x1b[31m": (lambda _: None, "characters that can't be seen"),
    os.fsdecode(b"id-\xff"): (lambda _: None, "characters that can't be seen"),
    "i" * 255: (lambda _: None, "longer than 128 characters"),
}

# Ids that look dangerous and are honest names of folders. Graded like any other; nbgrader's own
# commands take some of them for patterns and pass them over.
ODD_IDS = [
    "'; DROP TABLE student; --",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "-rf",
    "a b",
    "[abc]",
    "*",
    "{student_id}",
    "Zoë Ångström",
    "李",
    "..hidden",
    "a+b",
]
