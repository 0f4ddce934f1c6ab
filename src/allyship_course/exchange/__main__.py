"""``python -m allyship_course.service``: what the hub starts."""

from .server import main

main()
