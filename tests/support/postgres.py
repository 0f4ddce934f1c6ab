"""A throwaway PostgreSQL server from the system's packages, for ``make test-postgres``.

It lives in a temporary folder and listens on a socket in it only, and asks for a password, so
that a test sees it if one gets into a message.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

VARIABLE = "ALLYSHIP_TEST_POSTGRES"
PASSWORD = "cinnamon-barometer-database-password"
_USER = "grader"


def find_programs() -> Path | None:
    """The folder of PostgreSQL's programs: on Debian those of the newest version, not on PATH."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((p.parent for p in versions), key=lambda p: float(p.parent.name), default=None)


class Server:
    """A server that can go away and come back."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._data, self._folder, self._programs = folder / "data", folder, programs
        self.url = URL.create(
            "postgresql+psycopg", _USER, PASSWORD, database="postgres", query={"host": str(folder)}
        )
        (folder / "password").touch(0o600)
        (folder / "password").write_text(PASSWORD)
        folder.chmod(0o711)  # a test is another user for a while, who has the password
        if os.geteuid() == 0:
            for path in (folder, folder / "password"):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        secret = f"--pwfile={folder / 'password'}"
        self._run("initdb", "-D", self._data, "-U", _USER, secret, "-A", "scram-sha-256", "-N")

    def start(self) -> None:
        options = f"-F -c listen_addresses='' -k '{self._folder}'"
        log = self._folder / "log"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def stop(self) -> None:
        """Stop at once, as if the power had gone."""
        self._run("pg_ctl", "stop", "-w", "-D", self._data, "-m", "immediate")

    @property
    def _account(self) -> pwd.struct_passwd:
        """Who the server runs as where the tests run as root, as which it refuses to."""
        with contextlib.suppress(KeyError):
            return pwd.getpwnam("postgres")
        return pwd.getpwnam("nobody")

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._programs / program, *arguments]
        if os.geteuid() == 0:
            who = [f"--reuid={self._account.pw_uid}", f"--regid={self._account.pw_gid}"]
            command = ["setpriv", *who, "--clear-groups", *command]
        # A server that is started keeps what it is given for its output: no pipe.
        with (self._folder / "said").open("w+b") as said:
            done = subprocess.run(
                command, stdout=said, stderr=said, cwd=self._folder, timeout=120, check=False
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    programs = find_programs()
    assert programs, "no PostgreSQL server. On Debian or Ubuntu: apt install postgresql"
    with tempfile.TemporaryDirectory() as folder:  # short: a socket's path has little room
        server = Server(Path(folder), programs)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def new_database(server: URL, like: str = "template1") -> URL:
    """Make a database with a name of its own, as a copy of another."""
    name = f"test_{secrets.token_hex(8)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    return server.set(database=name)


def given_server() -> URL:
    """The server that ``make test-postgres`` has started."""
    address = os.environ.get(VARIABLE)
    assert address, f"{VARIABLE} names no server: run 'make test-postgres'"
    return make_url(address)


def main() -> None:
    """Run a command with a server that is there as long as it runs."""
    if find_programs() is None:
        sys.exit("No PostgreSQL server is installed. On Debian or Ubuntu: apt install postgresql")
    with running_server() as server:
        address = server.url.render_as_string(hide_password=False)
        done = subprocess.run(sys.argv[1:], env={**os.environ, VARIABLE: address}, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
