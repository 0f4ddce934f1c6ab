"""For notebooks of earlier releases; now ``allyship_course.instructor.report.mirror``."""

from ..instructor.report.mirror import mirror

__all__ = ["mirror"]
