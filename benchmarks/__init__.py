"""What the course promises to cost, measured. Run with ``make bench``."""
