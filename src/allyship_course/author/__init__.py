"""For who writes a course: checking it, beginning a module or an exercise, seeing it at once."""
