"""Setting up a term from ``course.yml``, and changing it later without losing a grade.

First everything is looked at, and what would be different is listed; nothing is changed before
somebody has agreed to that.
"""

from __future__ import annotations

import filecmp
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from sqlalchemy import make_url, select, update

from ..exchange.client import released_by_service, uses_service
from ..exchange.kinds import is_module
from ..exchange.refused import REMOVED_FOLDER
from ..grading.folder import CONFIG_FILE, course_directory, load_config, quiet
from ..grading.gradebook import ModuleGrades, open_gradebook, other_kinds
from ..grading.plugin import rules_of
from ..messages import Ask, Tell
from ..notebook.assignments import MIRROR_LINE, make_assignment, make_journal
from ..spec import EXERCISES_FILE, JOURNAL, MODULES_FOLDER, Module, load_module
from ..store.files import encode_json, read_json, replace_file
from ..store.submission import CHECK_PREFIX
from .course import LATE_FILE, InUse, Late, place, project_of, set_late
from .lms.class_list import Student
from .removed import move_away, moved_in_words
from .term import OVERLAID, TeachError, Term, load_term, modules_of
from .times import shown
from .upgrade import upgrade

_FEW = 6
_SAME = 1e-6  # points


@dataclass(frozen=True)
class Change:
    """One thing that would be different: of what, in words, and how it is done."""

    of: str
    what: str
    do: Callable[[], None]


@dataclass
class Plan:
    """What setting up would change, and what it leaves alone though it might surprise."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)  # said to who does not agree

    def add(self, of: str, what: str, do: Callable[[], None]) -> None:
        self.changes.append(Change(of, what, do))

    def in_words(self) -> list[str]:
        """Return a line for each module, and for the students and the journal."""
        told: dict[str, list[str]] = {}
        for change in self.changes:
            told.setdefault(change.of, []).append(change.what)
        return [f"{of}: {'; '.join(what)}" for of, what in told.items()]


# ------------------------------------------------------------------------------ the plan


def set_up(
    folder: Path, tell: Tell, ask: Ask, *, only_look: bool = False, remove: Collection[str] = ()
) -> bool:
    """Make a course folder what its ``course.yml`` says; return whether it is that now.

    ``remove`` names students who are to go with all their grades. With ``only_look`` nothing is
    changed. Raises SpecError with all that is wrong in ``course.yml`` and what it names.
    """
    term = load_term(folder)
    for note in term.notes:
        tell(f"Class list: {note}.")
    found = folder.stat()
    # A volume that somebody else owns, as on a cluster, is shared with this user on purpose.
    own = found.st_uid == os.geteuid()
    if own and found.st_mode & 0o077 and not course_directory(folder).groupshared:
        tell(
            f"Others on this machine may look into {folder}, and so into what is collected there. "
            f"To end that: chmod 700 {shlex.quote(str(folder))}"
        )
    with _quietly():
        upgrade(folder, tell, (lambda _: False) if only_look else ask)
        with tempfile.TemporaryDirectory() as made:
            with open_gradebook(_to_look_at(folder, Path(made)), tell) as gradebook:
                plan = _Planner(term, gradebook, Path(made), remove).plan()
            for note in [*plan.notes, *plan.held_back]:
                tell(note)
            if not plan.changes:
                if not only_look:
                    _note_late(term)
                what = "Everything else" if plan.held_back else "Everything"
                tell(f"{what} is as course.yml says.")
                return True
            tell("This would change:" if only_look else "This is going to change:")
            for line in plan.in_words():
                tell(f"  {line}")
            if only_look or not ask("Go on?"):
                tell("Nothing was changed.")
                for line in plan.otherwise:
                    tell(line)
                return False
            for change in plan.changes:
                change.do()
        _note_late(term)
    tell("Done.")
    return True


def _note_late(term: Term) -> None:
    """Note what was agreed, so that another rule counts only when it is agreed to as well."""
    file = term.folder / LATE_FILE
    if not file.exists():
        rule = term.course.late
        late = rule.model_dump() if rule else None
        replace_file(file, encode_json({"schema": 1, "late": late}))


def _to_look_at(folder: Path, made: Path) -> CourseDirectory:
    """Return a course whose gradebook can be opened without one being made."""
    where = course_directory(folder)
    url = make_url(where.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        where.db_url = f"sqlite:///{made / 'gradebook.db'}"
    return where


def build_book(folder: Path, tell: Tell) -> Path:
    """Build the book, with the overlay in it, as far as it has changed; return its HTML."""
    term = load_term(folder)
    project = project_of(folder) or folder
    out = folder / OVERLAID if term.course.overlay else project
    tool = Path(sys.executable).with_name("jupyter-book")
    if not tool.exists():
        tell("The book can't be built here. To set up only, add --no-open.")
        raise ModuleNotFoundError("no jupyter-book", name="jupyter_book")
    tell("Building the book, which takes a minute the first time ...")
    command = [str(tool), "build"]
    command += ["--config", str(project / "_config.yml"), "--path-output", str(out)]
    command += [str(term.book), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    html = out / "_build" / "html"
    if done.returncode or not (html / "index.html").exists():
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise TeachError(f"the book could not be built. Run 'allyship check'. It says:\n{said}")
    return html


def make_sources(folder: Path) -> list[Path]:
    """Make the source notebooks of a term's modules, and nothing else; return them."""
    term = load_term(folder)
    modules = modules_of(term.book)
    return [
        make_assignment(
            term.book / MODULES_FOLDER / m.module, folder / "source", term.terms(modules[m.module])
        )
        for m in term.course.modules
    ]


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        # nbgrader 0.9.6 warns of itself: of its SQLAlchemy sessions and of cells without ids.
        warnings.simplefilter("ignore")
        yield


