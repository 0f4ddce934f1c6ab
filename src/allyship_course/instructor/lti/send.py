"""Points to the platform: one column for each module, one score for each who has handed in.

A score says points, and how many exercises are complete. No word of a learner is read here: what
is sent comes from the gradebook, and goes through :func:`_body`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout
from nbgrader.api import Gradebook

from ...grading.folder import course_directory, load_config
from ...grading.gradebook import ModuleGrades, known_modules, open_gradebook
from ...grading.results import BATCH, Result
from ...grading.waiting import persist
from ...messages import Tell, plural
from ...store.files import RecordError, encode_json, read_json, replace_file
from ...store.submission import visible
from ..course import COURSE_FILE, Course, load_course, place
from ..lms.people import Person
from ..lms.roster import people_in, with_class_list
from ..report.report import FOLDER
from ..report.table import ModuleState, read_class
from .key import read_key
from .line_items import Column, LineItems, scores_of
from .members import Member, Users, class_list, learners, users_of
from .service import LINE_ITEM, MEMBERS, SCORE, Service
from .settings import Lti, LtiError

_SENT_FILE = "lti-sent.json"
"""Beside the reports, so that a purge takes it along: which scores the platform has."""
_MOST_BYTES = 100_000_000
_KIND = "application/vnd.ims.lis.v1.score+json"
_TAKEN = {200, 201, 202, 204}
_SHOWN = 50


class Score(NamedTuple):
    """What is sent of one student and module; all that is known here of their work."""

    points: float
    most: float
    complete: int
    exercises: int


class Results(NamedTuple):
    """A module's column, and the scores of those who have handed in, by their ids here."""

    column: Column
    scores: dict[str, Score]


@dataclass
class Sent:
    """What the platform was told. Students are named by their ids here."""

    platform: str
    sent: dict[str, int] = field(default_factory=dict)
    as_before: int = 0
    refused: list[str] = field(default_factory=list)
    not_there: set[str] = field(default_factory=set)
    doubtful: tuple[str, ...] = ()
    unknown: int = 0

    def in_words(self) -> str:
        """Say what was sent, and of whom nothing."""
        total = sum(self.sent.values())
        lines = [f"{plural(total, 'score')} sent to {self.platform}, {self.as_before:,} as before."]
        lines += [f"  {module:<34} {count:>6,}" for module, count in self.sent.items()]
        lines += _named("Not among those who learn there, and so not sent:", self.not_there)
        lines += _named(
            "Not sent, as two of the platform's users may be the same student by different keys:",
            self.doubtful,
        )
        lines += _named("Not taken by the platform:", self.refused)
        if self.unknown:
            lines.append(f"In the class there, and not in this course: {self.unknown:,}.")
        return "\n".join(lines)


def _named(title: str, ids: Sequence[str] | set[str]) -> Iterator[str]:
    if ids:
        shown = ", ".join(visible(one) for one in sorted(ids)[:_SHOWN])
        more = f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else ""
        yield f"{title} {shown}{more}."


def export_lti(course: Path, modules: Sequence[str], *, tell: Tell) -> Sent:
    """Send the points of ``modules``, or of all that ``course.yml`` names, to its platform.

    Sends what is new or other since it was sent last. May be stopped and run again. Raises
    LtiError, SpecError or GradeError for what a person has to mend.
    """
    settings = load_course(course)
    lti = lti_of(settings)
    key = read_key(place(course, lti.key))
    results, people = _results(course, settings, modules, tell)
    if not any(module.scores for module in results):
        raise LtiError("nobody's work is graded yet. Nothing was sent. Run: allyship grade")
    scopes = [LINE_ITEM, SCORE, *([MEMBERS] if lti.memberships else [])]
    folder = course / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    done = Sent(visible(lti.issuer))
    with _alone(folder), Service(lti, key, scopes) as service:
        users = _users(service, lti, people)
        done.doubtful, done.unknown = users.doubtful, len(users.unknown)
        items = LineItems(service, lti.line_items, settings.course_id, tell)
        sender = _Sender(service, users, _Remembered(folder / _SENT_FILE), done)
        for module in results:
            if module.scores and module.column.most > 0:
                sender.send(module, items.of(module.column))
    return done


def platforms_class(course: Path) -> tuple[bytes, tuple[Member, ...]]:
    """Return who learns in the class on the platform, as a class list and one by one."""
    settings = load_course(course)
    lti = lti_of(settings)
    if not lti.memberships:
        raise LtiError(
            f"'lti' in {COURSE_FILE} has no 'memberships': the address of the class's names and "
            "roles. Add it, as the platform shows it"
        )
    with Service(lti, read_key(place(course, lti.key)), [MEMBERS]) as service:
        members = learners(service, lti)
    return class_list(lti, members), members


