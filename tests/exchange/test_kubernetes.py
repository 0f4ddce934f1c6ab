"""hub/kubernetes: as far as it can be run without a cluster. Its README says what can't."""

from __future__ import annotations

import json
import re
import runpy
import secrets
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml
from traitlets.config import Config

from allyship_course.exchange import ADDRESS
from tests.support.classroom import scores
from tests.support.hubs import (
    COURSE,
    PASSWORD,
    Hub,
    course_in,
    do_the_work,
    free_port,
    hub_environment,
    running,
    write_config,
)
from tests.support.images import UV, build, run
from tests.support.paths import ROOT

MODULE = "01-tiny"

FOLDER = ROOT / "hub" / "kubernetes"
SCHEMA = ROOT / "tests" / "vendored" / "z2jh-values.schema.yaml"


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


def objects(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / name).read_text()))


def merged(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, Any]:
    """Put one file of values over another, as helm does."""
    both = dict(one)
    for key, value in two.items():
        if isinstance(value, dict) and isinstance(both.get(key), dict):
            both[key] = merged(both[key], value)
        else:
            both[key] = value
    return both


VALUES = {
    "accounts of the hub": read("values.yaml"),
    "a platform's accounts": merged(read("values.yaml"), read("values-lti.yaml")),
}


@pytest.mark.parametrize("name", VALUES)
def test_the_charts_schema_accepts_the_values(name: str) -> None:
    schema = yaml.safe_load(SCHEMA.read_text())
    jsonschema.validate(VALUES[name], schema)
    wrong = merged(VALUES[name], {"cull": {"timeOut": 1}})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize("name", VALUES)
def test_every_setting_of_the_hub_is_one_that_the_chart_can_take(name: str) -> None:
    """It updates a class's settings with each; null takes away what is the chart's own only."""
    config = Config()
    for part, settings in VALUES[name]["hub"]["config"].items():
        config[part].update(settings)


@pytest.mark.parametrize("name", VALUES)
def test_no_secret_stands_in_the_values(name: str) -> None:
    text = json.dumps(VALUES[name]) + (FOLDER / "exchange.yaml").read_text()
    assert not re.search(r"://[^/\s\"]+:[^/\s\"@]+@", text), "a password in an address"
    assert not re.search(r'"(password|api_?token|secret\w*)": "[^"]', text, re.IGNORECASE)


