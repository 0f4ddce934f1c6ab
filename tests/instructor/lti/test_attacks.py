"""What an attacker may try, or a slip in course.yml do: no points go astray, and no token."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
import requests

from allyship_course.grading.gradebook import open_gradebook
from allyship_course.instructor.lti.key import make_key
from allyship_course.instructor.lti.service import is_below
from tests.support.classroom import ours
from tests.support.lticlass import Registered, member
from tests.support.ltiplatform import TEACHER, LtiPlatform
from tests.support.platforms import ADA, BEN, CLEO, Person

ITEM = "/api/lti/courses/12/line_items/1?type=5"
BOTH = ("export", "--lti", "--all")


def refused(course: Path, platform: LtiPlatform) -> str:
    """What is said where nothing may be sent; and nothing was."""
    said = ours(course, *BOTH, ok=False)
    assert said.startswith("Error: ")
    assert platform.sent("/scores") == []
    return said


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Another machine, and the headers of all that reaches it."""
    heard: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(dict(self.headers))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"members": []}')

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


# ---- requests for a token


def test_a_request_for_a_token_that_was_overheard_can_be_used_by_nobody(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    ours(course, *BOTH)
    (asked,) = [one for one in platform.heard if one.path == "/token"]
    again = requests.post(
        platform.token_url, data=asked.body, headers={"Content-Type": asked.headers["content-type"]}
    )
    assert again.status_code == 400
    assert "used before" in again.text
    ours(course, *BOTH)
    signed = [
        parse_qs(one.body.decode())["client_assertion"][0]
        for one in platform.heard
        if one.path == "/token"
    ]
    claims = [jwt.decode(one, options={"verify_signature": False}) for one in signed]
    assert claims[0]["jti"] == claims[1]["jti"] != claims[2]["jti"]
    # For this platform only, and not for long.
    assert {claim["aud"] for claim in claims} == {platform.token_url}
    assert all(claim["exp"] - claim["iat"] <= 310 for claim in claims)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"audience": "https://another.example.org/token"}, "Audience doesn't match"),
        ({"deployment": "8"}, "a deployment that is not this one"),
        ({"client_id": "20000000000002"}, "Invalid issuer"),
    ],
)
def test_another_audience_deployment_or_client_gets_no_token(
    registered: Registered, platform: LtiPlatform, changed: dict[str, str], why: str
) -> None:
    said = refused(registered(**changed), platform)
    assert why in said
    assert "Compare client_id, deployment, token_url and audience in course.yml" in said
    assert platform.tokens == {}


def test_a_key_that_the_platform_has_given_up_gets_no_token(
    registered: Registered, platform: LtiPlatform, tmp_path: Path
) -> None:
    new = make_key(tmp_path / "new.pem").public
    platform.knows(json.loads(new.read_text()))
    said = refused(registered(), platform)
    assert "a key that is not known" in said
    assert "see that it has the public key of now" in said


