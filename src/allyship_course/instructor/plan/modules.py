"""What becomes of the modules: made, made anew, due, handed out, or left as they are."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Assignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from sqlalchemy import update

from ...exchange.client import released_by_service, uses_service
from ...grading.folder import CONFIG_FILE, quiet
from ...grading.gradebook import open_gradebook
from ...grading.other_courses import other_kinds
from ...notebook.assignments import make_assignment
from ...spec import EXERCISES_FILE, MODULES_FOLDER, Module, load_module
from ...store.submission import CHECK_PREFIX
from ..course import InUse
from ..term import TeachError, modules_of
from .changes import Setting, check_done, people, same_files, what_is_other

DueDates = dict[str, datetime | None]
"""Of each assignment, when it is due; in UTC, which nbgrader does not say."""


def plan_other_names(setting: Setting) -> None:
    """Enter under this course's name what an older nbgrader, or an older name, left.

    Else a purge would take it for another course's, and leave it.
    """
    where, term, plan = setting.where, setting.term, setting.plan
    own: dict[str, str] = {}
    for name, assignment in setting.assignments().items():
        if assignment.course_id == where.course_id:
            continue
        if setting.source(name).is_dir() and setting.is_module(name):
            own[name] = assignment.course_id
        elif name in setting.used:
            raise TeachError(
                f"the gradebook has {name} already, of the course '{assignment.course_id}'. "
                "nbgrader keeps one assignment of each name in a database. Give this course a "
                f"gradebook of its own: see c.CourseDirectory.db_url in {CONFIG_FILE}"
            )
    if not own:
        return
    before = sorted({*own.values()})
    for name in before:
        if term.exchange and (term.exchange / name).exists():
            plan.notes.append(
                f"{term.exchange / name} holds what went through the exchange under the "
                f"name '{name}'. Collect it under that name first, and delete the folder "
                "yourself: 'allyship purge' goes by the new name."
            )

    def do() -> None:
        rename = update(Assignment).where(Assignment.name.in_([*own]))
        with open_gradebook(where) as gradebook:
            gradebook.db.execute(rename.values(course_id=where.course_id))
            gradebook.db.commit()

    renamed = f"{len(own)} modules entered as '{where.course_id}', before '{before[0]}'"
    plan.add("gradebook", renamed, do)


def plan_modules(setting: Setting) -> DueDates:
    """Plan the modules that ``course.yml`` names; return when each assignment will be due."""
    modules = modules_of(setting.term.book)
    due_then = {name: one.duedate for name, one in setting.assignments().items()}
    for entry in setting.term.course.modules:
        due_then |= _OneModule(setting, entry, modules[entry.module]).plan()
    return due_then


def plan_left_out(setting: Setting) -> None:
    """Say what becomes of modules that are no longer named."""
    for name, assignment in sorted(setting.assignments().items()):
        if name in setting.used or not setting.is_module(name):
            continue
        count = len(assignment.submissions)
        note = f"{name} is in the gradebook and not in course.yml. It stays"
        note += f", with what {people(count)} handed in." if count else "."
        setting.plan.notes.append(note)


class _OneModule:
    """Plans one module that ``course.yml`` names."""

    def __init__(self, setting: Setting, entry: InUse, module: Module) -> None:
        self._setting, self._entry, self._module = setting, entry, module
        self._plan, self._name = setting.plan, entry.module
        self._known = setting.assignments().get(self._name)
        self._handed_in = (
            len(setting.gradebook.assignment_submissions(self._name)) if self._known else 0
        )

    def plan(self) -> DueDates:
        """Plan it; return its new due date by its name, if it gets one."""
        setting, name = self._setting, self._name
        if name in other_kinds(setting.gradebook, setting.where):
            raise TeachError(
                f"this course has an assignment {name} already that is no module. Give one of "
                "the two another name. Nothing was changed"
            )
        notebook = make_assignment(
            setting.term.book / MODULES_FOLDER / name,
            setting.made,
            setting.term.terms(self._module),
        )
        new, source = notebook.parent, setting.source(name)
        if self._known is None and (before := self._name_before()):
            self._plan.held_back.append(
                f"{name} is not made: it looks like {before}, which has work of students under "
                f"that name. Give it the name {before} back until the term is over, in "
                f"course.yml, as the folder's name and in its {EXERCISES_FILE}; its title may be "
                "another one. If it is a module of its own, give its exercises other ids."
            )
            return {}
        released = (setting.term.folder / "release" / name / notebook.name).exists()
        changed = self._known is None or not same_files(new, source) or not released
        if changed and self._keeps_its_edition(source):
            changed = False
        if changed:
            if not self._may_be_made(new):
                return {}
            how = "made" if self._known is None else f"made anew{self._points_in_words()}"
            self._plan.add(name, how, lambda: self._make(new, source))
        due = self._plan_due()
        self._plan_handing_out(changed=changed)
        return due

    def _name_before(self) -> str | None:
        """Return under which name a module was handed in before it was renamed.

        nbgrader can't rename, and who has fetched it would still hand in under the old name.
        """
        setting = self._setting
        for name, assignment in setting.assignments().items():
            gone = name not in setting.used and setting.is_module(name)
            if not gone or not assignment.submissions:
                continue
            if _alike(load_module(setting.source(name)), self._module):
                return name
        return None

    def _keeps_its_edition(self, source: Path) -> bool:
        """Tell whether the module stays as it is made; say what a newer edition would change."""
        if self._known is None or not (source / EXERCISES_FILE).exists():
            return False
        then, now = load_module(source), self._module
        if then.edition >= now.edition or (self._setting.term.course.edition or 0) >= now.edition:
            return False
        self._plan.held_back.append(
            f"{self._name} stays in edition {then.edition}, in which it was made. Edition "
            f"{now.edition} would change it: {_differences(then, now)}. To take it, write "
            f"'edition: {now.edition}' into course.yml."
        )
        return True

    def _may_be_made(self, new: Path) -> bool:
        """Nbgrader can't add or take away what is graded once somebody has handed in."""
        if not self._handed_in:
            return True
        before = {*self._points_before()}
        now = {f"{CHECK_PREFIX}{e.id}" for e in load_module(new).exercises}
        if before == now:
            return True
        parts = [f"{_ids(now - before)} would be new"] if now - before else []
        parts += [f"{_ids(before - now)} would be gone"] if before - now else []
        self._plan.held_back.append(
            f"{self._name} stays as it was handed out, since {people(self._handed_in)} handed it "
            f"in already: {', '.join(parts)}. Use this next term, or put the exercises back."
        )
        return False

    def _points_before(self) -> dict[str, float]:
        """Return what each exercise is worth in the gradebook, by the name of its grade cell."""
        notebook = self._setting.gradebook.find_notebook(self._name, self._name)
        return {cell.name: cell.max_score for cell in notebook.grade_cells}

    def _points_in_words(self) -> str:
        """Say what is worth something else than before, and what that does to those graded."""
        terms = self._setting.term.terms(self._module)
        before = self._points_before()
        worth = [
            f"{e.id} is worth {terms.points.get(e.id, 1):g} in place of {was:g}"
            for e in self._module.exercises
            if (was := before.get(f"{CHECK_PREFIX}{e.id}")) is not None
            and was != terms.points.get(e.id, 1)
        ]
        anew = ""
        if self._handed_in:
            anew = f". {people(self._handed_in)} handed it in: "
            anew += "the next 'allyship grade' grades them by it"
        if not worth:
            new = self._setting.made / self._name
            return f": {what_is_other(new, self._setting.source(self._name))}{anew}"
        kept = ". Points that you typed in stay" if self._handed_in else ""
        return f": {', '.join(worth)}{anew}{kept}"

    def _make(self, new: Path, source: Path) -> None:
        source.mkdir(parents=True, exist_ok=True)
        shutil.copytree(new, source, dirs_exist_ok=True)
        check_done(self._name, "made", self._setting.api().generate_assignment(self._name))

    def _plan_due(self) -> DueDates:
        """Plan another due date; return it by the module's name, if there is one."""
        due = self._setting.term.course.due(self._entry)
        naive = due.replace(tzinfo=None) if due else None
        before = self._known.duedate if self._known else None
        if before == naive:
            return {}
        words = f"due {self._setting.say(due)}"
        if before:
            words += f" in place of {self._setting.say(before.replace(tzinfo=UTC))}"
        if self._handed_in:
            words += f". {people(self._handed_in)} handed it in: lateness goes by the new date"

        def do() -> None:
            with open_gradebook(self._setting.where) as gradebook:
                gradebook.update_or_create_assignment(self._name, duedate=naive)

        self._plan.add(self._name, words, do)
        return {self._name: naive}

    def _plan_handing_out(self, *, changed: bool) -> None:
        setting, name = self._setting, self._name
        with _handed_out(setting, name) as out:
            if out is None:
                return
            opens = setting.term.course.opens(self._entry)
            if opens and opens > datetime.now(UTC) and not out.exists():
                self._plan.notes.append(
                    f"{name} opens {setting.say(opens)}. Run 'allyship teach' again after that."
                )
                return
            if not out.exists():
                how = "handed out"
            elif changed or not same_files(setting.term.folder / "release" / name, out):
                how = "handed out anew (who has fetched it keeps what they have)"
            else:
                return

        def do() -> None:
            check_done(name, "handed out", setting.api().release_assignment(name))

        self._plan.add(name, how, do)


