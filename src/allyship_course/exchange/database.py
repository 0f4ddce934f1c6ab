"""What the exchange keeps, in one database: what is handed out, handed in, and its feedback.

Every step is one transaction: it happened or it did not. Done twice, it is as done once.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    and_,
    create_engine,
    delete,
    func,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from .parcel import ParcelError, digests_of, notebooks_in, unpack

QUOTA = 100_000_000
"""Bytes that one person may have handed in to one course, all versions together."""
TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"

_tables = MetaData()
_releases = Table(
    "exchange_release",
    _tables,
    Column("course", String(128), primary_key=True),
    Column("assignment", String(128), primary_key=True),
    Column("notebooks", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("parcel", LargeBinary, nullable=False),
)
_submissions = Table(
    "exchange_submission",
    _tables,
    Column("id", String(64), primary_key=True),
    Column("course", String(128), nullable=False),
    Column("assignment", String(128), nullable=False),
    Column("student", String(128), nullable=False),
    Column("timestamp", DateTime, nullable=False),
    Column("notebooks", JSON, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("parcel", LargeBinary, nullable=False),
    Index("exchange_submission_of", "course", "assignment", "student"),
    Index("exchange_submission_by", "student", "course"),
)
_feedback = Table(
    "exchange_feedback",
    _tables,
    Column(
        "submission",
        String(64),
        ForeignKey("exchange_submission.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("digests", JSON, nullable=False),
    Column("parcel", LargeBinary, nullable=False),
)


class MissingError(LookupError):
    """There is no such thing."""


class TakenError(ValueError):
    """It is there already and is another one, or there is no more room."""


class Release(NamedTuple):
    """An assignment that was handed out."""

    course: str
    assignment: str
    notebooks: list[str]


class Submission(NamedTuple):
    """What somebody handed in, without its files. ``feedback``: notebook to its page's digest."""

    id: str
    course: str
    assignment: str
    student: str
    timestamp: str
    notebooks: list[str]
    feedback: dict[str, str]


