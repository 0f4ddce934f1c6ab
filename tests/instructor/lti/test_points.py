"""``allyship export --lti``: points and numbers reach the platform, once each, and no word."""

from __future__ import annotations

import json
import logging
import re
import shutil
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from filelock import FileLock

from allyship_course.grading.gradebook import open_gradebook
from tests.support.classroom import ours
from tests.support.lticlass import Registered
from tests.support.ltiplatform import LtiPlatform
from tests.support.platforms import ADA, SECRET

ITEM = "/api/lti/courses/12/line_items/1?type=5"
BOTH = ("export", "--lti", "--all")


def give(course: Path, student: str, points: float) -> None:
    """Let a person change the points of one exercise, as in Formgrader."""
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook("01-tiny", "01-tiny", student)
        notebook.grades[0].manual_score = points
        gradebook.db.commit()


def test_each_module_gets_a_column_and_each_who_handed_in_a_score(
    registered: Registered, platform: LtiPlatform
) -> None:
    said = ours(registered(), *BOTH)
    course = platform.courses["12"]
    assert [*course.items] == [ITEM]
    assert course.items[ITEM]["resourceId"] == "01-tiny"
    assert course.items[ITEM]["label"] == "Tiny"
    assert course.items[ITEM]["scoreMaximum"] == 3
    assert course.grades(ITEM) == {"4": 1, "5": 2, "6": 3}
    assert "3 scores sent to https://lms.example.org, 0 as before." in said
    assert {m["user_id"]: course.scores[ITEM][m["user_id"]]["comment"] for m in course.members} == {
        "4": "1 of 3 exercises complete",
        "5": "2 of 3 exercises complete",
        "6": "3 of 3 exercises complete",
    }
    states = {user: score["activityProgress"] for user, score in course.scores[ITEM].items()}
    assert states == {"4": "Submitted", "5": "Submitted", "6": "Completed"}


