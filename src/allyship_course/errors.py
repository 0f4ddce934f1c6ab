"""The one base of all errors that are written for a person."""

from __future__ import annotations


class CourseError(Exception):
    """Something that a person can mend. Its text says what happened, where, and what to do.

    The command shows it as a plain line. Any other error is a fault of ours, or of a library,
    and ends in a traceback.
    """
