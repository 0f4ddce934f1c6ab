"""nbgrader's configuration for this course; what is of one term stands in course.yml."""

from pathlib import Path

from allyship_course import configure

c = get_config()  # noqa: F821  nbgrader gives it

configure(c, Path(__file__).resolve().parent)