class _Planner:
    def __init__(
        self, term: Term, gradebook: Gradebook, made: Path, remove: Collection[str]
    ) -> None:
        self._term, self._gradebook, self._made, self._remove = term, gradebook, made, remove
        self._plan = Plan()
        self._zone = ZoneInfo(term.course.timezone)
        self._config = load_config(term.folder)
        self._config.ExchangeReleaseAssignment.force = True
        self._where = course_directory(term.folder, self._config)
        self._modules = modules_of(term.book)
        self._late_before = (read_json(term.folder / LATE_FILE) or {}).get("late")
        self._due_then = {a.name: a.duedate for a in gradebook.assignments}

    def plan(self) -> Plan:
        if self._term.exchange and not self._term.exchange.exists():
            self._plan.add("exchange", f"{self._term.exchange} made", self._make_exchange)
        self._of_another_name()
        for entry in self._term.course.modules:
            self._module(entry)
        self._left_out()
        self._late()
        if self._term.students is not None:
            self._students(self._term.students)
        self._journal()
        return self._plan

    def _make_exchange(self) -> None:
        exchange = place(self._term.folder, self._term.course.exchange)
        exchange.mkdir(parents=True)
        exchange.chmod(0o1777)  # everybody writes, and nobody can rename what is another's

    def _of_another_name(self) -> None:
        """Enter under this course's name what an older nbgrader, or an older name, left.

        Else a purge would take it for another course's, and leave it.
        """
        used = {m.module for m in self._term.course.modules}
        own: dict[str, str] = {}
        for assignment in self._gradebook.assignments:
            name, course = assignment.name, assignment.course_id
            if course == self._where.course_id:
                continue
            made_here = (self._term.folder / "source" / name).is_dir()
            if made_here and is_module(self._where, name):
                own[name] = course
            elif name in used:
                raise TeachError(
                    f"the gradebook has {name} already, of the course '{course}'. nbgrader keeps "
                    "one assignment of each name in a database. Give this course a gradebook of "
                    f"its own: see c.CourseDirectory.db_url in {CONFIG_FILE}"
                )
        if not own:
            return
        before = sorted({*own.values()})
        for name in before:
            if self._term.exchange and (self._term.exchange / name).exists():
                self._plan.notes.append(
                    f"{self._term.exchange / name} holds what went through the exchange under the "
                    f"name '{name}'. Collect it under that name first, and delete the folder "
                    "yourself: 'allyship purge' goes by the new name."
                )
        told = f"{len(own)} modules entered as '{self._where.course_id}', before '{before[0]}'"

        def do() -> None:
            rename = update(Assignment).where(Assignment.name.in_([*own]))
            with open_gradebook(self._where) as gradebook:
                gradebook.db.execute(rename.values(course_id=self._where.course_id))
                gradebook.db.commit()

        self._plan.add("gradebook", told, do)

    # ---- modules

    def _module(self, entry: InUse) -> None:
        name = entry.module
        known = {a.name: a for a in self._gradebook.assignments}.get(name)
        due = self._term.course.due(entry)
        handed_in = len(self._gradebook.assignment_submissions(name)) if known else 0
        source = self._term.folder / "source" / name
        module = self._modules[name]
        if name in other_kinds(self._gradebook, self._where):
            raise TeachError(
                f"this course has an assignment {name} already that is no module. Give one of "
                "the two another name. Nothing was changed"
            )
        notebook = make_assignment(
            self._term.book / MODULES_FOLDER / name, self._made, self._term.terms(module)
        )
        new = notebook.parent
        is_new = known is None
        if is_new and (before := self._name_before(module)):
            self._plan.held_back.append(
                f"{name} is not made: it looks like {before}, which has work of students under "
                f"that name. Give it the name {before} back until the term is over, in "
                f"course.yml, as the folder's name and in its {EXERCISES_FILE}; its title may be "
                "another one. If it is a module of its own, give its exercises other ids."
            )
            return
        changed = not _same(new, source)
        released = (self._term.folder / "release" / name / notebook.name).exists()
        if is_new or changed or not released:
            if not self._may_be_made(name, handed_in, new):
                return
            what = "made" if is_new else "made anew"
            more = self._points_told(name, handed_in, module) if known else ""
            self._plan.add(name, f"{what}{more}", lambda: self._make(name, new, source))
        if (None if known is None else known.duedate) != (due and due.replace(tzinfo=None)):
            self._due(name, known, due, handed_in)
        self._hand_out(entry, changed=is_new or changed or not released)

    def _name_before(self, module: Module) -> str | None:
        """Return under which name a module was handed in before it was renamed.

        nbgrader can't rename, and who has fetched it would still hand in under the old name.
        """
        used = {m.module for m in self._term.course.modules}
        for assignment in self._gradebook.assignments:
            source = self._term.folder / "source" / assignment.name
            gone = assignment.name not in used and is_module(self._where, assignment.name)
            if gone and assignment.submissions and _alike(load_module(source), module):
                return str(assignment.name)
        return None

    def _may_be_made(self, name: str, handed_in: int, new: Path) -> bool:
        """Nbgrader can't add or take away what is graded once somebody has handed in."""
        if not handed_in:
            return True
        notebook = self._gradebook.find_notebook(name, name)
        before = {c.name for c in notebook.grade_cells}
        now = {f"{CHECK_PREFIX}{e.id}" for e in load_module(new).exercises}
        if before == now:
            return True
        told = [f"{_ids(now - before)} would be new"] if now - before else []
        told += [f"{_ids(before - now)} would be gone"] if before - now else []
        self._plan.held_back.append(
            f"{name} stays as it was handed out, since {_people(handed_in)} handed it in already: "
            f"{', '.join(told)}. Use this next term, or put the exercises back."
        )
        return False

    def _points_told(self, name: str, handed_in: int, module: Module) -> str:
        terms = self._term.terms(module)
        notebook = self._gradebook.find_notebook(name, name)
        before = {c.name: c.max_score for c in notebook.grade_cells}
        told = [
            f"{e.id} is worth {terms.points.get(e.id, 1):g} in place of {was:g}"
            for e in module.exercises
            if (was := before.get(f"{CHECK_PREFIX}{e.id}")) is not None
            and was != terms.points.get(e.id, 1)
        ]
        if not told:
            what = what_is_other(self._made / name, self._term.folder / "source" / name)
            return f": {what}{self._anew(handed_in)}"
        kept = ". Points that you typed in stay" if handed_in else ""
        return f": {', '.join(told)}{self._anew(handed_in)}{kept}"

    @staticmethod
    def _anew(handed_in: int) -> str:
        if not handed_in:
            return ""
        return f". {_people(handed_in)} handed it in: the next 'allyship grade' grades them by it"

    def _make(self, name: str, new: Path, source: Path) -> None:
        source.mkdir(parents=True, exist_ok=True)
        shutil.copytree(new, source, dirs_exist_ok=True)
        self._ok(name, "made", self._api().generate_assignment(name))

    def _due(self, name: str, known: Any, due: datetime | None, handed_in: int) -> None:
        before = known.duedate.replace(tzinfo=UTC) if known is not None and known.duedate else None
        told = f"due {self._say(due)}"
        if before:
            told += f" in place of {self._say(before)}"
        if handed_in:
            told += f". {_people(handed_in)} handed it in: lateness goes by the new date"

        def do() -> None:
            naive = due.replace(tzinfo=None) if due else None
            with open_gradebook(self._where) as gradebook:
                gradebook.update_or_create_assignment(name, duedate=naive)

        self._due_then[name] = due.replace(tzinfo=None) if due else None
        self._plan.add(name, told, do)

    def _say(self, when: datetime | None) -> str:
        if when is None:
            return "at no time"
        return f"{shown(when, self._zone)} {self._zone.key}"

    def _hand_out(self, entry: InUse, *, changed: bool) -> None:
        name = entry.module
        with self._handed_out(name) as out:
            if out is None:
                return
            opens = self._term.course.opens(entry)
            if opens and opens > datetime.now(UTC) and not out.exists():
                told = f"{name} opens {self._say(opens)}. Run 'allyship teach' again after that."
                self._plan.notes.append(told)
                return
            if not out.exists():
                what = "handed out"
            elif changed or not _same(self._term.folder / "release" / name, out):
                what = "handed out anew (who has fetched it keeps what they have)"
            else:
                return

        def do() -> None:
            self._ok(name, "handed out", self._api().release_assignment(name))

        self._plan.add(name, what, do)

    @contextmanager
    def _handed_out(self, name: str) -> Iterator[Path | None]:
        """Yield the folder of what is handed out as a module; ``None`` without an exchange."""
        exchange = self._term.exchange
        if uses_service(self._config):
            with tempfile.TemporaryDirectory() as folder:
                where = CourseDirectory(config=self._config, log=quiet())
                try:
                    released_by_service(where, name, Path(folder) / name)
                except ExchangeError as e:
                    raise TeachError(str(e)) from e
                yield Path(folder) / name
        elif exchange is None:
            yield None
        else:
            yield exchange / self._term.course.course_id / "outbound" / name

    def _left_out(self) -> None:
        """Say what becomes of modules that are no longer named."""
        used = {m.module for m in self._term.course.modules}
        known = {a.name: a for a in self._gradebook.assignments}
        for name in sorted({*known} - used):
            if not is_module(self._where, name):
                continue  # an assignment of another kind
            count = len(known[name].submissions)
            told = f"{name} is in the gradebook and not in course.yml. It stays"
            told += f", with what {_people(count)} handed in." if count else "."
            self._plan.notes.append(told)

    def _late(self) -> None:
        """Say what another late rule, or another date, does to what is graded already."""
        file, rule = self._term.folder / LATE_FILE, self._term.course.late
        before = self._late_before
        now = rule.model_dump() if rule else None
        if before != now:
            was = f" in place of {Late(**before)}" if before else ""

            def do() -> None:
                replace_file(file, encode_json({"schema": 1, "late": now}))

            self._plan.add("lateness", f"costs {rule or 'nothing'}{was}", do)
            costs = Late(**before) if before else "nothing"
            self._plan.otherwise.append(f"Lateness goes on costing {costs}.")
        new = load_config(self._term.folder)
        set_late(new, rule)
        for assignment in self._gradebook.assignments:
            name = assignment.name
            if not is_module(self._where, name):
                continue
            if not assignment.submissions:
                continue
            due = self._due_then[name]
            if before == now and due == assignment.duedate:
                continue
            grades = ModuleGrades(self._gradebook, name, rules_of(new))
            told = [
                f"{student} loses {after:g} in place of {loses:g}"
                for student, loses, after in sorted(grades.losses(due))
                if abs(after - loses) > _SAME
            ]
            if told:
                some = ", ".join(told[:_FEW]) + (", …" if len(told) > _FEW else "")
                what = f"changes what lateness costs {_people(len(told))}: {some}"
                self._plan.add(name, f"the next 'allyship grade' {what}", lambda: None)

    # ---- students

    def _students(self, listed: tuple[Student, ...]) -> None:
        known = {s.id: s for s in self._gradebook.students}
        wanted = {s.id: _columns(s) for s in listed}
        new = [i for i in wanted if i not in known]
        other = [
            i
            for i, columns in wanted.items()
            if i in known and any((getattr(known[i], k) or "") != v for k, v in columns.items())
        ]
        absent = {*known} - {*wanted}
        stay = self._perhaps_anothers(absent)
        gone = {i: len(known[i].submissions) for i in sorted(absent - stay)}
        if wrong := sorted({*self._remove} - {*gone}):
            raise TeachError(
                f"{', '.join(wrong)} can't be removed: not in the gradebook, or still in the list"
            )
        if new:
            self._plan.add("students", f"{_counted(new)} added", lambda: self._write(wanted, new))
        if other:
            told = f"{_counted(other)} with another name or address"
            self._plan.add("students", told, lambda: self._write(wanted, other))
        go = [i for i, graded in gone.items() if not graded or i in self._remove]
        if go:
            lost = sum(gone[i] for i in go)
            told = f"{_counted(go)} removed, not in the class list"
            told += f", with {lost} graded submissions" if lost else " and nothing handed in"
            self._plan.add("students", told, lambda: self._take_away(go))
            if moved := moved_in_words(self._where, go):
                self._plan.add(f"{REMOVED_FOLDER}/", moved, lambda: None)
        for i, graded in gone.items():
            if i not in go:
                self._plan.notes.append(
                    f"{i} is not in the class list any more and stays, with {graded} graded. "
                    f"To remove {i} and these grades: allyship teach --remove {i}"
                )

    def _perhaps_anothers(self, students: set[str]) -> set[str]:
        """Return which of these students another course in the same database may have.

        Raises TeachError if one of them is to be removed, with what they handed in there.
        """
        others = [a.id for a in self._gradebook.assignments if not self._is_ours(a)]
        if not others:
            return set()
        db, work = self._gradebook.db, SubmittedAssignment
        there = select(work.student_id).where(work.assignment_id.in_(others))
        here = select(work.student_id).where(work.assignment_id.not_in(others))
        theirs = students & {*db.scalars(there)}
        if wrong := sorted(theirs & {*self._remove}):
            raise TeachError(
                f"{', '.join(wrong)} can't be removed: the same database holds another course, in "
                "which they have handed in. Nothing was changed"
            )
        nobodys = students - theirs - {*db.scalars(here)} - {*self._remove}
        if stay := theirs | nobodys:
            self._plan.notes.append(
                f"Not in the class list, and not removed: {_counted(sorted(stay))}. The same "
                "database holds another course, and they have handed in there, or nowhere."
            )
        return stay

    def _is_ours(self, assignment: Assignment) -> bool:
        name, course = assignment.name, assignment.course_id
        made_here = is_module(self._where, name)
        return made_here or bool(course == self._where.course_id)

    def _write(self, wanted: Mapping[str, Mapping[str, str]], ids: Iterable[str]) -> None:
        with open_gradebook(self._where) as gradebook:
            for one in ids:
                gradebook.update_or_create_student(one, **wanted[one])

    def _take_away(self, ids: Collection[str]) -> None:
        with open_gradebook(self._where) as gradebook:
            for one in ids:
                gradebook.remove_student(one)
        move_away(self._where, ids)

    # ---- the rest

    def _journal(self) -> None:
        book, folder = self._term.book, self._term.folder
        if not (book / JOURNAL).exists():
            return
        used = [m.module for m in self._term.course.modules]
        make_journal(book, self._made, used)
        new = self._made / JOURNAL
        if not _same(new, folder / JOURNAL) or _names(new) != _names(folder / JOURNAL):

            def do() -> None:
                shutil.rmtree(folder / JOURNAL, ignore_errors=True)
                shutil.copytree(new, folder / JOURNAL)

            self._plan.add("journal", f"its notebook, in {JOURNAL}/", do)

    def _api(self) -> NbGraderAPI:
        where = CourseDirectory(config=self._config, log=quiet())
        return NbGraderAPI(where, config=self._config, log=quiet())

    @staticmethod
    def _ok(name: str, what: str, result: dict[str, Any]) -> None:
        if not result["success"]:
            said = (result.get("error") or result.get("log") or "").strip()
            raise TeachError(f"{name} could not be {what}. nbgrader says:\n{said}")


