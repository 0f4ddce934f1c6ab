"""Somebody who uses the hub without a browser, by the requests that a browser would send."""

from __future__ import annotations

import re
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.hub.running import Hub

PATIENCE = 900.0
_ask_the_system = socket.getaddrinfo


def _as_browsers_do(host: Any, *rest: Any, **options: Any) -> Any:
    """Take every name that ends in .localhost for this machine."""
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return _ask_the_system(host, *rest, **options)


socket.getaddrinfo = _as_browsers_do


class Person:
    """One of a hub's users; ``server`` is the address of their own server, once it has started."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.session = requests.Session()
        self.server = ""

    def log_in(self) -> None:
        page = self.session.get(f"{self.hub.address}/hub/login")
        found = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert found, page.text
        form = {"username": self.name, "password": self.hub.room.passwords[self.name]}
        answer = self.session.post(
            f"{self.hub.address}/hub/login",
            data={**form, "_xsrf": found[1]},
            allow_redirects=False,
        )
        assert answer.status_code == 302, answer.text

    def start(self) -> None:
        """Start the own server, or find it running, and wait until it answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            page = self.session.get(f"{self.hub.address}/hub/spawn")
            if page.ok and f"/user/{self.name}/" in page.url and "/hub/" not in page.url:
                place = urlsplit(page.url)
                self.server = f"{place.scheme}://{place.netloc}/user/{self.name}"
                return
            time.sleep(1)
        raise AssertionError(f"{self.name} has no server: {page.status_code} {page.url}")

    def call(self, method: str, path: str, data: Any = None) -> Any:
        """Call the own server's API."""
        answer = self.session.request(
            method, f"{self.server}/{path}", json=data, headers={"X-XSRFToken": self._token()}
        )
        assert answer.ok, f"{self.name}: {method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def _token(self) -> str:
        paths = {c.path: c.value for c in self.session.cookies if c.name == "_xsrf"}
        return paths[f"/user/{self.name}/"] or ""

    def cookies(self) -> str:
        """The cookies for the own server, as a header."""
        request = requests.Request("GET", f"{self.server}/api")
        return str(self.session.prepare_request(request).headers["Cookie"])
