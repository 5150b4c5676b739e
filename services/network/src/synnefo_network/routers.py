# SPDX-License-Identifier: Apache-2.0
"""Routers: made, shown, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.db.base import new_id
from synnefo_core.errors import NotFound
from synnefo_network import (
    addresses,
    attachments,
    extra_routes,
    gateways,
    networks,
    router_states,
    tag_filters,
)
from synnefo_network.devices import ROUTER_INTERFACE
from synnefo_network.models import PortRow
from synnefo_network.nodes import changes as told
from synnefo_network.nodes.changes import Kind
from synnefo_network.pages import select_page
from synnefo_network.router_errors import RouterInUse
from synnefo_network.router_models import RouterRow
from synnefo_network.router_values import Gateway, Route, Router, RouterChanges, RouterSpec
from synnefo_network.values import FixedIp, Listing
from synnefo_quota import charge

ROUTERS = "cyclades.router"

RESOURCE = QuotaResource(name=ROUTERS, description="Routers", user_default=8, project_default=64)

_COLUMNS = {
    "id": RouterRow.id,
    "name": RouterRow.name,
    "description": RouterRow.description,
    "project_id": RouterRow.project_id,
    "is_admin_up": RouterRow.is_admin_up,
    "revision": RouterRow.revision,
    "created_at": RouterRow.created_at,
    "updated_at": RouterRow.updated_at,
}


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    return [] if context.is_admin else [RouterRow.project_id == context.project_id]


def create_router(context: RequestContext, spec: RouterSpec) -> Router:
    """Make a router, connected outside if that is asked for.

    Raises:
        Forbidden: It would be another's, or only administrators choose this of a gateway.
        NoAddressLeft: The network outside has no address left.
        NotExternal: The network does not lead outside.
        NotFound: There is no such network, or the caller may not see it.
        QuotaExceeded: At the end of the unit of work.
    """
    now = context.now()
    with context.unit_of_work() as session:
        row = RouterRow(
            id=new_id(),
            project_id=networks.owner_of(context, spec.project_id),
            user_id=context.user_id,
            name=spec.name,
            description=spec.description,
            is_admin_up=spec.is_admin_up,
            gateway_network_id=None,
            gateway_port_id=None,
            is_snat_enabled=True,
            routes=[],
            revision=1,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        if spec.gateway is not None:
            gateways.change(context, session, row, spec.gateway)
        told.note(session, Kind.ROUTER, row.id)
        charge(context, [_cost(row, 1)])
        return _shown(session, [row])[0]


def _cost(row: RouterRow, amount: int) -> Charge:
    return Charge(row.project_id, row.user_id, ROUTERS, amount)


def show_router(context: RequestContext, router_id: str) -> Router:
    """Return a router.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        row = session.scalar(select(RouterRow).where(RouterRow.id == router_id, *_visible(context)))
        if row is None:
            raise NotFound("router", router_id)
        return _shown(session, [row])[0]


def list_routers(context: RequestContext, listing: Listing) -> list[Router]:
    """Return a page of the caller's routers; also by ``status``."""
    visible, where = _visible(context), dict(listing.where)
    if "status" in where:
        visible.append(router_states.are(RouterRow.id, where.pop("status")))
    with context.reading() as session:
        rows = select_page(
            session,
            RouterRow,
            replace(listing, where=where),
            noun="router",
            columns=_COLUMNS,
            visible=visible,
        )
        return _shown(session, rows)


def update_router(context: RequestContext, router_id: str, changes: RouterChanges) -> Router:
    """Change a router and return it.

    Raises:
        BadRoute: A route leads nowhere.
        InvalidField: A value makes no sense.
        NotFound: There is no such router or network, or the caller may not see it.

    Further errors are those of :func:`synnefo_network.gateways.change`.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, router_id)
        row.name = changes.get("name", row.name)
        row.description = changes.get("description", row.description)
        row.is_admin_up = changes.get("is_admin_up", row.is_admin_up)
        if "gateway" in changes:
            gateways.change(context, session, row, changes["gateway"])
        if "gateway" in changes or "routes" in changes:
            _set_routes(session, row, changes.get("routes", _routes(row)))
        touch(context, session, row)
        return _shown(session, [row])[0]


def add_routes(context: RequestContext, router_id: str, routes: Sequence[Route]) -> Router:
    """Give a router more routes; those that it has are not given twice.

    Raises:
        BadRoute: A route leads nowhere.
        InvalidField: A value makes no sense.
        NotFound: There is no such router, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, router_id)
        there = _routes(row)
        more = [route for route in extra_routes.parse(routes) if route not in there]
        _set_routes(session, row, [*there, *more])
        touch(context, session, row)
        return _shown(session, [row])[0]


