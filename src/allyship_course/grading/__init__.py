"""Grading: collecting safely, grading, the nbgrader plugin, feedback.

What a student handed in is read as data, within limits and without following links; nothing
of it is run. ``submission`` reads it, ``graded_copy`` makes the graded copy of a module's notebook,
``batch`` grades a whole class at once, ``plugin`` does the same inside nbgrader's own
commands, ``collect`` takes submissions out of the exchange, ``feedback`` writes the pages.
"""
