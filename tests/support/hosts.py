"""Hosts of static pages with manners of their own, on this machine only.

What each does with addresses is what hosts do that people publish pages on. A host may change
its manner while readers have its pages open.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Manner = Callable[[Path, str], "str | Path | None"]
"""From the folder and an address below it: where to go instead, a file to give, or nothing."""

LOGIN = "<!doctype html><title>Log in</title><h1>Please log in</h1>"


def plain(folder: Path, path: str) -> str | Path | None:
    """Every file has its own address; that of a folder gives its index.html."""
    file = folder / path
    if path.endswith("/") or not path:
        file /= "index.html"
    elif file.is_dir():
        return f"{path}/"
    return file if file.is_file() else None


def strips_html(folder: Path, path: str) -> str | Path | None:
    """x.html is at x, and d/index.html at d/."""
    if path.endswith(".html"):
        return path.removesuffix("index.html") if _is_index(path) else path.removesuffix(".html")
    if path and not path.endswith("/") and (page := folder / f"{path}.html").is_file():
        return page
    return plain(folder, path)


def strips_index(folder: Path, path: str) -> str | Path | None:
    """d/index.html is at d/; all else is as it is."""
    return path.removesuffix("index.html") if _is_index(path) else plain(folder, path)


def strips_slashes(folder: Path, path: str) -> str | Path | None:
    """x.html is at x, and d/index.html at d: no page has a slash behind its address."""
    if path.endswith(".html"):
        return path.removesuffix(".html").removesuffix("index").rstrip("/")
    if path.endswith("/"):
        return path.rstrip("/")
    for page in (folder / f"{path}.html", folder / path / "index.html"):
        if page.is_file():
            return page
    return plain(folder, path)


def adds_slashes(folder: Path, path: str) -> str | Path | None:
    """x.html is at x/, and d/index.html at d/: every page has a slash behind its address."""
    if path.endswith(".html"):
        return path.removesuffix("index.html") if _is_index(path) else f"{path[:-5]}/"
    if path.endswith("/") and (page := folder / f"{path.rstrip('/')}.html").is_file():
        return page
    if (folder / f"{path}.html").is_file():
        return f"{path}/"
    return plain(folder, path)


def knows_no_case(folder: Path, path: str) -> str | Path | None:
    """/Allyship/ and /allyship/ are one folder."""
    at = folder
    for part in Path(path).parts:
        same = (
            (f.name for f in at.iterdir() if f.name.lower() == part.lower()) if at.is_dir() else ()
        )
        at /= next(iter(same), part)
    return plain(folder, at.relative_to(folder).as_posix() + ("/" if path.endswith("/") else ""))


def knows_no_index(folder: Path, path: str) -> str | Path | None:
    """Give a file only by its whole name, as places for files in the cloud do."""
    return plain(folder, path) if path and not path.endswith("/") else None


def asks_for_login(_folder: Path, path: str) -> str | Path | None:
    """Nothing is given to who has not logged in."""
    return None if path == "login" else "login"


def shows_one_page(folder: Path, _path: str) -> str | Path | None:
    """Another site that answers every address with its one page."""
    return folder / "login.html"


def is_gone(_folder: Path, _path: str) -> str | Path | None:
    """Nothing is there any more."""
    return None


@dataclass
class Host:
    """A running host: its address without a last slash, and how it treats addresses."""

    folder: Path
    manner: Manner = plain
    address: str = ""
    asked: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    """By ending: what it says that a file is, where that is not the usual."""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    """Another one: it is in trouble, whatever it is asked for."""


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, host: Host) -> None:
        self.host = host
        super().__init__(*arguments, directory=str(host.folder))  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.lstrip("/").partition("?")
        self.host.asked.append(path)
        if self.host.status != 200:
            return self._give(self.host.status, b"In trouble", "text/html")
        answer = self.host.manner(self.host.folder, path)
        if isinstance(answer, str):
            self.send_response(301)
            self.send_header("Location", f"/{answer}{'?' if query else ''}{query}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.host.manner in (asks_for_login, shows_one_page):
            self._give(200, LOGIN.encode(), "text/html")
        elif answer is None:
            missing = self.host.folder / "404.html"
            gone = self.host.manner is is_gone or not missing.exists()
            self._give(404, b"Not found" if gone else missing.read_bytes(), "text/html")
        else:
            kind = self.host.types.get(answer.suffix) or self.guess_type(str(answer))
            self._give(200, answer.read_bytes(), str(kind))
        return None

    def _give(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.host.headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a page that was left
            self.wfile.write(body)


@contextlib.contextmanager
def hosted(folder: Path, manner: Manner = plain, port: int = 0) -> Iterator[Host]:
    """Serve a folder on loopback; ``port`` is that of a host that was there before."""
    host = Host(folder, manner)
    with ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, host=host)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield host
        server.shutdown()


def _is_index(path: str) -> bool:
    return path.rpartition("/")[2] == "index.html"
