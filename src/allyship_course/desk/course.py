"""For nbgrader_config.py of earlier releases; now ``from allyship_course import configure``."""

from ..instructor.course import configure

__all__ = ["configure"]
