"""Line items: the columns in a platform's gradebook that belong to this course's modules.

One belongs to a module by two marks that platforms keep and do not show: ``tag`` is the course,
``resourceId`` the module. So an instructor may rename and weigh a column as they like.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from ...messages import Tell
from ...store.submission import visible
from .service import Service, is_below
from .settings import LtiError

_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_LIST = "application/vnd.ims.lis.v2.lineitemcontainer+json"


class Column(NamedTuple):
    """What a module's line item is to be, where there is none yet."""

    module: str
    title: str
    most: float


class LineItems:
    """The line items of one course in one class on the platform."""

    def __init__(self, service: Service, container: str, course_id: str, tell: Tell) -> None:
        self._service, self._container, self._course_id = service, container, course_id
        self._addresses: dict[str, str] = {}
        for page in service.pages(container, _LIST):
            for item in page if isinstance(page, list) else []:
                self._take(item, tell)

    def _take(self, item: Any, tell: Tell) -> None:
        """Keep a line item of this course; of two for one module, the one that is listed first."""
        if not isinstance(item, dict) or item.get("tag") != self._course_id:
            return
        module, address = item.get("resourceId"), item.get("id")
        if not isinstance(module, str) or not module:
            return
        if module in self._addresses:
            tell(
                f"{self._service.name} has two columns for {visible(module)}. Points go into the "
                "one that it lists first; the other may be deleted there."
            )
            return
        self._addresses[module] = self._checked(address)

    def of(self, column: Column) -> str:
        """Return the address of a module's line item, which is made if there is none."""
        if column.module not in self._addresses:
            wanted = {
                "scoreMaximum": column.most,
                "label": column.title,
                "resourceId": column.module,
                "tag": self._course_id,
            }
            made = self._service.make(self._container, _ITEM, wanted)
            address = made.get("id") if isinstance(made, dict) else None
            self._addresses[column.module] = self._checked(address)
        return self._addresses[column.module]

    def _checked(self, address: object) -> str:
        """Refuse the address of something outside this class: points of it are not ours to set."""
        if isinstance(address, str) and is_below(address, self._container):
            return address
        shown = visible(address)[:200] if isinstance(address, str) else "without an address"
        raise LtiError(
            f"{self._service.name} names a line item ({shown}) that is not one of this class, "
            "whose line items begin with 'line_items' in course.yml. No points were sent there. "
            "Compare that address with the platform's"
        )


def scores_of(line_item: str) -> str:
    """Return where the scores of a line item are sent; its address may have a query."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))
