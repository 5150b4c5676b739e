# SPDX-License-Identifier: Apache-2.0
"""Server groups: servers that are to be together, or apart.

Together is on one cluster. Apart is on clusters of their own as long as there are any, and else on
nodes of their own: instances of a strict group carry a tag by which Ganeti's allocator keeps them
apart (docs/operators/backends.rst), and a server that comes to be beside another one all the same is
not made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete as deletion, func, select, update
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_backends import Company
from synnefo_compute.models import ServerGroupRow, ServerRow
from synnefo_compute.rows import told_to
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.db.base import new_id
from synnefo_core.errors import Forbidden, InvalidField, NotFound

TOGETHER, APART = "affinity", "anti-affinity"
SOFTLY_TOGETHER, SOFTLY_APART = "soft-affinity", "soft-anti-affinity"
STRICT_POLICIES = (TOGETHER, APART)
POLICIES = (*STRICT_POLICIES, SOFTLY_TOGETHER, SOFTLY_APART)

EXCLUSION = "synnefo:group:"
"""How the tags begin by which clusters keep instances apart."""

RESOURCE = QuotaResource(
    "cyclades.server_group", "Groups of servers", user_default=10, project_default=10
)


@dataclass(frozen=True)
class ServerGroup:
    """A group; of one that is strictly apart ``most_per_node`` may share a node, 0 if nobody said."""

    id: str
    project_id: str
    user_id: str
    name: str
    policy: str
    most_per_node: int = 0
    members: tuple[str, ...] = ()


def _shown(row: ServerGroupRow, members: Iterable[str] = ()) -> ServerGroup:
    return ServerGroup(
        id=row.id,
        project_id=row.project_id,
        user_id=row.user_id,
        name=row.name,
        policy=row.policy,
        most_per_node=row.most_per_node,
        members=tuple(members),
    )


def create(
    context: RequestContext, *, name: str, policy: str, most_per_node: int = 0
) -> ServerGroup:
    """Make a group of one of ``POLICIES``.

    Raises:
        InvalidField: Servers that are not strictly apart have no number that may share a node.
        QuotaExceeded: The project or the user has too many.
    """
    if most_per_node and policy != APART:
        field = "server_group.rules"
        raise InvalidField(field, f"only the policy {APART} has rules")
    row = ServerGroupRow(
        id=new_id(),
        project_id=context.require_project(),
        user_id=context.user_id,
        name=name,
        policy=policy,
        most_per_node=most_per_node,
        created_at=context.now(),
    )
    with context.unit_of_work() as session:
        session.add(row)
        synnefo_quota.charge(context, [_charge(row, 1)])
        return _shown(row)


def _charge(row: ServerGroupRow, amount: int) -> Charge:
    return Charge(row.project_id, row.user_id, RESOURCE.name, amount)


def listing(
    context: RequestContext,
    *,
    limit: int | None = None,
    offset: int = 0,
    is_everyone: bool = False,
) -> list[ServerGroup]:
    """Return a project's groups, or everyone's for administrators, oldest first."""
    query = select(ServerGroupRow)
    if not (is_everyone and context.is_admin):
        query = query.where(ServerGroupRow.project_id == context.require_project())
    query = query.order_by(ServerGroupRow.created_at, ServerGroupRow.id)
    with context.reading() as session:
        rows = list(session.scalars(query.limit(limit).offset(offset)))
        members = _members(context, session, [row.id for row in rows])
        return [_shown(row, members.get(row.id, ())) for row in rows]


def _members(
    context: RequestContext, session: Session, group_ids: Sequence[str]
) -> Mapping[str, list[str]]:
    """Return the servers of groups that the caller may know of, the oldest first."""
    query = select(ServerRow.group_id, ServerRow.id).where(
        ServerRow.group_id.in_(group_ids), ServerRow.is_deleted.is_(False), told_to(context)
    )
    found: dict[str, list[str]] = {}
    for group_id, server_id in session.execute(query.order_by(ServerRow.created_at, ServerRow.id)):
        found.setdefault(group_id, []).append(server_id)
    return found


def show(context: RequestContext, group_id: str) -> ServerGroup:
    """Return a group.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.reading() as session:
        row = _owned(context, session, select(ServerGroupRow), group_id)
        return _shown(row, _members(context, session, [group_id]).get(group_id, ()))


def _owned(
    context: RequestContext, session: Session, query: Select[ServerGroupRow], group_id: str
) -> ServerGroupRow:
    query = query.where(ServerGroupRow.id == group_id)
    if not context.is_admin:
        query = query.where(ServerGroupRow.project_id == context.project_id)
    row = session.scalars(query).first()
    if row is None:
        noun = "server group"
        raise NotFound(noun, group_id)
    return row


_LOCKED = select(ServerGroupRow).with_for_update()


