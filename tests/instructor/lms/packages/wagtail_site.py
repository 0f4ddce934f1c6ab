"""A learning platform with users, for a package: Wagtail with wagtail-lms. Not a test.

Run in an environment of its own (wagtail.lock): ``wagtail_site.py FOLDER [PACKAGE]``. It sets up
a database, a tutor, two learners and an empty course in FOLDER, and serves. It puts a package that
is named into the course and prints the lesson's address; without one, that of the site. Everything
that Django logs, each request among it, goes to FOLDER/log. The test imports this file and has no
Django, which is imported where it is used.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

LEARNERS = ("ada", "ben")
TUTOR = "tutor"
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
<meta name="viewport" content="width=device-width">
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
        WAGTAIL_ENABLE_UPDATE_CHECK=False,
        WAGTAIL_GRAVATAR_PROVIDER_URL=None,
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


def fill() -> Any:
    """Make a tutor, two learners and an empty course, which is returned."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from wagtail.models import Page, Site
    from wagtail_lms.models import CoursePage

    call_command("migrate", verbosity=0)
    for name in LEARNERS:
        get_user_model().objects.create_user(name, password=PASSWORD)
    get_user_model().objects.create_superuser(TUTOR, "tutor@example.org", PASSWORD)
    home = Page.objects.get(depth=2)
    course = home.add_child(instance=CoursePage(title="Allies"))
    Site.objects.update(root_page=home)
    return course


def put_in(course: Any, package: Path) -> int:
    """Put a package into a course as its only lesson; return the lesson's number."""
    from django.core.files import File
    from wagtail_lms.models import SCORMLessonPage, SCORMPackage

    with package.open("rb") as file:
        taken = SCORMPackage(title="Tiny", package_file=File(file, name=package.name))
        taken.save()
    lesson = course.add_child(instance=SCORMLessonPage(title="Tiny", scorm_package=taken))
    return int(lesson.pk)


def urls() -> list[object]:
    from django.contrib.auth.views import LoginView
    from django.urls import include, path

    return [
        path("login/", LoginView.as_view()),
        path("lms/", include("wagtail_lms.urls")),
        path("admin/", include("wagtail.admin.urls")),
        path("", include("wagtail.urls")),
    ]


def main() -> None:
    folder, *packages = (Path(name) for name in sys.argv[1:])
    configure(folder)
    course = fill()
    lessons = [put_in(course, package) for package in packages]
    urlpatterns.extend(urls())

    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    application, turn = StaticFilesHandler(get_wsgi_application()), threading.Lock()

    def one_by_one(environ: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
        # Each value comes in a request of its own, and this platform saves all that it has of an
        # attempt each time: two at once, and one of them is lost.
        with turn:
            answer: Iterable[bytes] = application(environ, start)
            return answer

    with make_server("127.0.0.1", 0, one_by_one, server_class=Server) as server:
        site = f"http://127.0.0.1:{server.server_port}"
        addresses = [f"{site}/lms/scorm-lesson/{lesson}/play/" for lesson in lessons]
        print(*addresses or [site], flush=True)  # noqa: T201  the test reads it
        server.serve_forever()


if __name__ == "__main__":
    main()
