# SPDX-License-Identifier: Apache-2.0
"""Who hears of what: one event for each notice, for whoever sends letters (AST-094)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_identity.life_models import LifeRow

ADMINS = "admins"
OWNER = "owner"
APPLICANT = "applicant"
MEMBER = "member"


@dataclass(frozen=True)
class Notice:
    """An event and who is told of it."""

    kind: str
    told: frozenset[str]


def _notice(kind: str, told: str) -> Notice:
    return Notice(f"project.{kind}", frozenset(told.split()))


NOTICES: Mapping[tuple[str, str], Notice] = {
    ("application", "submit"): _notice("application_submitted", "admins"),
    ("application", "approve"): _notice("application_approved", "applicant admins"),
    ("application", "deny"): _notice("application_denied", "applicant"),
    ("project", "suspend"): _notice("suspended", "owner"),
    ("project", "unsuspend"): _notice("unsuspended", "owner"),
    ("project", "terminate"): _notice("terminated", "owner"),
    ("project", "reinstate"): _notice("reinstated", "owner"),
    ("membership", "request"): _notice("join_requested", "owner"),
    ("membership", "request_leave"): _notice("leave_requested", "owner"),
    ("membership", "accept"): _notice("member_accepted", "member"),
    ("membership", "reject"): _notice("member_rejected", "member"),
    ("membership", "remove"): _notice("member_removed", "member"),
    ("membership", "suspend"): _notice("member_suspended", "member"),
    ("membership", "enroll"): _notice("member_enrolled", "member"),
}
"""By the noun and the action; of the rest nobody is told."""


def tell(
    context: RequestContext,
    session: Session,
    life: LifeRow,
    what: tuple[str, str],
    *,
    person_id: str = "",
    reason: str = "",
    is_new: bool = False,
) -> None:
    """Emit the event of an action, if anybody is told of it.

    Args:
        context: Of who acted.
        session: The unit of work.
        life: The project.
        what: A key of :data:`NOTICES`.
        person_id: The applicant or the member.
        reason: The words of who acted.
        is_new: Whether the application is for a new project.
    """
    notice = NOTICES.get(what)
    if notice is None:
        return
    people = {OWNER: life.owner_id, APPLICANT: person_id, MEMBER: person_id}
    outbox.emit(
        context,
        session,
        notice.kind,
        subject_id=life.id,
        payload={
            "project_id": life.id,
            "project_name": life.name,
            "person_id": person_id,
            "reason": reason,
            "is_new": is_new,
            "to_users": sorted({people[who] or "" for who in notice.told - {ADMINS}} - {""}),
            "to_admins": ADMINS in notice.told,
        },
    )
