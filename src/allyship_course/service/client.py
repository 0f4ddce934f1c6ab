"""For nbgrader_config.py of earlier releases; now ``allyship_course.exchange.client``."""

from ..exchange.client import use_service

__all__ = ["use_service"]
