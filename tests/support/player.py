"""A learning platform for one package: scorm-again in a page of ours, and what it keeps in memory.

Every call to its interface is listed, and every commit lands in ``kept``, by learner. It can be
made to fail: ``player.evaluate("trouble = 'throws'")``, or ``ended`` for a session that is over.
"""

from __future__ import annotations

import contextlib
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.support.paths import ROOT

SCORM_AGAIN = ROOT / "node_modules" / "scorm-again" / "dist"
_NAMES = {
    "scorm12": ("Scorm12API", "API", "cmi.core.student_id"),
    "scorm2004": ("Scorm2004API", "API_1484_11", "cmi.learner_id"),
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Platform</title>
<style>html, body, iframe {{ border: 0; height: 100%; margin: 0; width: 100% }}</style>
<script src="/{standard}.js"></script>
<script>
const heard = [];
let trouble = "";
const player = new {maker}({{
  autocommit: false, lmsCommitUrl: "/commit/{learner}", dataCommitFormat: "flattened", logLevel: 5,
}});
player.loadFromFlattenedJSON({kept});
window.{object} = new Proxy(player, {{
  get(target, name) {{
    const value = target[name];
    if (typeof value !== "function") return value;
    return (...texts) => {{
      heard.push([name, ...texts]);
      if (trouble === "throws") throw new Error("no line");
      if (trouble === "ended") return "false";
      return value.apply(target, texts);
    }};
  }},
}});
</script>
<iframe src="{course}/launch.html" title="Course"></iframe>
"""


@dataclass
class Platform:
    """One package in a platform: ``kept`` holds by learner what was committed, name to value."""

    address: str
    standard: str
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Where the course's files come from; another site, for a platform that keeps them apart.
    course: str = "/course"

    def page(self, learner: str) -> str:
        maker, object_, id_ = _NAMES[self.standard]
        kept = {**self.kept.get(learner, {}), id_: learner}
        return _PAGE.format(
            standard=self.standard,
            maker=maker,
            object=object_,
            learner=learner,
            course=self.course,
            kept=json.dumps(kept),
        )

    def value(self, learner: str, name: str) -> str:
        return str(self.kept.get(learner, {}).get(name, ""))


@contextlib.contextmanager
def platform_with(package: Path, standard: str, folder: Path) -> Iterator[Platform]:
    """Unpack a package and serve it in a platform on loopback."""
    assert SCORM_AGAIN.is_dir(), "no scorm-again: run 'make scripts', which gets it"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    platform = Platform("", standard)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _send(self, raw: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(raw)

        def translate_path(self, path: str) -> str:
            name = unquote(urlsplit(path).path).removeprefix("/course/")
            return str(folder / name)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == f"/{standard}.js":
                return self._send((SCORM_AGAIN / f"{standard}.js").read_bytes(), "text/javascript")
            if path.startswith("/around/"):
                framed = f"{platform.address}/as/{path.rpartition('/')[2]}"
                around = f'<!doctype html><iframe src="{framed}" width=1000 height=800></iframe>'
                return self._send(around.encode(), "text/html")
            if path.startswith("/as/"):
                return self._send(platform.page(path.rpartition("/")[2]).encode(), "text/html")
            return super().do_GET()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            platform.kept[self.path.rpartition("/")[2]] = json.loads(body)
            self._send(b'{"result": true, "errorCode": 0}', "application/json")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        platform.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield platform
        server.shutdown()
