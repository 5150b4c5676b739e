# SPDX-License-Identifier: Apache-2.0
"""Rules of security groups: made, shown, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.db.base import new_id
from synnefo_core.errors import NotFound
from synnefo_network import group_rows, rule_terms
from synnefo_network.claims import insert_unless_taken
from synnefo_network.errors import SecurityRuleExists
from synnefo_network.models import SecurityGroupRow, SecurityRuleRow
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind
from synnefo_network.pages import select_page
from synnefo_network.rule_terms import Terms
from synnefo_network.values import Listing, SecurityRule, SecurityRuleSpec
from synnefo_quota import charge

SECURITY_RULES = "cyclades.network.security_group_rule"

RESOURCE = QuotaResource(
    name=SECURITY_RULES,
    description="Rules of security groups",
    user_default=100,
    project_default=500,
)
"""Counted for every rule but those that default groups came with."""

_COLUMNS = {
    "id": SecurityRuleRow.id,
    "group_id": SecurityRuleRow.group_id,
    "description": SecurityRuleRow.description,
    "project_id": SecurityRuleRow.project_id,
    "direction": SecurityRuleRow.direction,
    "ethertype": SecurityRuleRow.ethertype,
    "protocol": SecurityRuleRow.protocol,
    "port_min": SecurityRuleRow.port_min,
    "port_max": SecurityRuleRow.port_max,
    "remote_group_id": SecurityRuleRow.remote_group_id,
    "remote_prefix": SecurityRuleRow.remote_prefix,
    "revision": SecurityRuleRow.revision,
    "created_at": SecurityRuleRow.created_at,
    "updated_at": SecurityRuleRow.updated_at,
}


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes a rule visible: it is the caller's project's."""
    return [] if context.is_admin else [SecurityRuleRow.project_id == context.project_id]


def create_security_rule(context: RequestContext, spec: SecurityRuleSpec) -> SecurityRule:
    """Add a rule to a group.

    Raises:
        InvalidField: It makes no sense.
        NotFound: There is no such group or remote group, or the caller may not see it.
        QuotaExceeded: At the end of the unit of work.
        SecurityRuleExists: The group allows that already.
    """
    with context.unit_of_work() as session:
        group = group_rows.lock(context, session, spec.group_id)
        terms = rule_terms.check(spec)
        if spec.remote_group_id is not None:
            _require_group(context, session, spec.remote_group_id)
        row = add(context, session, group, spec, terms=terms, is_charged=True)
        _touch(group, context.now())
        changes.note(session, Kind.GROUP, group.id)
        return shown(row, is_of_default=group.default_of is not None)


def _require_group(context: RequestContext, session: Session, group_id: str) -> None:
    visible = group_rows.visible(context)
    query = select(SecurityGroupRow.id).where(SecurityGroupRow.id == group_id, *visible)
    if session.scalar(query) is None:
        raise NotFound("security group", group_id)


def _touch(group: SecurityGroupRow, now: float) -> None:
    group.revision += 1
    group.updated_at = now


def add(
    context: RequestContext,
    session: Session,
    group: SecurityGroupRow,
    spec: SecurityRuleSpec,
    *,
    terms: Terms,
    is_charged: bool,
) -> SecurityRuleRow:
    """Make the row of a rule that was checked before, and have it paid for.

    Raises:
        NotFound: The remote group was deleted meanwhile.
        SecurityRuleExists: The group allows that already.
    """
    now = context.now()
    values = {
        "id": new_id(),
        "group_id": group.id,
        "project_id": group.project_id,
        "user_id": context.user_id,
        "description": spec.description,
        "direction": spec.direction,
        "ethertype": spec.ethertype,
        "protocol": spec.protocol,
        "port_min": spec.port_min,
        "port_max": spec.port_max,
        "remote_group_id": spec.remote_group_id,
        "remote_prefix": spec.remote_prefix,
        "meaning": terms.meaning(),
        "is_charged": is_charged,
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }
    try:
        is_new = insert_unless_taken(session, SecurityRuleRow, values)
    except IntegrityError as cause:
        raise NotFound("security group", spec.remote_group_id or group.id) from cause
    if not is_new:
        raise SecurityRuleExists(group.id)
    row = SecurityRuleRow(**values)
    charge(context, costs([row], 1))
    return row


