"""What ``course.yml`` says of the platform under ``lti``. Nothing is sent without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from ...errors import CourseError
from ...spec import Finding, Part, Text

KEY_FILE = "lti-key.pem"
_ADDRESSES = ("issuer", "token_url", "line_items", "memberships")
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class LtiError(CourseError):
    """Something stands between the course and the platform; the message says what to do."""


def _number_as_text(given: object) -> object:
    """Platforms give out ids that YAML takes for numbers."""
    is_number = isinstance(given, int) and not isinstance(given, bool)
    return str(given) if is_number else given


PlatformId = Annotated[Text, BeforeValidator(_number_as_text)]


class Lti(Part):
    """The platform's registration of this course, and where the services of the class are.

    ``audience`` is whom a request for a token is addressed to, where that is not ``token_url``.
    ``ids: platform`` says that students are known here by the platform's own user ids, as on a
    hub whose people log in by LTI; otherwise ``memberships`` says who is who. ``key`` is the file
    of the private key, seen from the folder of ``course.yml``.
    """

    issuer: Text
    client_id: PlatformId
    deployment: PlatformId
    token_url: Text
    audience: str = ""
    line_items: Text
    memberships: str = ""
    ids: Literal["platform"] | None = None
    key: Text = KEY_FILE
    after_grade: bool = False


def lti_findings(data: dict[Any, Any]) -> Iterator[Finding]:
    """Yield what is wrong in ``lti`` beyond single keys: from what is written, so all at once."""
    given = data.get("lti")
    if not isinstance(given, dict):
        return
    for key in _ADDRESSES:
        text = given.get(key)
        if isinstance(text, str) and text.strip() and not is_safe(text.strip()):
            what = f"'{text.strip()}' is no address that points may be sent to"
            yield ("lti", key), what, "Write it in full, from https:// on, as the platform shows it"
    if not given.get("memberships") and given.get("ids") is None:
        what = "nothing says which student is which user of the platform"
        remedy = (
            "Add 'memberships:' with the address of the class's names and roles, or 'ids: "
            "platform' if students are known here by the platform's own user ids"
        )
        yield ("lti",), what, remedy


def is_safe(address: str) -> bool:
    """Tell whether nobody between here and an address hears what is sent there."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.fragment or any(c.isspace() for c in address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE)
