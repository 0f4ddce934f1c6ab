"""What nbgrader uses in place of its folder: the same steps, through the exchange service.

Each step is nbgrader's own over a temporary folder, which stands for the shared one: what the
step reads there is fetched before, and what it would copy there is sent.
"""

from __future__ import annotations

import glob
import hashlib
import os
import secrets
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import requests
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import default
from nbgrader.utils import parse_utc
from requests.adapters import HTTPAdapter
from traitlets import Unicode
from urllib3.util import Retry

from ..store.submission import TIMESTAMP_FILE, RefusedError, parse_timestamp
from . import ADDRESS
from .folder import SafeCollect
from .parcel import ParcelError, check_name, digests_of, lay_out, pack, pack_folder, unpack

_STEPS = (
    "List",
    "FetchAssignment",
    "FetchFeedback",
    "Submit",
    "ReleaseAssignment",
    "ReleaseFeedback",
    "Collect",
)
# A minute: the hub looks every half a minute whether its service is still there.
_AGAIN = Retry(
    total=10,
    backoff_factor=0.5,
    backoff_max=10,
    status_forcelist=(502, 503, 504),
    allowed_methods=None,  # each request may be sent twice
    raise_on_status=False,
)
_PATIENCE = (10, 60)  # seconds to connect, and between two bytes of an answer


def use_service(c: Any) -> None:
    """Let nbgrader use the exchange service; called from a ``nbgrader_config.py``."""
    for step in _STEPS:
        name = "".join(f"_{x.lower()}" if x.isupper() else x for x in step).removeprefix("_")
        setattr(c.ExchangeFactory, name, f"{__name__}.Service{step}")
    c.ExchangeFactory.exchange = f"{__name__}.ServiceExchange"


class ServiceExchange(default.Exchange):
    """An exchange that is a service of the hub."""

    address = Unicode(
        help=f"The address of the exchange service. Defaults to the variable {ADDRESS}."
    ).tag(config=True)

    def start(self) -> Any:
        with tempfile.TemporaryDirectory() as root, requests.Session() as self._session:
            self.root = root
            self._session.auth = _with_token
            for kind in ("http://", "https://"):
                self._session.mount(kind, HTTPAdapter(max_retries=_AGAIN))
            return super().start()

    def ensure_root(self) -> None:
        """There is no shared folder to look for."""

    def fail(self, msg: str) -> NoReturn:
        super().fail(msg)
        raise AssertionError  # it has raised

    def _check_course(self) -> None:
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")

    def _ask(
        self, method: str, *path: str, raw: bytes | None = None, **parameters: str | None
    ) -> requests.Response:
        """Ask the service; fail in words unless it did what was asked for."""
        address = self.address or os.environ.get(ADDRESS, "")
        if not address:
            self.fail(f"It is not known where the exchange is: {ADDRESS} is not set.")
        url = "/".join([address.rstrip("/"), "api", *(quote(part, safe="") for part in path)])
        try:
            reply = self._session.request(
                method,
                url,
                data=raw,
                params=parameters,
                timeout=_PATIENCE,
                allow_redirects=False,
            )
        except requests.RequestException as e:
            self.fail(
                f"The exchange at {address} can't be reached ({type(e).__name__}). Nothing was "
                "lost. Try again in some minutes, and tell who runs the hub if it stays so."
            )
        if not reply.ok or reply.is_redirect:
            try:
                why = reply.json()["error"]
            except (ValueError, KeyError, TypeError):
                why = f"it answered {reply.status_code}"
            self.fail(f"The exchange refused: {why}.")
        return reply

    def _files(self, *path: str) -> dict[str, bytes]:
        raw = self._ask("GET", *path).content
        try:
            return unpack(raw)
        except ParcelError as e:
            self.fail(f"What the exchange sent can't be used: {e}.")

    def _packed(self, folder: Path) -> bytes:
        try:
            return pack_folder(folder)
        except ParcelError as e:
            self.fail(f"This was not sent: {e}.")

    def _release(self) -> tuple[str, str, str, str]:
        course = self.coursedir
        return "courses", course.course_id, "assignments", course.assignment_id

    def _submissions(self, of: str) -> list[dict[str, Any]]:
        """Return what was handed in, to the course and assignment asked for, if any."""
        assignment = self.coursedir.assignment_id or None
        reply = self._ask("GET", "submissions", of=of, assignment=assignment).json()
        found: list[dict[str, Any]] = reply["submissions"]
        course = self.coursedir.course_id
        return [one for one in found if not course or one["course"] == course]


