# SPDX-License-Identifier: Apache-2.0
"""Networks: made, shown, changed, deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypedDict

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.db.base import new_id
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_network import (
    availability,
    claims,
    dns_names,
    macs,
    policies,
    sharing,
    tag_filters,
    wiring,
    withdrawing,
)
from synnefo_network.devices import RESERVED
from synnefo_network.errors import LinkInUse, NetworkInUse
from synnefo_network.models import AddressRow, MacPrefixRow, NetworkRow, PortRow, SubnetRow
from synnefo_network.network_details import NOTHING, Details, details_of
from synnefo_network.nodes import changes as told
from synnefo_network.nodes.changes import Kind
from synnefo_network.pages import select_page
from synnefo_network.values import Listing, Network, NetworkSpec
from synnefo_quota import charge

PRIVATE_NETWORKS = "cyclades.network.private"

RESOURCE = QuotaResource(
    name=PRIVATE_NETWORKS,
    description="Private networks",
    user_default=8,
    project_default=64,
)
"""Counted for every network but those that lead outside."""

LEAST_MTU, MOST_MTU = 68, 65535
"""What IPv4 needs (RFC 791), and what a card can carry."""

_COLUMNS = {
    "id": NetworkRow.id,
    "name": NetworkRow.name,
    "description": NetworkRow.description,
    "project_id": NetworkRow.project_id,
    "is_shared": NetworkRow.is_shared,
    "is_external": NetworkRow.is_external,
    "is_admin_up": NetworkRow.is_admin_up,
    "mtu": NetworkRow.mtu,
    "is_port_secured": NetworkRow.is_port_secured,
    "kind": NetworkRow.kind,
    "physical_network": NetworkRow.physical_network,
    "segmentation_id": NetworkRow.segmentation_id,
    "is_drained": NetworkRow.is_drained,
    "is_default": NetworkRow.is_default,
    "dns_domain": NetworkRow.dns_domain,
    "revision": NetworkRow.revision,
    "created_at": NetworkRow.created_at,
    "updated_at": NetworkRow.updated_at,
}


_DEFAULT = "default network"
"""What is decided by one at a time."""

_OPENINGS = {"is_shared": sharing.SHARED, "is_external": sharing.EXTERNAL}
"""What is told by rows of who may use a network."""


class NetworkChanges(TypedDict, total=False):
    """What is to become of a network; what is left out stays."""

    name: str
    description: str
    is_shared: bool
    is_external: bool
    is_admin_up: bool
    mtu: int
    is_port_secured: bool
    is_drained: bool
    is_default: bool
    dns_domain: str


def visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes a network visible: own, shared, or leading outside."""
    if context.is_admin:
        return []
    own = NetworkRow.project_id == context.project_id
    return [or_(own, sharing.open_to(context))]


def owner_of(context: RequestContext, asked: str | None) -> str:
    """Return the project to which a new thing shall belong.

    Raises:
        Forbidden: It is another's, and the caller may not give things away.
    """
    if asked is None or asked == context.project_id:
        return context.require_project()
    context.cloud.policy.require(context, policies.FOR_OTHERS)
    return asked


def create_network(context: RequestContext, spec: NetworkSpec) -> Network:
    """Make a network.

    Raises:
        Forbidden: Only administrators may make one shared or external, or say how it is carried.
        InvalidField: The MTU is out of bounds, a zone is unknown, or it can't be carried like that.
        LinkInUse: Another network has the routing table that was named.
        NoMacPrefixLeft: There are too many networks.
        NoVlanLeft: There are too many of this type.
        QuotaExceeded: At the end of the unit of work.
    """
    project_id = owner_of(context, spec.project_id)
    _require_mtu(spec.mtu or None)
    if spec.is_shared or spec.is_external:
        context.cloud.policy.require(context, policies.PUBLISH)
    if wiring.is_chosen(spec) or spec.is_drained or spec.is_default:
        context.cloud.policy.require(context, policies.PROVIDER)
    _require_zones(context, spec.zone_hints)
    now, network_id = context.now(), new_id()
    with context.unit_of_work() as session:
        if spec.is_default:
            claims.wait(session, _DEFAULT)
        carried = wiring.choose(context, session, network_id, spec)
        row = NetworkRow(
            id=network_id,
            project_id=project_id,
            user_id=context.user_id,
            name=spec.name,
            description=spec.description,
            is_shared=False,
            is_external=False,
            is_hidden=False,
            is_admin_up=spec.is_admin_up,
            mtu=spec.mtu or context.cloud.config.network.mtu,
            mac_prefix=macs.give_prefix(context, session, network_id),
            mode=carried.mode,
            link=carried.link,
            is_port_secured=spec.is_port_secured,
            kind=carried.kind,
            physical_network=carried.physical_network,
            segmentation_id=carried.segmentation_id,
            is_drained=spec.is_drained,
            is_default=False,
            zone_hints=list(spec.zone_hints),
            dns_domain=dns_names.parse_domain(spec.dns_domain),
            revision=1,
            created_at=now,
            updated_at=now,
        )
        _insert(session, row)
        if spec.is_default:
            _make_default(session, row)
        if spec.is_shared:
            sharing.allow(session, row, sharing.SHARED, sharing.EVERYBODY)
        if spec.is_external:
            sharing.allow(session, row, sharing.EXTERNAL, sharing.EVERYBODY)
        settle_cost(context, row, was_external=True)
        return _shown(row, NOTHING)


