"""In Jupyter: the forms as widgets, the strip at the head, the checks at the end."""
