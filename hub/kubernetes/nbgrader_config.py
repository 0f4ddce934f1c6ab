"""What nbgrader is told on every server: the exchange is a service of the hub."""

import os

from allyship_course.exchange.client import use_service

c = get_config()  # type: ignore[name-defined]  # noqa: F821  nbgrader gives it
use_service(c)
# Instructors' servers and the grading job have it: the course folder is no place for SQLite.
if gradebook := os.environ.get("ALLYSHIP_GRADEBOOK"):
    c.CourseDirectory.db_url = gradebook