def show_security_rule(context: RequestContext, rule_id: str) -> SecurityRule:
    """Return a rule.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(SecurityRuleRow).where(SecurityRuleRow.id == rule_id, *_visible(context))
    with context.reading() as session:
        row = session.scalar(query)
        if row is None:
            raise NotFound("security group rule", rule_id)
        return _all_shown(session, [row])[0]


def list_security_rules(context: RequestContext, listing: Listing) -> list[SecurityRule]:
    """Return a page of the rules that the caller may see."""
    with context.reading() as session:
        rows = select_page(
            session,
            SecurityRuleRow,
            listing,
            noun="security group rule",
            columns=_COLUMNS,
            visible=_visible(context),
        )
        return _all_shown(session, rows)


def delete_security_rule(context: RequestContext, rule_id: str) -> None:
    """Take a rule from its group.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    mine = select(SecurityRuleRow).where(SecurityRuleRow.id == rule_id, *_visible(context))
    with context.unit_of_work() as session:
        # The group before its rules, as whoever deletes the group locks them.
        group_id = mine.with_only_columns(SecurityRuleRow.group_id).scalar_subquery()
        of_rule = select(SecurityGroupRow).where(SecurityGroupRow.id == group_id)
        group = session.scalar(of_rule.with_for_update(key_share=True))
        row = session.scalar(mine.with_for_update())
        if group is None or row is None:
            raise NotFound("security group rule", rule_id)
        session.delete(row)
        _touch(group, context.now())
        changes.note(session, Kind.GROUP, group.id)
        charge(context, costs([row], -1))


def costs(rows: Iterable[SecurityRuleRow], sign: int) -> list[Charge]:
    """Return what rules cost, or give back when ``sign`` is -1."""
    counted: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.is_charged:
            key = row.project_id, row.user_id
            counted[key] = counted.get(key, 0) + sign
    return [
        Charge(project_id, user_id, SECURITY_RULES, amount)
        for (project_id, user_id), amount in counted.items()
    ]


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count the rules that are paid for."""
    paid = SecurityRuleRow.project_id, SecurityRuleRow.user_id
    query = select(*paid, func.count()).where(SecurityRuleRow.is_charged).group_by(*paid)
    with context.reading() as session:
        for project_id, user_id, amount in session.execute(query).all():
            yield Usage(project_id, user_id, SECURITY_RULES, amount)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the rules of a project that are paid for."""
    if resource != SECURITY_RULES:
        return
    own = [SecurityRuleRow.project_id == project_id, SecurityRuleRow.is_charged]
    with context.reading() as session:
        for row in session.scalars(select(SecurityRuleRow).where(*own)):
            name = f"{row.direction} {row.protocol or 'any'}"
            yield Thing(project_id, row.user_id, resource, 1, "security_group_rule", row.id, name)


def _all_shown(session: Session, rows: Sequence[SecurityRuleRow]) -> list[SecurityRule]:
    groups = {row.group_id for row in rows}
    query = select(SecurityGroupRow.id).where(
        SecurityGroupRow.id.in_(groups), SecurityGroupRow.default_of.is_not(None)
    )
    defaults = set(session.scalars(query))
    return [shown(row, is_of_default=row.group_id in defaults) for row in rows]


def shown(row: SecurityRuleRow, *, is_of_default: bool) -> SecurityRule:
    """Return a rule as a value."""
    return SecurityRule(
        id=row.id,
        group_id=row.group_id,
        project_id=row.project_id,
        description=row.description,
        direction=row.direction,
        ethertype=row.ethertype,
        protocol=row.protocol,
        port_min=row.port_min,
        port_max=row.port_max,
        remote_group_id=row.remote_group_id,
        remote_prefix=row.remote_prefix,
        is_of_default=is_of_default,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
