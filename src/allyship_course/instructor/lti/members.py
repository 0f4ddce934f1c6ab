"""Names and roles: who learns in the class on the platform, and which student each one is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..lms.csvfile import plain
from ..lms.people import Person, folded, join, unique
from .service import Service
from .settings import Lti, LtiError

_LIST = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_LEARNER = {
    "Learner",
    "urn:lti:role:ims/lis/Learner",
    "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
}


@dataclass(frozen=True)
class Member:
    """Somebody who learns in the class. What the platform does not give is empty."""

    user_id: str
    first_name: str
    last_name: str
    name: str
    email: str
    number: str


class Users(NamedTuple):
    """Which of the platform's users a student is, by the student's id here.

    ``unknown`` are users who are nobody here, ``doubtful`` students who may be two of them.
    """

    ids: dict[str, str]
    unknown: tuple[Member, ...]
    doubtful: tuple[str, ...]


def learners(service: Service, lti: Lti) -> tuple[Member, ...]:
    """Return who learns in the class now, in the platform's order, each once."""
    found: dict[str, Member] = {}
    for page in service.pages(lti.memberships, _LIST):
        for given in _members(page, service):
            if member := _learner(given):
                found.setdefault(member.user_id, member)
    return tuple(found.values())


def _members(page: Any, service: Service) -> list[Any]:
    members = page.get("members") if isinstance(page, dict) else None
    if not isinstance(members, list):
        raise LtiError(
            f"what {service.name} gives at the address 'memberships' of course.yml is no list of "
            "people. Compare that address with the platform's"
        )
    return members


def _learner(given: Any) -> Member | None:
    """Return somebody who learns and has not left; None for anybody else."""
    if not isinstance(given, dict) or given.get("status", "Active") != "Active":
        return None
    roles = given.get("roles")
    is_learner = isinstance(roles, list) and any(role in _LEARNER for role in map(str, roles))
    texts = [
        text if isinstance(text := given.get(key), str) else ""
        for key in (
            *("user_id", "given_name", "family_name", "name", "email"),
            "lis_person_sourcedid",
        )
    ]
    return Member(*map(str.strip, texts)) if is_learner and texts[0].strip() else None


def users_of(lti: Lti, members: Sequence[Member], people: Sequence[Person]) -> Users:
    """Tell which user each student is: by the user's id, or as lists of people are joined.

    A user's id is compared with ids here only where ``course.yml`` says that they are the same:
    otherwise user 4 would get the points of the student whose number is 4.
    """
    if lti.ids == "platform":
        there = unique((folded(member.user_id), member.user_id) for member in members)
        ours = unique((folded(person.id), person.id) for person in people)
        ids = {ours[key]: there[key] for key in ours.keys() & there.keys()}
        known = {*ids.values()}
        return Users(ids, tuple(m for m in members if m.user_id not in known), ())
    rows = [{"number": member.number, "email": member.email} for member in members]
    joined = join(rows, people, "plain")
    sure = {at: person for at, person in joined.ids.items() if at not in joined.doubtful}
    return Users(
        {person: members[at].user_id for at, person in sure.items()},
        tuple(member for at, member in enumerate(members) if at not in joined.ids),
        tuple(sorted(joined.ids[at] for at in joined.doubtful)),
    )


def class_list(lti: Lti, members: Sequence[Member]) -> bytes:
    """Return a class list for ``students:`` in ``course.yml``.

    Its ids are the platform's where students are known by them; otherwise ``allyship teach``
    takes the institution's number or the email address, as from any other list.
    """
    if not members:
        raise LtiError("nobody learns in this class on the platform. Nothing was written")
    columns = {
        "number": [member.number for member in members],
        "email": [plain(member.email) for member in members],
        "first name": [plain(member.first_name) for member in members],
        "last name": [plain(member.last_name) for member in members],
        "name": [plain(member.name) for member in members],
    }
    if lti.ids == "platform":
        columns = {"id": [member.user_id for member in members], **columns}
    elif not any((*columns["number"], *columns["email"])):
        raise LtiError(
            "the platform gives neither numbers nor email addresses of the people in this class, "
            "and names join nobody. Nothing was written. Ask its people to share email addresses "
            "with this tool"
        )
    used = {title: cells for title, cells in columns.items() if any(cells)}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(used)
    writer.writerows(_rows(used))
    return out.getvalue().encode("utf-8-sig", "replace")


def _rows(columns: dict[str, list[str]]) -> Iterator[tuple[str, ...]]:
    yield from zip(*columns.values(), strict=True)
