"""The course as live notebooks in the browser."""
