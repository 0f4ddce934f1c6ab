"""A real JupyterHub on free ports, with the exchange as its service, ended with the test.

It runs in the environment that ``make hub`` makes, as ours has no JupyterHub, or in another that a
variable names: to try another JupyterHub.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from hub.environment import environment

from allyship_course.exchange import ADDRESS
from allyship_course.notebook.assignments import make_assignment
from allyship_course.spec import load_module
from allyship_course.store.journal import Note, keep
from tests.support.classroom import full_note
from tests.support.paths import COURSE_CONFIG, ROOT, TINY_MODULE

VARIABLE = "ALLYSHIP_TEST_HUB"
COURSE = "allyship"
PASSWORD = "marzipan-lighthouse-hub-password"
SCOPES = ["access:services!service=exchange"]


@contextlib.contextmanager
def hub_environment() -> Iterator[tuple[Path, Path]]:
    """The folder of JupyterHub's programs, and the proxy."""
    if given := os.environ.get(VARIABLE):
        yield Path(given) / "bin", Path(given) / "bin" / "configurable-http-proxy"
        return
    with environment(ROOT / "_build" / "test-hub", print) as place:
        yield place / "bin", place / "proxy/node_modules/.bin/configurable-http-proxy"


def course_in(folder: Path) -> Path:
    """Make an instructor's course folder with the tiny module in it, not handed out yet."""
    course = folder / "course"
    course.mkdir()
    shutil.copy(COURSE_CONFIG, course)
    make_assignment(TINY_MODULE, course / "source")
    return course


def do_the_work(folder: Path, journal: Path, **own: str) -> None:
    """Answer and share all of the tiny module's exercises; ``own`` is as in full_note."""
    module = load_module(TINY_MODULE)
    for exercise in module.exercises:
        keep(module, exercise, Note(**full_note(exercise, shared=True, **own)), folder, journal)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class Hub:
    """A running hub. ``exchange`` is the service's address, without the hub's proxy."""

    folder: Path
    address: str
    exchange: str
    admin: str
    process: subprocess.Popen[bytes]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")

    def api(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"token {self.admin}"}
        reply = requests.request(
            method, f"{self.address}/hub/api/{path}", headers=headers, json=body, timeout=60
        )
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def token(self, user: str) -> str:
        """A token as a user's server has one: it may use the exchange and nothing else."""
        if user not in self.tokens:
            made = self.api("POST", f"users/{user}/tokens", scopes=SCOPES)
            self.tokens[user] = made["token"]
        return self.tokens[user]

    def ask(self, user: str, method: str, path: str, raw: bytes | None = None) -> requests.Response:
        """Ask the exchange something that nbgrader may never ask."""
        headers = {"Authorization": f"token {self.token(user)}"}
        return requests.request(
            method, f"{self.exchange}/api/{path}", headers=headers, data=raw, timeout=60
        )

    def variables(self, user: str) -> dict[str, str]:
        """What a user's server has in its environment."""
        return {
            "JUPYTERHUB_API_TOKEN": self.token(user),
            "JUPYTERHUB_USER": user,
            ADDRESS: self.exchange,
        }

    def service(self) -> int:
        """The process id of the service."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "allyship_course.exchange"],
            capture_output=True,
            text=True,
            check=False,
        )
        return int(found.stdout.split()[0]) if found.stdout.strip() else 0

    def kill_service(self) -> None:
        """As when its machine goes away. The hub starts it anew."""
        os.kill(self.service(), signal.SIGKILL)

    def wait_for_exchange(self) -> None:
        for _ in range(300):
            assert self.process.poll() is None, self.log[-4000:]
            with contextlib.suppress(requests.RequestException):
                places = (f"{self.exchange}/api/health", f"{self.address}/hub/api/")
                if all(requests.get(place, timeout=5).ok for place in places):
                    return
            time.sleep(0.2)
        raise AssertionError(self.log[-4000:])


@contextlib.contextmanager
def running_hub(folder: Path, database: str) -> Iterator[Hub]:
    """Start a hub in ``folder`` whose exchange keeps its things in ``database``."""
    folder.mkdir(parents=True, exist_ok=True)
    port, hub_port, proxy_port, service_port = (free_port() for _ in range(4))
    address, admin = f"http://127.0.0.1:{port}", secrets.token_hex(16)
    exchange = f"http://127.0.0.1:{service_port}/services/exchange"
    with hub_environment() as (programs, proxy):
        service = {
            "name": "exchange",
            "url": f"http://127.0.0.1:{service_port}",
            "command": [str(programs / "python"), "-m", "allyship_course.exchange"],
            "environment": {"ALLYSHIP_EXCHANGE_DB": database, "PYTHONPATH": str(ROOT / "src")},
        }
        settings: dict[str, dict[str, Any]] = {
            "JupyterHub": {
                "bind_url": f"{address}/",
                "hub_bind_url": f"http://127.0.0.1:{hub_port}",
                "db_url": f"sqlite:///{folder}/hub.sqlite",
                "cookie_secret_file": str(folder / "cookie_secret"),
                "authenticator_class": "dummy",
                "spawner_class": "simple",
                "load_groups": {
                    f"formgrade-{COURSE}": {"users": ["prof"]},
                    f"nbgrader-{COURSE}": {"users": ["ann", "bob"]},
                },
                "load_roles": [
                    {"name": "user", "scopes": ["self", *SCOPES]},
                    {"name": "test", "scopes": ["admin:users", "tokens"], "services": ["test"]},
                ],
                "services": [{"name": "test", "api_token": admin}, service],
            },
            "ConfigurableHTTPProxy": {
                "command": [str(proxy)],
                "api_url": f"http://127.0.0.1:{proxy_port}",
                "pid_file": str(folder / "proxy.pid"),
            },
            "DummyAuthenticator": {"password": PASSWORD},
            "Authenticator": {"allowed_users": ["prof", "ann", "bob", "eve"]},
            "Spawner": {
                "server_token_scopes": ["users:activity!user", "access:servers!server", *SCOPES],
                "environment": {ADDRESS: exchange, "PYTHONPATH": str(ROOT / "src")},
                "args": ["--allow-root"],
            },
            "SimpleLocalProcessSpawner": {"home_dir_template": f"{folder}/homes/{{username}}"},
        }
        config = folder / "jupyterhub_config.py"
        write_config(config, settings)
        with running([programs / "jupyterhub", "-f", config], programs, folder) as process:
            hub = Hub(folder, address, exchange, admin, process)
            hub.wait_for_exchange()
            yield hub


def write_config(file: Path, settings: Mapping[str, Mapping[str, Any]]) -> None:
    lines = [
        f"c.{part}.{name} = {value!r}\n"
        for part, all_ in settings.items()
        for name, value in all_.items()
    ]
    file.write_text("c = get_config()\n" + "".join(lines))


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    programs: Path,
    folder: Path,
    variables: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its log in ``folder``; end it with all that it started."""
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    with (folder / "hub.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path, **(variables or {})},
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()  # ends its proxy, servers and services too
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
