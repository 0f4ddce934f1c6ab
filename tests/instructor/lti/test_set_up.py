"""The key, course.yml's ``lti``, and the platform's people as a class list."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import jwt
import pytest
import yaml
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from allyship_course.instructor.course import load_course
from allyship_course.instructor.lms.class_list import read_class_list
from allyship_course.instructor.lms.enrolment import people_of
from allyship_course.spec import SpecError
from tests.support.classroom import ours
from tests.support.lticlass import Registered, member
from tests.support.ltiplatform import TEACHER, LtiPlatform
from tests.support.platforms import ADA

GOOD = {
    "issuer": "https://lms.example.org",
    "client_id": 10000000000001,
    "deployment": 1,
    "token_url": "https://lms.example.org/token",
    "line_items": "https://lms.example.org/12/line_items?type=5",
    "memberships": "https://lms.example.org/12/people",
}
PRIVATE = RSAKey.generate_key(2048)
BOTH = ("export", "--lti", "--all")


def written(folder: Path, **lti: Any) -> Path:
    lti = {key: value for key, value in lti.items() if value is not None}
    term = {"title": "A course", "term": "autumn", "modules": ["01-tiny"], "lti": lti}
    (folder / "course.yml").write_text(yaml.safe_dump(term))
    return folder


def problems(folder: Path) -> str:
    with pytest.raises(SpecError) as e:
        load_course(folder)
    return str(e.value)


def test_numbers_that_a_platform_gives_out_are_ids(tmp_path: Path) -> None:
    lti = load_course(written(tmp_path, **GOOD)).lti
    assert lti is not None
    assert (lti.client_id, lti.deployment) == ("10000000000001", "1")


@pytest.mark.parametrize(
    "address",
    [
        "http://lms.example.org/x",
        "lms.example.org/x",
        "https://me:secret@lms.example.org/x",
        "https://lms.example.org/a b",
        "https:///x",
        "file:///etc/passwd",
        "https://lms.example.org:port/x",
    ],
)
@pytest.mark.parametrize("key", ["token_url", "line_items", "memberships"])
def test_an_address_that_others_could_hear_is_refused(
    tmp_path: Path, key: str, address: str
) -> None:
    said = problems(written(tmp_path, **{**GOOD, key: address}))
    assert f"'{address}' is no address that points may be sent to" in said


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    bad = {**GOOD, "memberships": None, "token_url": "http://x", "scope": "y", "issuer": None}
    said = problems(written(tmp_path, **bad))
    assert "nothing says which student is which user of the platform" in said
    assert "'http://x' is no address" in said
    assert "unknown key 'scope'" in said
    assert "'issuer' is missing" in said


def test_without_lti_in_course_yml_nothing_is_sent(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    written(course)
    file = course / "course.yml"
    file.write_text(file.read_text().replace("lti: {}\n", ""))
    assert "course.yml names no platform. Nothing was sent" in ours(course, *BOTH, ok=False)
    assert platform.heard == []


# ---- the key


def test_a_key_is_made_for_its_owner_and_its_other_half_for_the_platform(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    (course / "lti-key.pem").unlink()
    said = ours(course, "lti", "key")
    private, public = course / "lti-key.pem", course / "lti-key.public.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert f"{public}" in said
    assert "PRIVATE" not in said + public.read_text()
    (key,) = json.loads(public.read_text())["keys"]
    assert {*key} == {"kty", "n", "e", "use", "alg", "kid"}
    assert jwt.PyJWK(key).key.key_size == 2048
    platform.knows(json.loads(public.read_text()))
    assert "3 scores sent" in ours(course, *BOTH)


def test_a_key_is_made_before_the_platform_has_said_anything(registered: Registered) -> None:
    """Platforms ask for the public half first, and then say the client id."""
    course = registered()
    (course / "lti-key.pem").unlink()
    (course / "course.yml").unlink()
    ours(course, "lti", "key")
    assert (course / "lti-key.pem").exists()


def test_a_key_is_not_replaced(registered: Registered) -> None:
    course = registered()
    before = (course / "lti-key.pem").read_bytes()
    assert "Nothing was made" in ours(course, "lti", "key", ok=False)
    assert (course / "lti-key.pem").read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_that_others_may_read_is_not_used(
    registered: Registered, platform: LtiPlatform, mode: int
) -> None:
    course = registered()
    (course / "lti-key.pem").chmod(mode)
    said = ours(course, *BOTH, ok=False)
    assert f"others on this machine may read the private key {course / 'lti-key.pem'}" in said
    assert f"chmod 600 '{course / 'lti-key.pem'}'" in said
    assert platform.heard == []


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (None, "there is no private key"),
        (b"", "holds no private RSA key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no private"),
        (b"a secret of another kind", "holds no private RSA key"),
        (PRIVATE.as_pem(private=False), "holds no private RSA key"),
        (ECKey.generate_key("P-256").as_pem(private=True), "holds no private RSA key"),
    ],
)
def test_what_is_no_private_key_is_said(
    registered: Registered, platform: LtiPlatform, raw: bytes | None, why: str
) -> None:
    course = registered()
    file = course / "lti-key.pem"
    if raw is None:
        file.unlink()
    else:
        file.write_bytes(raw)
    said = ours(course, *BOTH, ok=False)
    assert why in said
    assert "allyship lti key" in said
    assert platform.heard == []


def test_a_key_that_is_too_short_is_not_used(registered: Registered, platform: LtiPlatform) -> None:
    course = registered()
    with pytest.warns(SecurityWarning):
        (course / "lti-key.pem").write_bytes(RSAKey.generate_key(1024).as_pem(private=True))
    assert "shorter than 2048 bits" in ours(course, *BOTH, ok=False)
    assert platform.heard == []


# ---- names and roles as class list


def test_the_platforms_people_become_a_class_list(
    registered: Registered, platform: LtiPlatform
) -> None:
    members = platform.courses["12"].members
    members.append(member(ADA, "99", roles=[TEACHER], email="prof@example.org"))
    members[0]["lis_person_sourcedid"] = "000001"
    members[1]["given_name"] = "=HYPERLINK(1)"
    course = registered()
    assert "3 students written to students-by-lti.csv." in ours(course, "lti", "students")
    found = read_class_list(course / "students-by-lti.csv")
    assert [(s.email, s.number, s.last_name) for s in found.students] == [
        ("ada@example.org", "000001", "O'Brien-Smith"),
        ("ben@example.org", "", "Ōta"),
        ("cleo_x@example.org", "", "de la Cruz"),
    ]
    assert ",=" not in (course / "students-by-lti.csv").read_text("utf-8-sig")


def test_the_list_keeps_people_under_the_ids_that_the_course_has(
    registered: Registered, platform: LtiPlatform
) -> None:
    """By the rules for any class list: ``allyship teach`` reads it as it reads others."""
    course = registered()
    ours(course, "lti", "students")
    found = read_class_list(course / "students-by-lti.csv", people_of(course))
    assert [s.id for s in found.students] == ["ada", "ben", "cleo_x"]


def test_a_platform_that_gives_ids_alone_makes_a_list_of_these_where_they_are_the_course_s(
    registered: Registered, platform: LtiPlatform
) -> None:
    for one in platform.courses["12"].members:
        del one["email"], one["name"], one["given_name"], one["family_name"]
    course = registered()
    said = ours(course, "lti", "students", ok=False)
    assert "names join nobody. Nothing was written" in said
    assert not (course / "students-by-lti.csv").exists()
    file = course / "course.yml"
    file.write_text(file.read_text().replace("  issuer:", "  ids: platform\n  issuer:"))
    ours(course, "lti", "students")
    found = read_class_list(course / "students-by-lti.csv")
    assert [s.id for s in found.students] == ["4", "5", "6"]