def _with_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # As "auth", and not as a header, which a .netrc file would take the place of.
    request.headers["Authorization"] = f"token {os.environ.get('JUPYTERHUB_API_TOKEN', '')}"
    return request


class ServiceReleaseAssignment(ServiceExchange, default.ExchangeReleaseAssignment):
    """Hands out an assignment."""

    def init_dest(self) -> None:
        self._check_course()

    def copy_files(self) -> None:
        copy = Path(self.root) / "release"
        self.do_copy(self.src_path, copy)
        replace = "yes" if self.force else "no"
        self._ask("PUT", *self._release(), raw=self._packed(copy), replace=replace)
        self.log.info("Released as: %s %s", self.coursedir.course_id, self.coursedir.assignment_id)


class ServiceFetchAssignment(ServiceExchange, default.ExchangeFetchAssignment):
    """Fetches an assignment."""

    def init_src(self) -> None:
        self._check_course()
        self.src_path = str(Path(self.root) / "release")
        lay_out(self._files(*self._release()), Path(self.src_path))


class ServiceSubmit(ServiceExchange, default.ExchangeSubmit):
    """Hands in. The time is the service's, not that of the student's clock."""

    def init_dest(self) -> None:
        self._check_course()

    def init_release(self) -> None:
        """Lay out the released files, with which nbgrader compares names."""
        self.release_path = str(Path(self.root) / "release")
        lay_out(self._files(*self._release()), Path(self.release_path))

    def copy_files(self) -> None:
        self.init_release()
        self.check_filename_diff()
        copy = Path(self.root) / "submission"
        self.do_copy(self.src_path, copy)
        upload = secrets.token_hex(16)
        kept = self._ask("PUT", *self._release(), "submissions", upload, raw=self._packed(copy))
        self.log.info(
            "Submitted as: %s %s %s",
            self.coursedir.course_id,
            self.coursedir.assignment_id,
            kept.json()["timestamp"],
        )


class ServiceCollect(ServiceExchange, SafeCollect):
    """Collects. Each submission is checked as one from a shared folder is."""

    def init_src(self) -> None:
        self._check_course()
        self.check_owner = False  # the hub has said who handed it in
        inbound = Path(self.root) / self.coursedir.course_id / "inbound"
        inbound.mkdir(parents=True)
        self._ids: dict[str, str] = {}
        for one in self._submissions("all"):
            parts = (one["student"], one["assignment"], one["timestamp"], one["id"])
            name = "+".join(check_name(part) for part in parts)
            self._ids[name] = one["id"]
            (inbound / name).mkdir()
        super().init_src()

    def _look_at_times(self) -> None:
        """Leave times as they are: the service has said them."""

    def _collect(self, source: Path, place: Path) -> None:
        files = self._files("submissions", self._ids[source.name])
        kept = {path: raw for path, raw in files.items() if path.split("/")[0] != TIMESTAMP_FILE}
        stamp = source.name.rsplit("+", 2)[1].encode()
        try:
            lay_out({**kept, TIMESTAMP_FILE: stamp}, source)
        except OSError as e:
            raise RefusedError(f"its files can't be written: {e.strerror}") from None
        super()._collect(source, place)