class Store:
    """The database at an SQLAlchemy address; its tables are made if they are not there."""

    def __init__(self, url: str) -> None:
        sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = create_engine(
            url,
            # A database's error would otherwise show what somebody handed in.
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"timeout": 30} if sqlite else {},
        )
        _tables.create_all(self._engine)

    def ping(self) -> None:
        """Raise what the database raises if it is not there."""
        with self._engine.connect() as db:
            db.execute(select(1))

    # -------------------------------------------------------------- handed out

    def release(self, course: str, assignment: str, raw: bytes, *, replace: bool) -> None:
        """Hand out an assignment. TakenError: another one of that name is, and may stay."""
        notebooks = notebooks_in(unpack(raw))
        row = {"notebooks": notebooks, "digest": _digest(raw), "parcel": raw}
        of_release = (_releases.c.course == course) & (_releases.c.assignment == assignment)
        with self._engine.begin() as db:
            known = db.execute(select(_releases.c.digest).where(of_release)).scalar()
            if known is None:
                db.execute(insert(_releases).values(course=course, assignment=assignment, **row))
            elif known != row["digest"]:
                if not replace:
                    raise TakenError(f"{assignment} is handed out already")
                db.execute(update(_releases).where(of_release).values(**row))

    def releases(self, courses: set[str]) -> list[Release]:
        """Return what these courses have handed out."""
        columns = (_releases.c.course, _releases.c.assignment, _releases.c.notebooks)
        query = select(*columns).where(_releases.c.course.in_(courses)).order_by(*columns[:2])
        with self._engine.connect() as db:
            return [Release(*row) for row in db.execute(query)]

    def released(self, course: str, assignment: str) -> bytes:
        """Return the parcel of an assignment."""
        of_release = (_releases.c.course == course) & (_releases.c.assignment == assignment)
        with self._engine.connect() as db:
            return bytes(
                _found(db, select(_releases.c.parcel).where(of_release), "no such assignment")
            )

    def withdraw(self, course: str, assignment: str) -> None:
        """Hand an assignment out no longer. What was handed in stays."""
        of_release = (_releases.c.course == course) & (_releases.c.assignment == assignment)
        with self._engine.begin() as db:
            db.execute(delete(_releases).where(of_release))

    # --------------------------------------------------------------- handed in

    def submit(
        self, course: str, assignment: str, student: str, upload: str, raw: bytes
    ) -> Submission:
        """Keep what a student hands in, under the id of this upload; its time is now, here.

        The same upload again, as after an answer that got lost, changes nothing.
        """
        try:
            return self._submit(course, assignment, student, upload, raw)
        except IntegrityError:  # its twin was quicker
            return self._submit(course, assignment, student, upload, raw)

    def _submit(
        self, course: str, assignment: str, student: str, upload: str, raw: bytes
    ) -> Submission:
        row = {
            "course": course,
            "assignment": assignment,
            "student": student,
            "notebooks": notebooks_in(unpack(raw)),
            "digest": _digest(raw),
        }
        c = _submissions.c
        with self._engine.begin() as db:
            of_release = (_releases.c.course == course) & (_releases.c.assignment == assignment)
            _found(
                db, select(_releases.c.digest).where(of_release), f"{assignment} is not handed out"
            )
            columns = (c.course, c.assignment, c.student, c.notebooks, c.digest)
            known = db.execute(select(*columns).where(c.id == upload)).one_or_none()
            if known is None:
                mine = (c.student == student) & (c.course == course)
                used = db.execute(select(func.sum(c.size)).where(mine)).scalar() or 0
                if used + len(raw) > QUOTA:
                    raise TakenError(
                        "you have handed in so much that there is no more room for you. "
                        "Ask your instructor to remove some of it"
                    )
                now = datetime.now(UTC).replace(tzinfo=None)
                values = {**row, "id": upload, "timestamp": now, "size": len(raw), "parcel": raw}
                db.execute(insert(_submissions).values(**values))
            elif tuple(known) != tuple(row.values()):
                raise TakenError("another upload has this id")
            return self._submissions(db, _submissions.c.id == upload)[0]

    def submissions(
        self, courses: set[str], assignment: str | None = None, student: str | None = None
    ) -> list[Submission]:
        """Return what was handed in, the oldest first: of all people, or of one."""
        wanted: list[ColumnElement[bool]] = [_submissions.c.course.in_(courses)]
        if assignment is not None:
            wanted.append(_submissions.c.assignment == assignment)
        if student is not None:
            wanted.append(_submissions.c.student == student)
        with self._engine.connect() as db:
            return self._submissions(db, and_(*wanted))

    def submission(self, upload: str) -> Submission:
        """Return one thing that was handed in, without its files."""
        with self._engine.connect() as db:
            submissions = self._submissions(db, _submissions.c.id == upload)
        if not submissions:
            raise MissingError("no such submission")
        return submissions[0]

    def submitted(self, upload: str) -> bytes:
        """Return the parcel of a submission."""
        with self._engine.connect() as db:
            query = select(_submissions.c.parcel).where(_submissions.c.id == upload)
            return bytes(_found(db, query, "no such submission"))

    def remove(self, upload: str) -> None:
        """Delete a submission and its feedback."""
        with self._engine.begin() as db:
            db.execute(delete(_feedback).where(_feedback.c.submission == upload))
            db.execute(delete(_submissions).where(_submissions.c.id == upload))

    def forget(self, course: str) -> None:
        """Delete all of a course."""
        c = _submissions.c
        with self._engine.begin() as db:
            of_course = select(c.id).where(c.course == course)
            db.execute(delete(_feedback).where(_feedback.c.submission.in_(of_course)))
            db.execute(delete(_submissions).where(c.course == course))
            db.execute(delete(_releases).where(_releases.c.course == course))
        # What was deleted could be read in the database's files till then.
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            if engine.dialect.name == "sqlite":
                db.execute(text("VACUUM"))
                return
            for table in _tables.sorted_tables:
                db.execute(text(f"VACUUM FULL {table.name}"))

    # ---------------------------------------------------------------- feedback

    def give_feedback(self, upload: str, raw: bytes) -> None:
        """Keep the pages of feedback on a submission, in place of those before."""
        files = unpack(raw)
        if not files or any("/" in name or not name.endswith(".html") for name in files):
            raise ParcelError("feedback is made of pages")
        row = {"digests": digests_of(files), "parcel": raw}
        with self._engine.begin() as db:
            known = select(_submissions.c.id).where(_submissions.c.id == upload)
            _found(db, known, "no such submission")
            db.execute(delete(_feedback).where(_feedback.c.submission == upload))
            db.execute(insert(_feedback).values(submission=upload, **row))

    def feedback(self, upload: str) -> bytes:
        """Return the parcel of a submission's feedback."""
        with self._engine.connect() as db:
            query = select(_feedback.c.parcel).where(_feedback.c.submission == upload)
            return bytes(_found(db, query, "no feedback yet"))

    @staticmethod
    def _submissions(db: Connection, wanted: Any) -> list[Submission]:
        c = _submissions.c
        columns = (c.id, c.course, c.assignment, c.student, c.timestamp, c.notebooks)
        query = (
            select(*columns, _feedback.c.digests)
            .join(_feedback, _feedback.c.submission == c.id, isouter=True)
            .where(wanted)
            .order_by(c.timestamp, c.id)
        )
        return [
            Submission(*row[:4], row[4].strftime(TIMESTAMP), row[5], row[6] or {})
            for row in db.execute(query)
        ]


def _found(db: Connection, query: Select[Any], otherwise: str) -> Any:
    value = db.execute(query).scalar()
    if value is None:
        raise MissingError(otherwise)
    return value


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
