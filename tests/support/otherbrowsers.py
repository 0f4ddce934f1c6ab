"""Drives Firefox and WebKit as a system's package manager installs them, for the smoke test.

Playwright drives builds of its own only. Firefox speaks WebDriver BiDi over a web socket by
itself, WebKitGTK comes with a WebDriver server; of both we need to open a page and to run a script.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import websocket

from tests.support.needs import program

WAIT = 60.0


class OtherBrowser(Protocol):
    """A browser with one page."""

    def open(self, url: str) -> None: ...

    def run(self, body: str) -> Any:
        """Run the body of a function in the page; return what it returns."""


@contextlib.contextmanager
def firefox(profile: Path) -> Iterator[OtherBrowser]:
    """Start Firefox without a window."""
    firefox = program("firefox-esr", "firefox-esr", "firefox")
    log = profile.with_suffix(".log")
    profile.mkdir()
    command = [firefox, "--headless", "--no-remote", "--profile", str(profile)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--remote-debugging-port", "0"], stdout=out, stderr=out
        )
    try:
        yield _Firefox(_said(process, log, r"WebDriver BiDi listening on (ws://\S+)"))
    finally:
        _end(process)


class _Firefox:
    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            f"{address}/session", timeout=WAIT, suppress_origin=True
        )
        self._asked = 0
        self._ask("session.new", capabilities={})
        self._page = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._asked:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._page, url=url, wait="complete")

    def run(self, body: str) -> Any:
        found = self._ask(
            "script.evaluate",
            expression=f"JSON.stringify((() => {{ {body} }})() ?? null)",
            target={"context": self._page},
            awaitPromise=False,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])


@contextlib.contextmanager
def webkit(folder: Path) -> Iterator[OtherBrowser]:
    """Start WebKitGTK's own small browser, without a window."""
    driver = program("webkit2gtk-driver", "WebKitWebDriver")
    screen = program("xvfb", "Xvfb")
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    display = subprocess.Popen(
        [screen, "-displayfd", "1", "-screen", "0", "1280x900x24"], stdout=subprocess.PIPE
    )
    assert display.stdout
    number = display.stdout.readline().decode().strip()
    environment = {"PATH": "/usr/bin:/bin", "DISPLAY": f":{number}", "HOME": str(folder)}
    # Its sandbox needs rights that a container does not give.
    environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    process = subprocess.Popen([driver, f"--port={port}"], env=environment)
    try:
        browser = _WebKit(f"http://127.0.0.1:{port}")
        yield browser
        browser.end()
    finally:
        _end(process)
        _end(display)


class _WebKit:
    def __init__(self, address: str) -> None:
        self._base = address
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "MiniBrowser"}}}
        until = time.monotonic() + WAIT
        while True:
            try:
                session = self._ask("POST", "/session", wanted)
                break
            except ConnectionError:
                assert time.monotonic() < until, "WebKitWebDriver does not answer"
            except urllib.error.URLError:
                assert time.monotonic() < until, "WebKitWebDriver does not answer"
        self._base += f"/session/{session['sessionId']}"

    def _ask(self, method: str, path: str, data: object = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self._base}{path}", body, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.load(answer)["value"]

    def open(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def run(self, body: str) -> Any:
        return self._ask("POST", "/execute/sync", {"script": body, "args": []})

    def end(self) -> None:
        self._ask("DELETE", "")


def _said(process: subprocess.Popen[bytes], log: Path, pattern: str) -> str:
    """Wait until a program has written what matches ``pattern``; return its first group."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)
