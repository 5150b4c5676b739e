# SPDX-License-Identifier: Apache-2.0
"""Who hears of what: letters about projects (AST-094)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_identity import letters
from synnefo_identity.letters import Letter
from synnefo_identity.letters.options import recipients
from synnefo_identity.life_models import LifeRow
from synnefo_identity.models import UserRow


@dataclass(frozen=True)
class Notice:
    """Which letters are written of an action; empty: none.

    Attributes:
        to_owner: The text for the owner of the project, who gets one letter at most.
        to_person: The text for the applicant or the member.
        to_list: The text for a list of the configuration.
    """

    to_owner: str = ""
    to_person: str = ""
    to_list: str = ""


NOTICES: Mapping[tuple[str, str], Notice] = {
    ("application", "submit"): Notice(to_list="project_application"),
    ("application", "approve"): Notice(
        to_owner="project_approved_owner",
        to_person="project_approved",
        to_list="project_approved_list",
    ),
    ("application", "deny"): Notice(to_owner="project_denied_owner", to_person="project_denied"),
    ("project", "suspend"): Notice(to_owner="project_suspended"),
    ("project", "unsuspend"): Notice(to_owner="project_unsuspended"),
    ("project", "terminate"): Notice(to_owner="project_terminated"),
    ("project", "reinstate"): Notice(to_owner="project_reinstated"),
    ("membership", "request"): Notice(to_owner="member_wants_in"),
    ("membership", "request_leave"): Notice(to_owner="member_wants_out"),
    ("membership", "accept"): Notice(to_person="member_accepted"),
    ("membership", "reject"): Notice(to_person="member_rejected"),
    ("membership", "remove"): Notice(to_person="member_removed"),
    ("membership", "suspend"): Notice(to_person="member_suspended"),
    ("membership", "enroll"): Notice(to_person="member_enrolled"),
}
"""By the noun and the action; of the rest nobody is told."""

_LISTS = {True: "on_project_creation", False: "on_project_modification"}
"""Whom applications are told to, by whether they are for a new project."""


def tell(
    context: RequestContext,
    session: Session,
    life: LifeRow,
    what: tuple[str, str],
    *,
    person_id: str | None = None,
    reason: str = "",
    is_new: bool = False,
) -> None:
    """Write the letters about an action, if anybody is told of it; none to who is shut out.

    Args:
        context: Of who acted.
        session: The unit of work.
        life: The project.
        what: A key of :data:`NOTICES`.
        person_id: The applicant or the member.
        reason: The words of who acted.
        is_new: Whether the application is for a new project.
    """
    notice = NOTICES.get(what, Notice())
    owner, person = (
        session.get(UserRow, each) if each else None for each in (life.owner_id, person_id)
    )
    facts = {
        "project": life.name,
        "project_id": life.id,
        "owner": owner.name if owner else "",
        "person": person.name if person else "an administrator",
        "reason": reason or "-",
        "kind": "a new project" if is_new else "a change of the project",
    }
    is_one = owner is not None and owner is person and bool(notice.to_person)
    told = [("" if is_one else notice.to_owner, owner), (notice.to_person, person)]
    for text, user in told:
        if text and user is not None and user.is_enabled and user.email:
            letters.write(context, session, Letter(text, user.email, {**facts, "name": user.name}))
    if notice.to_list:
        for address in recipients(context.cloud.config, _LISTS[is_new]):
            letters.write(context, session, Letter(notice.to_list, address, facts))
