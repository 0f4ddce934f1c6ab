"""A real nginx as Debian packs it, on loopback: ``python -m tests.support.nginx`` gets it.

The packages are taken apart into the environment and not installed: installing them would start
a web server on this machine. The types of files are those that Debian's package has.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("nginx", "nginx-common")
OWN = Path(sys.prefix) / "nginx"

# As Debian's: what it says of types and packing stands in its files nginx.conf and mime.types.
_CONFIG = """\
daemon off;
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ worker_connections 64; }}
http {{
    include {types};
    default_type application/octet-stream;
    gzip on;
    access_log off;
    client_body_temp_path {work};
    proxy_temp_path {work};
    fastcgi_temp_path {work};
    uwsgi_temp_path {work};
    scgi_temp_path {work};
    server {{
        listen 127.0.0.1:{port};
        root {folder};
        index index.html;
        absolute_redirect off;
        {rules}
    }}
}}
"""

AS_PACKED = "location / { try_files $uri $uri/ =404; }"
"""What Debian's own first site has."""

WITHOUT_HTML = r"""
        if ($request_uri ~ "^([^?]*/)index\.html(\?|$)") { return 301 $1; }
        if ($request_uri ~ "^([^?]*)\.html(\?|$)") { return 301 $1; }
        location / { try_files $uri $uri.html $uri/ =404; }
"""
"""As many write it who want addresses without .html."""


def find_nginx() -> tuple[Path, Path] | None:
    """Return the program and the file of types: the system's, or those in the environment."""
    for root in (Path("/"), OWN):
        program, types = root / "usr/sbin/nginx", root / "etc/nginx/mime.types"
        if program.exists() and types.exists():
            return program, types
    return None


@contextlib.contextmanager
def nginx(folder: Path, rules: str = AS_PACKED) -> Iterator[str]:
    """Serve a folder; yield the address without a last slash."""
    found = find_nginx()
    assert found
    program, types = found
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as work:
        config = Path(work, "nginx.conf")
        config.write_text(
            _CONFIG.format(work=work, types=types, port=port, folder=folder, rules=rules)
        )
        # Where the tests are root, its workers are another user, who may not look in here.
        user = ["-g", "user root;"] if Path(work).owner() == "root" else []
        process = subprocess.Popen(
            [program, "-p", work, "-e", f"{work}/error.log", "-c", config, *user]
        )
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("nginx did not begin within 30 seconds")


def main() -> int:
    if find_nginx():
        return 0
    if shutil.which("apt-get") and shutil.which("dpkg"):
        print("Getting nginx for the tests (once) ...", flush=True)
        with tempfile.TemporaryDirectory() as work, contextlib.suppress(subprocess.SubprocessError):
            subprocess.run(
                ["apt-get", "download", *PACKAGES],
                cwd=work,
                check=True,
                capture_output=True,
                timeout=300,
            )
            for package in Path(work).glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, OWN], check=True, capture_output=True)
    if not find_nginx():
        print(
            "No nginx could be had; its tests will be skipped. Install nginx-light with your "
            "system's package manager to run them.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
