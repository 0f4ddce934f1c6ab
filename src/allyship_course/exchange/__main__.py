"""``python -m allyship_course.exchange``: what the hub starts."""

from .server import main

main()
