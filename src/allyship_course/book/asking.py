"""Ask a host for a file as a browser does, and say what came."""

from __future__ import annotations

import gzip
import http.client
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus

from ..errors import CourseError

_PATIENCE = 30  # seconds
_MOST = 20_000_000  # bytes


class HostError(CourseError):
    """A host that does not answer."""


@dataclass(frozen=True)
class Answer:
    """What a host gave for ``url``; ``final`` is the address that it sent to, or ``url`` again."""

    url: str
    final: str
    status: int
    headers: Message
    body: bytes

    @property
    def was_redirected(self) -> bool:
        return self.final != self.url

    @property
    def type(self) -> str:
        return self.headers.get_content_type() if self.headers.get("Content-Type") else ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def says(self) -> str:
        """The status in figures and words, as in "404 Not Found"."""
        known = {status.value: status.phrase for status in HTTPStatus}
        return f"{self.status} {known.get(self.status, '')}".strip()

    def header(self, name: str) -> str:
        return str(self.headers.get(name, ""))

    def all(self, name: str) -> Sequence[str]:
        return [str(value) for value in self.headers.get_all(name, [])]


def ask(url: str) -> Answer:
    """Ask for an address, and for that which it leads to."""
    request = urllib.request.Request(  # noqa: S310 (its caller lets only http and https pass)
        url, headers={"Accept-Encoding": "gzip", "User-Agent": "Mozilla/5.0 (allyship check)"}
    )
    try:
        with _OPENER.open(request, timeout=_PATIENCE) as response:
            return _read(url, response.geturl(), response)
    except urllib.error.HTTPError as answer:
        with answer:
            return _read(url, answer.geturl() or url, answer)
    except (OSError, http.client.HTTPException) as e:
        reason = getattr(e, "reason", e)
        raise HostError(
            f"{url} can't be reached: {reason}. Look whether the address is right and the host "
            "answers in a browser, then run it again"
        ) from e


def _read(
    url: str, final: str, response: http.client.HTTPResponse | urllib.error.HTTPError
) -> Answer:
    body = response.read(_MOST)
    if response.headers.get("Content-Encoding", "").lower() == "gzip":
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as e:
            raise HostError(
                f"{url} says that it is packed with gzip, and is not. A browser would show "
                "nothing: mend the host's settings, then run it again"
            ) from e
    return Answer(url, final, int(response.status or 0), response.headers, body)


_OPENER = urllib.request.build_opener()
