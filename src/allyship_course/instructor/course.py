"""``course.yml``: what an instructor says of one term, and nbgrader's configuration from it.

The file lies in nbgrader's course folder. This is the one place where it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field, ValidationError

from ..exchange import ADDRESS
from ..spec import Finding, Id, Loc, Module, Part, Source, SpecError, Text, did_you_mean, in_words
from ..spec.settings import CONFIG, course_of
from ..spec.settings import Course as OfCourse
from ..store.files import read_json
from ..student.modules import installed_book
from .lti.settings import Lti, lti_findings
from .times import _BEGIN_OF_DAY, _END_OF_DAY, WrongTimeError, moment

COURSE_FILE = "course.yml"
LATE_FILE = ".allyship-late.json"
"""In the course folder: the late rule that was agreed to last."""
EACH = "each"
"""Under ``points``: every exercise that is not named."""


Points = Annotated[float, Field(gt=0, le=100)]


def _one_for_each(given: object) -> object:
    return given if isinstance(given, dict) else {EACH: given}


def _on_is_a_word(given: object) -> object:
    """YAML takes the key ``on`` for true."""
    if isinstance(given, dict):
        return {"on" if key is True else key: value for key, value in given.items()}
    return given


def _with_keys(given: object) -> object:
    return {"module": given} if isinstance(given, str) else given


class InUse(Part):
    """One module of the term; times as they stand in the file: :meth:`Course.due` says when.

    ``points`` says what completing an exercise is worth, by its id or for ``each``; ``share``
    names the exercises that students are asked to share.
    """

    module: Text
    opens: str = ""
    due: str = ""
    points: Annotated[dict[str, Points], BeforeValidator(_one_for_each)] = Field(
        default_factory=dict
    )
    share: list[str] = Field(default_factory=list)

    def points_of(self, exercise: str) -> float:
        """Return what completing an exercise is worth."""
        return self.points.get(exercise, self.points.get(EACH, 1))


class Late(Part):
    """What lateness costs: ``per_day`` percent of what was earned, for each day begun.

    The first ``grace_hours`` cost nothing; ``at_most`` so many percent are lost.
    """

    per_day: Annotated[float, Field(gt=0, le=100)]
    at_most: Annotated[float, Field(gt=0, le=100)] = 100
    grace_hours: Annotated[float, Field(ge=0, le=720)] = 0

    def __str__(self) -> str:
        told = f"{self.per_day:g} percent for each day begun"
        told += f", at most {self.at_most:g} percent" if self.at_most < 100 else ""
        return told + (f", nothing for {self.grace_hours:g} hours" if self.grace_hours else "")


class Extension(Part):
    """More time for one student: ``due`` is until when they may hand in a module."""

    student: Text
    module: Text
    due: Text


class Mirror(Part):
    """Whether what students share is gathered for the class, and from how many on."""

    on: bool = False
    at_least: Annotated[int, Field(ge=5)] = 10


class Course(Part):
    """One term of the course. Paths are relative to the folder of the file; see :func:`place`.

    A module that is made stays in its edition until ``edition`` names a newer one.
    """

    title: Text
    term: Id
    course_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)] = ""
    timezone: str = "UTC"
    book: str = ""
    overlay: str = ""
    students: str = ""
    exchange: str = ""
    edition: Annotated[int, Field(ge=1)] | None = None
    late: Late | None = None
    mirror: Annotated[Mirror, BeforeValidator(_on_is_a_word)] = Mirror()
    extensions: list[Extension] = Field(default_factory=list)
    lti: Lti | None = None
    modules: Annotated[list[Annotated[InUse, BeforeValidator(_with_keys)]], Field(min_length=1)]

    def opens(self, module: InUse) -> datetime | None:
        """Return from when on a module is handed out, in UTC; None for at once."""
        return self._moment(module.opens, _BEGIN_OF_DAY)

    def due(self, module: InUse) -> datetime | None:
        """Return when a module is due, in UTC; None for never."""
        return self._moment(module.due, _END_OF_DAY)

    def until(self) -> dict[str, dict[str, datetime]]:
        """Return by module and student until when somebody may hand in, in UTC."""
        found: dict[str, dict[str, datetime]] = {}
        for one in self.extensions:
            when = moment(one.due, ZoneInfo(self.timezone), _END_OF_DAY)
            found.setdefault(one.module, {})[one.student] = when
        return found

    def _moment(self, written: str, otherwise: time) -> datetime | None:
        return moment(written, ZoneInfo(self.timezone), otherwise) if written else None


def zone_of(folder: Path) -> ZoneInfo | None:
    """Return whose clocks a course goes by: ``timezone`` of its ``course.yml``.

    ``None``, where there is no such file, stands for this computer's, as in ``astimezone``.
    """
    there = (folder / COURSE_FILE).exists()
    return ZoneInfo(load_course(folder).timezone) if there else None


def place(folder: Path, name: str) -> Path:
    """Return the path that ``course.yml`` in ``folder`` names."""
    return (folder / Path(name).expanduser()).resolve()


def written(folder: Path) -> dict[Any, Any]:
    """Return what stands in ``course.yml``, right or wrong; nothing where there is none."""
    if not (folder / COURSE_FILE).exists():
        return {}
    data = Source(folder / COURSE_FILE).data
    return data if isinstance(data, dict) else {}


def project_of(folder: Path) -> Path | None:
    """Return the project's folder, with ``book/``, as far as ``course.yml`` names it."""
    named = written(folder).get("book")
    return place(folder, named) if isinstance(named, str) and named else None


