"""What another late rule, or another due date, does to what is graded already."""

from __future__ import annotations

from ...grading.folder import load_settings
from ...grading.gradebook import ModuleGrades
from ...grading.rules import rules_of
from ...store.files import encode_json, replace_file
from ..course import LATE_FILE, Late, set_late
from ..term import Term
from .changes import FEW, Setting, people
from .modules import DueDates

_SAME = 1e-6  # points


def plan_lateness(setting: Setting, due_then: DueDates) -> None:
    """Plan the late rule; say whom it, or a new date in ``due_then``, costs something else."""
    file, rule = setting.term.folder / LATE_FILE, setting.term.course.late
    before = setting.late_before
    now = rule.model_dump() if rule else None
    if before != now:
        was = f" in place of {Late(**before)}" if before else ""

        def do() -> None:
            replace_file(file, encode_json({"schema": 1, "late": now}))

        setting.plan.add("lateness", f"costs {rule or 'nothing'}{was}", do)
        costs = Late(**before) if before else "nothing"
        setting.plan.otherwise.append(f"Lateness goes on costing {costs}.")
    rules = load_settings(setting.term.folder)
    set_late(rules, rule)
    for name, assignment in setting.assignments().items():
        if not setting.is_module(name) or not assignment.submissions:
            continue
        due = due_then[name]
        if before == now and due == assignment.duedate:
            continue
        grades = ModuleGrades(setting.gradebook, name, rules_of(rules))
        losses = [
            f"{student} loses {after:g} in place of {loses:g}"
            for student, loses, after in sorted(grades.losses(due))
            if abs(after - loses) > _SAME
        ]
        if losses:
            some = ", ".join(losses[:FEW]) + (", …" if len(losses) > FEW else "")
            costs = f"changes what lateness costs {people(len(losses))}: {some}"
            setting.plan.add(name, f"the next 'allyship grade' {costs}", lambda: None)


def note_agreed(term: Term) -> None:
    """Note what was agreed, so that another rule counts only when it is agreed to as well."""
    file = term.folder / LATE_FILE
    if not file.exists():
        rule = term.course.late
        late = rule.model_dump() if rule else None
        replace_file(file, encode_json({"schema": 1, "late": late}))