class ServiceReleaseFeedback(ServiceExchange, default.ExchangeReleaseFeedback):
    """Hands out feedback: to each student on what they handed in here."""

    def init_dest(self) -> None:
        self._check_course()

    def copy_files(self) -> None:
        left_out = set(self.coursedir.student_id_exclude.split(","))
        uploads = {
            (one["student"], parse_utc(one["timestamp"])): one for one in self._submissions("all")
        }
        pages = glob.glob(f"{self.src_path}/*.html")  # noqa: PTH207  the folder's name is a pattern
        for folder in sorted({Path(page).parent for page in pages}):
            student = folder.parent.name
            if student in left_out:
                continue
            upload = uploads.get((student, _time_of(folder)))
            if upload is None:
                self.log.warning("No submission of %s in the exchange has this feedback", student)
                continue
            files = {page.name: page.read_bytes() for page in folder.glob("*.html")}
            if upload["feedback"] == digests_of(files):
                continue  # it is there already
            self._ask("PUT", "submissions", upload["id"], "feedback", raw=pack(files))
            self.log.info("Released feedback: %s %s", student, self.coursedir.assignment_id)


def _time_of(folder: Path) -> datetime | None:
    try:
        return parse_timestamp((folder / TIMESTAMP_FILE).read_bytes())
    except (OSError, ValueError):
        return None


class ServiceFetchFeedback(ServiceExchange, default.ExchangeFetchFeedback):
    """Fetches the feedback on all that this student handed in of an assignment."""

    def init_src(self) -> None:
        self._check_course()
        self.src_path = str(Path(self.root) / "feedback")
        self.feedback_files: list[tuple[str, str, str]] = []
        for one in self._submissions("me"):
            if one["feedback"]:
                folder = Path(self.src_path) / one["id"]
                lay_out(self._files("submissions", one["id"], "feedback"), folder)
                for page in folder.glob("*.html"):
                    self.feedback_files.append((page.stem, one["timestamp"], str(page)))