def test_the_image_is_given_all_that_the_package_takes_in() -> None:
    """Without one of them, the image can't be built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    steps = [line.split() for line in (FOLDER / "Dockerfile").read_text().splitlines()]
    copied = {word for step in steps if step[:1] == ["COPY"] for word in step[1:-1]}
    assert copied >= {*wanted}


CLAIM = "https://purl.imsglobal.org/spec/lti/claim"
LIS = "http://purl.imsglobal.org/vocab/lis/v2"


@pytest.mark.parametrize(
    ("name", "roles", "context", "group"),
    [
        ("prof", None, "", "formgrade-allyship"),
        ("ann", None, "", "nbgrader-allyship"),
        ("7", [f"{LIS}/membership#Instructor"], "c-1", "formgrade-allyship"),
        ("7", [f"{LIS}/membership#Learner"], "c-1", "nbgrader-allyship"),
        # Teaches something at the institution, and is a student here.
        ("7", [f"{LIS}/institution/person#Instructor"], "c-1", "nbgrader-allyship"),
        # Teaches another course, in which the same tool stands.
        ("7", [f"{LIS}/membership#Instructor"], "c-2", "nbgrader-allyship"),
        ("7", [f"{LIS}/membership#Instructor"], None, "nbgrader-allyship"),
        ("7", [], "c-1", "nbgrader-allyship"),
    ],
)
def test_who_teaches_is_said_by_a_list_or_by_the_platform(
    name: str,
    roles: list[str] | None,
    context: str | None,
    group: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALLYSHIP_INSTRUCTORS", "prof tutor")
    monkeypatch.setenv("ALLYSHIP_LTI_CONTEXT", "c-1")
    names = runpy.run_path(str(FOLDER / "jupyterhub_config.py"), {"get_config": Config})
    state: dict[str, Any] | None = None
    if roles is not None:
        state = {f"{CLAIM}/roles": roles, "sub": name}
    if state and context:
        state[f"{CLAIM}/context"] = {"id": context}
    who = names["with_groups"](None, None, {"name": name, "auth_state": state})
    assert who["groups"] == [group]


def test_nobody_teaches_by_a_platform_of_which_no_course_is_named() -> None:
    names = runpy.run_path(str(FOLDER / "jupyterhub_config.py"), {"get_config": Config})
    state = {f"{CLAIM}/roles": [f"{LIS}/membership#Instructor"], f"{CLAIM}/context": {"id": ""}}
    who = names["with_groups"](None, None, {"name": "7", "auth_state": state})
    assert who["groups"] == ["nbgrader-allyship"]


@dataclass
class Cluster:
    """What would be on a cluster: the chart's hub, servers of the image, the exchange."""

    hub: Hub
    image: Path
    env: dict[str, str]

    def sign_up(self, name: str) -> None:
        with self._session() as session:
            password = {"signup_password": PASSWORD, "signup_password_confirmation": PASSWORD}
            reply = self._post(session, "signup", username=name, **password)
            assert reply.ok, reply.text[:2000]

    def log_in(self, name: str) -> requests.Session | None:
        session = self._session()
        reply = self._post(session, "login", username=name, password=PASSWORD)
        return session if "/hub/login" not in reply.url else None

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.get(f"{self.hub.address}/hub/login", timeout=60)
        return session

    def _post(self, session: requests.Session, page: str, **data: str) -> requests.Response:
        data["_xsrf"] = next(c.value or "" for c in session.cookies if c.name == "_xsrf")
        return session.post(f"{self.hub.address}/hub/{page}", data=data, timeout=60)

    def assignments(self, name: str, action: str = "") -> Any:
        """Ask Assignment List of a student's own server, as its page does."""
        token = self.hub.api("POST", f"users/{name}/tokens", scopes=[f"access:servers!user={name}"])
        wanted = {"course_id": COURSE, "assignment_id": MODULE}
        reply = requests.request(
            "POST" if action else "GET",
            f"{self.hub.address}/user/{name}/assignments{action and '/'}{action}",
            headers={"Authorization": f"token {token['token']}"},
            data=wanted if action else None,
            params=None if action else wanted,
            timeout=120,
        )
        assert reply.ok, reply.text[:2000]
        assert reply.json()["success"], reply.json()["value"][-2000:]
        return reply.json()["value"]

    def wait_for_server(self, name: str) -> None:
        """Wait for the server that logging in has started."""
        for _ in range(300):
            if self.hub.api("GET", f"users/{name}")["server"]:
                return
            time.sleep(0.5)
        raise AssertionError(self.hub.log[-4000:])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The hub's values in a real hub of the chart's version, and the exchange as it is deployed.

    What only a cluster has is left out: the spawner, PostgreSQL's address, pods.
    """
    folder = tmp_path_factory.mktemp("cluster")
    image = folder / "image"
    env = build(FOLDER / "Dockerfile", image).env
    del env["HOME"]  # each person has a home of their own
    place = folder / "hub-environment"
    run(UV, "venv", "--python", sys.executable, place, cwd=ROOT)
    lock = FOLDER / "hub.lock"
    run(UV, "pip", "sync", "--python", place / "bin/python", "--require-hashes", lock, cwd=ROOT)
    values = VALUES["accounts of the hub"]
    tokens = {name: secrets.token_hex(16) for name in (*values["hub"]["services"], "test")}
    ports = [free_port() for _ in range(4)]
    address, exchange = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[3]}"
    url = f"{exchange}/services/exchange"
    roles = [{"name": name, **role} for name, role in values["hub"]["loadRoles"].items()]
    test = {"name": "test", "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"]}
    config = folder / "jupyterhub_config.py"
    settings = {
        **values["hub"]["config"],
        "Spawner": {
            "environment": {**values["singleuser"]["extraEnv"], ADDRESS: url, **env},
            "cmd": [str(image / "usr/local/bin/jupyterhub-singleuser")],
            "args": ["--allow-root"],
            "start_timeout": 180,
            "http_timeout": 180,
        },
        "SimpleLocalProcessSpawner": {"home_dir_template": f"{folder}/homes/{{username}}"},
    }
    settings["JupyterHub"] = {
        **values["hub"]["config"]["JupyterHub"],
        "spawner_class": "simple",
        "bind_url": f"{address}/",
        "hub_bind_url": f"http://127.0.0.1:{ports[1]}",
        "db_url": f"sqlite:///{folder}/hub.sqlite",
        "services": [{"name": name, "api_token": token} for name, token in tokens.items()],
        "load_roles": [*roles, {**test, "services": ["test"]}],
    }
    with hub_environment() as (_, proxy):
        settings["ConfigurableHTTPProxy"] = {
            "command": [str(proxy)],
            "api_url": f"http://127.0.0.1:{ports[2]}",
            "pid_file": str(folder / "proxy.pid"),
        }
        write_config(config, settings)
        with config.open("a") as f:
            f.write(f"load_subconfig({str(FOLDER / 'jupyterhub_config.py')!r})\n")
        variables = {k: v for k, v in values["hub"]["extraEnv"].items() if isinstance(v, str)}
        command: list[str | Path] = [place / "bin/jupyterhub", "-f", config]
        here = {
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{ports[1]}/hub/api",
            "JUPYTERHUB_SERVICE_URL": exchange,
            "JUPYTERHUB_API_TOKEN": tokens["exchange"],
            "ALLYSHIP_EXCHANGE_DB": f"sqlite:///{folder}/exchange.db",
        }
        with (
            running(command, place / "bin", folder, variables) as process,
            running(*deployed(image), folder, {**deployed_variables(), **here}),
        ):
            hub = Hub(folder, address, url, tokens["test"], process)
            hub.wait_for_exchange()
            yield Cluster(hub, image, {**env, "JUPYTERHUB_API_TOKEN": tokens["formgrade-allyship"]})


def exchange_container() -> dict[str, Any]:
    (deployment,) = [o for o in objects("exchange.yaml") if o["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(container)


def deployed(image: Path) -> tuple[list[str], Path]:
    """Return how exchange.yaml starts the exchange, and where its programs are."""
    programs = image / "usr/local/bin"
    program, *arguments = exchange_container()["command"]
    return [str(programs / program), *arguments], programs


def deployed_variables() -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in exchange_container()["env"]}


@pytest.mark.hub
@pytest.mark.slow
def test_a_course_runs_as_on_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    hub = cluster.hub
    for name in ("admin", "prof", "ann", "eve"):
        cluster.sign_up(name)
    admin = cluster.log_in("admin")
    assert admin, "an admin needs nobody's leave"
    assert cluster.log_in("ann") is None, "nobody has let her in yet"
    for name in ("prof", "ann"):
        assert admin.get(f"{hub.address}/hub/authorize/{name}", timeout=60).ok
        assert cluster.log_in(name)
    assert cluster.log_in("eve") is None
    groups = {one["name"]: one["groups"] for one in hub.api("GET", "users")}
    assert groups["prof"] == [f"formgrade-{COURSE}"]
    assert groups["ann"] == [f"nbgrader-{COURSE}"]

    programs = cluster.image / "usr/local/bin"
    job = {**cluster.env, ADDRESS: hub.exchange, "HOME": str(tmp_path)}
    # As the README says, where the image has what a course folder is made from.
    teach = (programs / "allyship", "teach", tmp_path / "term", "--no-open", "--yes")
    run(*teach, cwd=cluster.image / "srv/allyship", env=job)
    assert (tmp_path / "term" / "course.yml").exists()

    course = course_in(tmp_path)
    run(programs / "nbgrader", "generate_assignment", MODULE, cwd=course, env=job)
    run(programs / "nbgrader", "release_assignment", MODULE, cwd=course, env=job)

    cluster.wait_for_server("ann")
    offered = {one["assignment_id"]: one["status"] for one in cluster.assignments("ann")}
    assert offered[MODULE] == "released"
    assert len(offered) == 1 + 9, "the term's nine modules, handed out by the command above"
    cluster.assignments("ann", "fetch")
    home = hub.folder / "homes" / "ann"
    do_the_work(home / MODULE, home / "journal")
    cluster.assignments("ann", "submit")

    run(programs / "allyship-grade-all", cwd=course, env=job)
    run(programs / "allyship-grade-all", cwd=course, env=job)  # the next hour
    assert set(scores(course)["ann"].values()) == {1.0}
    cluster.assignments("ann", "fetch_feedback")
    (page,) = (home / MODULE / "feedback").rglob("*.html")
    assert "Score: 3 of 3" in page.read_text()