def test_a_request_that_has_expired_gets_no_token(
    registered: Registered, platform: LtiPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a machine whose clock is an hour late."""
    course = registered()
    now = time.time
    monkeypatch.setattr("allyship_course.instructor.lti.service.time.time", lambda: now() - 3600)
    said = refused(course, platform)
    assert "expired" in said
    assert "this machine's clock is right" in said


def test_a_service_that_the_platform_does_not_allow_is_named(
    registered: Registered, platform: LtiPlatform
) -> None:
    platform.scopes = {one for one in platform.scopes if not one.endswith("score")}
    assert "does not let this course send scores" in refused(registered(), platform)


# ---- where a token and points may go


def test_a_line_item_of_another_class_gets_no_points(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    ours(course, *BOTH)
    tag = platform.courses["12"].items[ITEM]["tag"]
    path = "/api/lti/courses/13/line_items/1?type=5"
    theirs = {"id": f"{platform.address}{path}", "tag": tag, "resourceId": "01-tiny"}
    platform.courses["13"].items[path] = {**theirs, "scoreMaximum": 3}
    platform.courses["13"].members = [member(ADA, "4")]
    platform.courses["12"].items = {path: theirs}
    platform.heard.clear()
    said = refused(course, platform)
    assert "is not one of this class" in said
    assert platform.courses["13"].scores == {}


@pytest.mark.parametrize(
    "address",
    [
        "https://lms.example.org/courses/1/line_items",
        "https://lms.example.org/courses/12/line_items_of_13/1",
        "https://lms.example.org/courses/1/line_items/../../13/line_items/1",
        "https://lms.example.org/courses/1/line_items/%2e%2E/13/1",
        "https://lms.example.org/courses/1/line_items/..\\13",
        "https://lms.example.org:8443/courses/1/line_items/1",
        "https://lms.example.org@evil.example/courses/1/line_items/1",
        "https://evil.example/courses/1/line_items/1",
        "http://lms.example.org/courses/1/line_items/1",
        "//lms.example.org/courses/1/line_items/1",
        "https://[::1/courses/1/line_items/1",
    ],
)
def test_no_address_outside_is_taken_for_one_inside(address: str) -> None:
    container = "https://lms.example.org/courses/1/line_items?type=5"
    assert is_below("https://lms.example.org/courses/1/line_items/1/lineitem?type=5", container)
    assert not is_below(address, container)


def test_a_list_that_goes_on_elsewhere_gets_no_token_there(
    registered: Registered, platform: LtiPlatform, elsewhere: tuple[str, list[dict[str, str]]]
) -> None:
    address, heard = elsewhere
    platform.leads_to = address
    said = refused(registered(), platform)
    assert "goes on with its list at another address" in said
    assert heard == []


def test_no_redirection_is_followed(
    registered: Registered, platform: LtiPlatform, elsewhere: tuple[str, list[dict[str, str]]]
) -> None:
    address, heard = elsewhere
    platform.moved_to = address
    said = refused(registered(), platform)
    assert "status 307" in said
    assert heard == []


def test_a_password_in_netrc_does_not_go_in_place_of_the_token(
    registered: Registered,
    platform: LtiPlatform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "netrc").write_text("default login me password only-for-this-test\n")
    monkeypatch.setenv("NETRC", f"{tmp_path / 'netrc'}")
    assert "3 scores sent" in ours(registered(), *BOTH)
    assert not any("Basic" in f"{one.headers}" for one in platform.heard)


# ---- whose points they are


def test_a_student_whose_id_is_anothers_user_id_gets_nothing_into_their_column(
    registered: Registered, platform: LtiPlatform
) -> None:
    """Somebody calls themselves 4, as the platform calls Ada."""
    course = registered()
    with open_gradebook(course) as gradebook:
        gradebook.add_student("4", email="nobody@example.org")
        gradebook.find_submission("01-tiny", CLEO.id).student_id = "4"
        gradebook.db.commit()
    said = ours(course, *BOTH)
    assert platform.courses["12"].grades(ITEM) == {"4": 1, "5": 2}
    assert "Not among those who learn there, and so not sent: 4." in said


def test_two_users_with_one_address_are_both_left_alone(
    registered: Registered, platform: LtiPlatform
) -> None:
    mallory = Person("mallory", "Mallory", "Posing", 9)
    platform.courses["12"].members.append(member(mallory, "9", email=ADA.email.upper()))
    said = ours(registered(), *BOTH)
    assert platform.courses["12"].grades(ITEM) == {"5": 2, "6": 3}
    assert "Not among those who learn there, and so not sent: ada." in said


def test_two_keys_that_name_two_people_join_neither(
    registered: Registered, platform: LtiPlatform
) -> None:
    """A user with Ada's number and Ben's address."""
    course = registered()
    (course / "class.csv").write_text(
        "id,number,email\n"
        + "".join(f"{p.id},{p.institution},{p.email}\n" for p in (ADA, BEN, CLEO))
    )
    file = course / "course.yml"
    file.write_text(file.read_text() + "students: class.csv\n")
    platform.courses["12"].members[:2] = [
        member(ADA, "4", lis_person_sourcedid=ADA.institution, email=BEN.email)
    ]
    said = ours(course, *BOTH)
    assert platform.courses["12"].grades(ITEM) == {"6": 3}
    assert "two of the platform's users may be the same student by different keys: ada." in said


def test_who_teaches_or_has_left_gets_no_points(
    registered: Registered, platform: LtiPlatform
) -> None:
    ada, ben, _ = platform.courses["12"].members
    ada["roles"] = [TEACHER, "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Learner"]
    ben["status"] = "Inactive"
    ours(registered(), *BOTH)
    assert platform.courses["12"].grades(ITEM) == {"6": 3}


def test_ids_of_the_platforms_own_are_taken_where_course_yml_says_so(
    registered: Registered, platform: LtiPlatform
) -> None:
    """As on a hub, which writes everybody's id in small letters."""
    course = registered(ids="platform")
    names = {"4": "ADA", "5": "ben", "6": "Cleo_X"}
    for one in platform.courses["12"].members:
        one["user_id"] = names[one["user_id"]]
        del one["email"]
    ours(course, *BOTH)
    assert platform.courses["12"].grades(ITEM) == {"ADA": 1, "ben": 2, "Cleo_X": 3}


# ---- answers of a platform that is not what it should be


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>log in</html>",
        b"[" * 100_000,
        b'{"members": 5}',
    ],
    ids=["html", "deep", "no list"],
)
def test_an_answer_that_is_no_list_of_people_ends_in_a_sentence(
    registered: Registered, platform: LtiPlatform, raw: bytes
) -> None:
    platform.answers_with = raw
    said = refused(registered(), platform)
    assert re.search("no JSON|no list of people", said)


def test_people_without_an_id_or_a_role_are_nobody(
    registered: Registered, platform: LtiPlatform
) -> None:
    platform.courses["12"].members += [1, None, [], {"user_id": 4}, {"roles": ["Learner"]}]
    platform.page = 20
    assert "3 scores sent" in ours(registered(), *BOTH)


def test_an_endless_answer_is_cut_off(registered: Registered, platform: LtiPlatform) -> None:
    platform.answers_with = b" " * 11_000_000
    assert "answers with too much" in refused(registered(), platform)
