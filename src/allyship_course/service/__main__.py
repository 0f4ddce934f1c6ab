"""For hubs of earlier releases; now ``python -m allyship_course.exchange``."""

from ..exchange.server import main

main()