def _insert(session: Session, row: NetworkRow) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as cause:
        raise LinkInUse(row.link) from cause


def _make_default(session: Session, row: NetworkRow) -> None:
    """Have a network be the default one, and no other one; the caller is alone to do so."""
    session.execute(
        update(NetworkRow).where(NetworkRow.is_default).values(is_default=False),
        execution_options={"synchronize_session": False},
    )
    row.is_default = True


def _require_zones(context: RequestContext, hints: Iterable[str]) -> None:
    if unknown := set(hints) - set(availability.list_zones(context) if hints else ()):
        zones = ", ".join(sorted(unknown))
        raise InvalidField("availability_zone_hints", f"there is no availability zone {zones}")


def _require_mtu(mtu: int | None) -> None:
    if mtu is not None and not LEAST_MTU <= mtu <= MOST_MTU:
        raise InvalidField("mtu", f"must be from {LEAST_MTU} to {MOST_MTU}, not {mtu}")


def _cost(row: NetworkRow, amount: int) -> Charge:
    return Charge(row.project_id, row.user_id, PRIVATE_NETWORKS, amount)


def costs_of_move(row: NetworkRow, before: str) -> list[Charge]:
    """Return what a network's new project pays, and what the one before is given back."""
    return [replace(_cost(row, -1), project_id=before), _cost(row, 1)]


def show_network(context: RequestContext, network_id: str) -> Network:
    """Return a network.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        row = session.scalar(
            select(NetworkRow).where(NetworkRow.id == network_id, *visible(context))
        )
        if row is None:
            raise NotFound("network", network_id)
        shared = sharing.shared_among(context, session, [row])
        return _shown(row, details_of(context, session, [row.id])[row.id], shared)


def list_networks(context: RequestContext, listing: Listing) -> list[Network]:
    """Return a page of the networks that the caller may see."""
    with context.reading() as session:
        rows = select_page(
            session,
            NetworkRow,
            listing,
            noun="network",
            columns=_COLUMNS,
            visible=visible(context),
        )
        details = details_of(context, session, [row.id for row in rows])
        shared = sharing.shared_among(context, session, rows)
        return [_shown(row, details[row.id], shared) for row in rows]


def update_network(context: RequestContext, network_id: str, changes: NetworkChanges) -> Network:
    """Change a network and return it.

    Raises:
        ExternalNetworkInUse: It was to lead outside no more, and routers or floating IPs need it.
        Forbidden: It is another's, or only administrators may do this.
        InvalidField: The MTU is out of bounds.
        NotFound: There is none, or the caller may not see it.
        SharedNetworkInUse: It was to be shared no more, and others have ports on it.
    """
    if {"is_shared", "is_external"} & changes.keys():
        context.cloud.policy.require(context, policies.PUBLISH)
    if {"is_drained", "is_default"} & changes.keys():
        context.cloud.policy.require(context, policies.PROVIDER)
    _require_mtu(changes.get("mtu"))
    with context.unit_of_work() as session:
        if changes.get("is_default"):
            # Before the network: whoever makes another one the default locks this one, too.
            claims.wait(session, _DEFAULT)
        row = lock_own(context, session, network_id)
        was_external = row.is_external
        if "dns_domain" in changes:
            changes = {**changes, "dns_domain": dns_names.parse_domain(changes["dns_domain"])}
        for name, value in changes.items():
            if name in _OPENINGS:
                sharing.set_for_all(session, row, _OPENINGS[name], is_allowed=bool(value))
            elif name == "is_default" and value:
                _make_default(session, row)
            else:
                setattr(row, name, value)
        row.revision += 1
        row.updated_at = context.now()
        settle_cost(context, row, was_external=was_external)
        told.note(session, Kind.NETWORK, row.id)
        return _shown(row, details_of(context, session, [row.id])[row.id])


def settle_cost(context: RequestContext, row: NetworkRow, *, was_external: bool) -> None:
    """Charge for a network that does not lead outside any more, or give back for one that does."""
    if row.is_external != was_external:
        charge(context, [_cost(row, -1 if row.is_external else 1)])


def delete_network(context: RequestContext, network_id: str) -> None:
    """Delete a network and its subnets.

    Raises:
        NetworkInUse: There are ports on it.
        Forbidden: It is another's.
        NotFound: There is none, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, network_id, is_for_delete=True)
        reserving = PortRow.device_owner == RESERVED
        others = select(PortRow.id).where(PortRow.network_id == row.id, ~reserving)
        if session.scalar(others.limit(1)):
            raise NetworkInUse(network_id)
        _forget_reserved(session, row.id)
        subnets = session.scalars(select(SubnetRow.id).where(SubnetRow.network_id == row.id))
        tag_filters.forget(session, [row.id, *subnets])
        session.execute(delete(SubnetRow).where(SubnetRow.network_id == row.id))
        sharing.forget(session, row.id)
        withdrawing.leave_all(context, session, row.id)
        session.execute(delete(MacPrefixRow).where(MacPrefixRow.network_id == row.id))
        wiring.give_back(session, row.id)
        session.delete(row)
        if not row.is_external:
            charge(context, [_cost(row, -1)])
        outbox.emit(context, session, "network.deleted", subject_id=network_id)


