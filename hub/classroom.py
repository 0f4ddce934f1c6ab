"""One throwaway class: its users, its folders, its course, and the hub over all of it.

Where everything lies is said by :class:`Classroom`. What has to be saved of a class, to have it
back after the loss of a disk, is ``course`` (gradebook and submissions), ``exchange``, ``homes``
(each student's journal) and ``hub`` (logins, the hub's own database).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from allyship_course.instructor.term import new_course
from allyship_course.notebook.jupyterlab import COURSES, STUDENTS, hide_panels, settings

from .environment import ROOT, HubError, Tell
from .users import add_user, end_processes, new_password, remove_users

LOOPBACK = "127.0.0.1"
# Browsers take every name that ends so for this machine, without asking anybody.
HOST = "allyship.localhost"
COURSE = "allyship"
_SERVICE = f"{COURSE}--service.{HOST}"  # by JupyterHub's rule
MARKER = "made-by-allyship-hub"
_WAIT_SECONDS = 60
_START_SECONDS = 120
_STOP_SECONDS = 60
# Nothing of the caller's environment, which may hold secrets, gets to the hub and its users.
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_NBGRADER = """\
# For everybody on this hub.
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = {course!r}
# Who is in which course is known to the hub, by its groups.
c.Authenticator.plugin_class = "nbgrader.auth.JupyterHubAuthPlugin"
c.ExchangeFactory.submit = "allyship_course.exchange.folder.SafeSubmit"
"""


@dataclass(frozen=True)
class Classroom:
    """A class at ``place``, a folder that all users can enter; ``prefix`` begins their names."""

    place: Path
    environment: Path
    prefix: str = "allyship"
    students: int = 3
    passwords: dict[str, str] = field(default_factory=dict)
    """Each user's password, once the class is made."""

    @property
    def mark(self) -> str:
        return _mark(self.place)

    @property
    def instructor(self) -> str:
        return f"{self.prefix}-instructor"

    @property
    def student_names(self) -> list[str]:
        return [f"{self.prefix}-student-{n}" for n in range(1, self.students + 1)]

    @property
    def course_user(self) -> str:
        """Who owns the course: several may teach it, and none keeps it in a home of their own."""
        return f"{self.prefix}-course"

    @property
    def hub(self) -> Path:
        """The hub's configuration, database, secrets and log: root's alone."""
        return self.place / "hub"

    @property
    def log(self) -> Path:
        return self.hub / "hub.log"

    @property
    def exchange(self) -> Path:
        return self.place / "exchange"

    @property
    def homes(self) -> Path:
        return self.place / "homes"

    def home(self, name: str) -> Path:
        return self.homes / name

    @property
    def course(self) -> Path:
        """The course folder of nbgrader, with the gradebook and all that was collected."""
        return self.home(self.course_user) / "course"

    # ---- making it

    def make(self, tell: Tell, port: int = 0) -> str:
        """Make users, folders, the course and the hub's configuration; return the hub's address.

        Nothing may be there. ``port`` is taken if nobody listens there, else another.
        """
        self.place.mkdir(mode=0o755)
        (self.place / MARKER).write_text("'make hub' deletes this whole folder.\n", "utf-8")
        self.homes.mkdir(mode=0o755)
        tell(f"Making {self.students + 2} users ...")
        self._make_users()
        self._write_settings()
        self._make_exchange()
        tell("Setting up the course ...")
        self._make_course()
        return self._configure_hub(port)

    def _make_users(self) -> None:
        add_user(self.course_user, self.home(self.course_user), self.mark)
        for name in (self.instructor, *self.student_names):
            self.passwords[name] = new_password()
            add_user(name, self.home(name), self.mark, self.passwords[name])
        for name in (self.course_user, *self.passwords):
            # Not the machine's, in which all users see each other's names of files.
            self._owned_folder(self.home(name) / ".tmp", name, 0o700)

    def _owned_folder(self, folder: Path, owner: str, mode: int) -> None:
        folder.mkdir()
        shutil.chown(folder, owner, owner)
        folder.chmod(mode)

    def _write_settings(self) -> None:
        """Write what nbgrader and JupyterLab are told, for all to read."""
        etc = self.place / "etc"
        # The one list of courses is the hub's page of services.
        hide_panels(etc / "own-server", but=STUDENTS)
        # Formgrader is a page in a page, which JupyterHub would allow nobody.
        hide_panels(etc / "course", but=COURSES, server=settings())
        (etc / "all").mkdir()
        told = _NBGRADER.format(exchange=str(self.exchange), course=COURSE)
        (etc / "all" / "nbgrader_config.py").write_text(told, "utf-8")

    def _make_exchange(self) -> None:
        """Make nbgrader's exchange with the course's folders in it, before anybody else can."""
        self.exchange.mkdir()
        self.exchange.chmod(0o1777)
        ours = self.exchange / COURSE
        self._owned_folder(ours, self.course_user, 0o755)
        self._owned_folder(ours / "outbound", self.course_user, 0o755)
        self._owned_folder(ours / "inbound", self.course_user, 0o3733)  # the course's group
        self._owned_folder(ours / "feedback", self.course_user, 0o711)

    def _make_course(self) -> None:
        project = self.place / "project"
        for name in ("book", "course"):
            left_out = shutil.ignore_patterns("_build", "source", "journal.db", "gradebook.db*")
            shutil.copytree(ROOT / name, project / name, ignore=left_out)
        shutil.copy(ROOT / "_config.yml", project)
        new_course(self.course, project, {"students": "students.csv"})
        lines = ["id", *self.student_names]
        (self.course / "students.csv").write_text("\n".join([*lines, ""]), "utf-8")
        for path in (self.course, *self.course.rglob("*")):
            shutil.chown(path, self.course_user, self.course_user)
        self.as_course("allyship", "teach", str(self.course), "--yes", "--no-open")

    def as_course(self, *command: str) -> str:
        """Run a command of the environment as the course's user; return what it said."""
        return self.run_as(
            self.course_user, str(self.environment / "bin" / command[0]), *command[1:]
        )

    def run_as(self, name: str, *command: str) -> str:
        """Run a command as one of the class's users, in their home; return what it said."""
        user = pwd.getpwnam(name)
        done = subprocess.run(
            command,
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd=self.course if name == self.course_user else user.pw_dir,
            env={
                **self._variables(),
                "HOME": user.pw_dir,
                "USER": name,
                "JUPYTER_CONFIG_PATH": str(self.place / "etc" / "all"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        if done.returncode:
            raise HubError(f"{Path(command[0]).name} {' '.join(command[1:])} failed:\n{said}")
        return said

    def _variables(self) -> dict[str, str]:
        return {"PATH": f"{self.environment / 'bin'}:{_SYSTEM_PATH}", "LANG": "C.UTF-8"}

    def _configure_hub(self, port: int) -> str:
        self.hub.mkdir(mode=0o700)
        ports = dict(zip(("public", "hub", "proxy", "course"), _free_ports(port), strict=True))
        address = f"http://{HOST}:{ports['public']}"
        settings = {
            "address": address,
            "formgrader": f"http://{_SERVICE}:{ports['public']}/services/{COURSE}/",
            "ports": ports,
            "environment": str(self.environment),
            "place": str(self.place),
            "course": COURSE,
            "course_user": self.course_user,
            "instructors": [self.instructor],
            "students": self.student_names,
        }
        for name, text in (
            ("settings.json", json.dumps(settings, indent=1)),
            ("jupyterhub_config.py", Path(__file__).with_name("jupyterhub_config.py").read_text()),
            ("jupyterhub.sqlite", ""),
        ):
            (self.hub / name).touch(mode=0o600)
            (self.hub / name).write_text(text, "utf-8")
        return address

    # ---- running it

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run the hub; at the end, stop it and all that was started in it."""
        command = [str(self.environment / "bin" / "jupyterhub")]
        command += ["--config", str(self.hub / "jupyterhub_config.py")]
        self.log.touch(mode=0o600)
        with self.log.open("a") as out:
            process = subprocess.Popen(
                command,
                cwd=self.hub,
                env={**self._variables(), "HOME": str(self.hub)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C reaches us alone; we then end it in order
            )
        try:
            self._wait_for(process)
            yield
        finally:
            _stop(process)
            end_processes({pwd.getpwnam(n).pw_uid for n in (self.course_user, *self.passwords)})

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the hub and the course's service answer."""
        ports = json.loads((self.hub / "settings.json").read_text("utf-8"))["ports"]
        for port, path in (
            (ports["course"], f"/services/{COURSE}/api"),
            (ports["public"], "/hub/health"),
        ):
            for _ in range(_START_SECONDS * 5):
                if process.poll() is not None:
                    raise HubError(f"the hub ended at once. It said:\n{_end_of(self.log)}")
                if _answers(f"http://{LOOPBACK}:{port}{path}"):
                    break
                time.sleep(0.2)
            else:
                raise HubError(
                    f"the hub did not start within {_START_SECONDS} seconds. It said:\n"
                    f"{_end_of(self.log)}"
                )


def remove(place: Path) -> None:
    """Remove a class at ``place`` with its users, whether it ended in order or by a crash."""
    if place.exists() and not (place / MARKER).exists():
        raise HubError(f"{place} is no class that was made here. It is left as it is")
    _end_hub(place / "hub")
    remove_users(_mark(place))
    if place.exists():
        # The marker goes last: a run that is stopped can be taken up.
        for path in place.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        shutil.rmtree(place)


@contextlib.contextmanager
def only_one(root: Path, tell: Tell) -> Iterator[None]:
    """Hold the one place of a hub below ``root``; wait while an earlier one is about to end."""
    with (root / "hub.lock").open("a") as lock:
        until = time.monotonic() + _WAIT_SECONDS
        told = False
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > until:
                raise HubError(f"a hub runs in {root} already. End it with Ctrl-C, there, first")
            if not told:
                tell("Waiting for an earlier hub to be gone ...")
                told = True
            time.sleep(0.2)
        yield


def _mark(place: Path) -> str:
    return f"Allyship class at {place}"


def _end_hub(folder: Path) -> None:
    """End a hub that outlived who started it, and its proxy: both were started in ``folder``."""
    for process in psutil.process_iter(["cwd", "cmdline"]):
        command = " ".join(process.info["cmdline"] or ())
        if process.info["cwd"] == str(folder) and re.search("jupyterhub|http-proxy", command):
            process.kill()
            process.wait()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_ports(wanted: int) -> Sequence[int]:
    """Return four ports that nobody listens on; the first is ``wanted`` if that is free."""
    with contextlib.ExitStack() as open_ones:
        found: list[int] = []
        for _ in range(4):
            s = open_ones.enter_context(socket.socket())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((LOOPBACK, 0 if found else wanted))
            except OSError:
                s.bind((LOOPBACK, 0))
            found.append(int(s.getsockname()[1]))
        return found


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310  http, see above
            return True
    except OSError:  # refused, or an error of a proxy that knows no hub yet
        return False


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])
