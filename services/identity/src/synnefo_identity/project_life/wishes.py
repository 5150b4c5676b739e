# SPDX-License-Identifier: Apache-2.0
"""What can be asked for, and how a granted wish changes a project (AST-080)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Forbidden, InvalidField
from synnefo_identity.life_models import LifeRow, LimitRow
from synnefo_identity.models import UserRow
from synnefo_identity.project_life.states import JoinPolicy
from synnefo_identity.project_life.values import Limits, Wish

LONGEST_NAME = 255
LONGEST_HOMEPAGE = 255
LONGEST_TEXT = 4096

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
"""Names are like those of hosts (AST-077), so none can look like a personal project's."""

_TAKEN_OVER = (
    *("name", "owner_id", "homepage", "description", "ends_at"),
    *("join_policy", "leave_policy", "max_members", "is_private"),
)


def check(context: RequestContext, session: Session, wish: Wish) -> None:
    """Refuse a wish that can't be granted to this caller.

    Raises:
        InvalidField: Something in it can't be.
        Forbidden: Only an administrator may give a project to somebody else.
    """
    if wish.name is not None and not _is_name(wish.name):
        raise InvalidField("name", "must be of the form of a domain name")
    for field, longest in (("homepage", LONGEST_HOMEPAGE), ("description", LONGEST_TEXT)):
        if len(getattr(wish, field) or "") > longest:
            raise InvalidField(field, f"has at most {longest} characters")
    if len(wish.comments) > LONGEST_TEXT:
        raise InvalidField("comments", f"has at most {LONGEST_TEXT} characters")
    if wish.ends_at is not None and wish.ends_at <= context.now():
        raise InvalidField("end_date", "is over")
    for field in ("join_policy", "leave_policy"):
        if getattr(wish, field) not in (None, *JoinPolicy):
            raise InvalidField(field, f"must be one of {', '.join(JoinPolicy)}")
    if wish.max_members is not None and not 0 <= wish.max_members <= UNLIMITED:
        raise InvalidField("max_members", "must be 0 or more")
    _check_owner(context, session, wish.owner_id)
    _check_limits(context, wish.limits)


def _is_name(name: str) -> bool:
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def _check_owner(context: RequestContext, session: Session, owner_id: str | None) -> None:
    if owner_id is None or owner_id == context.user_id:
        return
    if not context.is_admin:
        raise Forbidden("only an administrator gives a project to somebody else")
    if session.get(UserRow, owner_id) is None:
        raise InvalidField("owner", "there is no such user")


def _check_limits(context: RequestContext, limits: Mapping[str, Limits]) -> None:
    known = synnefo_quota.resources(context.cloud)
    for name, limit in limits.items():
        field = f"resources.{name}"
        owned = known.get(name)
        if owned is None or not (owned.resource.is_shown or context.is_admin):
            raise InvalidField(field, "there is no such resource")
        if not 0 <= limit.of_member <= limit.of_project <= UNLIMITED:
            raise InvalidField(field, "a member's limit is from 0 to the project's")


def grant(session: Session, life: LifeRow, wish: Wish) -> None:
    """Let a checked wish come true in the rows of a locked project."""
    for field in _TAKEN_OVER:
        value = getattr(wish, field)
        if value is not None:
            setattr(life, field, value)
    for name, limit in wish.limits.items():
        set_limit(session, life.id, name, limit)


def set_limit(session: Session, project_id: str, resource: str, limit: Limits) -> None:
    """Write down a limit of a project and its members."""
    row = session.get(LimitRow, (project_id, resource))
    if row is None:
        row = LimitRow(project_id=project_id, resource=resource)
        session.add(row)
    row.of_project, row.of_member = limit.of_project, limit.of_member
