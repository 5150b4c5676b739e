# SPDX-License-Identifier: Apache-2.0
"""Security groups: made, shown, changed, deleted; and each project's default one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from sqlalchemy import Table, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.db.base import new_id
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import NotFound
from synnefo_network import group_rows, networks, rule_terms, security_rules, tag_filters
from synnefo_network.claims import insert_unless_taken
from synnefo_network.errors import AmbiguousGroup, DefaultGroup, SecurityGroupInUse
from synnefo_network.models import PortGroupRow, SecurityGroupRow, SecurityRuleRow
from synnefo_network.nodes import changes as told
from synnefo_network.nodes.changes import Kind
from synnefo_network.pages import select_page
from synnefo_network.values import (
    Listing,
    SecurityGroup,
    SecurityGroupSpec,
    SecurityRule,
    SecurityRuleSpec,
)
from synnefo_quota import charge

SECURITY_GROUPS = "cyclades.network.security_group"
DEFAULT = "default"
"""The name of each project's default group, and of no other."""

_DEFAULT_DESCRIPTION = "Default security group"
_VERSIONS = ("IPv4", "IPv6")

RESOURCE = QuotaResource(
    name=SECURITY_GROUPS,
    description="Security groups",
    user_default=10,
    project_default=50,
)
"""Counted for every group but the default ones."""

_COLUMNS = {
    "id": SecurityGroupRow.id,
    "name": SecurityGroupRow.name,
    "description": SecurityGroupRow.description,
    "project_id": SecurityGroupRow.project_id,
    "is_stateful": SecurityGroupRow.is_stateful,
    "revision": SecurityGroupRow.revision,
    "created_at": SecurityGroupRow.created_at,
    "updated_at": SecurityGroupRow.updated_at,
}


_group: Table = SecurityGroupRow.__table__  # type: ignore[assignment]  # declared as FromClause
_DEFAULT_OF = Prepared(select(_group.c.id).where(_group.c.default_of == bindparam("project_id")))


class SecurityGroupChanges(TypedDict, total=False):
    """What is to become of a group; what is left out stays."""

    name: str
    description: str
    is_stateful: bool


