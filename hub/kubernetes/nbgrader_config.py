"""What nbgrader is told on every server: the exchange is a service of the hub."""

from allyship_course.service.client import use_service

c = get_config()  # type: ignore[name-defined]  # noqa: F821  nbgrader gives it
use_service(c)