def lti_of(settings: Course) -> Lti:
    """Return what a course says of its platform; LtiError where it says nothing."""
    if settings.lti is None:
        raise LtiError(
            f"{COURSE_FILE} names no platform. Nothing was sent. The guide for administrators "
            "says under 'Points by LTI' what to write below 'lti:'"
        )
    return settings.lti


def _alone(folder: Path) -> AbstractContextManager[object]:
    """Return what keeps others out: two runs at once would make two columns for one module."""
    try:
        return FileLock(folder / ".lti.lock").acquire(timeout=0)
    except Timeout:
        raise LtiError("another run is sending points now. Wait until it has ended") from None


# ---- what there is to send


def _results(
    course: Path, settings: Course, modules: Sequence[str], tell: Tell
) -> tuple[list[Results], tuple[Person, ...]]:
    """Read points from the gradebook, and how many exercises are complete."""
    where = course_directory(course, load_config(course))
    state = {module.id: module for module in read_class(course).modules}
    with open_gradebook(where, tell) as gradebook:
        known = persist(gradebook, lambda: known_modules(gradebook, where, modules), tell)
        used = {entry.module for entry in settings.modules}
        wanted = [name for name in known if name in state and (modules or name in used)]
        results = [_of_module(gradebook, state[name], tell) for name in wanted]
        people = persist(gradebook, lambda: people_in(gradebook), tell)
    return results, with_class_list(course, people, tell)


def _of_module(gradebook: Gradebook, state: ModuleState, tell: Tell) -> Results:
    grades = persist(gradebook, partial(ModuleGrades, gradebook, state.id), tell)
    most, students, scores = grades.max_score, sorted(state.work), {}
    for first in range(0, len(students), BATCH):
        some = students[first : first + BATCH]
        for result in persist(gradebook, partial(_some_of, grades, some), tell):
            done = state.work[result.student].done
            scores[result.student] = Score(round(result.net, 4), most, sum(done), len(done))
    return Results(Column(state.id, state.title, most), scores)


def _some_of(grades: ModuleGrades, students: Sequence[str]) -> list[Result]:
    return [*grades.results(students)]


def _users(service: Service, lti: Lti, people: Sequence[Person]) -> Users:
    """Return which user each student is; by their ids here alone, where no list can be had."""
    if not lti.memberships:
        return Users({person.id: person.id for person in people}, (), ())
    members = learners(service, lti)
    users = users_of(lti, members, people)
    if members and not users.ids:
        raise LtiError(
            f"nobody of the class at {service.name} is in this course: no user id, institution's "
            "number or email address is the same. Nothing was sent. Add a column 'email' or "
            "'number' to the class list, run 'allyship teach', and try again"
        )
    return users


# ---- sending it


class _Remembered:
    """Which scores the platform has, as far as it has taken them from here."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            read = read_json(file, _MOST_BYTES) or {}
        except RecordError:
            read = {}  # then all is sent once more
        self._sent: dict[str, dict[str, Any]] = {
            address: of for address, of in read.items() if isinstance(of, dict)
        }

    def has(self, line_item: str, user: str, score: Score) -> bool:
        return self._sent.get(line_item, {}).get(user) == [*score]

    def add(self, line_item: str, user: str, score: Score) -> None:
        self._sent.setdefault(line_item, {})[user] = [*score]

    def keep(self) -> None:
        replace_file(self._file, encode_json(self._sent))


class _Sender:
    """Sends the scores of one module after the other; says in ``done`` what it did."""

    def __init__(self, service: Service, users: Users, remembered: _Remembered, done: Sent) -> None:
        self._service, self._users = service, users
        self._remembered, self._done = remembered, done

    def send(self, results: Results, line_item: str) -> None:
        module = results.column.module
        self._done.sent[module] = 0
        try:
            for student, score in results.scores.items():
                user = self._users.ids.get(student)
                if user is None:
                    if student not in self._done.doubtful:
                        self._done.not_there.add(student)
                elif self._remembered.has(line_item, user, score):
                    self._done.as_before += 1
                else:
                    self._one(module, student, line_item, user, score)
        finally:
            self._remembered.keep()

    def _one(self, module: str, student: str, line_item: str, user: str, score: Score) -> None:
        body = _body(user, score, datetime.now(UTC))
        status = self._service.ask("POST", scores_of(line_item), kind=_KIND, body=body).status
        if status in _TAKEN:
            self._remembered.add(line_item, user, score)
            self._done.sent[module] += 1
        else:
            why = "it has a newer one" if status == 409 else f"status {status}"
            self._done.refused.append(f"{student} ({module}, {why})")


def _body(user: str, score: Score, now: datetime) -> dict[str, Any]:
    """Return all that a platform hears of somebody's work."""
    whole = score.complete == score.exercises
    return {
        "userId": user,
        "scoreGiven": score.points,
        "scoreMaximum": score.most,
        "comment": f"{score.complete} of {plural(score.exercises, 'exercise')} complete",
        "activityProgress": "Completed" if whole else "Submitted",
        "gradingProgress": "FullyGraded",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
