# SPDX-License-Identifier: Apache-2.0
"""Floating IPs: had, shown, pointed at ports, given back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.db.base import new_id
from synnefo_core.errors import CloudError, InvalidField, NotFound
from synnefo_network import (
    dns_names,
    forwarding_links,
    gateways,
    history,
    networks,
    policies,
    port_rows,
    ports,
    router_states,
    tag_filters,
    translation,
)
from synnefo_network.addresses import Assignment
from synnefo_network.devices import FLOATING_IP, require_not_withheld
from synnefo_network.errors import NoAddressLeft
from synnefo_network.floating_errors import FloatingIpForwards, Unreachable
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.floating_values import (
    FloatingIp,
    FloatingIpChanges,
    FloatingIpSpec,
    Pool,
    Target,
)
from synnefo_network.forwarding_values import PortForwarding
from synnefo_network.gateways import NOBODY
from synnefo_network.models import NetworkRow, PortRow
from synnefo_network.nodes import changes as told
from synnefo_network.nodes.changes import Kind
from synnefo_network.pages import select_page
from synnefo_network.values import FixedIpRequest, Listing, PortSpec
from synnefo_quota import charge

FLOATING_IPS = "cyclades.floating_ip"

RESOURCE = QuotaResource(
    name=FLOATING_IPS, description="Floating IPs", user_default=8, project_default=64
)

_COLUMNS = {
    "id": FloatingIpRow.id,
    "description": FloatingIpRow.description,
    "project_id": FloatingIpRow.project_id,
    "network_id": FloatingIpRow.network_id,
    "ip": FloatingIpRow.ip,
    "port_id": FloatingIpRow.port_id,
    "fixed_ip": FloatingIpRow.fixed_ip,
    "router_id": FloatingIpRow.router_id,
    "dns_name": FloatingIpRow.dns_name,
    "dns_domain": FloatingIpRow.dns_domain,
    "revision": FloatingIpRow.revision,
    "created_at": FloatingIpRow.created_at,
    "updated_at": FloatingIpRow.updated_at,
}


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    return [] if context.is_admin else [FloatingIpRow.project_id == context.project_id]


def create_floating_ip(context: RequestContext, spec: FloatingIpSpec) -> FloatingIp:
    """Take an address of a network outside for a project.

    Raises:
        AddressInUse: The address that was asked for is taken.
        AddressOutside: It is not one of the network.
        Forbidden: Only administrators choose one, or take one for others.
        NoAddressLeft: There is none left.
        NotExternal: The network does not lead outside.
        NotFound: There is no such network or port, or the caller may not see it.
        QuotaExceeded: At the end of the unit of work.

    Further errors are those of :func:`synnefo_network.translation.find`.
    """
    if spec.ip is not None:
        context.cloud.policy.require(context, policies.FLOATING_ADDRESS)
    now, own_id = context.now(), new_id()
    with context.unit_of_work() as session:
        project_id = networks.owner_of(context, spec.project_id)
        network_id, own, target = _first(context, session, spec, own_id)
        row = FloatingIpRow(
            id=own_id,
            project_id=project_id,
            user_id=context.user_id,
            description=spec.description,
            network_id=network_id,
            own_port_id=own.port_id,
            ip=own.ip,
            dns_name=dns_names.parse_name(spec.dns_name),
            dns_domain=dns_names.parse_domain(spec.dns_domain),
            revision=1,
            created_at=now,
            updated_at=now,
        )
        _point(session, row, target)
        session.add(row)
        _note(context, session, row.port_id)
        charge(context, [_cost(row, 1)])
        return _shown(session, [row])[0]


def _cost(row: FloatingIpRow, amount: int) -> Charge:
    return Charge(row.project_id, row.user_id, FLOATING_IPS, amount)


def costs_of_move(row: FloatingIpRow, before: str) -> list[Charge]:
    """Return what a floating IP's new project pays, and what the one before is given back."""
    return [replace(_cost(row, -1), project_id=before), _cost(row, 1)]


class _Taken(NamedTuple):
    """An address outside, and the port that has it."""

    port_id: str
    ip: str


def _first(
    context: RequestContext, session: Session, spec: FloatingIpSpec, own_id: str
) -> tuple[str, _Taken, Target | None]:
    """Take an address of the first network that can give one; return also what it is to mean."""
    problem: CloudError = NotFound("external network")
    for network in _candidates(context, session, spec.network_id):
        try:
            target = _find(context, session, network.id, spec.port_id, spec.fixed_ip)
            return network.id, _take(context, session, network, spec, own_id), target
        except (NoAddressLeft, Unreachable) as error:
            problem = error
    raise problem


