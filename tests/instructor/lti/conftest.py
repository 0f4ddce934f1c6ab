"""A graded class, and a platform that this course is registered with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from allyship_course.instructor.lti.key import make_key
from tests.support.lticlass import Registered, member
from tests.support.ltiplatform import CLIENT, DEPLOYMENT, LtiPlatform, lti_platform
from tests.support.once import once
from tests.support.platforms import PEOPLE, graded_course


@pytest.fixture(scope="session")
def graded(shared: Path) -> Path:
    """Ada has 1 of 3, Ben 2, Cleo 3; all of them wrote the secret, and share it."""

    def make(root: Path) -> None:
        graded_course(shared, root)

    return once(shared, "lti-graded", make) / "course"


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key, made once: it takes a moment."""
    return make_key(tmp_path_factory.mktemp("key") / "lti-key.pem").private


@pytest.fixture
def platform(key: Path) -> Iterator[LtiPlatform]:
    """Ada is its user 4, Ben 5 and Cleo 6."""
    with lti_platform() as running:
        running.knows(json.loads(key.with_name("lti-key.public.json").read_text()))
        for number, who in enumerate(PEOPLE, 4):
            running.courses["12"].members.append(member(who, f"{number}"))
        yield running


@pytest.fixture
def registered(graded: Path, platform: LtiPlatform, key: Path, tmp_path: Path) -> Registered:
    """Return a copy of the graded class whose ``course.yml`` names the platform."""

    def make(**changed: Any) -> Path:
        course = shutil.copytree(graded, tmp_path / "course")
        shutil.copy(key, course / "lti-key.pem")
        (course / "lti-key.pem").chmod(0o600)
        lti = {
            "issuer": "https://lms.example.org",
            "client_id": CLIENT,
            "deployment": DEPLOYMENT,
            "token_url": platform.token_url,
            "line_items": platform.line_items(),
            "memberships": platform.memberships(),
            **changed,
        }
        term = {
            "title": "A course",
            "term": "autumn",
            "modules": ["01-tiny"],
            "lti": {key: value for key, value in lti.items() if value is not None},
        }
        (course / "course.yml").write_text(yaml.safe_dump(term))
        return course

    return make
