"""The exchange without a shared disk: a real hub, real nbgrader commands, two databases."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, make_url, text

from allyship_course.exchange.parcel import MAX_PARCEL_BYTES, pack, pack_folder, unpack
from allyship_course.store.record import RECORD_FILE
from tests.support.classroom import allyship, nbgrader, scores
from tests.support.hubs import COURSE, PASSWORD, Hub, course_in, do_the_work, running_hub
from tests.support.paths import COURSE_CONFIG
from tests.support.postgres import given_server, new_database
from tests.support.project import project_in

pytestmark = [pytest.mark.hub, pytest.mark.slow]

MODULE = "01-tiny"
SECRET = "zanzibar-turnip: what only one person wrote"
# What a hub lays ready for its students; an instructor's course folder has its own.
CONFIG = """
from allyship_course.exchange.client import use_service

c = get_config()
c.CourseDirectory.course_id = "allyship"
use_service(c)
"""


TERM = """\
title: Allyship, spring
term: 2027-spring
book: {book}
modules:
  - module: 02-more
"""


class Class(NamedTuple):
    """A hub, an instructor's course folder, and all that nbgrader ever said."""

    hub: Hub
    course: Path
    database: str
    said: list[str]

    def home(self, user: str) -> Path:
        home = self.hub.folder / "homes" / user
        if not home.exists():
            home.mkdir(parents=True)
            (home / "nbgrader_config.py").write_text(CONFIG)
        return home

    def nbgrader(self, user: str, *arguments: str, ok: bool = True, **variables: str) -> str:
        folder = self.course if user == "prof" else self.home(user)
        env = {**self.hub.variables(user), "HOME": str(self.home(user)), **variables}
        said = nbgrader(folder, *arguments, env=env, ok=ok)
        self.said.append(said)
        return said

    def work(self, user: str, **own: str) -> Path:
        """Fetch the module, and answer and share its exercises."""
        folder = self.home(user) / MODULE
        if not folder.exists():
            self.nbgrader(user, "fetch_assignment", MODULE)
        do_the_work(folder, self.home(user) / "journal", **own)
        return folder


