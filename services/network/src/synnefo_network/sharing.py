# SPDX-License-Identifier: Apache-2.0
"""Which networks a project may see and use because others let it.

What everybody may is told by a network's own columns, so that most questions need no other table;
what single projects may, by the rows of ``network_rbac`` that name them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_network.floating_errors import ExternalNetworkInUse
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.models import NetworkRow, PortRow
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind
from synnefo_network.rbac_errors import SharedNetworkInUse
from synnefo_network.rbac_models import RbacRow
from synnefo_network.router_models import RouterRow

EVERYBODY = "*"
SHARED = "access_as_shared"
EXTERNAL = "access_as_external"
ACTIONS = (SHARED, EXTERNAL)

_NOBODY = ""

_rbac: Table = RbacRow.__table__  # type: ignore[assignment]  # declared as FromClause
SHARED_BY_NAME = select(_rbac.c.network_id).where(
    _rbac.c.target == bindparam("project_id"), _rbac.c.action == SHARED
)
"""The query, to be prepared, for the ids of networks on which one project may have ports."""


def granted(context: RequestContext, *actions: str) -> Select[str]:
    """Return the query for the ids of networks that are opened to the caller's project by name."""
    query = select(RbacRow.network_id).where(RbacRow.target == context.project_id)
    return query.where(RbacRow.action.in_(actions or ACTIONS))


def open_to(context: RequestContext) -> ColumnElement[bool]:
    """Return what makes a network of others visible."""
    to_all = NetworkRow.is_shared | (NetworkRow.is_external & ~NetworkRow.is_hidden)
    return or_(to_all, NetworkRow.id.in_(granted(context)))


def shared_with(context: RequestContext) -> ColumnElement[bool]:
    """Return what lets the caller have ports on a network of others."""
    return or_(NetworkRow.is_shared, NetworkRow.id.in_(granted(context, SHARED)))


def shared_among(
    context: RequestContext, session: Session, rows: Iterable[NetworkRow]
) -> frozenset[str]:
    """Return which of some networks are shared with the caller's project by name."""
    foreign = [row.id for row in rows if row.project_id != context.project_id and not row.is_shared]
    if not foreign or context.is_admin:
        return frozenset()
    query = granted(context, SHARED).where(RbacRow.network_id.in_(foreign))
    return frozenset(session.scalars(query))


def targets(session: Session, network_id: str, action: str) -> set[str]:
    """Return to whom a network is opened."""
    query = select(RbacRow.target).where(RbacRow.network_id == network_id, RbacRow.action == action)
    return set(session.scalars(query))


def allow(session: Session, network: NetworkRow, action: str, target: str) -> RbacRow:
    """Open a network, whose row is locked or new, to a project or to everybody."""
    row = RbacRow(
        id=new_id(),
        project_id=network.project_id,
        network_id=network.id,
        action=action,
        target=target,
    )
    session.add(row)
    session.flush()
    _tell(session, network)
    return row


def set_for_all(session: Session, network: NetworkRow, action: str, *, is_allowed: bool) -> None:
    """Open a network to everybody, or no more; one that is to lead outside no more, to nobody.

    Raises:
        ExternalNetworkInUse: Routers or floating IPs need it.
        SharedNetworkInUse: Others have ports on it.
    """
    there = targets(session, network.id, action)
    if is_allowed and EVERYBODY not in there:
        allow(session, network, action, EVERYBODY)
    elif not is_allowed:
        forbid(session, network, action, there if action == EXTERNAL else {EVERYBODY})


def forbid(session: Session, network: NetworkRow, action: str, going: Iterable[str]) -> None:
    """Close a network, whose row is locked, to projects or to everybody.

    Raises:
        ExternalNetworkInUse: Their routers or floating IPs need it.
        SharedNetworkInUse: They have ports on it.
    """
    left = targets(session, network.id, action) - set(going)
    _require_unused(session, network, action, left)
    session.execute(
        delete(RbacRow).where(
            RbacRow.network_id == network.id,
            RbacRow.action == action,
            RbacRow.target.in_(list(going)),
        )
    )
    _tell(session, network)


def _require_unused(session: Session, network: NetworkRow, action: str, left: set[str]) -> None:
    """Refuse to close a network to those who use it and are not among those who may still."""
    if EVERYBODY in left:
        return
    if action == SHARED:
        ports = select(PortRow.project_id).where(PortRow.network_id == network.id).distinct()
        if set(session.scalars(ports)) - left - {network.project_id, _NOBODY}:
            raise SharedNetworkInUse(network.id)
        return
    routers = select(RouterRow.project_id).where(RouterRow.gateway_network_id == network.id)
    floating = select(FloatingIpRow.project_id).where(FloatingIpRow.network_id == network.id)
    users = {*session.scalars(routers.distinct()), *session.scalars(floating.distinct())}
    # Where nobody is left, it leads outside no more, not even for its owner.
    if users - left - ({network.project_id} if left else set()):
        raise ExternalNetworkInUse(network.id)


def _tell(session: Session, network: NetworkRow) -> None:
    """Set what a network says of itself by its rows here."""
    outside = targets(session, network.id, EXTERNAL)
    network.is_shared = EVERYBODY in targets(session, network.id, SHARED)
    if network.is_external != bool(outside):
        changes.note(session, Kind.NETWORK, network.id)
    network.is_external = bool(outside)
    network.is_hidden = bool(outside) and EVERYBODY not in outside


def forget(session: Session, network_id: str) -> None:
    """Forget who might use a network that goes."""
    session.execute(delete(RbacRow).where(RbacRow.network_id == network_id))


def write_down(session: Session) -> None:
    """Write the rows of networks that were opened to everybody before there were any."""
    for action, column in ((SHARED, NetworkRow.is_shared), (EXTERNAL, NetworkRow.is_external)):
        known = select(RbacRow.network_id).where(RbacRow.action == action)
        for network in session.scalars(select(NetworkRow).where(column, ~NetworkRow.id.in_(known))):
            row = RbacRow(
                id=new_id(),
                project_id=network.project_id,
                network_id=network.id,
                action=action,
                target=EVERYBODY,
            )
            session.add(row)