def _same(new: Path, old: Path) -> bool:
    """Tell whether all files of a folder stand in another just so."""
    files = [f.relative_to(new) for f in new.rglob("*") if f.is_file()]
    return old.is_dir() and all(
        (old / f).is_file() and filecmp.cmp(new / f, old / f, shallow=False) for f in files
    )


def _names(folder: Path) -> set[Path]:
    return {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()}


def _alike(one: Module, other: Module) -> bool:
    """Tell whether two modules have most of their exercises in common."""
    first, second = {e.id for e in one.exercises}, {e.id for e in other.exercises}
    return 2 * len(first & second) > len(first | second)


def _columns(student: Student) -> dict[str, str]:
    """Return a student as the gradebook has them."""
    last = student.last_name or ("" if student.first_name else student.name)
    return {
        "first_name": student.first_name,
        "last_name": last,
        "email": student.email,
        "lms_user_id": student.lms_id,
    }


def what_is_other(new: Path, old: Path) -> str:
    """Say in what a module that is made anew differs from the one that is there."""
    text = "its text is another one"
    if not old.is_dir():
        return text
    names = _names(new) | _names(old)
    if {f for f in names if not _same_file(new / f, old / f)} != {Path(EXERCISES_FILE)}:
        return text
    lines, before = (
        [*(f / EXERCISES_FILE).read_text("utf-8").partition(MIRROR_LINE)] for f in (new, old)
    )
    if lines[0].rstrip() != before[0].rstrip():
        return text
    shown = "may be shown to the class" if lines[1] else "is not shown to the class"
    return f"its forms say now that what somebody shares {shown}"


def _same_file(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def _ids(cells: Iterable[str]) -> str:
    return ", ".join(sorted(c.removeprefix(CHECK_PREFIX) for c in cells))


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _counted(ids: list[str]) -> str:
    some = ", ".join(ids[:_FEW]) + (", …" if len(ids) > _FEW else "")
    return f"{len(ids):,} ({some})"