@pytest.fixture(scope="module")
def database(gradebook: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    if gradebook == "postgres":
        return new_database(given_server()).render_as_string(hide_password=False)
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/exchange.db"


@pytest.fixture(scope="module")
def taught(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """A class whose instructor has released the tiny module."""
    folder = tmp_path_factory.mktemp("hub")
    with running_hub(folder, database) as hub:
        class_ = Class(hub, course_in(folder), database, [])
        class_.nbgrader("prof", "generate_assignment", MODULE)
        class_.nbgrader("prof", "release_assignment", MODULE)
        yield class_


def test_a_class_goes_through_nbgraders_steps_with_no_shared_disk(taught: Class) -> None:
    assert f"{COURSE} {MODULE}" in taught.nbgrader("ann", "list")
    for student in ("ann", "bob"):
        taught.work(student)
        taught.nbgrader(student, "submit", MODULE)
    (taught.home("bob") / MODULE / RECORD_FILE).unlink()  # and hands in once more, empty
    taught.nbgrader("bob", "submit", MODULE)
    assert "no feedback available" in taught.nbgrader("ann", "list", "--cached")

    taught.nbgrader("prof", "collect", MODULE)
    allyship(taught.course, "grade")
    found = scores(taught.course)
    assert set(found["ann"].values()) == {1.0}
    assert set(found["bob"].values()) == {0.0}, "the last that he handed in counts"

    allyship(taught.course, "feedback")
    taught.nbgrader("prof", "release_feedback", MODULE)
    assert "feedback ready to be fetched" in taught.nbgrader("ann", "list", "--cached")
    taught.nbgrader("ann", "fetch_feedback", MODULE)
    (page,) = (taught.home("ann") / MODULE / "feedback").rglob("*.html")
    assert "Score: 3 of 3" in page.read_text()
    assert "feedback already fetched" in taught.nbgrader("ann", "list", "--cached")
    assert len([*(taught.home("bob") / MODULE).glob("feedback/*/*.html")]) == 0


class Attempt(NamedTuple):
    """A request that ``may`` is answered, and ``may_not`` is refused."""

    method: str
    path: str
    may: str
    may_not: str
    raw: bytes | None = None


PAGE = pack({"01-tiny.html": b"<p>forged</p>"})
WORK = pack({"01-tiny.ipynb": b"{}"})
ATTEMPTS = {
    "list what the class handed in": Attempt("GET", "submissions?of=all", "prof", "bob"),
    "read what another handed in": Attempt("GET", "submissions/{ann}", "ann", "bob"),
    "read another's feedback": Attempt("GET", "submissions/{ann}/feedback", "ann", "bob"),
    "forge feedback": Attempt("PUT", "submissions/{ann}/feedback", "prof", "bob", PAGE),
    "forge one's own feedback": Attempt("PUT", "submissions/{bob}/feedback", "prof", "bob", PAGE),
    "hand out": Attempt("PUT", "courses/allyship/assignments/false", "prof", "bob", WORK),
    "exchange what is handed out": Attempt(
        "PUT", "courses/allyship/assignments/01-tiny?replace=yes", "prof", "bob", WORK
    ),
    "read a course of others": Attempt("GET", "courses/allyship/assignments/01-tiny", "bob", "eve"),
    "hand in to a course of others": Attempt(
        "PUT", "courses/allyship/assignments/01-tiny/submissions/" + 32 * "e", "bob", "eve", WORK
    ),
    "hand in over what another did": Attempt(
        "PUT", "courses/allyship/assignments/01-tiny/submissions/" + 32 * "a", "ann", "bob", WORK
    ),
    "delete what another handed in": Attempt("DELETE", "submissions/{ann}", "prof", "bob"),
    "delete what one handed in oneself": Attempt("DELETE", "submissions/{bob}", "prof", "bob"),
    "take back what is handed out": Attempt(
        "DELETE", "courses/allyship/assignments/false", "prof", "bob"
    ),
    "delete a course": Attempt("DELETE", "courses/allyship", "prof", "bob"),
}


def submitted_by(who: str, hub: Hub) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hub.ask(who, "GET", "submissions").json()["submissions"]
    return found


def answered_before_the_body(hub: Hub, path: str, head: str = "") -> str:
    """The first line of the answer to who says that much is coming, and sends nothing."""
    where = urlsplit(hub.exchange)
    with socket.create_connection((where.hostname, where.port), timeout=20) as s:
        lines = f"PUT {where.path}/api/{path} HTTP/1.1\r\nHost: x\r\n{head}"
        s.sendall(f"{lines}Content-Length: {MAX_PARCEL_BYTES - 1}\r\n\r\n".encode())
        return s.recv(100).decode().partition("\r\n")[0]


def test_nothing_is_read_before_it_is_known_who_sends_it(taught: Class) -> None:
    submit = f"courses/{COURSE}/assignments/{MODULE}/submissions/{'0' * 32}"
    assert " 401 " in answered_before_the_body(taught.hub, submit)
    assert " 400 " in answered_before_the_body(taught.hub, "nowhere")
    stranger = f"Authorization: token {taught.hub.token('eve')}\r\n"
    assert " 403 " in answered_before_the_body(taught.hub, submit, stranger)


def test_many_uploads_of_one_student_at_once_all_arrive(taught: Class) -> None:
    place = f"courses/{COURSE}/assignments/{MODULE}/submissions"
    parcel = pack({f"{MODULE}.ipynb": b"{}" + b" " * 1_000_000})
    with ThreadPoolExecutor(8) as pool:
        ids = [f"{number:032x}" for number in range(8)]
        replies = list(
            pool.map(lambda i: taught.hub.ask("bob", "PUT", f"{place}/{i}", parcel), ids)
        )
    assert [reply.status_code for reply in replies] == [200] * 8
    for one in ids:
        taught.hub.ask("prof", "DELETE", f"submissions/{one}")


def test_nobody_gets_at_what_is_anothers(database: str, tmp_path: Path, taught: Class) -> None:
    hub = taught.hub
    ids = {"ann": 32 * "1", "bob": 32 * "2"}
    for who, upload in ids.items():
        place = f"courses/{COURSE}/assignments/{MODULE}/submissions/{upload}"
        assert hub.ask(who, "PUT", place, WORK).ok
        assert hub.ask("prof", "PUT", f"submissions/{upload}/feedback", PAGE).ok
    for what, attempt in ATTEMPTS.items():
        if attempt.path.endswith("/" + 32 * "a"):  # first ann's, then bob's over it
            assert hub.ask("ann", "PUT", attempt.path, WORK).ok
            forged = pack({"01-tiny.ipynb": b"[]"})
            assert not hub.ask("bob", "PUT", attempt.path, forged).ok, what
            assert b"e30=" in hub.ask("prof", "GET", "submissions/" + 32 * "a").content
            continue
        path = attempt.path.format(**ids)
        refused = hub.ask(attempt.may_not, attempt.method, path, attempt.raw)
        if "?of=all" in path:
            assert refused.json() == {"submissions": []}, what
        else:
            assert refused.status_code in {403, 404}, f"{what}: {refused.status_code}"
            assert "allyship" not in refused.text, what
        assert hub.ask(attempt.may, attempt.method, path, attempt.raw).ok, f"not even {what}"
    # The course is gone now: hand out again for the tests after this one.
    taught.nbgrader("prof", "release_assignment", MODULE)


def test_a_token_must_be_the_hubs_and_for_the_exchange(taught: Class) -> None:
    hub, place = taught.hub, f"{taught.hub.exchange}/api/releases"
    narrow = hub.api("POST", "users/ann/tokens", scopes=["read:users:name!user=ann"])["token"]
    for token, status in {"": 401, "0" * 32: 401, narrow: 403, hub.token("ann"): 200}.items():
        headers = {"Authorization": f"token {token}"} if token else {}
        assert requests.get(place, headers=headers, timeout=60).status_code == status


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a//x", "a\\x", ".", "x\n", ""])
def test_a_file_stays_in_its_folder(taught: Class, name: str) -> None:
    raw = pack({"x": b"1"}).replace(b'"x"', json.dumps(name).encode())
    place = f"courses/{COURSE}/assignments/{MODULE}/submissions/{'b' * 32}"
    assert taught.hub.ask("ann", "PUT", place, raw).status_code == 400
    assert taught.hub.ask("ann", "GET", f"submissions/{'b' * 32}").status_code == 404


class Relay(threading.Thread):
    """A line to the service that breaks in the middle of the first upload, with the service."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(daemon=True)
        self.hub = hub
        self.broken = 0
        self._target = urlsplit(hub.exchange)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = hub.exchange.replace(
            f":{self._target.port}/", f":{self._socket.getsockname()[1]}/"
        )

    def run(self) -> None:
        while True:
            near, _ = self._socket.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self._target.port or 0))
            except OSError:  # it has not come back yet
                near.close()
                continue
            threading.Thread(target=self._pass, args=(near, far), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with source, target:
            try:
                while some := source.recv(4096):
                    if not self.broken and some.startswith(b"PUT"):
                        self.broken = len(some)
                        target.sendall(some[:-100])  # the head, and less than the body
                        self.hub.kill_service()
                        source.shutdown(socket.SHUT_RDWR)
                        return
                    target.sendall(some)
            except OSError:
                pass


def test_a_service_that_dies_in_the_middle_of_an_upload_loses_nothing(taught: Class) -> None:
    hub = taught.hub
    taught.work("ann")
    relay = Relay(hub)
    relay.start()
    before, had = hub.service(), submitted_by("ann", hub)
    taught.nbgrader("ann", "submit", MODULE, ALLYSHIP_EXCHANGE_URL=relay.address)
    assert relay.broken
    hub.wait_for_exchange()
    assert hub.service() not in {0, before}
    *same, kept = submitted_by("ann", hub)
    assert same == had, "once, and nothing half"
    taught.nbgrader("prof", "collect", "--update", MODULE)
    collected = taught.course / "submitted" / "ann" / MODULE
    for name in (RECORD_FILE, f"{MODULE}.ipynb"):
        assert (collected / name).read_bytes() == (taught.home("ann") / MODULE / name).read_bytes()
    assert (collected / "timestamp.txt").read_text() == kept["timestamp"]


def test_an_upload_whose_answer_got_lost_counts_once(taught: Class) -> None:
    place = f"courses/{COURSE}/assignments/{MODULE}/submissions/{'c' * 32}"
    replies = [taught.hub.ask("bob", "PUT", place, WORK).json() for _ in range(2)]
    assert replies[0] == replies[1]
    found = [one["id"] for one in submitted_by("bob", taught.hub)]
    assert found.count("c" * 32) == 1
    half = WORK[:-5]
    assert taught.hub.ask("bob", "PUT", place.replace("cccc", "dddd"), half).status_code == 400
    assert not taught.hub.ask("bob", "GET", f"submissions/{'d' * 32}").ok


def test_of_forty_who_hand_in_at_once_none_is_lost(taught: Class) -> None:
    place = f"courses/{COURSE}/assignments/{MODULE}/submissions/"
    uploads = [f"{number:032x}" for number in range(1000, 1040)]
    parcels = [pack({"01-tiny.ipynb": upload.encode() * 3000}) for upload in uploads]

    def send(number: int) -> int:
        who = ("ann", "bob")[number % 2]
        return taught.hub.ask(who, "PUT", place + uploads[number], parcels[number]).status_code

    for who in ("ann", "bob"):
        taught.hub.token(who)
    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(send, range(40))) == [200] * 40
    for upload, parcel in zip(uploads, parcels, strict=True):
        assert taught.hub.ask("prof", "GET", f"submissions/{upload}").content == parcel


def test_what_is_too_large_is_refused_in_words(taught: Class) -> None:
    folder = taught.work("bob")
    (folder / "film.bin").write_bytes(bytes(MAX_PARCEL_BYTES))
    said = taught.nbgrader("bob", "submit", MODULE, ok=False)
    assert "too large to send" in said
    assert "film.bin" in said
    (folder / "film.bin").unlink()


def test_nothing_that_somebody_wrote_is_in_any_log(taught: Class) -> None:
    folder = taught.work("ann", thoughts=SECRET)
    record = (folder / RECORD_FILE).read_text()
    assert SECRET in record, "it is to be handed in"
    taught.nbgrader("ann", "submit", MODULE)
    taught.nbgrader("prof", "collect", "--update", MODULE)
    taught.said.append(allyship(taught.course, "grade"))
    taught.said.append(allyship(taught.course, "feedback"))
    taught.nbgrader("prof", "release_feedback", MODULE)
    sent = taught.hub.log.count("/feedback")
    assert sent
    taught.nbgrader("prof", "release_feedback", MODULE)
    assert taught.hub.log.count("/feedback") == sent, "what they have already is not sent again"
    failed = send_to_a_broken_database(taught, pack_folder(folder))
    assert failed.status_code >= 500
    assert failed.json()["error"]
    all_of_it = failed.text + taught.hub.log + "".join(taught.said)
    assert f"PUT /services/exchange/api/courses/{COURSE}" in all_of_it, "it is the right log"
    for told in (SECRET, base64.b64encode(record[:60].encode()).decode()):
        assert told not in all_of_it


def assignment_list(page: Page) -> None:
    for name in ("Nbgrader", "Assignment List"):
        page.get_by_role("menuitem", name=name, exact=True).click()
    expect(page.get_by_text("Released, downloaded, and submitted")).to_be_visible()


@pytest.mark.browser
def test_a_student_does_all_of_it_in_assignment_list(taught: Class, page: Page) -> None:
    shutil.rmtree(taught.home("bob") / MODULE, ignore_errors=True)
    page.goto(taught.hub.address)
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/lab**")
    assignment_list(page)
    page.get_by_role("button", name="Fetch", exact=True).click()
    expect(page.locator("#fetched_assignments_list")).to_contain_text(MODULE)
    taught.work("bob")
    before = len(submitted_by("bob", taught.hub))
    with page.expect_response("**/assignments/submit**"):  # the list had it from before
        page.get_by_role("button", name="Submit").click()
    expect(page.locator("#submitted_assignments_list")).to_contain_text(MODULE)
    assert len(submitted_by("bob", taught.hub)) == before + 1

    taught.nbgrader("prof", "collect", "--update", MODULE)
    allyship(taught.course, "grade")
    allyship(taught.course, "feedback")
    taught.nbgrader("prof", "release_feedback", MODULE)
    page.reload()
    assignment_list(page)
    page.get_by_role("button", name="Fetch Feedback").first.click()
    expect(page.get_by_text("(view feedback)").first).to_be_visible()
    latest = max((taught.home("bob") / MODULE / "feedback").rglob("*.html"))
    assert "Score: 3 of 3" in latest.read_text()


def test_a_term_is_handed_out_through_the_service(taught: Class, tmp_path: Path) -> None:
    folder, module = tmp_path / "spring", "02-more"
    folder.mkdir()
    shutil.copy(COURSE_CONFIG, folder)
    (folder / "course.yml").write_text(TERM.format(book=project_in(tmp_path)))
    env = {**taught.hub.variables("prof"), "HOME": str(taught.home("prof"))}
    assert f"{module}: made; handed out" in allyship(folder, "teach", "--yes", "--no-open", env=env)
    assert "handed out" not in allyship(folder, "teach", "--yes", "--no-open", env=env)
    place = f"courses/{COURSE}/assignments/{module}"
    handed_out = unpack(taught.hub.ask("ann", "GET", place).content)
    assert (
        handed_out["exercises.yml"] == (folder / "release" / module / "exercises.yml").read_bytes()
    )


def send_to_a_broken_database(taught: Class, raw: bytes) -> requests.Response:
    """Hand in while the database refuses to take it, in a statement that holds all of it."""
    place = f"courses/{COURSE}/assignments/{MODULE}/submissions/{'f' * 32}"
    with create_engine(taught.database).begin() as db:
        db.execute(text("ALTER TABLE exchange_submission RENAME COLUMN parcel TO gone"))
    try:
        return taught.hub.ask("ann", "PUT", place, raw)
    finally:
        with create_engine(taught.database).begin() as db:
            db.execute(text("ALTER TABLE exchange_submission RENAME COLUMN gone TO parcel"))


def test_a_purge_empties_the_exchange_too(taught: Class) -> None:
    taught.work("ann")
    taught.nbgrader("ann", "submit", MODULE)
    env = {**taught.hub.variables("prof"), "HOME": str(taught.home("prof"))}
    said = allyship(taught.course, "purge", "--all", "--yes", env=env)
    assert "at the hub" in said
    assert "no row is left" in said
    assert submitted_by("ann", taught.hub) == []
    assert taught.hub.ask("ann", "GET", "releases").json() == {"releases": []}
    # Neither is it in the database's own files.
    url = make_url(taught.database)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        assert b"completion.json" not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, "others on the machine may read it"
