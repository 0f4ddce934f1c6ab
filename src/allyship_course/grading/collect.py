"""For nbgrader_config.py of earlier releases; now ``allyship_course.exchange.folder``."""

from ..exchange.folder import SafeCollect, SafeRelease, SafeSubmit

__all__ = ["SafeCollect", "SafeRelease", "SafeSubmit"]
