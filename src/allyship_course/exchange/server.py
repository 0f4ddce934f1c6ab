"""The service itself: who may have what. JupyterHub says who asks; the store does the rest.

A person in the hub's group ``nbgrader-COURSE`` is a student of the course, one in
``formgrade-COURSE`` an instructor, as nbgrader names these groups. A service of the hub called
``formgrade-COURSE``, such as a shared Formgrader or a grading job, may do what an instructor may.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubAuth
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body

from .bodies import Bodies
from .database import MissingError, Store, TakenError
from .parcel import MAX_PARCEL_BYTES, ParcelError, check_name

DATABASE = "ALLYSHIP_EXCHANGE_DB"
"""The environment variable with the database's address."""
_NO_BODY = 10_000  # bytes: what comes with a request that has nothing to send
_BODY_SECONDS = 120
_GROUP_CACHE = 60  # seconds after which a change of groups counts at the latest
_log = logging.getLogger("allyship-exchange")

T = TypeVar("T")


class _Handler(RequestHandler):
    """One who asks, by the token of their server. No cookie is looked at, so none can be abused."""

    def initialize(self, store: Store, auth: HubAuth, bodies: Bodies) -> None:
        self.store = store
        self._auth = auth
        self._bodies = bodies

    def check_xsrf_cookie(self) -> None:
        """Leave out what protects cookies."""

    async def prepare(self) -> None:
        user = await self._auth.get_user(self, sync=False)
        if user is None:
            raise HTTPError(401, reason="The hub does not know this token")
        if not self._auth.check_scopes(self._auth.access_scopes, user):
            raise HTTPError(403, reason="This token may not use the exchange")
        self.me = str(user["name"])
        is_service = user.get("kind") == "service"
        self._groups = {self.me} if is_service else set(user.get("groups", ()))
        if not is_service:
            check_name(self.me)

    def courses(self, *roles: str) -> set[str]:
        """Return the courses in which this one has one of the roles, as nbgrader's groups say."""
        parts = [group.partition("-") for group in self._groups]
        return {course for role, _, course in parts if role in roles and course}

    def member_of(self, course: str) -> None:
        if course not in self.courses("nbgrader", "formgrade"):
            raise HTTPError(403, reason="You are not in this course")

    def teacher_of(self, course: str) -> None:
        if course not in self.courses("formgrade"):
            raise HTTPError(403, reason="Only instructors of the course may do that")

    async def visible(self, upload: str) -> Any:
        """Return a submission that this one may see; for all others it does not exist."""
        submission = await self.do(self.store.submission, upload)
        if submission.student != self.me and submission.course not in self.courses("formgrade"):
            raise MissingError("no such submission")
        if submission.student == self.me:
            self.member_of(submission.course)
        return submission

    async def do(self, step: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Do a step of the store without keeping others waiting."""
        return await asyncio.to_thread(step, *arguments, **named)

    def send(self, raw: bytes) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish(raw)

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    def write_error(self, status_code: int, **named: Any) -> None:
        error = named["exc_info"][1] if "exc_info" in named else None
        status, words = _in_words(error, status_code)
        self.set_status(status)
        self.finish({"error": words})

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """Log where it happened. Not what the error says: that may be somebody's answer."""
        if _in_words(error, 500)[0] >= 500:
            where = "".join(traceback.format_tb(trace)[-3:])
            _log.error("%s in %s\n%s", kind.__name__, self.request.path, where)


def _in_words(error: BaseException | None, status: int) -> tuple[int, str]:
    if isinstance(error, HTTPError):
        return error.status_code, error.reason or "It did not work"
    for kind, code in ((ParcelError, 400), (MissingError, 404), (TakenError, 409)):
        if isinstance(error, kind):
            return code, str(error)
    if isinstance(error, OperationalError):
        return 503, "The exchange can't reach its database. Try again in a minute"
    return (500 if error else status), "Something went wrong in the exchange"


@stream_request_body
class _Taking(_Handler):
    """One who may send something. Nothing of it is read before it is known that they may."""

    _has_place = _has_left = False

    async def prepare(self) -> None:
        await super().prepare()
        self._parts: list[bytes] = []
        if self.request.method != "PUT":
            return
        await self.may_send(*self.path_args)
        await self._bodies.enter(self.me)
        self._has_place = True
        if self._has_left:  # while waiting
            self._leave()
            raise HTTPError(400, reason="The connection was closed")
        connection: Any = self.request.connection
        connection.set_max_body_size(MAX_PARCEL_BYTES)
        connection.set_body_timeout(_BODY_SECONDS)

    async def may_send(self, *_path: str) -> None:
        """Raise unless this one may send something there."""
        raise NotImplementedError

    def data_received(self, chunk: bytes) -> None:
        self._parts.append(chunk)

    async def store_body(self, step: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Do a step of the store with what was sent as its last argument."""
        async with self._bodies.opened:
            raw = b"".join(self._parts)
            self._parts = []
            return await self.do(step, *arguments, raw, **named)

    def on_finish(self) -> None:
        self._leave()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._has_left = True
        self._leave()

    def _leave(self) -> None:
        self._parts = []
        if self._has_place:
            self._has_place = False
            self._bodies.leave(self.me)


class _Releases(_Handler):
    async def get(self) -> None:
        mine = self.courses("nbgrader", "formgrade")
        releases = await self.do(self.store.releases, mine)
        self.finish({"releases": [release._asdict() for release in releases]})


class _Release(_Taking):
    async def get(self, course: str, assignment: str) -> None:
        self.member_of(course)
        self.send(await self.do(self.store.released, course, assignment))

    async def may_send(self, course: str, assignment: str) -> None:  # type: ignore[override]
        self.teacher_of(course)
        check_name(course)
        check_name(assignment)

    async def put(self, course: str, assignment: str) -> None:
        replace = self.get_argument("replace", "") == "yes"
        await self.store_body(self.store.release, course, assignment, replace=replace)
        self.finish({})

    async def delete(self, course: str, assignment: str) -> None:
        self.teacher_of(course)
        await self.do(self.store.withdraw, course, assignment)
        self.finish({})


class _Course(_Handler):
    async def delete(self, course: str) -> None:
        self.teacher_of(course)
        await self.do(self.store.forget, course)
        self.finish({})


class _Submissions(_Handler):
    async def get(self) -> None:
        assignment = self.get_argument("assignment", None)
        if self.get_argument("of", "me") == "all":
            submissions = await self.do(
                self.store.submissions, self.courses("formgrade"), assignment
            )
        else:
            mine = self.courses("nbgrader", "formgrade")
            submissions = await self.do(self.store.submissions, mine, assignment, self.me)
        self.finish({"submissions": [submission._asdict() for submission in submissions]})


class _Submit(_Taking):
    async def may_send(self, course: str, *_path: str) -> None:  # type: ignore[override]
        self.member_of(course)

    async def put(self, course: str, assignment: str, upload: str) -> None:
        submission = await self.store_body(self.store.submit, course, assignment, self.me, upload)
        self.finish(submission._asdict())


class _Submission(_Handler):
    async def get(self, upload: str) -> None:
        await self.visible(upload)
        self.send(await self.do(self.store.submitted, upload))

    async def delete(self, upload: str) -> None:
        self.teacher_of((await self.visible(upload)).course)
        await self.do(self.store.remove, upload)
        self.finish({})


class _Feedback(_Taking):
    async def get(self, upload: str) -> None:
        await self.visible(upload)
        self.send(await self.do(self.store.feedback, upload))

    async def may_send(self, upload: str) -> None:  # type: ignore[override]
        self.teacher_of((await self.visible(upload)).course)

    async def put(self, upload: str) -> None:
        await self.store_body(self.store.give_feedback, upload)
        self.finish({})


class _Health(_Handler):
    """Whether the database answers, for who watches the service: without a token."""

    async def prepare(self) -> None:
        """Ask for no token."""

    async def get(self) -> None:
        await self.do(self.store.ping)
        self.finish({})


def make_app(store: Store, auth: HubAuth, prefix: str) -> Application:
    """Return the service below ``prefix``."""
    course, upload = r"courses/([^/]+)", r"submissions/([0-9a-f]{32})"
    given = {"store": store, "auth": auth, "bodies": Bodies()}
    places: dict[str, type[_Handler]] = {
        "health": _Health,
        "releases": _Releases,
        "submissions": _Submissions,
        course: _Course,
        rf"{course}/assignments/([^/]+)": _Release,
        rf"{course}/assignments/([^/]+)/{upload}": _Submit,
        upload: _Submission,
        f"{upload}/feedback": _Feedback,
    }
    return Application([(prefix + "api/" + path, kind, given) for path, kind in places.items()])


async def serve(store: Store, auth: HubAuth, address: str, prefix: str) -> None:
    """Serve until told to stop; what is under way is finished first."""
    where = urlsplit(address)
    # A handler that takes more says so once it knows who asks.
    server = HTTPServer(make_app(store, auth, prefix), max_body_size=_NO_BODY, xheaders=True)
    server.listen(where.port or 80, where.hostname or "127.0.0.1")
    _log.info("The exchange listens on %s", address)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        IOLoop.current().asyncio_loop.add_signal_handler(name, stop.set)  # type: ignore[attr-defined]
    await stop.wait()
    server.stop()
    await server.close_all_connections()


def main() -> None:
    """Serve as the hub's environment says, with the database that ``DATABASE`` names."""
    os.umask(0o077)  # an SQLite file holds what everybody has handed in
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    address, database = os.environ.get("JUPYTERHUB_SERVICE_URL"), os.environ.get(DATABASE)
    if not address or not database:
        sys.exit(
            "This is a service of JupyterHub, which says in JUPYTERHUB_SERVICE_URL where to "
            f"listen. {DATABASE} names its database, for instance "
            "sqlite:////srv/exchange/exchange.db or "
            "postgresql+psycopg://user:password@host/exchange"
        )
    auth = HubAuth(cache_max_age=_GROUP_CACHE)
    if not auth.access_scopes:
        sys.exit("JUPYTERHUB_SERVICE_NAME is not set: nobody could be let in.")
    try:
        store = Store(database)
    except SQLAlchemyError as e:
        sys.exit(f"The database that {DATABASE} names can't be used: {type(e).__name__}.")
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/services/exchange/")
    asyncio.run(serve(store, auth, address, prefix))