def remove_routes(context: RequestContext, router_id: str, routes: Sequence[Route]) -> Router:
    """Take routes from a router; that it has not one of them is no error.

    Raises:
        InvalidField: A value makes no sense.
        NotFound: There is no such router, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, router_id)
        going = extra_routes.parse(routes)
        row.routes = [[*route] for route in _routes(row) if route not in going]
        touch(context, session, row)
        return _shown(session, [row])[0]


def _routes(row: RouterRow) -> list[Route]:
    return [(destination, next_hop) for destination, next_hop in row.routes]


def _set_routes(session: Session, row: RouterRow, routes: Sequence[Route]) -> None:
    """Set the routes of a router, all of which must be possible as it is connected now."""
    parsed = extra_routes.parse(routes)
    if parsed:
        extra_routes.require_reachable(parsed, attachments.of_router(session, row.id))
    row.routes = [[*route] for route in parsed]


def delete_router(context: RequestContext, router_id: str) -> None:
    """Delete a router and its gateway.

    Raises:
        NotFound: There is none, or the caller may not see it.
        RouterInUse: It has interfaces.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, router_id)
        interfaces = select(PortRow.id).where(
            PortRow.device_id == row.id, PortRow.device_owner == ROUTER_INTERFACE
        )
        if session.scalar(interfaces.limit(1)):
            raise RouterInUse(router_id)
        gateways.change(context, session, row, None)
        tag_filters.forget(session, [row.id])
        session.delete(row)
        told.note(session, Kind.ROUTER, row.id)
        charge(context, [_cost(row, -1)])


def lock_own(context: RequestContext, session: Session, router_id: str) -> RouterRow:
    """Lock a router of the caller's: what it is connected to changes under this lock.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(RouterRow).where(RouterRow.id == router_id, *_visible(context))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound("router", router_id)
    return row


def touch(context: RequestContext, session: Session, row: RouterRow) -> None:
    """Note that a router was changed, of which its gateway is told soon."""
    row.revision += 1
    row.updated_at = context.now()
    told.note(session, Kind.ROUTER, row.id)


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count routers."""
    query = select(RouterRow.project_id, RouterRow.user_id, func.count()).group_by(
        RouterRow.project_id, RouterRow.user_id
    )
    with context.reading() as session:
        for project_id, user_id, amount in session.execute(query):
            yield Usage(project_id, user_id, ROUTERS, amount)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the routers of a project."""
    if resource != ROUTERS:
        return
    with context.reading() as session:
        for row in session.scalars(select(RouterRow).where(RouterRow.project_id == project_id)):
            yield Thing(project_id, row.user_id, resource, 1, "router", row.id, row.name)


def _shown(session: Session, rows: Sequence[RouterRow]) -> list[Router]:
    """Return routers as values, with one query for the addresses of all their gateways and one for their states."""
    own = [row.gateway_port_id for row in rows if row.gateway_port_id]
    given = addresses.of_ports(session, own) if own else {}
    states = router_states.of_routers(session, [row.id for row in rows])
    return [
        _one(row, given.get(row.gateway_port_id or "", ()), status=states[row.id]) for row in rows
    ]


def _one(row: RouterRow, given: Sequence[FixedIp], *, status: str) -> Router:
    gateway = None
    if row.gateway_network_id is not None and row.gateway_port_id is not None:
        gateway = Gateway(
            row.gateway_network_id, row.gateway_port_id, row.is_snat_enabled, tuple(given)
        )
    return Router(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        description=row.description,
        is_admin_up=row.is_admin_up,
        gateway=gateway,
        routes=tuple(_routes(row)),
        status=status,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
