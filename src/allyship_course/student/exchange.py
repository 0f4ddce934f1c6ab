"""A class's exchange, as nbgrader is configured on this machine: what is handed out, handing in.

Everything goes through nbgrader's own exchange classes, so that an exchange that is no folder
(ngshare, say) works too. Without nbgrader there is no exchange.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import CourseError


class Offer(NamedTuple):
    """One module that a class has handed out."""

    course: str
    module: str


class ExchangeError(CourseError):
    """The exchange did not do what was asked for, in words for the student."""


class Exchange:
    """What this student may do in the exchange. ``config`` is nbgrader's."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def offers(self) -> list[Offer]:
        """Return what is handed out in the student's courses."""
        listed = self._do("List", None, Path())
        return [Offer(one["course_id"], one["assignment_id"]) for one in listed]

    def offer(self, module: str) -> Offer | None:
        """Return the one offer of ``module``. Raises ExchangeError if several courses have one."""
        offers = [offer for offer in self.offers() if offer.module == module]
        if len(offers) > 1:
            courses = ", ".join(offer.course for offer in offers)
            raise ExchangeError(
                f"several courses have handed out {module}: {courses}. Say in nbgrader_config.py "
                "which is yours: c.CourseDirectory.course_id"
            )
        return offers[0] if offers else None

    def fetch(self, offer: Offer, folder: Path) -> None:
        """Fetch a module into ``folder/<module>``, which must not be there."""
        self._do("FetchAssignment", offer, folder)

    def submit(self, offer: Offer, folder: Path) -> None:
        """Hand in the folder ``folder/<module>``."""
        self._do("Submit", offer, folder)

    def _do(self, step: str, offer: Offer | None, folder: Path) -> Any:
        """Do one step of nbgrader's exchange with ``folder`` as the place of assignments."""
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeError as Refused
        from nbgrader.exchange import ExchangeFactory

        config = self._config.copy()
        config.Exchange.assignment_dir = str(folder)
        config.Exchange.path_includes_course = False
        if offer:
            config.CourseDirectory.course_id = offer.course
            config.CourseDirectory.assignment_id = offer.module
        with _quiet() as log:
            kind = getattr(ExchangeFactory(config=config, log=log), step)
            course = CourseDirectory(config=config, log=log)
            authenticator = Authenticator(config=config, log=log)
            try:
                return kind(
                    coursedir=course, authenticator=authenticator, config=config, log=log
                ).start()
            except (Refused, OSError, RuntimeError) as e:
                raise ExchangeError(f"the exchange refused: {e}") from e


@contextmanager
def _quiet() -> Iterator[logging.Logger]:
    """Keep nbgrader's many lines, and what it warns of itself, from the student."""
    log = logging.getLogger("allyship-exchange")
    log.setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield log


def find_exchange() -> Exchange | None:
    """Return the exchange that nbgrader is set up for on this machine, if there is one."""
    if importlib.util.find_spec("nbgrader") is None:
        return None
    from nbgrader.apps.baseapp import NbGrader

    with _quiet() as log:
        app = NbGrader(log=log)
        app.initialize([])
    exchange = Exchange(app.config)
    try:
        exchange.offers()
    except ExchangeError:
        return None
    return exchange