def _forget_reserved(session: Session, network_id: str) -> None:
    """Free what nobody but operators keeps of a network that goes."""
    kept = select(PortRow.id).where(
        PortRow.network_id == network_id, PortRow.device_owner == RESERVED
    )
    session.execute(delete(AddressRow).where(AddressRow.port_id.in_(kept)))
    session.execute(delete(PortRow).where(PortRow.id.in_(kept)))


def lock_own(
    context: RequestContext, session: Session, network_id: str, *, is_for_delete: bool = False
) -> NetworkRow:
    """Lock a network that the caller may change; ports can be made meanwhile unless it goes.

    Raises:
        Forbidden: The caller may see it but not change it.
        NotFound: There is none, or the caller may not see it.
    """
    query = select(NetworkRow).where(NetworkRow.id == network_id, *visible(context))
    row = session.scalar(query.with_for_update(key_share=not is_for_delete))
    if row is None:
        raise NotFound("network", network_id)
    require_own(context, row)
    return row


def require_own(context: RequestContext, row: NetworkRow) -> None:
    """Refuse a caller whose network this is not.

    Raises:
        Forbidden: It is another project's.
    """
    if not context.is_admin and row.project_id != context.project_id:
        msg = f"network {row.id} belongs to another project"
        raise Forbidden(msg)


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count the networks that are paid for."""
    with context.reading() as session:
        counted: dict[tuple[str, str], int] = {}
        owners = select(NetworkRow.project_id, NetworkRow.user_id)
        for owner in session.execute(owners.where(~NetworkRow.is_external)):
            key = owner.project_id, owner.user_id
            counted[key] = counted.get(key, 0) + 1
    for (project_id, user_id), amount in counted.items():
        yield Usage(project_id, user_id, PRIVATE_NETWORKS, amount)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the networks of a project that are paid for."""
    if resource != PRIVATE_NETWORKS:
        return
    own = select(NetworkRow).where(NetworkRow.project_id == project_id, ~NetworkRow.is_external)
    with context.reading() as session:
        for row in session.scalars(own):
            yield Thing(project_id, row.user_id, resource, 1, "network", row.id, row.name)


def _shown(row: NetworkRow, details: Details, shared: Collection[str] = ()) -> Network:
    """Return a network as a value; ``shared`` are ids of those shared with the caller by name."""
    return Network(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        description=row.description,
        is_shared=row.is_shared or row.id in shared,
        is_external=row.is_external,
        is_admin_up=row.is_admin_up,
        mtu=row.mtu,
        mac_prefix=row.mac_prefix,
        mode=row.mode,
        link=row.link,
        is_port_secured=row.is_port_secured,
        kind=row.kind,
        physical_network=row.physical_network,
        segmentation_id=row.segmentation_id,
        is_drained=row.is_drained,
        is_default=row.is_default,
        zone_hints=tuple(row.zone_hints),
        zones=details.zones,
        dns_domain=row.dns_domain,
        subnet_ids=tuple(details.subnet_ids),
        ipv4_scope_id=details.scopes.get(4),
        ipv6_scope_id=details.scopes.get(6),
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
