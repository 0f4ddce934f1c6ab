"""A real JupyterHub on free ports, with the exchange as its service, ended with the test.

It runs in an environment of its own that has JupyterHub, which ours has not: ``make test-hub``
makes one, and says in a variable where it is.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.conftest import ROOT

VARIABLE = "ALLYSHIP_TEST_HUB"
COURSE = "allyship"
PASSWORD = "marzipan-lighthouse-hub-password"


def environment() -> Path:
    """The environment with JupyterHub and configurable-http-proxy that is to be used."""
    given = os.environ.get(VARIABLE)
    assert given, f"{VARIABLE} names no environment with JupyterHub: run 'make test-hub'"
    return Path(given)


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
            scopes = ["access:services!service=exchange"]
            made = self.api("POST", f"users/{user}/tokens", scopes=scopes)
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
            "ALLYSHIP_EXCHANGE_URL": self.exchange,
        }

    def service(self) -> int:
        """The process id of the service."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "allyship_course.service"],
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
def running_hub(
    folder: Path,
    database: str,
    instructors: Sequence[str] = ("prof",),
    students: Sequence[str] = ("ann", "bob"),
    more: str = "",
) -> Iterator[Hub]:
    """Start a hub in ``folder`` whose exchange keeps its things in ``database``."""
    bin_folder = environment() / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    port, hub_port, proxy_port, service_port = (free_port() for _ in range(4))
    address, admin = f"http://127.0.0.1:{port}", secrets.token_hex(16)
    exchange = f"http://127.0.0.1:{service_port}/services/exchange"
    settings: Mapping[str, Any] = {
        "JupyterHub": {
            "bind_url": f"{address}/",
            "hub_bind_url": f"http://127.0.0.1:{hub_port}",
            "db_url": f"sqlite:///{folder}/hub.sqlite",
            "cookie_secret_file": str(folder / "cookie_secret"),
            "authenticator_class": "dummy",
            "spawner_class": "simple",
            "load_groups": {
                f"formgrade-{COURSE}": {"users": list(instructors)},
                f"nbgrader-{COURSE}": {"users": list(students)},
            },
            "load_roles": [
                {"name": "user", "scopes": ["self", "access:services!service=exchange"]},
                {"name": "test", "scopes": ["admin:users", "tokens"], "services": ["test"]},
            ],
            "services": [
                {"name": "test", "api_token": admin},
                {
                    "name": "exchange",
                    "url": f"http://127.0.0.1:{service_port}",
                    "command": [str(bin_folder / "python"), "-m", "allyship_course.service"],
                    "environment": {
                        "ALLYSHIP_EXCHANGE_DB": database,
                        "PYTHONPATH": str(ROOT / "src"),
                    },
                },
            ],
        },
        "ConfigurableHTTPProxy": {
            "command": [str(bin_folder / "configurable-http-proxy")],
            "api_url": f"http://127.0.0.1:{proxy_port}",
            "pid_file": str(folder / "proxy.pid"),
        },
        "DummyAuthenticator": {"password": PASSWORD},
        "Authenticator": {"allowed_users": [*instructors, *students, "eve"]},
        "Spawner": {
            "default_url": "/lab",
            "server_token_scopes": [
                "users:activity!user",
                "access:servers!server",
                "access:services!service=exchange",
            ],
            "environment": {"ALLYSHIP_EXCHANGE_URL": exchange, "PYTHONPATH": str(ROOT / "src")},
            "args": ["--allow-root"],
        },
        "SimpleLocalProcessSpawner": {"home_dir_template": str(folder / "homes" / "{username}")},
    }
    lines = [
        f"c.{part}.{key} = {value!r}\n"
        for part, all_ in settings.items()
        for key, value in all_.items()
    ]
    config = folder / "jupyterhub_config.py"
    config.write_text("c = get_config()\n" + "".join(lines) + more)
    config.chmod(0o600)
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    with (folder / "hub.log").open("ab") as log:
        process = subprocess.Popen(
            [bin_folder / "jupyterhub", "-f", config],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=log,
            stderr=log,
        )
    hub = Hub(folder, address, exchange, admin, process)
    try:
        hub.wait_for_exchange()
        yield hub
    finally:
        process.terminate()  # ends its proxy, servers and services too
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