def _candidates(
    context: RequestContext, session: Session, network_id: str | None
) -> Sequence[NetworkRow]:
    """Return the network that is asked for, or all outside."""
    if network_id is not None:
        return [gateways.external_network(context, session, network_id)]
    usable = NetworkRow.is_external & ~NetworkRow.is_drained
    query = select(NetworkRow).where(usable, *networks.visible(context))
    return session.scalars(query.order_by(NetworkRow.name, NetworkRow.id)).all()


def _find(
    context: RequestContext,
    session: Session,
    network_id: str,
    port_id: str | None,
    fixed_ip: str | None,
) -> Target | None:
    if port_id is None:
        if fixed_ip is not None:
            raise InvalidField("fixed_ip_address", "a port_id must be given with it")
        return None
    return translation.find(
        context, session, network_id=network_id, port_id=port_id, fixed_ip=fixed_ip
    )


def _take(
    context: RequestContext,
    session: Session,
    network: NetworkRow,
    spec: FloatingIpSpec,
    own_id: str,
) -> _Taken:
    """Take an IPv4 address of a network by a port of its own."""
    own = PortSpec(
        network_id=network.id, project_id=NOBODY, device_id=own_id, device_owner=FLOATING_IP
    )
    row = ports.insert_own(context, session, network, own)
    subnets = [one for one in port_rows.subnets_of(session, network.id) if one.ip_version == 4]
    assignment = Assignment(session, row, subnets)
    try:
        if spec.ip is None and spec.subnet_id is None:
            given = assignment.give_any()
        else:
            given = assignment.give([FixedIpRequest(spec.subnet_id, spec.ip)])
        if not given:
            raise NoAddressLeft(network.id)
    except NoAddressLeft:
        # The next network may have one, in the same transaction.
        ports.remove(session, [row.id])
        raise
    return _Taken(row.id, given[0].ip)


def _point(session: Session, row: FloatingIpRow, target: Target | None) -> None:
    """Have a floating IP stand for an address that is locked, or for nothing."""
    if target is not None:
        translation.require_single(session, row, target)
    note_router(session, row)
    row.port_id = None if target is None else target.port_id
    row.fixed_ip = None if target is None else target.fixed_ip
    row.router_id = None if target is None else target.router_id
    note_router(session, row)


def note_router(session: Session, row: FloatingIpRow) -> None:
    """Have the router be told to its gateway by which a floating IP is reached, if there is one."""
    if row.router_id is not None:
        told.note(session, Kind.ROUTER, row.router_id)


def show_floating_ip(context: RequestContext, floating_ip_id: str) -> FloatingIp:
    """Return a floating IP.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        return _shown(session, [own(context, session, floating_ip_id)])[0]


def own(context: RequestContext, session: Session, floating_ip_id: str) -> FloatingIpRow:
    """Return a floating IP of the caller's.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(FloatingIpRow).where(FloatingIpRow.id == floating_ip_id, *_visible(context))
    row = session.scalar(query)
    if row is None:
        raise NotFound("floating IP", floating_ip_id)
    return row


def list_floating_ips(context: RequestContext, listing: Listing) -> list[FloatingIp]:
    """Return a page of the caller's floating IPs; also by ``status``."""
    visible, where = _visible(context), dict(listing.where)
    if "status" in where:
        visible.append(router_states.are(FloatingIpRow.router_id, where.pop("status")))
    with context.reading() as session:
        rows = select_page(
            session,
            FloatingIpRow,
            replace(listing, where=where),
            noun="floating IP",
            columns=_COLUMNS,
            visible=visible,
        )
        return _shown(session, rows)


def update_floating_ip(
    context: RequestContext, floating_ip_id: str, changes: FloatingIpChanges
) -> FloatingIp:
    """Point a floating IP at a port, at another one, or at nothing; return it.

    Raises:
        FloatingIpForwards: It has port forwardings.
        InvalidField: An address is named, but no port.
        NotFound: There is no such floating IP or port, or the caller may not see it.
        PortWithheld: It stands for a device that is withheld from its project.

    Further errors are those of :func:`synnefo_network.translation.find`.
    """
    with context.unit_of_work() as session:
        known = own(context, session, floating_ip_id)
        is_moved = "port_id" in changes or "fixed_ip" in changes
        port_id = changes.get("port_id", known.port_id)
        # What it is to mean is locked first, as by those who take a port away.
        target = None
        if is_moved:
            target = _find(context, session, known.network_id, port_id, changes.get("fixed_ip"))
        row = lock(context, session, floating_ip_id)
        if is_moved and not _forwards(row, target):
            _require_not_withheld(context, session, row)
            was_of = row.port_id
            _point(session, row, target)
            _note(context, session, was_of, row.port_id)
        row.description = changes.get("description", row.description)
        row.revision += 1
        row.updated_at = context.now()
        return _shown(session, [row])[0]


