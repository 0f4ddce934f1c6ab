"""A learning platform with users, for a package: Wagtail with wagtail-lms. Not a test.

Run in an environment of its own (wagtail.lock): ``wagtail_site.py FOLDER PACKAGE``. It sets up
a database and two learners in FOLDER, puts the package into a course, prints the lesson's address
and serves. Everything that Django logs, each request among it, goes to FOLDER/log. The test
imports this file and has no Django, which is imported where it is used.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

LEARNERS = ("ada", "ben")
PASSWORD = "only-for-this-test"

WAGTAIL = (
    "users",
    "snippets",
    "documents",
    "images",
    "search",
    "admin",
    "sites",
    "contrib.redirects",
    "embeds",
)
DJANGO = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
APPS = [
    "wagtail_lms",
    *(f"wagtail.{name}" for name in WAGTAIL),
    *("wagtail", "modelcluster", "taggit"),
    *(f"django.contrib.{name}" for name in DJANGO),
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
BASE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{% block title %}{% endblock %}</title></head><body>{% block content %}{% endblock %}</body>
</html>"""
LOGIN = BASE.replace(
    "{% block content %}{% endblock %}",
    '<form method="post">{% csrf_token %}{{ form.as_p }}<button>Log in</button></form>',
)


# Django looks for it here.
urlpatterns: list[object] = []


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def configure(folder: Path) -> None:
    import django
    from django.conf import settings

    templates = folder / "templates"
    (templates / "registration").mkdir(parents=True)
    (templates / "base.html").write_text(BASE)
    (templates / "registration" / "login.html").write_text(LOGIN)
    contexts = ("request", "auth.context_processors.auth", "messages.context_processors.messages")
    names = ("template.context_processors.request", *(f"contrib.{c}" for c in contexts[1:]))
    settings.configure(
        SECRET_KEY="only for this test",
        DEBUG=False,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=APPS,
        MIDDLEWARE=MIDDLEWARE,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [templates],
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": [f"django.{name}" for name in names]},
            }
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "database"}
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MEDIA_ROOT=folder / "media",
        STATIC_URL="/static/",
        LOGIN_URL="/login/",
        LOGIN_REDIRECT_URL="/",
        WAGTAIL_SITE_NAME="Platform",
        WAGTAILADMIN_BASE_URL="http://127.0.0.1",
        WAGTAIL_LMS_AUTO_ENROLL=True,
        USE_TZ=True,
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"file": {"class": "logging.FileHandler", "filename": folder / "log"}},
            "root": {"handlers": ["file"], "level": "DEBUG"},
        },
    )
    django.setup()


def fill(package: Path) -> int:
    """Make two learners and a course of one lesson; return the lesson's number."""
    from django.contrib.auth import get_user_model
    from django.core.files import File
    from django.core.management import call_command
    from wagtail.models import Page
    from wagtail_lms.models import CoursePage, SCORMLessonPage, SCORMPackage

    call_command("migrate", verbosity=0)
    for name in LEARNERS:
        get_user_model().objects.create_user(name, password=PASSWORD)
    with package.open("rb") as file:
        taken = SCORMPackage(title="Tiny", package_file=File(file, name=package.name))
        taken.save()
    home = Page.objects.get(depth=2)
    course = home.add_child(instance=CoursePage(title="Allies"))
    lesson = course.add_child(instance=SCORMLessonPage(title="Tiny", scorm_package=taken))
    return int(lesson.pk)


def urls() -> list[object]:
    from django.contrib.auth.views import LoginView
    from django.http import HttpResponse
    from django.urls import include, path

    return [
        path("login/", LoginView.as_view()),
        path("lms/", include("wagtail_lms.urls")),
        path("", lambda _: HttpResponse("home")),
    ]


def main() -> None:
    folder, package = Path(sys.argv[1]), Path(sys.argv[2])
    configure(folder)
    lesson = fill(package)
    urlpatterns.extend(urls())

    from django.core.wsgi import get_wsgi_application

    application, turn = get_wsgi_application(), threading.Lock()

    def one_by_one(environ: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
        # Each value comes in a request of its own, and this platform saves all that it has of an
        # attempt each time: two at once, and one of them is lost.
        with turn:
            answer: Iterable[bytes] = application(environ, start)
            return answer

    with make_server("127.0.0.1", 0, one_by_one, server_class=Server) as server:
        address = f"http://127.0.0.1:{server.server_port}/lms/scorm-lesson/{lesson}/play/"
        print(address, flush=True)  # noqa: T201  the test reads it
        server.serve_forever()


if __name__ == "__main__":
    main()