def test_what_is_sent_again_is_only_what_is_new(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    ours(course, *BOTH)
    assert "0 scores sent to https://lms.example.org, 3 as before." in ours(course, *BOTH)
    assert len(platform.sent("/line_items")) == 1
    assert len(platform.sent("/scores")) == 3
    give(course, ADA.id, 0.25)
    platform.heard.clear()
    assert "1 score sent" in ours(course, *BOTH)
    assert [(s["userId"], s["comment"][:6]) for s in platform.sent("/scores")] == [("4", "0 of 3")]


def test_a_column_that_an_instructor_renamed_and_weighed_stays_as_it_is(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    ours(course, *BOTH)
    there = platform.courses["12"].items[ITEM]
    there |= {"label": "Week 3", "scoreMaximum": 30}
    give(course, ADA.id, 0)
    ours(course, *BOTH)
    assert len(platform.courses["12"].items) == 1
    assert there["label"] == "Week 3"
    assert platform.courses["12"].grades(ITEM) == {"4": 0, "5": 20, "6": 30}


def test_a_column_that_was_deleted_is_made_and_filled_anew(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    ours(course, *BOTH)
    platform.courses["12"].items.clear()
    platform.courses["12"].items["/api/lti/courses/12/line_items/9?type=5"] = {
        "id": f"{platform.address}/api/lti/courses/12/line_items/9?type=5",
        "label": "The instructor's own", "scoreMaximum": 10, "tag": "", "resourceId": "01-tiny",
    }  # fmt: skip
    assert "3 scores sent" in ours(course, *BOTH)
    made = [i for i in platform.courses["12"].items.values() if i["tag"]]
    assert [item["resourceId"] for item in made] == ["01-tiny"]


def test_columns_are_found_on_later_pages_of_the_list(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    ours(course, *BOTH)
    mine = platform.courses["12"].items.pop(ITEM)
    for number in range(20, 25):
        path = f"/api/lti/courses/12/line_items/{number}?type=5"
        others = {"tag": mine["tag"], "resourceId": f"{number}", "scoreMaximum": 1}
        platform.courses["12"].items[path] = {"id": f"{platform.address}{path}", **others}
    platform.courses["12"].items[ITEM] = mine
    assert "3 as before" in ours(course, *BOTH)
    assert len(platform.sent("/line_items")) == 1


def test_after_grading_points_go_by_themselves_where_course_yml_says_so(
    registered: Registered, platform: LtiPlatform
) -> None:
    assert "3 scores sent" in ours(registered(after_grade=True), "grade")
    assert platform.courses["12"].grades(ITEM) == {"4": 1, "5": 2, "6": 3}


def test_grading_before_anybody_has_handed_in_sends_nothing_and_is_no_fault(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered(after_grade=True)
    shutil.rmtree(course / "submitted")
    ours(course, "grade")
    assert platform.heard == []


def test_nothing_is_sent_by_grading_otherwise(
    registered: Registered, platform: LtiPlatform
) -> None:
    ours(registered(), "grade")
    assert platform.heard == []


# ---- what the platform hears


def test_the_platform_hears_points_and_numbers_and_no_word(
    registered: Registered, platform: LtiPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    """Every request of a run, with nothing left out of the list."""
    caplog.set_level(logging.DEBUG)
    course = registered()
    said = ours(course, *BOTH) + caplog.text
    allowed = {
        "scoreMaximum": r"3(\.0)?", "label": r'"Tiny"', "resourceId": '"01-tiny"',
        "tag": r'"[a-z]+"', "userId": r'"[456]"', "scoreGiven": r"[123](\.0)?",
        "comment": r'"[123] of 3 exercises complete"',
        "activityProgress": '"(Submitted|Completed)"',
        "gradingProgress": '"FullyGraded"', "timestamp": r'"[-\d]{10}T[:\d]{8}\.\d{3}Z"',
    }  # fmt: skip
    headers = {"host", "user-agent", "accept-encoding", "accept", "connection", "authorization"}
    headers |= {"content-type", "content-length", "cookie"}
    for one in platform.heard:
        assert headers >= {*one.headers}
        everything = f"{one.method} {one.path} {one.headers} {one.body!r}"
        assert SECRET not in everything
        # As words: a token's letters are drawn by chance, and would have "ada" now and then.
        named = r"\b(stairs|ada|example\.org|O'Brien)\b"
        assert not re.search(named, everything, re.IGNORECASE)
        assert {*parse_qs(urlsplit(one.path).query)} <= {"type", "tag", "from"}
        if one.path == "/token":
            assert {*parse_qs(one.body.decode())} == {
                "grant_type", "client_assertion_type", "client_assertion", "scope",
            }  # fmt: skip
            continue
        for key, value in json.loads(one.body or "{}").items():
            assert re.fullmatch(allowed[key], json.dumps(value)), f"{key}: {value}"
    assert len([one for one in platform.heard if one.path.endswith("/scores?type=5")]) == 3
    assert "http://127.0.0.1" in caplog.text or "/scores" in caplog.text  # what asks does log
    assert_told_nobody(said, platform, course)


def assert_told_nobody(said: str, platform: LtiPlatform, course: Path) -> None:
    """Neither token, key nor signed request is in what was said, logged or left in a file."""
    secrets = [*platform.tokens]
    assert secrets
    for one in platform.heard:
        if one.path == "/token":
            secrets += parse_qs(one.body.decode())["client_assertion"]
    secrets += (course / "lti-key.pem").read_text().splitlines()[1:-1]
    files = [p for p in course.rglob("*") if p.is_file() and p.name != "lti-key.pem"]
    kept = b"".join(file.read_bytes() for file in files).decode(errors="replace")
    for secret in secrets:
        assert secret not in said
        assert secret not in kept


def test_a_token_in_an_error_is_not_repeated(
    registered: Registered, platform: LtiPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.courses["12"].members.pop()
    course = registered(memberships=None, ids="platform")
    said = ours(course, *BOTH, ok=False)
    assert "Not taken by the platform: ada (01-tiny, status 422)" in said
    assert_told_nobody(said + caplog.text, platform, course)


# ---- a platform that is slow, busy or gone


def test_a_busy_platform_is_asked_again_when_it_says(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.busy = 2
    started = time.monotonic()
    assert "3 scores sent" in ours(course, *BOTH)
    assert time.monotonic() - started >= 2


def test_a_platform_that_asks_for_an_hour_is_left_alone(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.busy, platform.retry_after = 10, "3600"
    said = ours(course, *BOTH, ok=False)
    assert "too busy and asks to wait for 3,600 seconds" in said
    assert len(platform.heard) == 1


@pytest.mark.slow
def test_a_platform_that_stays_busy_is_given_up_in_the_end(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.busy, platform.retry_after = 100, "0"
    assert "is too busy" in ours(course, *BOTH, ok=False)
    assert len(platform.heard) == 6


def test_a_lost_answer_makes_no_second_column(
    registered: Registered, platform: LtiPlatform
) -> None:
    """The platform has made it, and we do not know: the next run looks first."""
    course = registered()
    platform.lost = "POST /api/lti/courses/12/line_items"
    assert "Run it again later" in ours(course, *BOTH, ok=False)
    assert "3 scores sent" in ours(course, *BOTH)
    assert len(platform.courses["12"].items) == 1


def test_a_lost_answer_with_a_token_is_not_asked_for_with_the_same_signature(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.lost = "POST /token"
    assert "can't be reached" in ours(course, *BOTH, ok=False)
    assert "3 scores sent" in ours(course, *BOTH)


def test_a_lost_answer_to_a_score_is_sent_again_and_counts_once(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.lost = "/scores"
    assert "3 scores sent" in ours(course, *BOTH)
    bodies = [json.dumps(score) for score in platform.sent("/scores")]
    assert len(bodies) == 4
    assert len({*bodies}) == 3


def test_what_was_taken_before_a_failure_is_not_sent_again(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.calm, platform.busy, platform.retry_after = 7, 100, "3600"
    assert "too busy" in ours(course, *BOTH, ok=False)
    platform.calm = platform.busy = 0
    assert "1 score sent to https://lms.example.org, 2 as before." in ours(course, *BOTH)


def test_a_score_that_is_not_taken_is_named_and_tried_again(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    platform.fails_for = {"5"}
    said = ours(course, *BOTH, ok=False)
    assert "Not taken by the platform: ben (01-tiny, status 500)." in said
    assert "2 scores sent" in said
    platform.fails_for = set()
    assert "1 score sent" in ours(course, *BOTH)


def test_a_token_that_ends_in_mid_run_is_renewed(
    registered: Registered, platform: LtiPlatform
) -> None:
    platform.token_lasts = 0.25
    assert "3 scores sent" in ours(registered(), *BOTH)
    assert len(platform.tokens) > 1


@pytest.mark.slow
def test_a_platform_that_is_gone_is_said_and_nothing_is_lost(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered(token_url="http://127.0.0.1:9/token")
    said = ours(course, *BOTH, ok=False)
    assert "can't be reached at http://127.0.0.1:9/token (no connection)" in said
    assert "Traceback" not in said


def test_two_runs_at_once_make_no_two_columns(
    registered: Registered, platform: LtiPlatform
) -> None:
    course = registered()
    (course / "report").mkdir(exist_ok=True)
    with FileLock(course / "report" / ".lti.lock"):
        assert "another run is sending points now" in ours(course, *BOTH, ok=False)
    assert platform.heard == []