def _forwards(row: FloatingIpRow, target: Target | None) -> bool:
    """Whether a floating IP, which is locked, has port forwardings; refuse to point one that has."""
    is_so = row.router_id is not None and row.port_id is None
    if is_so and target is not None:
        raise FloatingIpForwards(row.id)
    return is_so


def lock(context: RequestContext, session: Session, floating_ip_id: str) -> FloatingIpRow:
    """Lock a floating IP of the caller's.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(FloatingIpRow).where(FloatingIpRow.id == floating_ip_id, *_visible(context))
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound("floating IP", floating_ip_id)
    return row


def _note(context: RequestContext, session: Session, *port_ids: str | None) -> None:
    """Write down by which addresses the devices of ports are reached from now on."""
    session.flush()
    wanted = [port_id for port_id in port_ids if port_id]
    devices = session.scalars(select(PortRow.device_id).where(PortRow.id.in_(wanted)))
    history.note(context, session, devices, because="floating IP")


def _require_not_withheld(context: RequestContext, session: Session, row: FloatingIpRow) -> None:
    """Refuse to take a floating IP from a port that its project may not change."""
    port = session.get(PortRow, row.port_id) if row.port_id else None
    if port is not None:
        require_not_withheld(context, port)


def delete_floating_ip(context: RequestContext, floating_ip_id: str) -> None:
    """Give an address outside back; its port forwardings go with it.

    Raises:
        NotFound: There is none, or the caller may not see it.
        PortWithheld: It stands for a device that is withheld from its project.
    """
    with context.unit_of_work() as session:
        row = lock(context, session, floating_ip_id)
        _require_not_withheld(context, session, row)
        forwardings = forwarding_links.of_floating_ips(session, [row.id])
        forwarding_links.require_changeable(context, session, forwardings)
        for each in forwardings:
            session.delete(each)
        session.flush()
        ports.remove(session, [row.own_port_id])
        tag_filters.forget(session, [row.id])
        session.delete(row)
        note_router(session, row)
        _note(context, session, row.port_id)
        charge(context, [_cost(row, -1)])


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count floating IPs."""
    query = select(FloatingIpRow.project_id, FloatingIpRow.user_id, func.count()).group_by(
        FloatingIpRow.project_id, FloatingIpRow.user_id
    )
    with context.reading() as session:
        for project_id, user_id, amount in session.execute(query):
            yield Usage(project_id, user_id, FLOATING_IPS, amount)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the floating IPs of a project."""
    if resource != FLOATING_IPS:
        return
    query = select(FloatingIpRow).where(FloatingIpRow.project_id == project_id)
    with context.reading() as session:
        for row in session.scalars(query):
            yield Thing(project_id, row.user_id, resource, 1, "floating IP", row.id, row.ip)


def _shown(session: Session, rows: Sequence[FloatingIpRow]) -> list[FloatingIp]:
    """Return floating IPs as values, with one query for the states of all their routers."""
    states = router_states.of_routers(session, {row.router_id for row in rows if row.router_id})
    forwardings: dict[str, list[PortForwarding]] = defaultdict(list)
    some = [row.id for row in rows if row.router_id is not None and row.port_id is None]
    for each in forwarding_links.of_floating_ips(session, some):
        forwardings[each.floating_ip_id].append(forwarding_links.shown(each))
    return [
        _one(
            row,
            status=states.get(row.router_id or "", router_states.DOWN),
            forwardings=forwardings[row.id],
        )
        for row in rows
    ]


def _one(row: FloatingIpRow, *, status: str, forwardings: Sequence[PortForwarding]) -> FloatingIp:
    target = None
    if row.port_id is not None and row.fixed_ip is not None and row.router_id is not None:
        target = Target(row.port_id, row.fixed_ip, row.router_id)
    return FloatingIp(
        id=row.id,
        project_id=row.project_id,
        description=row.description,
        network_id=row.network_id,
        ip=row.ip,
        target=target,
        router_id=row.router_id,
        forwardings=tuple(forwardings),
        status=status,
        dns_name=row.dns_name,
        dns_domain=row.dns_domain,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def list_pools(context: RequestContext) -> list[Pool]:
    """Return the networks from which the caller can have floating IPs."""
    with context.reading() as session:
        found = _candidates(context, session, None)
        return [Pool(network.id, network.name) for network in found]