def create_security_group(context: RequestContext, spec: SecurityGroupSpec) -> SecurityGroup:
    """Make a group whose ports may send anything and are reached by nothing.

    Raises:
        DefaultGroup: Its name is the default group's.
        QuotaExceeded: At the end of the unit of work.
    """
    project_id = networks.owner_of(context, spec.project_id)
    if spec.name == DEFAULT:
        raise DefaultGroup("default security group already exists")
    now = context.now()
    with context.unit_of_work() as session:
        default_of(context, session, project_id)
        row = SecurityGroupRow(
            id=new_id(),
            project_id=project_id,
            user_id=context.user_id,
            default_of=None,
            name=spec.name,
            description=spec.description,
            is_stateful=spec.is_stateful,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        _add_egress(context, session, row)
        charge(context, [_cost(row, 1)])
        return _shown(session, [row])[0]


def _add_egress(context: RequestContext, session: Session, row: SecurityGroupRow) -> None:
    for version in _VERSIONS:
        spec = SecurityRuleSpec(group_id=row.id, direction="egress", ethertype=version)
        _add_rule(context, session, row, spec)


def _add_rule(
    context: RequestContext, session: Session, row: SecurityGroupRow, spec: SecurityRuleSpec
) -> None:
    """Add a rule with which a group begins; a project that may have none has its default group."""
    terms, is_charged = rule_terms.check(spec), row.default_of is None
    security_rules.add(context, session, row, spec, terms=terms, is_charged=is_charged)


def _cost(row: SecurityGroupRow, amount: int) -> Charge:
    return Charge(row.project_id, row.user_id, SECURITY_GROUPS, amount)


def default_of(context: RequestContext, session: Session, project_id: str) -> str:
    """Return the id of a project's default group, which is made when it is first asked for.

    Its ports may send anything and are reached by each other.
    """
    session.flush()  # what is prepared does not ask for it
    of_project = {"project_id": project_id}
    found = _DEFAULT_OF.first(session, of_project)
    if found is not None:
        return str(found.id)
    now, group_id = context.now(), new_id()
    values = {
        "id": group_id,
        "project_id": project_id,
        "user_id": context.user_id,
        "default_of": project_id,
        "name": DEFAULT,
        "description": _DEFAULT_DESCRIPTION,
        "is_stateful": True,
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }
    if not insert_unless_taken(session, SecurityGroupRow, values):
        return str(_DEFAULT_OF.all(session, of_project)[0].id)
    row = SecurityGroupRow(**values)
    _add_egress(context, session, row)
    for version in _VERSIONS:
        spec = SecurityRuleSpec(
            group_id=group_id, direction="ingress", ethertype=version, remote_group_id=group_id
        )
        _add_rule(context, session, row, spec)
    return group_id


def ensure_default(context: RequestContext) -> None:
    """Make the default group of the caller's project, if it has a project and not yet a group."""
    if not context.project_id:
        return
    find = select(SecurityGroupRow.id).where(SecurityGroupRow.default_of == context.project_id)
    with context.reading() as session:
        is_there = session.scalar(find) is not None
    if not is_there:
        with context.unit_of_work() as session:
            default_of(context, session, context.project_id)


def show_security_group(context: RequestContext, group_id: str) -> SecurityGroup:
    """Return a group.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        query = select(SecurityGroupRow).where(
            SecurityGroupRow.id == group_id, *group_rows.visible(context)
        )
        row = session.scalar(query)
        if row is None:
            raise NotFound("security group", group_id)
        return _shown(session, [row])[0]


def find_security_groups(context: RequestContext, names: Iterable[str]) -> list[str]:
    """Return the ids of groups of the caller's project that are named, or given by their ids.

    Raises:
        AmbiguousGroup: Several have the same name.
        NotFound: There is no such group.
    """
    ensure_default(context)
    with context.reading() as session:
        return [_find(context, session, name) for name in dict.fromkeys(names)]


def _find(context: RequestContext, session: Session, name: str) -> str:
    own = SecurityGroupRow.project_id == context.project_id
    is_meant = or_(SecurityGroupRow.id == name, SecurityGroupRow.name == name)
    found = list(session.scalars(select(SecurityGroupRow.id).where(own, is_meant).limit(2)))
    if not found:
        raise NotFound("security group", name)
    if len(found) > 1 and name not in found:
        raise AmbiguousGroup(name)
    return name if name in found else found[0]


def list_security_groups(context: RequestContext, listing: Listing) -> list[SecurityGroup]:
    """Return a page of the groups that the caller may see; the default one is always there."""
    ensure_default(context)
    with context.reading() as session:
        rows = select_page(
            session,
            SecurityGroupRow,
            listing,
            noun="security group",
            columns=_COLUMNS,
            visible=group_rows.visible(context),
        )
        return _shown(session, rows)


def update_security_group(
    context: RequestContext, group_id: str, changes: SecurityGroupChanges
) -> SecurityGroup:
    """Change a group and return it.

    Raises:
        DefaultGroup: A default group would get another name, or another group its name.
        NotFound: There is none, or the caller may not see it.
        SecurityGroupInUse: What applies to ports can't forget or begin to know their connections.
    """
    with context.unit_of_work() as session:
        row = group_rows.lock(context, session, group_id)
        if changes.get("name", row.name) != row.name and (
            row.default_of or _wants_default(changes)
        ):
            raise DefaultGroup("a default security group keeps its name, and no other has it")
        if changes.get("is_stateful", row.is_stateful) != row.is_stateful:
            _require_unused(session, row)
        for name, value in changes.items():
            setattr(row, name, value)
        row.revision += 1
        row.updated_at = context.now()
        return _shown(session, [row])[0]


def _wants_default(changes: SecurityGroupChanges) -> bool:
    return changes.get("name") == DEFAULT


def delete_security_group(context: RequestContext, group_id: str) -> None:
    """Delete a group, its rules, and the rules of other groups that name it.

    Raises:
        DefaultGroup: It is a default group, and the caller no administrator.
        NotFound: There is none, or the caller may not see it.
        SecurityGroupInUse: It applies to ports.
    """
    with context.unit_of_work() as session:
        row = group_rows.lock(context, session, group_id, is_for_delete=True)
        if row.default_of and not context.is_admin:
            raise DefaultGroup("insufficient rights for removing default security group")
        _require_unused(session, row)
        rules = or_(
            SecurityRuleRow.group_id == group_id, SecurityRuleRow.remote_group_id == group_id
        )
        paid = list(session.scalars(select(SecurityRuleRow).where(rules)))
        told.note(session, Kind.GROUP, *{rule.group_id for rule in paid})
        session.execute(delete(SecurityRuleRow).where(rules))
        tag_filters.forget(session, [row.id])
        session.delete(row)
        given_back = [] if row.default_of else [_cost(row, -1)]
        charge(context, [*given_back, *security_rules.costs(paid, -1)])


def _require_unused(session: Session, row: SecurityGroupRow) -> None:
    if session.scalar(select(PortGroupRow.port_id).where(PortGroupRow.group_id == row.id).limit(1)):
        raise SecurityGroupInUse(row.id)


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count the groups that are paid for."""
    paid = SecurityGroupRow.project_id, SecurityGroupRow.user_id
    query = select(*paid, func.count()).where(SecurityGroupRow.default_of.is_(None))
    with context.reading() as session:
        for project_id, user_id, amount in session.execute(query.group_by(*paid)).all():
            yield Usage(project_id, user_id, SECURITY_GROUPS, amount)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the groups of a project that are paid for."""
    if resource != SECURITY_GROUPS:
        return
    own = [SecurityGroupRow.project_id == project_id, SecurityGroupRow.default_of.is_(None)]
    with context.reading() as session:
        for row in session.scalars(select(SecurityGroupRow).where(*own)):
            yield Thing(project_id, row.user_id, resource, 1, "security_group", row.id, row.name)


def _shown(session: Session, rows: Sequence[SecurityGroupRow]) -> list[SecurityGroup]:
    rules = _rules_of(session, rows)
    return [
        SecurityGroup(
            id=row.id,
            project_id=row.project_id,
            name=row.name,
            description=row.description,
            is_default=row.default_of is not None,
            is_stateful=row.is_stateful,
            rules=tuple(rules.get(row.id, ())),
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def _rules_of(
    session: Session, rows: Sequence[SecurityGroupRow]
) -> Mapping[str, list[SecurityRule]]:
    found: dict[str, list[SecurityRule]] = {}
    defaults = {row.id for row in rows if row.default_of is not None}
    query = (
        select(SecurityRuleRow)
        .where(SecurityRuleRow.group_id.in_([row.id for row in rows]))
        .order_by(SecurityRuleRow.created_at, SecurityRuleRow.id)
    )
    for rule in session.scalars(query):
        shown = security_rules.shown(rule, is_of_default=rule.group_id in defaults)
        found.setdefault(rule.group_id, []).append(shown)
    return found
