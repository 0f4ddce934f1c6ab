"""The course, or one module of it, as one file that a learning platform takes in.

Learners work in the published pages, inside the platform. The platform hears how many exercises
are complete, and not a word of what anybody writes: ``launch.mjs`` and those beside it speak to
it, and pages tell them paths of exercises and nothing else.
"""