@contextmanager
def _handed_out(setting: Setting, name: str) -> Iterator[Path | None]:
    """Yield the folder of what is handed out as a module; ``None`` without an exchange."""
    exchange = setting.term.exchange
    if uses_service(setting.config):
        with tempfile.TemporaryDirectory() as folder:
            where = CourseDirectory(config=setting.config, log=quiet())
            try:
                released_by_service(where, name, Path(folder) / name)
            except ExchangeError as e:
                raise TeachError(str(e)) from e
            yield Path(folder) / name
    elif exchange is None:
        yield None
    else:
        yield exchange / setting.term.course.course_id / "outbound" / name


def _alike(one: Module, other: Module) -> bool:
    """Tell whether two modules have most of their exercises in common."""
    first, second = {e.id for e in one.exercises}, {e.id for e in other.exercises}
    return 2 * len(first & second) > len(first | second)


def _differences(then: Module, now: Module) -> str:
    """Say in words what is other in a newer edition of a module."""
    before, after = ({e.id: e for e in module.exercises} for module in (then, now))
    new = [after[name].title for name in after if name not in before]
    gone = [before[name].title for name in before if name not in after]
    fields = [
        after[name].title
        for name in after
        if name in before
        and {f.id for f in before[name].all_fields()} != {f.id for f in after[name].all_fields()}
    ]
    told = (("new", new), ("gone", gone), ("other questions in", fields))
    parts = [
        f"{what} {', '.join(f'“{title}”' for title in titles)}" for what, titles in told if titles
    ]
    return "; ".join(parts) or "other words only"


def _ids(cells: Iterable[str]) -> str:
    return ", ".join(sorted(c.removeprefix(CHECK_PREFIX) for c in cells))
