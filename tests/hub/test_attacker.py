"""What a student with a login might try. Each attempt first succeeds on a hub without protection.

The attacker is a student's real Linux user with the token of that student's server, and knows
where everything lies, another's submission by its full name included. An attempt is a few lines
of Python that run as that user; it has succeeded when they end without an error.
"""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hub.classroom import COURSE, Classroom
from playwright.sync_api import Browser

from tests.hub.login import logged_in
from tests.hub.person import Person
from tests.hub.running import MODULE, Hub, a_hub

pytestmark = pytest.mark.hub

SECRET = "what-the-victim-wrote"
KNOWN = """
import json, os, shutil, sys, urllib.request
from pathlib import Path
k = json.loads(sys.stdin.read())
home, inbound, submission = Path(k["home"]), Path(k["inbound"]), Path(k["submission"])
course, hub, exchange = Path(k["course"]), Path(k["hub"]), Path(k["exchange"])
journal, feedback, environ = Path(k["journal"]), Path(k["feedback"]), k["environ"]
def there_and_back(path):
    os.rename(path, f"{path}.taken"); os.rename(f"{path}.taken", path)
def overwrite(path):
    content = path.read_bytes(); path.write_bytes(content)
def ask(method, url, data=None, host="", token=k["token"]):
    headers = {"Authorization": f"token {token}", "Host": host or k["host"]}
    data = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status < 300 and "login" not in answer.url, answer.url
        return answer.read().decode()
def api(method, path, data=None):
    return ask(method, f"{k['front']}/hub/api/{path}", data)
"""

# ---- by the files. What the unprotected hub leaves open: all folders, without sticky bits.
FILES = {
    "list another's home": "os.listdir(home)",
    "read another's journal": "assert k['secret'] in journal.read_text()",
    "change another's journal": "overwrite(journal)",
    "delete in another's home": "there_and_back(journal)",
    "put a file into another's home": "(home / 'planted').touch()",
    "take another's home away": "there_and_back(home)",
    "list what others handed in": "assert os.listdir(inbound)",
    "read a submission by its name": "assert (submission / 'completion.json').read_text()",
    "overwrite a submission": "overwrite(submission / 'completion.json')",
    "add to a submission": "(submission / 'planted').touch()",
    "rename a submission": "there_and_back(submission)",
    "list the feedback": "assert os.listdir(feedback)",
    "change another's feedback": "overwrite(next(feedback.iterdir()))",
    "change what is handed out": "overwrite(exchange / k['name'] / 'outbound' / k['released'])",
    "take the course away": "there_and_back(exchange / k['name'])",
    "take all submissions away": "there_and_back(inbound)",
    "look into the course folder": "os.listdir(course)",
    "read the gradebook": "(course / 'gradebook.db').read_bytes()",
    "change the gradebook": "overwrite(course / 'gradebook.db')",
    "change the course's configuration": "overwrite(course / 'nbgrader_config.py')",
    "read collected work": "os.listdir(course / 'submitted')",
    "read the hub's database": "assert (hub / 'jupyterhub.sqlite').read_bytes()",
    "change the hub's database": "overwrite(hub / 'jupyterhub.sqlite')",
    "read the secret of the hub's cookies": "assert (hub / 'cookie_secret').read_text()",
    "read the hub's configuration": "(hub / 'settings.json').read_text()",
    "change the hub's configuration": "overwrite(hub / 'jupyterhub_config.py')",
    "read the hub's log": "(hub / 'hub.log').read_text()",
    "change what all users run": "overwrite(Path(k['shared']))",
}
# ---- by the processes. The unprotected hub runs all of it as one user.
PROCESSES = {
    f"read the {what} of {who}": f"""
        assert b"{what}" in Path("/proc", str(environ["{who}"]), "environ").read_bytes()
    """
    for who, what in (
        ("victim", "JUPYTERHUB_API_TOKEN"),
        ("instructor", "JUPYTERHUB_API_TOKEN"),
        ("course", "JUPYTERHUB_API_TOKEN"),
        ("proxy", "CONFIGPROXY_AUTH_TOKEN"),
    )
} | {
    "signal another's server": "os.kill(environ['victim'], 0)",
    "look at another's open files": "os.listdir(f\"/proc/{environ['victim']}/fd\")",
}
# ---- by the hub's interfaces. The unprotected hub has wide roles, and tokens that inherit them.
REQUESTS = {
    "open Formgrader": "assert 'Manage' in ask('GET', k['formgrader'], host=k['service'])",
    "open Formgrader past the proxy": "assert 'Manage' in ask('GET', k['formgrader direct'])",
    "read the course's files": "ask('GET', k['course files'], host=k['service'])",
    "open another's server": "ask('GET', k['victim files'], host=k['victim host'])",
    "open another's server past the proxy": "ask('GET', k['victim direct'])",
    "start another's server": "api('POST', f\"users/{k['other']}/server\", {})",
    "list the hub's users": "assert len(json.loads(api('GET', 'users'))) > 1",
    "read about another user": "api('GET', f\"users/{k['victim']}\")",
    "make a token that stays": "api('POST', f\"users/{k['me']}/tokens\", {'note': 'mine'})",
    "make a token of another": "api('POST', f\"users/{k['victim']}/tokens\", {})",
    "become an instructor": """
        api('POST', f"groups/formgrade-{k['name']}/users", {'users': [k['me']]})
    """,
    "become an administrator": "api('PATCH', f\"users/{k['me']}\", {'admin': True})",
    "see who is in which group": "api('GET', 'groups')",
}


