"""A platform that launches a package for cmi5, with Ralph as its learning record store.

What a learning platform itself does is ours: it hands out the token once, keeps documents, and
passes statements on to Ralph, which checks and keeps them.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

USER, PASSWORD = "lms", "only-for-this-test"
TOKEN = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
ACTIVITY = "urn:uuid:2f1a1f50-55b1-5a4e-9a76-3f6c9e6d6c01"
_VERSION = {"X-Experience-API-Version": "1.0.3", "Authorization": f"Basic {TOKEN}"}


@dataclass
class Cmi5Platform:
    """``documents`` holds what the course keeps, ``refused`` what Ralph did not take."""

    ralph: str
    address: str = ""
    documents: dict[str, bytes] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    down: bool = False
    _spent: set[str] = field(default_factory=set)

    def launch(self, learner: str, mode: str = "Normal") -> str:
        """Return the address by which a learner's browser is sent to the course."""
        registration = str(uuid.uuid5(uuid.NAMESPACE_OID, learner))
        session = str(uuid.uuid4())
        data = {
            "contextTemplate": {
                "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": session},
                "contextActivities": {"grouping": [{"id": "urn:uuid:" + str(uuid.uuid4())}]},
            },
            "launchMode": mode,
            "moveOn": "Passed",
            "returnURL": f"{self.address}/done",
        }
        self.documents[f"{registration} LMS.LaunchData"] = json.dumps(data).encode()
        actor = {
            "objectType": "Agent",
            "account": {"homePage": "https://platform.example", "name": learner},
        }
        query = {
            "endpoint": f"{self.address}/xapi/",
            "fetch": f"{self.address}/token/{session}",
            "actor": json.dumps(actor),
            "registration": registration,
            "activityId": ACTIVITY,
        }
        return f"{self.address}/course/launch.html?{urlencode(query)}"

    def statements(self, learner: str) -> list[dict[str, Any]]:
        """Return what Ralph has of a learner, the oldest first."""
        request = urllib.request.Request(f"{self.ralph}/xAPI/statements", headers=_VERSION)
        with urllib.request.urlopen(request) as answer:
            found = json.load(answer)["statements"]
        mine = [s for s in found if s["actor"]["account"]["name"] == learner]
        return sorted(mine, key=lambda s: str(s["timestamp"]))

    def verbs(self, learner: str) -> list[str]:
        return [s["verb"]["id"].rpartition("/")[2] for s in self.statements(learner)]

    def token(self, session: str) -> dict[str, str]:
        if session in self._spent:
            return {"error-code": "1", "error-text": "the token has been fetched"}
        self._spent.add(session)
        return {"auth-token": TOKEN}

    def pass_on(self, body: bytes) -> tuple[int, bytes]:
        headers = {**_VERSION, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.ralph}/xAPI/statements", body, headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            told = error.read()
            if error.code != 409:
                self.refused.append(f"{error.code} {told.decode()} {body.decode()}")
            return error.code, told


@contextlib.contextmanager
def ralph(programs: Path, folder: Path) -> Iterator[str]:
    """Run Ralph with its statements in a file of ``folder``; yield its address."""
    (folder / "lrs").mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "RALPH_APP_DIR": str(folder),
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(folder / "lrs"),
    }
    credentials = ["-u", USER, "-p", PASSWORD, "-s", "all", "-M", "mailto:lms@example.org", "-w"]
    subprocess.run([str(programs / "ralph"), "auth", *credentials], check=True, env=environment)
    command = [str(programs / "uvicorn"), "ralph.api:app", "--port", str(port)]
    with subprocess.Popen(command, env=environment, cwd=folder) as server:
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        assert server.poll() is None, "Ralph has ended"
        time.sleep(0.2)
    raise AssertionError("Ralph did not start")


class _Handler(SimpleHTTPRequestHandler):
    """What a learning platform does for a course that it has launched."""

    platform: Cmi5Platform
    folder: Path

    def log_message(self, *_: object) -> None:
        pass

    def translate_path(self, path: str) -> str:
        return str(self.folder / unquote(urlsplit(path).path).removeprefix("/course/"))

    def _send(self, status: int, raw: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _document(self) -> str:
        query = parse_qs(urlsplit(self.path).query)
        return f"{query['registration'][0]} {query['stateId'][0]}"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/done":
            return self._send(200, b"{}")
        if path == "/xapi/activities/state":
            raw = self.platform.documents.get(self._document())
            return self._send(404 if raw is None else 200, raw or b"{}")
        if path == "/xapi/agents/profile":
            return self._send(404, b"{}")
        return super().do_GET()

    def do_POST(self) -> None:
        self.do_PUT()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.platform.heard.append(f"{self.path} {body.decode()}")
        path = urlsplit(self.path).path
        if path.startswith("/token/"):
            token = self.platform.token(path.rpartition("/")[2])
            return self._send(200, json.dumps(token).encode())
        if self.platform.down:
            return self._send(503, b"{}")
        if self.headers["Authorization"] != f"Basic {TOKEN}":
            return self._send(401, b"{}")
        if path == "/xapi/activities/state":
            self.platform.documents[self._document()] = body
            return self._send(204, b"")
        return self._send(*self.platform.pass_on(body))


@contextlib.contextmanager
def launching(package: Path, folder: Path, ralph_address: str) -> Iterator[Cmi5Platform]:
    """Unpack a package and serve it, and the platform's part, on loopback."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    platform = Cmi5Platform(ralph_address)
    handler = type("Handler", (_Handler,), {"platform": platform, "folder": folder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        platform.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield platform
        server.shutdown()
