"""Asking a platform, as a client that may: tokens, patience, and what is never trusted.

A token is for one run. It is held in memory only, and sent to the addresses of ``course.yml``
and those below them; no redirection is followed. What the platform answers is a stranger's.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import BaseHTTPResponse
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import MaxRetryError
from urllib3.util import Retry

from ...store.files import RecordError, parse_json
from ...store.submission import visible
from .key import ALGORITHM
from .settings import Lti, LtiError, is_safe

LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
_NEEDED_FOR = {
    LINE_ITEM: "manage line items",
    SCORE: "send scores",
    MEMBERS: "read names and roles",
}
_DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PATIENCE = (10, 60)  # seconds to connect, and between two bytes of an answer
_BETWEEN = 0.1  # seconds from one request to the next
_LONGEST_WAIT = 120
_MOST_BYTES = 10_000_000
_MOST_PAGES = 500
_BUSY = (429, 503)


class Answer(NamedTuple):
    """What a platform answered: the parsed body, and where a list goes on."""

    status: int
    body: Any
    next: str


class _Patient(Retry):
    """Waits as long as the platform asks, unless that is too long to wait for."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        wait = self.get_retry_after(response) if response else None
        if wait and wait > _LONGEST_WAIT and _pool:
            raise MaxRetryError(_pool, url or "")
        return super().increment(method, url, response, error, _pool, _stacktrace)


_AGAIN = _Patient(
    total=5,
    backoff_factor=0.5,
    backoff_max=10,
    status_forcelist=(*_BUSY, 502, 504),
    allowed_methods=None,  # a score may be sent twice: it has one time, and replaces itself
    redirect=0,
    raise_on_status=False,
)
# What makes something must not be sent again when it may have been done, and the answer lost.
_ONLY_IF_UNDONE = _Patient(
    total=5,
    read=0,
    other=0,
    backoff_factor=0.5,
    backoff_max=10,
    status_forcelist=_BUSY,
    allowed_methods=None,
    redirect=0,
    raise_on_status=False,
)