def make_weak(room: Classroom) -> None:
    """Take the protection out of a class before its hub starts."""
    config = room.hub / "jupyterhub_config.py"
    settings = json.loads((room.hub / "settings.json").read_text())
    settings["formgrader"] = f"{settings['address']}/services/{COURSE}/"
    (room.hub / "settings.json").write_text(json.dumps(settings))
    weak = f"""
c.JupyterHub.subdomain_host = ""
c.Spawner.server_token_scopes = ["inherit"]
c.JupyterHub.admin_access = True
c.Authenticator.admin_users = {{{room.student_names[0]!r}}}
"""
    config.write_text(config.read_text() + weak)
    everybody = room.place / "etc" / "all" / "nbgrader_config.py"
    told = everybody.read_text().splitlines()
    ours = ("SafeSubmit", "JupyterHubAuthPlugin")
    left = [line for line in told if not any(one in line for one in ours)]
    everybody.write_text("\n".join([*left, ""]))
    stock = """
c.ExchangeFactory.collect = "nbgrader.exchange.default.ExchangeCollect"
c.ExchangeFactory.release_assignment = "nbgrader.exchange.default.ExchangeReleaseAssignment"
"""
    with (room.course / "nbgrader_config.py").open("a") as f:
        f.write(stock)


class Scene:
    """A hub with an attacker, a victim who has handed in, and an instructor, all logged in."""

    def __init__(self, hub: Hub, *, weak: bool) -> None:
        self.hub, self.room, self.weak = hub, hub.room, weak
        self.me, self.victim, self.other = self.room.student_names
        hub.released()
        self.people = {n: Person(hub, n) for n in (self.me, self.victim, self.room.instructor)}
        for person in self.people.values():
            person.log_in()
            person.start()
        self._hand_in()
        if weak:
            for folder in (self.room.hub, self.room.homes, self.room.exchange):
                subprocess.run(["chmod", "-R", "a+rwX,-t", folder], check=True)
            (self.room.place / "shared").touch()
            (self.room.place / "shared").chmod(0o666)
        self.known = self._known()

    def _hand_in(self) -> None:
        victim = self.people[self.victim]
        what = {"course_id": COURSE, "assignment_id": MODULE}
        victim.call("POST", "assignments/fetch", what)
        home = self.room.home(self.victim)
        for file in (home / MODULE / "completion.json", home / "journal.json"):
            content = {"schema": 1, "module": MODULE, "exercises": {}, "secret": SECRET}
            self.write_as(self.victim, file, json.dumps(content))
        victim.call("POST", "assignments/submit", what)
        feedback = self.room.exchange / COURSE / "feedback" / "0123456789abcdef.html"
        self.write_as(self.room.course_user, feedback, "<p>Feedback</p>")
        self.collect()

    def write_as(self, name: str, file: Path, content: str) -> None:
        self.room.run_as(name, "/bin/sh", "-c", 'printf %s "$0" > "$1"', content, str(file))

    def collect(self) -> str:
        return self.room.as_course("nbgrader", "collect", MODULE, "--update")

    def collected(self, name: str) -> str:
        """What the course has of a student."""
        folder = self.room.course / "submitted" / name / MODULE
        return "".join(f.read_text() for f in folder.glob("*.json"))

    @property
    def submission(self) -> Path:
        return next((self.room.exchange / COURSE / "inbound").glob(f"{self.victim}+*"))

    def _known(self) -> dict[str, Any]:
        ports = json.loads((self.room.hub / "settings.json").read_text())["ports"]
        front = f"http://127.0.0.1:{ports['public']}"
        names = {"victim": self.victim, "instructor": self.room.instructor}
        running = {who: server_of(name) for who, name in names.items()}
        running["course"] = server_of(self.room.course_user)
        (running["proxy"],) = (
            p
            for p in psutil.process_iter(["cmdline", "cwd"])
            if p.info["cwd"] == str(self.room.hub)
            and "configurable-http-proxy" in " ".join(p.info["cmdline"])
        )
        mine = server_of(self.me)
        program = self.room.environment / "bin" / "jupyterhub-singleuser"
        direct = f"http://127.0.0.1:{port_of(running['victim'])}/user/{self.victim}/api/contents"
        host = self.hub.address.removeprefix("http://")
        formgrader = f"/services/{COURSE}/formgrader/manage_assignments"
        return {
            "me": self.me,
            "victim": self.victim,
            "other": self.other,
            "name": COURSE,
            "secret": SECRET,
            "released": f"{MODULE}/{MODULE}.ipynb",
            "token": mine.environ()["JUPYTERHUB_API_TOKEN"],
            "environ": {who: p.pid for who, p in running.items()},
            "home": str(self.room.home(self.victim)),
            "journal": str(self.room.home(self.victim) / "journal.json"),
            "exchange": str(self.room.exchange),
            "inbound": str(self.submission.parent),
            "submission": str(self.submission),
            "feedback": str(self.room.exchange / COURSE / "feedback"),
            "course": str(self.room.course),
            "hub": str(self.room.hub),
            "shared": str(self.room.place / "shared" if self.weak else program),
            "front": front,
            "host": host,
            "service": host if self.weak else f"{COURSE}--service.{host}",
            "victim host": host if self.weak else f"{self.victim}.{host}",
            "formgrader": f"{front}{formgrader}",
            "formgrader direct": f"http://127.0.0.1:{ports['course']}{formgrader}",
            "course files": f"{front}/services/{COURSE}/api/contents",
            "victim files": f"{front}/user/{self.victim}/api/contents",
            "victim direct": direct,
        }

    def attempt(self, code: str, name: str = "") -> str:
        """Run an attempt, as the attacker unless another user is named; return why it failed."""
        user = name or self.me
        done = subprocess.run(
            [self.room.environment / "bin" / "python", "-c", KNOWN + textwrap.dedent(code)],
            user=user,
            group=user,
            extra_groups=[],
            input=json.dumps({**self.known, "submission": str(self.submission)}),
            cwd="/",
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr if done.returncode else ""


def server_of(name: str) -> psutil.Process:
    """The server that runs as a user."""
    (found,) = (
        p
        for p in psutil.process_iter(["username", "cmdline"])
        if p.info["username"] == name and "jupyterhub-singleuser" in " ".join(p.info["cmdline"])
    )
    return found


def port_of(process: psutil.Process) -> int:
    return min(int(c.laddr.port) for c in process.net_connections("tcp") if c.status == "LISTEN")


@pytest.fixture(scope="module")
def guarded(hub: Hub) -> Scene:
    return Scene(hub, weak=False)


@pytest.fixture(scope="module")
def weak(hub_environment: Path) -> Iterator[Scene]:
    with a_hub(hub_environment, change=make_weak) as running:
        yield Scene(running, weak=True)


# ------------------------------------------------------------------------ the attempts


def both(weak: Scene, guarded: Scene, code: str, account: str = "") -> None:
    """The attempt succeeds on the unprotected hub, and nothing but permission stops the other."""
    assert not (failed := weak.attempt(code, account)), f"it does not work at all: {failed}"
    refused = guarded.attempt(code)
    assert refused, "it succeeded"
    assert re.search(r"PermissionError|HTTP Error 40[134]|login|name resolution|known", refused), (
        refused
    )


@pytest.mark.parametrize("what", FILES)
def test_by_the_files(weak: Scene, guarded: Scene, what: str) -> None:
    both(weak, guarded, FILES[what])


@pytest.mark.parametrize("what", PROCESSES)
def test_by_the_processes(weak: Scene, guarded: Scene, what: str) -> None:
    both(weak, guarded, PROCESSES[what], account="root")


@pytest.mark.parametrize("what", REQUESTS)
def test_by_the_hubs_interfaces(weak: Scene, guarded: Scene, what: str) -> None:
    both(weak, guarded, REQUESTS[what])


def test_by_the_proxys_interface(weak: Scene, guarded: Scene) -> None:
    """Whoever has its token may lead all users elsewhere. The unprotected hub tells it."""
    routes = "ask('GET', k['proxy'] + '/api/routes', token=k['proxy token'])"
    for scene in (weak, guarded):
        settings = json.loads((scene.room.hub / "settings.json").read_text())
        scene.known["proxy"] = f"http://127.0.0.1:{settings['ports']['proxy']}"
        process = psutil.Process(scene.known["environ"]["proxy"])
        token = process.environ()["CONFIGPROXY_AUTH_TOKEN"]
        scene.known["proxy token"] = token if scene.weak else scene.known["token"]
    both(weak, guarded, routes)


FORGE = f"""
from datetime import datetime, timedelta, timezone
when = datetime.now(timezone.utc) + timedelta(minutes=1)
stamp = when.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
folder = inbound / f"{{k['as']}}+{MODULE}+{{stamp}}+0123456789ab"
folder.mkdir()
(folder / "timestamp.txt").write_text(stamp)
(folder / "submission_secret.txt").write_text("0")
shutil.copy(exchange / k["name"] / "outbound" / k["released"], folder)
"""


def test_handing_in_as_somebody_else(weak: Scene, guarded: Scene) -> None:
    forged = FORGE + """(folder / "completion.json").write_text("forged")"""
    for scene in (weak, guarded):
        scene.known["as"] = scene.victim
        assert not scene.attempt(forged)
        scene.collect()
    assert weak.collected(weak.victim) == "forged"
    assert SECRET in guarded.collected(guarded.victim)


def test_getting_at_collected_work_by_a_link(weak: Scene, guarded: Scene) -> None:
    linked = (
        FORGE
        + """
theirs = course / "submitted" / k["victim"] / "kept.json"
(folder / "completion.json").symlink_to(theirs)
"""
    )
    for scene in (weak, guarded):
        kept = scene.room.course / "submitted" / scene.victim / "kept.json"
        scene.write_as(scene.room.course_user, kept, SECRET)
        scene.known["as"] = scene.me
        assert not scene.attempt(linked)
        scene.collect()
    assert SECRET in weak.collected(weak.me)
    assert SECRET not in guarded.collected(guarded.me)


def test_handing_out_a_course_of_ones_own(weak: Scene, guarded: Scene) -> None:
    bait = """
folder = exchange / "free-grades" / "outbound" / "bait"
folder.mkdir(parents=True)
shutil.copy(exchange / k["name"] / "outbound" / k["released"], folder / "bait.ipynb")
"""
    seen = {}
    for scene in (weak, guarded):
        assert not scene.attempt(bait)
        victim = scene.people[scene.victim]
        listed = victim.call("GET", "assignments?course_id=free-grades")
        seen[scene] = [one["assignment_id"] for one in listed["value"] or ()]
    assert seen[weak] == ["bait"]
    assert seen[guarded] == []


def test_by_a_browser_that_is_logged_in(weak: Scene, guarded: Scene) -> None:
    got = {}
    for scene in (weak, guarded):
        page = f"http://{scene.known['service']}/services/{COURSE}/formgrader/manage_assignments"
        got[scene] = scene.people[scene.me].session.get(page).status_code
    assert got == {weak: 200, guarded: 403}


PAGE = """<!doctype html><title>waiting</title><iframe src="ADDRESS"></iframe><script>
document.querySelector("iframe").addEventListener("load", (event) => {
  try {
    const found = event.target.contentDocument.body.textContent;
    document.title = found.includes("Manage Assignments") ? "stolen" : "another page";
  } catch { document.title = "refused"; }
});
</script>"""
SERVE = """
import http.server, signal, time
class Page(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Type", "text/html"); self.end_headers()
        self.wfile.write(k["page"].encode())
os.kill(k["mine"], signal.SIGKILL)
http.server.HTTPServer.allow_reuse_address = True
for _ in range(50):
    try:
        server = http.server.HTTPServer(("127.0.0.1", k["my port"]), Page)
    except OSError:
        time.sleep(0.1)
    else:
        server.serve_forever()
"""


def test_by_a_page_that_the_instructor_opens(weak: Scene, guarded: Scene, browser: Browser) -> None:
    """The attacker's server, replaced by one that serves a page of theirs, at the same port."""
    found = {}
    for scene in (weak, guarded):
        mine = server_of(scene.me)
        service = f"http://{scene.known['service']}"
        page_of = scene.known["formgrader"].replace(scene.known["front"], service)
        content = PAGE.replace("ADDRESS", page_of)
        more = {"mine": mine.pid, "my port": port_of(mine), "page": content}
        address = f"{scene.people[scene.me].server}/page"
        program: list[str | Path] = [scene.room.environment / "bin" / "python", "-c", KNOWN + SERVE]
        with logged_in(browser, scene.hub, scene.room.instructor) as page:
            process = subprocess.Popen(
                program, user=scene.me, group=scene.me, extra_groups=[], stdin=subprocess.PIPE
            )
            assert process.stdin
            process.stdin.write(json.dumps({**scene.known, **more}).encode())
            process.stdin.close()
            try:
                for _ in range(20):
                    page.goto(address)
                    if page.title() in {"waiting", "stolen", "refused"}:
                        break  # and not the server's own page, which is about to end
                    page.wait_for_timeout(500)
                page.wait_for_function("document.title !== 'waiting'")
                found[scene] = page.title()
            finally:
                process.kill()
                process.wait()
    assert found == {weak: "stolen", guarded: "refused"}