class ServiceList(ServiceExchange, default.ExchangeList):
    """Lists what is handed out, or what was handed in: ``cached`` one's own, ``inbound`` all."""

    def init_dest(self) -> None:
        """There are no folders to look for."""

    def parse_assignments(self) -> list[dict[str, Any]]:
        if not (self.inbound or self.cached):
            return [self._released(one) for one in self._releases()]
        groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        for one in self._submissions("all" if self.inbound else "me"):
            if self.coursedir.student_id in {"", "*", one["student"]}:
                key = (one["course"], one["student"], one["assignment"])
                groups[key].append(self._submitted(one))
        return [
            {
                "course_id": course,
                "student_id": student,
                "assignment_id": assignment,
                "status": found[0]["status"],
                "submissions": found,
            }
            for (course, student, assignment), found in sorted(groups.items())
        ]

    def remove_files(self) -> list[dict[str, Any]]:
        if self.cached:
            self.fail("What you handed in can be removed by an instructor only.")
        if self.inbound:
            for one in self._submissions("all"):
                self._ask("DELETE", "submissions", one["id"])
        else:
            for one in self._releases():
                self._ask("DELETE", "courses", one["course"], "assignments", one["assignment"])
        return []

    def _releases(self) -> list[dict[str, Any]]:
        releases = self._ask("GET", "releases").json()["releases"]
        course, assignment = self.coursedir.course_id, self.coursedir.assignment_id
        return [
            one
            for one in releases
            if course in {"", "*", one["course"]} and assignment in {"", "*", one["assignment"]}
        ]

    def _home(self, one: Mapping[str, Any]) -> Path:
        """Return where this student has, or would have, the assignment."""
        course = one["course"] if self.path_includes_course else ""
        return Path(self.assignment_dir, course, one["assignment"])

    def _released(self, one: Mapping[str, Any]) -> dict[str, Any]:
        home = self._home(one).absolute()
        fetched = home.exists()
        present = [path.stem for path in sorted(home.glob("*.ipynb"))]
        names = present if fetched else one["notebooks"]
        return {
            "course_id": one["course"],
            "assignment_id": one["assignment"],
            "status": "fetched" if fetched else "released",
            "path": str(home) if fetched else "",
            "notebooks": [
                {"notebook_id": name, "path": str(home / f"{name}.ipynb") if fetched else ""}
                for name in names
            ],
        }

    def _submitted(self, one: Mapping[str, Any]) -> dict[str, Any]:
        folder = self._home(one).absolute() / "feedback" / one["timestamp"]
        notebooks = [self._feedback(name, one, folder) for name in one["notebooks"]]
        local = bool(notebooks) and all(n["has_local_feedback"] for n in notebooks)
        return {
            "course_id": one["course"],
            "student_id": one["student"],
            "assignment_id": one["assignment"],
            "timestamp": one["timestamp"],
            "status": "submitted",
            "path": "",
            "notebooks": notebooks,
            "has_local_feedback": local,
            "has_exchange_feedback": bool(notebooks)
            and all(n["has_exchange_feedback"] for n in notebooks),
            "feedback_updated": any(n["feedback_updated"] for n in notebooks),
            "local_feedback_path": str(folder) if local else None,
        }

    @staticmethod
    def _feedback(name: str, one: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        page = folder / f"{name}.html"
        local, released = page.is_file(), one["feedback"].get(name)
        return {
            "notebook_id": name,
            "path": "",
            "has_local_feedback": local,
            "has_exchange_feedback": released is not None,
            "local_feedback_path": str(page) if local else None,
            "feedback_updated": local
            and released is not None
            and hashlib.sha256(page.read_bytes()).hexdigest() != released,
        }


def uses_service(config: Any) -> bool:
    """Tell whether nbgrader is configured to use the exchange service."""
    return bool(config.ExchangeFactory.get("list") == f"{__name__}.{ServiceList.__name__}")


def released_by_service(course: CourseDirectory, assignment: str, folder: Path) -> None:
    """Lay out in ``folder`` what the service hands out as ``assignment``, if it does.

    nbgrader's ExchangeError where it can't be reached or refuses.
    """
    step = _Released(coursedir=course, config=course.config)
    step.assignment, step.folder = assignment, folder
    step.start()


class _Released(ServiceExchange):
    assignment = ""
    folder = Path()

    def init_src(self) -> None:
        self._check_course()

    def init_dest(self) -> None:
        """It is given."""

    def copy_files(self) -> None:
        release = {"course": self.coursedir.course_id, "assignment": self.assignment}
        for one in self._ask("GET", "releases").json()["releases"]:
            if release.items() <= one.items():
                path = ("courses", release["course"], "assignments", release["assignment"])
                lay_out(self._files(*path), self.folder)


def kept_by_service(
    course: CourseDirectory, *, forget: bool = False, but: Collection[str] = ()
) -> int | None:
    """Count what the service keeps of a course, and let it forget all of it if asked to.

    Assignments named in ``but`` are not counted and stay. ``None`` where a course's exchange is
    no service. nbgrader's ExchangeError where it can't be reached or refuses.
    """
    if not uses_service(course.config):
        return None
    step = _Course(coursedir=course, config=course.config)
    step.forget, step.but = forget, but
    step.start()
    return step.kept


class _Course(ServiceExchange):
    forget = False
    but: Collection[str] = ()
    kept = 0

    def init_src(self) -> None:
        self._check_course()

    def init_dest(self) -> None:
        """There is none."""

    def copy_files(self) -> None:
        course = self.coursedir.course_id
        out = self._of_course(self._ask("GET", "releases").json()["releases"])
        handed_in = self._of_course(self._ask("GET", "submissions", of="all").json()["submissions"])
        self.kept = len(out) + len(handed_in)
        if self.forget and not self.but:
            self._ask("DELETE", "courses", course)
        elif self.forget:
            for one in handed_in:
                self._ask("DELETE", "submissions", one["id"])
            for one in out:
                self._ask("DELETE", "courses", course, "assignments", one["assignment"])

    def _of_course(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        course = self.coursedir.course_id
        return [o for o in found if o["course"] == course and o["assignment"] not in self.but]