class _Bearer(AuthBase):
    """Says who asks. As an object, so that no .netrc takes its place and no header is printed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Service:
    """One run's conversation with a platform. Close it, or use it in ``with``."""

    def __init__(self, lti: Lti, key: RSAKey, scopes: Collection[str]) -> None:
        self._lti, self._key, self._scopes = lti, key, sorted(scopes)
        self._auth: _Bearer | None = None
        self._until = self._last = 0.0
        self._session, self._careful = requests.Session(), requests.Session()
        for session, retries in ((self._session, _AGAIN), (self._careful, _ONLY_IF_UNDONE)):
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(max_retries=retries))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._auth = None
        self._session.close()
        self._careful.close()

    @property
    def name(self) -> str:
        """The platform, for messages."""
        return visible(self._lti.issuer)

    def pages(self, address: str, accept: str) -> Iterator[Any]:
        """Yield what the pages of a list hold. All lie at the address where the first one is."""
        following = address
        for _ in range(_MOST_PAGES):
            answer = self.ask("GET", following, accept=accept)
            if answer.status != 200:
                raise LtiError(self._refused(answer.status, address))
            yield answer.body
            if not answer.next:
                return
            following = answer.next
            if not is_same(following, address):
                raise LtiError(
                    f"{self.name} goes on with its list at another address "
                    f"({visible(following)[:200]}). No token was sent there. Compare the "
                    "addresses in course.yml with those on the platform"
                )
        raise LtiError(f"{self.name} gives more than {_MOST_PAGES} pages of {visible(address)}")

    def make(self, address: str, kind: str, body: dict[str, Any]) -> Any:
        """Let the platform make something; it is not asked twice where it may have done so."""
        answer = self.ask("POST", address, accept=kind, kind=kind, body=body, careful=True)
        if answer.status not in {200, 201}:
            raise LtiError(self._refused(answer.status, address))
        return answer.body

    def ask(
        self,
        method: str,
        address: str,
        *,
        accept: str = "*/*",
        kind: str = "",
        body: dict[str, Any] | None = None,
        careful: bool = False,
    ) -> Answer:
        """Send one request with a token. A token that is not taken any more is renewed once."""
        headers = {"Accept": accept, **({"Content-Type": kind} if kind else {})}
        data = None if body is None else json.dumps(body).encode()
        session = self._careful if careful else self._session
        reply = self._send(session, method, address, headers, data, self._token())
        if reply.status_code == 401:
            reply.close()
            self._auth = None
            reply = self._send(session, method, address, headers, data, self._token())
        with reply:
            raw = self._read(reply, address)
            following = reply.links.get("next", {}).get("url", "")
        if reply.status_code in _BUSY:
            raise LtiError(self._busy(reply))
        if reply.status_code == 401:
            raise LtiError(self._refused(reply.status_code, address))
        good = reply.status_code in {200, 201}
        body = _parsed(raw, self.name) if good else None
        return Answer(reply.status_code, body, _joined(address, following))

    def _send(
        self,
        session: requests.Session,
        method: str,
        address: str,
        headers: dict[str, str],
        data: bytes | dict[str, str] | None,
        auth: AuthBase | None,
    ) -> requests.Response:
        time.sleep(max(0.0, self._last + _BETWEEN - time.monotonic()))
        try:
            return session.request(
                method,
                address,
                headers=headers,
                data=data,
                auth=auth,
                timeout=_PATIENCE,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as e:
            raise LtiError(
                f"{self.name} can't be reached at {_place(address)} ({_why(e)}). Run "
                "it again later: it goes on where it was"
            ) from None
        finally:
            self._last = time.monotonic()

    def _read(self, reply: requests.Response, address: str) -> bytes:
        raw = b""
        try:
            for chunk in reply.iter_content(65_536):
                raw += chunk
                if len(raw) > _MOST_BYTES:
                    raise LtiError(f"{self.name} answers with too much at {_place(address)}")
        except requests.RequestException as e:
            raise LtiError(
                f"{self.name} stopped in the middle of an answer ({_why(e)}). Run "
                "it again later: it goes on where it was"
            ) from None
        return raw

    # ---- the token

    def _token(self) -> _Bearer:
        if self._auth is None or time.monotonic() > self._until:
            self._auth, lasts = self._new_token()
            self._until = time.monotonic() + max(lasts - 60, lasts / 2)
        return self._auth

    def _new_token(self) -> tuple[_Bearer, float]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._assertion(),
            "scope": " ".join(self._scopes),
        }
        address = self._lti.token_url
        headers = {"Accept": "application/json"}
        # Not sent again where the answer is lost: what is signed holds for one use.
        with self._send(self._careful, "POST", address, headers, form, _NoAuth()) as reply:
            raw = self._read(reply, address)
        if reply.status_code in _BUSY:
            raise LtiError(self._busy(reply))
        if reply.status_code != 200:
            raise LtiError(self._no_token(reply.status_code, raw))
        given = _parsed(raw, self.name)
        token = given.get("access_token") if isinstance(given, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise LtiError(f"{self.name} answers at {_place(address)} without a token")
        self._check_scopes(given.get("scope"))
        lasts = given.get("expires_in", 3600)
        return _Bearer(token), float(lasts) if isinstance(lasts, int | float) else 3600.0

    def _assertion(self) -> str:
        """Return who we are, signed, for this platform, for five minutes, for one use."""
        now = int(time.time())
        claims = {
            "iss": self._lti.client_id,
            "sub": self._lti.client_id,
            "aud": self._lti.audience or self._lti.token_url,
            "iat": now - 5,
            "exp": now + 300,
            "jti": secrets.token_urlsafe(24),
            _DEPLOYMENT: self._lti.deployment,
        }
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def _check_scopes(self, given: object) -> None:
        granted = given.split() if isinstance(given, str) else self._scopes
        if missing := [scope for scope in self._scopes if scope not in granted]:
            may_not = " and ".join(_NEEDED_FOR[scope] for scope in missing)
            raise LtiError(
                f"{self.name} does not let this course {may_not}. Nothing was sent. Ask the "
                "platform's people to switch that service on for this tool"
            )

    # ---- what went wrong, in words

    def _no_token(self, status: int, raw: bytes) -> str:
        try:
            said = parse_json(raw, "answer")
        except RecordError:
            said = {}
        words = [said.get(key) for key in ("error", "error_description")]
        why = ": ".join(visible(word)[:200] for word in words if isinstance(word, str))
        return (
            f"{self.name} gives this course no token ({why or f'status {status}'}). Nothing was "
            "sent. Compare client_id, deployment, token_url and audience in course.yml with the "
            "platform's, see that it has the public key of now, and that this machine's clock is "
            "right"
        )

    def _refused(self, status: int, address: str) -> str:
        return (
            f"{self.name} refuses what this course asks at {_place(address)} (status {status}). "
            "Compare that address in course.yml with the platform's, and ask its people which "
            "services the tool may use in this class"
        )

    def _busy(self, reply: requests.Response) -> str:
        wait = reply.headers.get("Retry-After", "")
        asks = f" and asks to wait for {int(wait):,} seconds" if wait.isdecimal() else ""
        return f"{self.name} is too busy{asks}. Run it again later: it goes on where it was"


class _NoAuth(AuthBase):
    """Keeps requests from looking for a password in .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _joined(address: str, following: str) -> str:
    """Return where a list goes on, which may be said as seen from here; empty if nowhere."""
    try:
        return urljoin(address, following) if following else ""
    except ValueError:
        return following


def is_same(address: str, other: str) -> bool:
    """Tell whether two addresses differ in their queries only."""
    return is_safe(address) and _where(address) == _where(other)


def is_below(address: str, container: str) -> bool:
    """Tell whether an address is that of something in a container, whatever the queries."""
    if not is_safe(address):
        return False
    origin, path = _where(address)
    origin_there, above = _where(container)
    steps = path.removeprefix(f"{above}/").split("/")
    dots = {".", "..", "%2e", "%2e%2e", ".%2e", "%2e."}
    is_inside = path.startswith(f"{above}/") and not dots & {*map(str.lower, steps)}
    return is_inside and "\\" not in path and origin == origin_there


def _where(address: str) -> tuple[tuple[str, str, int], str]:
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return (parts.scheme, parts.hostname or "", port), parts.path.rstrip("/")


def _parsed(raw: bytes, name: str) -> Any:
    """Return an answer's JSON; None for an empty one."""
    if not raw.strip():
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise LtiError(f"{name} answers with something that is no JSON. Try again later") from None


def _place(address: str) -> str:
    return visible(address.partition("?")[0])[:200]


def _why(error: requests.RequestException) -> str:
    """Name what failed, in words that hold nothing of what was sent."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not valid"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return "no connection" if isinstance(error, requests.ConnectionError) else "a broken answer"