def course_named(folder: Path) -> OfCourse:
    """Return title and settings of the course that is taught in a course folder."""
    projects = (project_of(folder), folder.parent)
    books = [project / "book" for project in projects if project and (project / CONFIG).exists()]
    return course_of(books[0] if books else installed_book())


def title_of(folder: Path) -> str:
    """Return the title of a term, or of the course where no term has one."""
    title = written(folder).get("title")
    return title if isinstance(title, str) else course_named(folder).title


def overlay_of(folder: Path) -> Path | None:
    """Return the overlay that ``course.yml`` names."""
    named = written(folder).get("overlay")
    return place(folder, named) if isinstance(named, str) and named else None


def load_course(folder: Path, book: dict[str, Module] | None = None) -> Course:
    """Load ``folder/course.yml``; raise :class:`SpecError` with every problem found in it.

    With the modules of the ``book``, by their ids, modules and exercises are looked up too.
    """
    source = Source(folder / COURSE_FILE)
    findings: list[Finding] = [*source.repeated, *source.cut_off]
    course: Course | None = None
    try:
        course = Course.model_validate(source.data)
    except ValidationError as e:
        findings += [in_words(error, Course) for error in e.errors()]
    # From what is written, not from the model: so that all is said at once.
    data: dict[Any, Any] = source.data if isinstance(source.data, dict) else {}
    findings += _times(data)
    findings += _modules(data, book)
    findings += lti_findings(data)
    if course is None or findings:
        problems = sorted({source.problem(f) for f in findings}, key=lambda p: (p.line, p.what))
        raise SpecError(problems)
    if course.course_id:
        return course
    return course.model_copy(update={"course_id": course_named(folder).settings.name})


def _entries(data: dict[Any, Any]) -> Iterator[tuple[Loc, dict[Any, Any]]]:
    """Yield the modules that are written down, where they are anything like modules."""
    modules = data.get("modules")
    for i, entry in enumerate(modules if isinstance(modules, list) else []):
        keys = _with_keys(entry)
        if isinstance(keys, dict) and isinstance(keys.get("module"), str):
            yield ("modules", i), keys


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of a name; WrongTimeError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, sorted(available_timezones()))
        remedy = near if "mean" in near else "Write it as in Europe/Berlin"
        raise WrongTimeError(f"'{name}' is no time zone", remedy) from None


def _times(data: dict[Any, Any]) -> Iterator[Finding]:
    name = data.get("timezone", "UTC")
    if not isinstance(name, str):
        return
    try:
        zone = zone_named(name)
    except WrongTimeError as e:
        yield ("timezone",), str(e), e.remedy
        return
    yield from _extensions(data, zone)
    for here, keys in _entries(data):
        moments: dict[str, datetime] = {}
        for key, otherwise in (("opens", _BEGIN_OF_DAY), ("due", _END_OF_DAY)):
            if isinstance(keys.get(key), str) and keys[key].strip():
                try:
                    moments[key] = moment(keys[key], zone, otherwise)
                except WrongTimeError as e:
                    yield (*here, key), str(e), e.remedy
        if len(moments) == 2 and moments["opens"] >= moments["due"]:
            what = f"'{keys['module']}' is due before it opens"
            yield (*here, "due"), what, "Correct one of the two dates"


def _extensions(data: dict[Any, Any], zone: ZoneInfo) -> Iterator[Finding]:
    given = data.get("extensions")
    modules = [keys["module"].strip() for _, keys in _entries(data)]
    for i, one in enumerate(given if isinstance(given, list) else []):
        keys = one if isinstance(one, dict) else {}
        name, due = keys.get("module"), keys.get("due")
        if isinstance(name, str) and name not in modules:
            what = f"'{name}' is no module of this term"
            yield ("extensions", i, "module"), what, did_you_mean(name, modules)
        if isinstance(due, str) and due.strip():
            try:
                moment(due, zone)
            except WrongTimeError as e:
                yield ("extensions", i, "due"), str(e), e.remedy


