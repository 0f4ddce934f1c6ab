"""What another late rule, or another due date, does to what is graded already."""

from __future__ import annotations

from ...grading.gradebook import ModuleGrades
from ...grading.plugin import rules_of
from ...store.files import encode_json, read_json, replace_file
from ..course import Late
from .changes import FEW, Setting, people
from .modules import DueDates

LATE_FILE = ".allyship-late.json"
"""In the course folder: the late rule that was agreed to last."""

_SAME = 1e-6  # points


def plan_lateness(setting: Setting, due_then: DueDates) -> None:
    """Plan the late rule; say whom it, or a new date in ``due_then``, costs something else."""
    file, rule = setting.term.folder / LATE_FILE, setting.term.course.late
    before = (read_json(file) or {}).get("late")
    now = rule.model_dump() if rule else None
    if before != now:
        was = f" in place of {Late(**before)}" if before else ""

        def do() -> None:
            replace_file(file, encode_json({"schema": 1, "late": now}))

        setting.plan.add("lateness", f"costs {rule or 'nothing'}{was}", do)
        setting.plan.otherwise.append(
            "The next 'allyship grade' goes by the late rule in course.yml all the same. To "
            "keep the points as they are, put back what stood there."
        )
    for name, assignment in setting.assignments().items():
        if not setting.is_module(name) or not assignment.submissions:
            continue
        due = due_then[name]
        if before == now and due == assignment.duedate:
            continue
        grades = ModuleGrades(setting.gradebook, name, rules_of(setting.config))
        losses = [
            f"{student} loses {after:g} in place of {loses:g}"
            for student, loses, after in sorted(grades.losses(due))
            if abs(after - loses) > _SAME
        ]
        if losses:
            some = ", ".join(losses[:FEW]) + (", …" if len(losses) > FEW else "")
            costs = f"changes what lateness costs {people(len(losses))}: {some}"
            setting.plan.add(name, f"the next 'allyship grade' {costs}", lambda: None)