def delete(context: RequestContext, group_id: str) -> None:
    """Forget a group; its servers stay where they are, on their own from now on.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = _owned(context, session, _LOCKED, group_id)
        session.execute(update(ServerRow).where(ServerRow.group_id == group_id).values(group_id=""))
        session.execute(deletion(ServerGroupRow).where(ServerGroupRow.id == group_id))
        synnefo_quota.charge(context, [_charge(row, -1)])


def company(context: RequestContext, group_id: str) -> Company | None:
    """Return what a new server would be with, in the caller's unit of work; None without a group.

    Until that ends no other server comes to the group.

    Raises:
        Forbidden: The group has as many servers as it may have.
        InvalidField: The caller has no such group.
    """
    if not group_id:
        return None
    with context.unit_of_work() as session:
        try:
            row = _owned(context, session, _LOCKED, group_id)
        except NotFound as cause:
            name = "os:scheduler_hints.group"
            raise InvalidField(name, str(cause)) from cause
        members = _per_cluster(session, group_id)
        most = context.cloud.config.compute.server_group_members
        if 0 <= most <= sum(members.values()):
            msg = "quota exceeded, too many servers in group"
            raise Forbidden(msg)
        return _company(row, members)


def _per_cluster(session: Session, group_id: str) -> Mapping[str, int]:
    query = select(ServerRow.backend_id, func.count()).where(
        ServerRow.group_id == group_id, ServerRow.is_deleted.is_(False)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(ServerRow.backend_id))}


def company_of(context: RequestContext, server: ServerRow) -> Company | None:
    """Return what a server is with, itself left out, in the caller's unit of work; None without a group.

    Until that ends no other server comes to the group.
    """
    with context.unit_of_work() as session:
        query = _LOCKED.where(ServerGroupRow.id == server.group_id)
        row = session.scalars(query).first() if server.group_id else None
        if row is None:
            return None
        members = dict(_per_cluster(session, server.group_id))
        members[server.backend_id] -= 1
        others = {backend_id: count for backend_id, count in members.items() if count > 0}
        return _company(row, others)


def _company(row: ServerGroupRow, members: Mapping[str, int]) -> Company:
    return Company(
        is_apart=row.policy in (APART, SOFTLY_APART),
        is_strict=row.policy in STRICT_POLICIES,
        members=members,
        most_per_node=row.most_per_node or 1,
    )


def companies(session: Session, group_ids: Collection[str]) -> Mapping[str, Company]:
    """Return what the servers of some groups are with, themselves included, by the groups' ids."""
    count = (
        select(ServerRow.group_id, ServerRow.backend_id, func.count())
        .where(ServerRow.group_id.in_(group_ids), ServerRow.is_deleted.is_(False))
        .group_by(ServerRow.group_id, ServerRow.backend_id)
    )
    members: dict[str, dict[str, int]] = {}
    for group_id, backend_id, number in session.execute(count):
        members.setdefault(group_id, {})[backend_id] = number
    rows = session.scalars(select(ServerGroupRow).where(ServerGroupRow.id.in_(group_ids)))
    return {row.id: _company(row, members.get(row.id, {})) for row in rows}


def exclusion_tags(group_id: str, known: Company | None, backend_id: str) -> list[str]:
    """Return the tags that keep a new server apart from those that have the same.

    Where several may share a node they are dealt out over as many tags.
    """
    if known is None or not (known.is_apart and known.is_strict):
        return []
    number = known.members.get(backend_id, 0) % known.most_per_node
    return [f"{EXCLUSION}{group_id}:{number}"]


def kept_apart_from(
    context: RequestContext, server_id: str, *, backend_id: str = ""
) -> tuple[Mapping[str, str], int]:
    """Return the nodes of the servers of a cluster that one must be apart from, by their ids.

    The cluster is the server's own, unless another one is named.

    The node is empty where it is not known yet. Also returned is how many may share one.
    """
    with context.reading() as session:
        server = session.get_one(ServerRow, server_id)
        group = session.get(ServerGroupRow, server.group_id) if server.group_id else None
        if group is None or group.policy != APART:
            return {}, 0
        query = select(ServerRow.id, ServerRow.node).where(
            ServerRow.group_id == group.id,
            ServerRow.backend_id == (backend_id or server.backend_id),
            ServerRow.id != server_id,
            ServerRow.is_deleted.is_(False),
        )
        return {row.id: row.node for row in session.execute(query)}, group.most_per_node or 1


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count all groups by their rows."""
    whose = ServerGroupRow.project_id, ServerGroupRow.user_id
    with context.reading() as session:
        for project_id, user_id, count in session.execute(
            select(*whose, func.count()).group_by(*whose)
        ):
            yield Usage(project_id, user_id, RESOURCE.name, count)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the groups of a project."""
    if resource != RESOURCE.name:
        return
    query = select(ServerGroupRow).where(ServerGroupRow.project_id == project_id)
    with context.reading() as session:
        for row in session.scalars(query):
            yield Thing(project_id, row.user_id, resource, 1, "server group", row.id, row.name)