def _modules(data: dict[Any, Any], book: dict[str, Module] | None) -> Iterator[Finding]:
    seen: set[str] = set()
    for here, keys in _entries(data):
        name = keys["module"].strip()
        if name in seen:
            what = f"the module '{name}' stands here twice"
            yield (*here, "module"), what, "Keep one of them"
        seen.add(name)
        if book is None:
            continue
        if name not in book:
            yield (*here, "module"), f"there is no module '{name}'", did_you_mean(name, [*book])
            continue
        yield from _exercises(keys, here, book[name])


def _exercises(keys: dict[Any, Any], here: Loc, module: Module) -> Iterator[Finding]:
    exercises = {e.id: e for e in module.exercises}
    share = keys.get("share")
    points = keys.get("points")
    named: list[tuple[Loc, str]] = []
    if isinstance(share, list):
        named += [((*here, "share", i), e) for i, e in enumerate(share) if isinstance(e, str)]
    if isinstance(points, dict):
        named += [((*here, "points", e), e) for e in points if isinstance(e, str) and e != EACH]
    for loc, name in named:
        if name not in exercises:
            what = f"module '{module.module}' has no exercise '{name}'"
            yield loc, what, did_you_mean(name, [*exercises])
        elif "share" in loc and all(f.private == "always" for f in exercises[name].all_fields()):
            what = f"the exercise '{name}' is private and can't be shared"
            yield loc, what, "Take it out of 'share'"


def configure(c: Any, folder: Path) -> None:
    """Set up nbgrader for the course in ``folder``; called from its ``nbgrader_config.py``.

    With a ``course.yml`` that can't be read, this ends the program: nbgrader would go on
    without any configuration, and run what students handed in.
    """
    from ..grading.folder import find_alembic, steps_are_wanted

    find_alembic()
    if steps_are_wanted():
        from ..grading import plugin

        plugin.configure(c)
    c.ExportApp.plugin_class = "allyship_course.instructor.report.points.PointsTable"
    c.CourseDirectory.root = str(folder)
    c.CourseDirectory.course_id = course_named(folder).settings.name
    if ADDRESS in os.environ:
        from ..exchange.client import use_service

        use_service(c)
    if not (folder / COURSE_FILE).exists():
        return
    try:
        course = load_course(folder)
    except SpecError as e:
        raise SystemExit(f"This is to be mended first:\n{e}") from None
    c.CourseDirectory.course_id = course.course_id
    if course.exchange and ADDRESS not in os.environ:
        c.Exchange.root = str(place(folder, course.exchange))
    if course.students:
        # Who is in no list is told, and not added in silence.
        c.Autograde.create_student = False
    set_late(c, agreed_late(folder, course))
    c.LatePenalties.extensions = {
        module: {student: when.replace(tzinfo=None) for student, when in students.items()}
        for module, students in course.until().items()
    }


def set_late(c: Any, rule: Late | None) -> None:
    """Let lateness cost what a rule says; without one, what is configured otherwise.

    Of modules only: an assignment of another kind keeps nbgrader's rule.
    """
    from ..grading.rules import LossPerDay

    c.LatePenalties.pop("plugin_class", None)
    if rule:
        c.LatePenalties.plugin_class = LossPerDay
        c.LossPerDay.update(rule.model_dump())


def agreed_late(folder: Path, course: Course) -> Late | None:
    """Return the late rule that was agreed to in ``allyship teach``.

    As long as nothing was ever set up or graded here, that is the one of ``course.yml``.
    """
    file = folder / LATE_FILE
    if file.exists():
        agreed = (read_json(file) or {}).get("late")
        return Late(**agreed) if agreed else None
    return None if (folder / "gradebook.db").exists() else course.late


def late_in_words(folder: Path) -> str:
    """Say that the late rule of ``course.yml`` does not count; empty where it does."""
    if not (folder / COURSE_FILE).exists():
        return ""
    course = load_course(folder)
    agreed = agreed_late(folder, course)
    if agreed == course.late:
        return ""
    return (
        f"Lateness costs {agreed or 'nothing'}, as was agreed, and not {course.late or 'nothing'}, "
        f"as {COURSE_FILE} says now. To agree to that: allyship teach"
    )


def sends_points(folder: Path) -> bool:
    """Tell whether points go to the platform by themselves after grading."""
    if not (folder / COURSE_FILE).exists():
        return False
    lti = load_course(folder).lti
    return lti is not None and lti.after_grade
