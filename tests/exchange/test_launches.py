"""Launches by LTI 1.3 on a real hub: who comes in, into which group, and who does not.

The hub has the values of hub/kubernetes and jupyterhub-ltiauthenticator. The platform is a key set
that the hub fetches, and launches that are signed here.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
import yaml
from joserfc.jwk import RSAKey

from tests.support.hubs import free_port, hub_environment, running, write_config
from tests.support.paths import ROOT
from tests.support.site import served

pytestmark = pytest.mark.hub

FOLDER = ROOT / "hub" / "kubernetes"
CLIENT, DEPLOYMENT, HERE, ELSEWHERE = "10000000000001", "7:course", "c-1", "c-2"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
TEACHES, LEARNS, MENTORS = f"{ROLE}Instructor", f"{ROLE}Learner", f"{ROLE}Mentor"


@dataclass
class Platform:
    """Signs launches; ``issuer`` is that of values-lti.yaml."""

    issuer: str
    hub: str
    token: str
    log: Path
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))

    def begin(self, browser: requests.Session, target: str) -> dict[str, str]:
        """Let the hub begin a login; return what it asks the platform."""
        reply = browser.post(
            f"{self.hub}/hub/lti13/oauth_login",
            data={
                "iss": self.issuer,
                "login_hint": "somebody",
                "client_id": CLIENT,
                "target_link_uri": target,
            },
            allow_redirects=False,
            timeout=60,
        )
        assert reply.status_code == 302, reply.text[:2000]
        asked = parse_qs(urlsplit(reply.headers["Location"]).query)
        return {name: values[0] for name, values in asked.items()}

    def says(self, asked: dict[str, str], **changed: Any) -> dict[str, Any]:
        """The claims of a launch of a learner in this course."""
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "u42",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            f"{CLAIM}/version": "1.3.0",
            f"{CLAIM}/message_type": "LtiResourceLinkRequest",
            f"{CLAIM}/deployment_id": DEPLOYMENT,
            f"{CLAIM}/target_link_uri": f"{self.hub}/hub/spawn",
            f"{CLAIM}/resource_link": {"id": "r-1"},
            f"{CLAIM}/roles": [LEARNS],
            f"{CLAIM}/context": {"id": HERE, "label": "A course"},
            **changed,
        }

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        raw = (key or self.key).as_pem(private=True)
        return jwt.encode(claims, raw, "RS256", headers={"kid": self.key.thumbprint()})

    def launch(
        self,
        target: str = "",
        key: RSAKey | None = None,
        claims: Mapping[str, Any] | None = None,
        **changed: Any,
    ) -> requests.Response:
        """Launch from a fresh browser; return how the hub answers, without going on from there."""
        browser = requests.Session()
        asked = self.begin(browser, target or f"{self.hub}/hub/spawn")
        token = self.signed(self.says(asked, **changed, **(claims or {})), key)
        return self.answer(browser, asked, token)

    def answer(
        self, browser: requests.Session, asked: dict[str, str], token: str
    ) -> requests.Response:
        return browser.post(
            asked["redirect_uri"],
            data={"id_token": token, "state": asked["state"]},
            allow_redirects=False,
            timeout=60,
        )

    def groups(self, name: str) -> list[str] | None:
        """The groups of a user of the hub; None for somebody who was never let in."""
        headers = {"Authorization": f"token {self.token}"}
        reply = requests.get(f"{self.hub}/hub/api/users/{name}", headers=headers, timeout=60)
        return reply.json()["groups"] if reply.ok else None


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("launches")
    place, uv = folder / "environment", Path(sys.executable).with_name("uv")
    lock = FOLDER / "hub.lock"
    for command in (
        [uv, "venv", "--python", sys.executable, place],
        [uv, "pip", "sync", "--python", place / "bin/python", "--require-hashes", lock],
    ):
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
    values, lti = (
        yaml.safe_load((FOLDER / name).read_text())["hub"]
        for name in ("values.yaml", "values-lti.yaml")
    )
    ports, token = [free_port() for _ in range(3)], secrets.token_hex(16)
    address = f"http://127.0.0.1:{ports[0]}"
    authenticator = lti["config"]["LTI13Authenticator"]
    made = Platform(authenticator["issuer"], address, token, folder / "hub.log")
    public = made.key.as_dict(private=False, use="sig", alg="RS256", kid=made.key.thumbprint())
    (folder / "keys").mkdir()
    (folder / "keys" / "jwks").write_text(json.dumps({"keys": [public]}))
    with hub_environment() as (_, proxy), served(folder / "keys") as keys:
        config = folder / "jupyterhub_config.py"
        settings = {
            **values["config"],
            "LTI13Authenticator": {**authenticator, "jwks_endpoint": f"{keys}/jwks"},
            "JupyterHub": {
                **lti["config"]["JupyterHub"],
                "spawner_class": "simple",
                "bind_url": f"{address}/",
                "hub_bind_url": f"http://127.0.0.1:{ports[1]}",
                "db_url": f"sqlite:///{folder}/hub.sqlite",
                "services": [{"name": "test", "api_token": token}],
                "load_roles": [
                    {"name": "test", "scopes": ["read:users"], "services": ["test"]},
                ],
            },
            "ConfigurableHTTPProxy": {
                "command": [str(proxy)],
                "api_url": f"http://127.0.0.1:{ports[2]}",
                "pid_file": str(folder / "proxy.pid"),
            },
        }
        write_config(config, settings)
        with config.open("a") as f:
            f.write(f"load_subconfig({str(FOLDER / 'jupyterhub_config.py')!r})\n")
        variables = {
            **{k: v for k, v in values["extraEnv"].items() if isinstance(v, str)},
            **lti["extraEnv"],
            "ALLYSHIP_LTI_CONTEXT": HERE,
            "ALLYSHIP_LTI_DEPLOYMENT": DEPLOYMENT,
        }
        hub: list[str | Path] = [place / "bin/jupyterhub", "-f", config]
        with running(hub, place / "bin", folder, variables) as process:
            _wait_for(address, process, folder)
            yield made


def _wait_for(address: str, process: Any, folder: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, (folder / "hub.log").read_text()[-4000:]
        try:
            if requests.get(f"{address}/hub/api/", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.5)
    raise AssertionError((folder / "hub.log").read_text()[-4000:])


# ---- who comes in


def test_a_learner_comes_in_as_a_student_and_goes_where_the_link_says(platform: Platform) -> None:
    reply = platform.launch(sub="ann")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/hub/spawn")
    assert platform.groups("ann") == ["nbgrader-allyship"]


@pytest.mark.parametrize(
    ("who", "roles", "context", "group"),
    [
        ("prof", [TEACHES], HERE, "formgrade-allyship"),
        ("both", [LEARNS, TEACHES], HERE, "formgrade-allyship"),
        # Teaches another course on the platform, and would look into this one.
        ("curious", [TEACHES], ELSEWHERE, "nbgrader-allyship"),
        ("parent", [MENTORS], HERE, "nbgrader-allyship"),
        ("nobody", [], HERE, "nbgrader-allyship"),
        ("long", [f"{TEACHES}#TeachingAssistant", f"x{TEACHES}"], HERE, "nbgrader-allyship"),
        (
            "dean",
            ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"],
            HERE,
            "nbgrader-allyship",
        ),
    ],
)
def test_who_teaches_here_is_who_teaches_in_this_course(
    platform: Platform, who: str, roles: list[str], context: str, group: str
) -> None:
    reply = platform.launch(
        sub=who, claims={f"{CLAIM}/roles": roles, f"{CLAIM}/context": {"id": context, "label": "x"}}
    )
    assert reply.status_code == 302
    assert platform.groups(who) == [group]


def test_who_teaches_no_more_is_a_student_at_the_next_launch(platform: Platform) -> None:
    platform.launch(sub="late", claims={f"{CLAIM}/roles": [TEACHES]})
    assert platform.groups("late") == ["formgrade-allyship"]
    platform.launch(sub="late")
    assert platform.groups("late") == ["nbgrader-allyship"]


def test_the_log_says_what_course_yml_needs(platform: Platform) -> None:
    """Whoever sets it up reads there which class, deployment and addresses are meant."""
    line_items, people = "https://lms.example.org/12/items", "https://lms.example.org/12/people"
    platform.launch(
        sub="quiet-teacher",
        name="Quiet Teacher",
        claims={
            f"{CLAIM}/roles": [TEACHES],
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"lineitems": line_items},
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": people
            },
        },
    )
    (line,) = [one for one in platform.log.read_text().splitlines() if line_items in one]
    told = json.loads(line[line.index("{") :])
    assert told == {
        "context": HERE,
        "deployment": DEPLOYMENT,
        "line_items": line_items,
        "memberships": people,
    }


@pytest.mark.parametrize("path", ["/hub/spawn", "/hub"])
def test_a_link_that_names_the_hub_ends_at_a_page(platform: Platform, path: str) -> None:
    """As the guide says. The address of the callback, which platforms suggest, answers 405."""
    browser = requests.Session()
    asked = platform.begin(browser, f"{platform.hub}{path}")
    reply = platform.answer(browser, asked, platform.signed(platform.says(asked, sub="linked")))
    page = browser.get(
        f"{platform.hub}{reply.headers['Location']}", allow_redirects=False, timeout=60
    )
    assert page.status_code < 400
    callback = platform.launch(f"{platform.hub}/hub/lti13/oauth_callback", sub="linked")
    page = browser.get(f"{platform.hub}{callback.headers['Location']}", timeout=60)
    assert page.status_code == 405


# ---- who does not


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"aud": "20000000000002"}, 401),
        ({"iss": "https://another.example.org"}, 400),
        ({"iat": int(time.time()) - 4000, "exp": int(time.time()) - 3600}, 400),
        ({f"{CLAIM}/deployment_id": "8:course"}, 403),
        ({"nonce": "0" * 64}, 400),
    ],
    ids=["audience", "issuer", "expired", "deployment", "nonce"],
)
def test_a_launch_that_is_not_for_here_lets_nobody_in(
    platform: Platform, changed: dict[str, Any], status: int
) -> None:
    who = f"mallory{secrets.token_hex(3)}"
    assert platform.launch(sub=who, **changed).status_code == status
    assert platform.groups(who) is None


def test_a_launch_that_another_key_has_signed_lets_nobody_in(platform: Platform) -> None:
    reply = platform.launch(sub="mallory", key=RSAKey.generate_key(2048))
    assert reply.status_code == 400
    assert platform.groups("mallory") is None


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_launch_that_nobody_has_signed_lets_nobody_in(platform: Platform, algorithm: str) -> None:
    browser = requests.Session()
    asked = platform.begin(browser, f"{platform.hub}/hub/spawn")
    secret = "" if algorithm == "none" else "x" * 32
    headers = {"kid": platform.key.thumbprint()}
    forged = jwt.encode(platform.says(asked, sub="forger"), secret, algorithm, headers=headers)
    assert platform.answer(browser, asked, forged).status_code == 400
    assert platform.groups("forger") is None


def test_a_launch_that_was_overheard_is_of_no_use_in_another_browser(platform: Platform) -> None:
    """Neither alone, nor in a login that the attacker has begun: a learner posing as another."""
    browser, attacker = requests.Session(), requests.Session()
    asked = platform.begin(browser, f"{platform.hub}/hub/spawn")
    token = platform.signed(platform.says(asked, sub="ann"))
    assert platform.answer(requests.Session(), asked, token).status_code == 400
    theirs = platform.begin(attacker, f"{platform.hub}/hub/spawn")
    assert platform.answer(attacker, theirs, token).status_code == 400
    assert platform.answer(attacker, asked, token).status_code == 400
    assert "jupyterhub-session-id" not in attacker.cookies
    assert platform.answer(browser, asked, token).status_code == 302


def test_no_launch_leads_to_another_site(platform: Platform) -> None:
    reply = platform.launch("https://evil.example/hub/spawn", sub="ann")
    assert not urlsplit(reply.headers["Location"]).netloc
