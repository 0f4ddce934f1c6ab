"""What becomes of the students: added, renamed, taken away, or left though not in the list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ...exchange.refused import REMOVED_FOLDER
from ...grading.gradebook import open_gradebook
from ...grading.other_courses import is_ours, students_here, students_of_other_courses
from ..lms.class_list import Student
from ..lms.enrolment import changes, graded_counts, remove_students, write_students
from ..removed import move_away, moved_in_words
from ..term import TeachError
from .changes import FEW, Setting


def plan_students(setting: Setting, listed: tuple[Student, ...], remove: Collection[str]) -> None:
    """Plan what makes the gradebook's students those of the class list.

    Who has something graded stays, unless ``remove`` names them.
    """
    plan = setting.plan
    known = {s.id: s for s in setting.gradebook.students}
    wanted = {s.id: changes(s, known.get(s.id)) for s in listed}
    new = [i for i in wanted if i not in known]
    other = [i for i, columns in wanted.items() if i in known and columns]
    absent = {*known} - {*wanted}
    stay = _perhaps_anothers(setting, absent, {*remove})
    counts = graded_counts(setting.gradebook)
    gone = {i: counts.get(i, 0) for i in sorted(absent - stay)}
    if wrong := sorted({*remove} - {*gone}):
        raise TeachError(
            f"{', '.join(wrong)} can't be removed: not in the gradebook, or still in the list"
        )
    if new:
        plan.add("students", f"{_counted(new)} added", lambda: _write(setting, wanted, new))
    if other:
        renamed = f"{_counted(other)} with another name or address"
        plan.add("students", renamed, lambda: _write(setting, wanted, other))
    go = [i for i, graded in gone.items() if not graded or i in remove]
    if go:
        lost = sum(gone[i] for i in go)
        removed = f"{_counted(go)} removed, not in the class list"
        removed += f", with {lost} graded submissions" if lost else " and nothing handed in"
        plan.add("students", removed, lambda: _take_away(setting, go))
        if moved := moved_in_words(setting.where, go):
            plan.add(f"{REMOVED_FOLDER}/", moved, lambda: None)
    for i, graded in gone.items():
        if i not in go:
            plan.notes.append(
                f"{i} is not in the class list any more and stays, with {graded} graded. "
                f"To remove {i} and these grades: allyship teach --remove {i}"
            )


def _perhaps_anothers(setting: Setting, students: set[str], remove: set[str]) -> set[str]:
    """Return which of these students another course in the same database may have.

    Raises TeachError if one of them is to be removed, with what they handed in there.
    """
    assignments = setting.gradebook.assignments
    ours = [a.id for a in assignments if is_ours(a, setting.where)]
    if len(ours) == len(assignments):
        return set()
    db = setting.gradebook.db
    theirs = students & {*db.scalars(students_of_other_courses(ours))}
    if wrong := sorted(theirs & remove):
        raise TeachError(
            f"{', '.join(wrong)} can't be removed: the same database holds another course, in "
            "which they have handed in. Nothing was changed"
        )
    nobodys = students - theirs - {*db.scalars(students_here(ours))} - remove
    if stay := theirs | nobodys:
        setting.plan.notes.append(
            f"Not in the class list, and not removed: {_counted(sorted(stay))}. The same "
            "database holds another course, and they have handed in there, or nowhere."
        )
    return stay


def _write(setting: Setting, wanted: Mapping[str, Mapping[str, str]], ids: Iterable[str]) -> None:
    with open_gradebook(setting.where) as gradebook:
        write_students(gradebook, {one: wanted[one] for one in ids})


def _take_away(setting: Setting, ids: Collection[str]) -> None:
    with open_gradebook(setting.where) as gradebook:
        remove_students(gradebook, ids)
    move_away(setting.where, ids)


def _counted(ids: list[str]) -> str:
    some = ", ".join(ids[:FEW]) + (", …" if len(ids) > FEW else "")
    return f"{len(ids):,} ({some})"
