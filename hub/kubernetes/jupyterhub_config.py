"""What the hub is told beside values.yaml: who is in which group, and what a server may do."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from tornado.log import app_log
from tornado.web import HTTPError

COURSE = os.environ.get("ALLYSHIP_COURSE", "allyship")
INSTRUCTORS = set(os.environ.get("ALLYSHIP_INSTRUCTORS", "").split())
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"
CONTEXT = "https://purl.imsglobal.org/spec/lti/claim/context"
# The platform's id of this course. The same tool may stand in others, which others teach.
HERE = os.environ.get("ALLYSHIP_LTI_CONTEXT", "")
DEPLOYED = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
POINTS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NAMES = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
# The platform's id of where the tool was added. The authenticator takes a login from anywhere on
# the platform; with this, only from there.
DEPLOYMENT = os.environ.get("ALLYSHIP_LTI_DEPLOYMENT", "")
# In the course of the login. That somebody teaches elsewhere at the institution is another role.
TEACHES = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
CLAIM = "allyship-course"
PLACE = "/home/jovyan/course"
# The gradebook's address, which only who teaches and the grading job are told.
GRADEBOOK = os.environ.get("ALLYSHIP_GRADEBOOK", "")


def with_groups(_authenticator: Any, _handler: Any, who: dict[str, Any]) -> dict[str, Any]:
    """Put who logs in into nbgrader's group of instructors or of students."""
    said = who.get("auth_state") or {}
    if TEACHES in (said.get(ROLES) or ()):
        app_log.info("Somebody who teaches came by LTI, from: %s", where_from(said))
    if DEPLOYMENT and said.get(DEPLOYED, DEPLOYMENT) != DEPLOYMENT:
        raise HTTPError(403, "This link is not of the course here. Please tell who gave it to you")
    here = bool(HERE) and (said.get(CONTEXT) or {}).get("id") == HERE
    teaches = who["name"] in INSTRUCTORS or (here and TEACHES in (said.get(ROLES) or ()))
    return {**who, "groups": [f"{'formgrade' if teaches else 'nbgrader'}-{COURSE}"]}


def where_from(said: Mapping[str, Any]) -> str:
    """Return what an administrator and course.yml need to know of a class on a platform."""
    found = {
        "context": (said.get(CONTEXT) or {}).get("id"),
        "deployment": said.get(DEPLOYED),
        "line_items": (said.get(POINTS) or {}).get("lineitems"),
        "memberships": (said.get(NAMES) or {}).get("context_memberships_url"),
    }
    return json.dumps(found)


def with_label(spawner: Any) -> dict[str, str]:
    """Mark a server as one of who teaches: grading.yaml lets those reach the database."""
    return {**spawner.extra_labels, "allyship-teaches": "yes"}


def and_one(trait: str, one: Mapping[str, Any]) -> Callable[[Any], list[Any]]:
    """Return what adds one volume, or one mount, to those that a server has anyway."""

    def of(spawner: Any) -> list[Any]:
        now = getattr(spawner, trait)
        return [*(now.values() if isinstance(now, dict) else now), dict(one)]

    return of


c = get_config()  # type: ignore[name-defined]  # noqa: F821  JupyterHub gives it
c.Authenticator.post_auth_hook = with_groups
# What a person's server may do in their name. Not "inherit": that would be all that they may.
c.Spawner.server_token_scopes = [
    "users:activity!user",
    "access:servers!server",
    "access:services!service=exchange",
]
# Instructors only have the course folder, which the grading job has too, and Formgrader.
c.Spawner.group_overrides = {
    "instructors": {
        "groups": [f"formgrade-{COURSE}"],
        "spawner_override": {
            "volumes": and_one(
                "volumes", {"name": "course", "persistentVolumeClaim": {"claimName": CLAIM}}
            ),
            "volume_mounts": and_one("volume_mounts", {"name": "course", "mountPath": PLACE}),
            "extra_labels": with_label,
            "environment": {
                "JUPYTER_CONFIG_PATH": "/srv/allyship/etc/instructor",
                "ALLYSHIP_GRADEBOOK": GRADEBOOK,
            },
        },
    }
}
# NativeAuthenticator's pages to sign up and to let people in.
if c.JupyterHub.authenticator_class == "native":
    import nativeauthenticator

    c.JupyterHub.template_paths = [os.path.join(nativeauthenticator.__path__[0], "templates")]  # noqa: PTH118
