# SPDX-License-Identifier: Apache-2.0
"""Access rules: the requests that an application credential is for. A user's rules are kept once.

Source: Identity API reference, "Application Credentials", "Access rules".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.directory import AccessRule
from synnefo_core.db.base import new_hex_id
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity.models import AccessRuleRow, ApplicationCredentialRow

CHECK_TOKEN = AccessRule("identity", "GET", "/v3/auth/tokens")
"""What every token may be used for: to be looked at."""


@dataclass(frozen=True)
class KeptRule:
    """An access rule with its id."""

    id: str
    rule: AccessRule

    @classmethod
    def of(cls, row: AccessRuleRow) -> KeptRule:
        """Return a row's value."""
        return cls(row.id, AccessRule(row.service, row.method, row.path))


def index(context: RequestContext, user_id: str) -> Sequence[KeptRule]:
    """Return a user's rules.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
    """
    require_own(context, user_id)
    query = select(AccessRuleRow).where(AccessRuleRow.user_id == user_id).order_by(AccessRuleRow.id)
    with context.reading() as session:
        return [KeptRule.of(row) for row in session.scalars(query)]


def show(context: RequestContext, user_id: str, rule_id: str) -> KeptRule:
    """Return a rule of a user.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
        NotFound: The user has no such rule.
    """
    require_own(context, user_id)
    with context.reading() as session:
        return KeptRule.of(find(session, user_id, rule_id))


def delete(context: RequestContext, user_id: str, rule_id: str) -> None:
    """Delete a rule that no application credential has.

    Raises:
        Forbidden: One has it, or the caller is neither the user nor an administrator.
        NotFound: The user has no such rule.
    """
    require_own(context, user_id)
    query = select(ApplicationCredentialRow.access_rule_ids).where(
        ApplicationCredentialRow.user_id == user_id
    )
    with context.unit_of_work() as session:
        row = find(session, user_id, rule_id)
        if any(rule_id in (used or ()) for used in session.scalars(query)):
            raise Forbidden("an application credential has this access rule")
        session.delete(row)


def keep(session: Session, user_id: str, rule: AccessRule) -> str:
    """Return the id of a user's rule, which is made when there is none like it."""
    query = select(AccessRuleRow.id).where(
        AccessRuleRow.user_id == user_id,
        AccessRuleRow.service == rule.service,
        AccessRuleRow.method == rule.method,
        AccessRuleRow.path == rule.path,
    )
    found = session.scalar(query)
    if found is not None:
        return found
    row = AccessRuleRow(
        id=new_hex_id(),
        user_id=user_id,
        service=rule.service,
        method=rule.method,
        path=rule.path,
    )
    session.add(row)
    session.flush()
    return row.id


def of_ids(session: Session, ids: Iterable[str]) -> tuple[KeptRule, ...]:
    """Return rules by their ids, in the order of these."""
    wanted = list(ids)
    rows = session.scalars(select(AccessRuleRow).where(AccessRuleRow.id.in_(wanted)))
    found = {row.id: KeptRule.of(row) for row in rows}
    return tuple(found[each] for each in wanted if each in found)


def find(session: Session, user_id: str, rule_id: str) -> AccessRuleRow:
    """Return the row of a user's rule.

    Raises:
        NotFound: The user has no such rule.
    """
    row = session.get(AccessRuleRow, rule_id)
    if row is None or row.user_id != user_id:
        raise NotFound("access rule", rule_id)
    return row


def require_own(context: RequestContext, user_id: str) -> None:
    """Refuse who is neither the user nor an administrator.

    Raises:
        Forbidden: It is somebody else.
    """
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden
