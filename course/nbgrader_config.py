"""nbgrader's configuration for this course. Everything of ours is in allyship_course.grading."""

from pathlib import Path

from allyship_course.grading.plugin import configure

c = get_config()  # noqa: F821  nbgrader gives it

c.CourseDirectory.course_id = "allyship"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
configure(c)
