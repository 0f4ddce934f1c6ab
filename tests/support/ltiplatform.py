"""A learning platform's half of LTI 1.3: tokens, line items, scores, names and roles.

It checks what platforms check, with another library than the course signs with: signature, issuer,
audience, deployment, times, and that nothing is used twice. ``heard`` holds all that it was asked.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT, DEPLOYMENT = "10000000000001", "7:course"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, SCORE = f"{_AGS}lineitem", f"{_AGS}score"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
TEACHER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Heard(NamedTuple):
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class RefusedError(Exception):
    """What is answered in place of what was asked for."""

    def __init__(self, status: int, error: str, why: str) -> None:
        super().__init__(why)
        self.status, self.body = status, {"error": error, "error_description": why}


@dataclass
class Course:
    """A class on the platform: who is in it, and its gradebook."""

    members: list[Any] = field(default_factory=list)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    scores: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def grades(self, item: str) -> dict[str, float]:
        """What its gradebook shows: points on the column's own scale."""
        most = self.items[item]["scoreMaximum"]
        return {
            user: score["scoreGiven"] / score["scoreMaximum"] * most
            for user, score in self.scores.get(item, {}).items()
        }


@dataclass
class LtiPlatform:
    """Once ``calm`` requests are answered, ``busy`` more are put off. ``lost`` is the ending of the
    next request whose answer is lost; for users in ``fails_for`` it has a fault. ``page`` is how
    many rows a list gives at once. Names and roles go on at ``leads_to``, are to be asked for at
    ``moved_to``, or are ``answers_with``.
    """

    address: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=lambda: {LINE_ITEM, SCORE, MEMBERS})
    token_lasts: float = 3600.0
    page: int = 2
    retry_after: str = "1"
    busy: int = 0
    calm: int = 0
    fails_for: set[str] = field(default_factory=set)
    leads_to: str = ""
    moved_to: str = ""
    answers_with: bytes = b""
    lost: str = ""
    courses: dict[str, Course] = field(default_factory=lambda: {"12": Course(), "13": Course()})
    heard: list[Heard] = field(default_factory=list)
    tokens: dict[str, tuple[float, set[str]]] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _turn: threading.RLock = field(default_factory=threading.RLock)

    @property
    def token_url(self) -> str:
        return f"{self.address}/token"

    def line_items(self, course: str = "12") -> str:
        return f"{self.address}/api/lti/courses/{course}/line_items?type=5"

    def memberships(self, course: str = "12") -> str:
        return f"{self.address}/api/lti/courses/{course}/names_and_roles"

    def knows(self, public: dict[str, Any]) -> None:
        """Take in the public half of a course's key."""
        self.keys = {key["kid"]: jwt.PyJWK(key) for key in public["keys"]}

    def sent(self, ending: str) -> list[dict[str, Any]]:
        """The bodies that were sent to addresses with this ending, the first one first."""
        return [
            json.loads(one.body)
            for one in self.heard
            if one.method == "POST" and urlsplit(one.path).path.endswith(ending)
        ]

    # ---- answering

    def answer(self, one: Heard) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and body."""
        with self._turn:
            self.heard.append(one)
            if self.busy and not self.calm:
                self.busy -= 1
                return 429, {"Retry-After": self.retry_after}, {}
            self.calm -= self.calm > 0
            try:
                return self._answer(one)
            except RefusedError as e:
                return e.status, {}, e.body

    def _answer(self, one: Heard) -> tuple[int, dict[str, str], Any]:
        parts = urlsplit(one.path)
        if parts.path == "/token":
            return 200, {}, self._token(parse_qs(one.body.decode()))
        match = re.fullmatch(r"/api/lti/courses/(\w+)/(\w+)(?:/(\w+))?(/scores)?", parts.path)
        if not match or match[1] not in self.courses:
            raise RefusedError(404, "not_found", "no such class")
        course = self.courses[match[1]]
        query = parse_qs(parts.query)
        if match[2] == "names_and_roles":
            self._may(one, MEMBERS)
            if self.moved_to:
                return 307, {"Location": f"{self.moved_to}{one.path}"}, b""
            if self.answers_with:
                return 200, {}, self.answers_with
            return self._page(one, course.members, query, lambda some: {"members": some})
        if parse_qs(parts.query).get("type") != ["5"]:
            raise RefusedError(404, "not_found", "addresses come with their query")
        if match[4]:
            self._may(one, SCORE)
            return self._score(one, course)
        self._may(one, LINE_ITEM)
        if one.method == "POST":
            return 201, {}, self._new_item(one, match[1], course)
        items = [i for i in course.items.values() if query.get("tag", [i["tag"]]) == [i["tag"]]]
        return self._page(one, items, query, lambda some: some)

    def _page(
        self, one: Heard, rows: list[Any], query: dict[str, list[str]], shape: Any
    ) -> tuple[int, dict[str, str], Any]:
        first = int(query.get("from", ["0"])[0])
        headers = {}
        if len(rows) > first + self.page:
            bare = re.sub(r"&?from=\d+", "", one.path)
            mark = "&" if "?" in bare else "?"
            following = f"{self.leads_to or self.address}{bare}{mark}from={first + self.page}"
            headers["Link"] = f'<{following}>; rel="next"'
        return 200, headers, shape(rows[first : first + self.page])

    def _token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        given = {key: values[0] for key, values in form.items()}
        if given.get("grant_type") != "client_credentials":
            raise RefusedError(400, "unsupported_grant_type", "only client_credentials")
        if given.get("client_assertion_type") != _JWT_BEARER:
            raise RefusedError(400, "invalid_request", "only signed assertions")
        self._check(given.get("client_assertion", ""))
        granted = set(given.get("scope", "").split()) & self.scopes
        token = secrets.token_urlsafe(32)
        self.tokens[token] = (time.monotonic() + self.token_lasts, granted)
        lasts = max(1, int(self.token_lasts))
        scope = " ".join(sorted(granted))
        return {
            "access_token": token, "token_type": "Bearer", "expires_in": lasts, "scope": scope,
        }  # fmt: skip

    def _check(self, assertion: str) -> None:
        try:
            key = self.keys[jwt.get_unverified_header(assertion)["kid"]]
            said = jwt.decode(
                assertion,
                key,
                algorithms=["RS256"],
                audience=self.token_url,
                issuer=CLIENT,
                options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
            )
        except KeyError:
            raise RefusedError(400, "invalid_client", "a key that is not known") from None
        except jwt.InvalidTokenError as e:
            raise RefusedError(400, "invalid_client", str(e)) from None
        if said["sub"] != CLIENT or said["exp"] - said["iat"] > 3600:
            raise RefusedError(400, "invalid_client", "somebody else, or for too long")
        if said.get("https://purl.imsglobal.org/spec/lti/claim/deployment_id") != DEPLOYMENT:
            raise RefusedError(400, "invalid_request", "a deployment that is not this one")
        if said["jti"] in self._used:
            raise RefusedError(400, "invalid_request", "used before")
        self._used.add(said["jti"])

    def _may(self, one: Heard, scope: str) -> None:
        token = one.headers.get("authorization", "").removeprefix("Bearer ")
        until, scopes = self.tokens.get(token, (0.0, set()))
        if time.monotonic() > until:
            raise RefusedError(401, "invalid_token", "no token, or an old one")
        if scope not in scopes:
            raise RefusedError(403, "insufficient_scope", scope)

    def _new_item(self, one: Heard, number: str, course: Course) -> dict[str, Any]:
        wanted = json.loads(one.body)
        assert wanted["scoreMaximum"] > 0
        path = f"/api/lti/courses/{number}/line_items/{len(course.items) + 1}?type=5"
        course.items[path] = {"id": f"{self.address}{path}", **wanted}
        return course.items[path]

    def _score(self, one: Heard, course: Course) -> tuple[int, dict[str, str], Any]:
        path = one.path.replace("/scores", "")
        if one.headers["content-type"] != "application/vnd.ims.lis.v1.score+json":
            raise RefusedError(415, "invalid_request", "no score")
        if path not in course.items:
            raise RefusedError(404, "not_found", "no such line item")
        score = json.loads(one.body)
        if score["userId"] in self.fails_for:
            raise RefusedError(500, "fault", "a fault of the platform's own")
        people = [m for m in course.members if isinstance(m, dict)]
        who = {m.get("user_id") for m in people if LEARNER in m.get("roles", ())}
        if score["userId"] not in who:
            raise RefusedError(422, "invalid_request", "nobody who learns here")
        before = course.scores.setdefault(path, {}).get(score["userId"])
        if before and before["timestamp"] > score["timestamp"]:
            raise RefusedError(409, "conflict", "there is a newer one")
        course.scores[path][score["userId"]] = score
        return 204, {}, b""

    def loses(self, one: Heard) -> bool:
        """Tell whether the answer is to be lost on its way, as when a line breaks."""
        with self._turn:
            asked = f"{one.method} {urlsplit(one.path).path}"
            if self.lost and asked.endswith(self.lost):
                self.lost = ""
                return True
            return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform: LtiPlatform

    def _one(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key.lower(): value for key, value in self.headers.items()}
        heard = Heard(self.command, self.path, headers, raw)
        status, more, body = self.platform.answer(heard)
        if self.platform.loses(heard):
            self.close_connection = True
            return
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for key, value in {**more, "Content-Length": f"{len(data)}"}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _one  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Say nothing of somebody who did not wait for an answer."""


@contextlib.contextmanager
def lti_platform() -> Iterator[LtiPlatform]:
    """Start a platform on a free port; it ends with the test."""
    platform = LtiPlatform()
    handler = type("Handler", (_Handler,), {"platform": platform})
    server = _Server(("127.0.0.1", 0), handler)
    platform.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
