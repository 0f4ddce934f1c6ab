"""JupyterHub's configuration of a class; :mod:`hub.classroom` copies it beside its settings."""

# mypy: disable-error-code="name-defined"
# ruff: noqa: F821  (JupyterHub gives get_config)

import json
from pathlib import Path

c = get_config()
here = Path(__file__).resolve().parent  # root's alone
settings = json.loads((here / "settings.json").read_text("utf-8"))
address, ports = settings["address"], settings["ports"]
environment, place = Path(settings["environment"]), Path(settings["place"])
course, instructors, students = settings["course"], settings["instructors"], settings["students"]

# ---- the hub itself. Everything listens on loopback.
c.JupyterHub.bind_url = f"http://127.0.0.1:{ports['public']}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{ports['hub']}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{ports['proxy']}"
c.ConfigurableHTTPProxy.command = [
    "node",
    str(environment / "proxy" / "node_modules" / "configurable-http-proxy" / "bin")
    + "/configurable-http-proxy",
]
c.ConfigurableHTTPProxy.pid_file = str(here / "proxy.pid")
# Each server gets an origin of its own: else a page that a student's server shows could do, in
# the instructor's browser, all that the instructor may do.
c.JupyterHub.subdomain_host = address
c.JupyterHub.db_url = f"sqlite:///{here / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(here / "cookie_secret")

# ---- people
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = {*instructors, *students}
c.JupyterHub.load_groups = {
    # The course's own user, whom nbgrader takes Formgrader for, can't log in: it has no password.
    f"formgrade-{course}": {"users": [*instructors, settings["course_user"]]},
    f"nbgrader-{course}": {"users": students},
}
# Who teaches is led to the course's Formgrader, everybody else to their own server.
c.JupyterHub.default_url = lambda handler: (
    settings["formgrader"] if getattr(handler.current_user, "name", "") in instructors else ""
)

# ---- everybody's own server
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(environment / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": f"{place / 'etc' / 'own-server'}:{place / 'etc' / 'all'}",
    "TMPDIR": lambda spawner: str(place / "homes" / spawner.user.name / ".tmp"),
}
# Not "inherit", with which whatever runs in the server may do all that the user may do in the
# hub, such as making tokens that outlive it. Assignment List asks for the user's groups.
c.Spawner.server_token_scopes = [
    "users:activity!user",
    "access:servers!server",
    "read:users:name!user",
    "read:users:groups!user",
]
# A whole class that begins at once waits for its turn of the processor; nobody is turned away.
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.start_timeout = c.Spawner.http_timeout = 300

# ---- the course, with Formgrader, for those who teach it
c.JupyterHub.services = [
    {
        "name": course,
        "url": f"http://127.0.0.1:{ports['course']}",
        "oauth_no_confirm": True,  # its first page asks who you are, and nothing more
        "display": False,  # in the menu of services: its link would lack the port
        "command": [str(environment / "bin" / "jupyterhub-singleuser")],
        "user": settings["course_user"],
        "cwd": str(place / "homes" / settings["course_user"] / "course"),
        "environment": {
            "JUPYTERHUB_DEFAULT_URL": "/lab?formgrader=true",
            "JUPYTERHUB_USER": settings["course_user"],  # nbgrader asks for it
            "JUPYTER_CONFIG_PATH": f"{place / 'etc' / 'course'}:{place / 'etc' / 'all'}",
            "TMPDIR": str(place / "homes" / settings["course_user"] / ".tmp"),
        },
    }
]
c.JupyterHub.load_roles = [
    {
        "name": f"formgrade-{course}",
        "groups": [f"formgrade-{course}"],
        "scopes": [
            f"access:services!service={course}",
            "list:services",
            f"read:services!service={course}",
        ],
    },
    {
        # Formgrader's page of students puts them into the course's group, and takes them out.
        "name": f"course-{course}",
        "services": [course],
        "scopes": ["list:users", "read:users", "groups", "admin:groups"],
    },
]
