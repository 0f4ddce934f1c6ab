"""For nbgrader_config.py of earlier releases; now ``instructor.report.points``."""

from ..instructor.report.points import PointsTable

__all__ = ["PointsTable"]
