# SPDX-License-Identifier: Apache-2.0
"""Where networks can be, how many addresses they have, and how many of these are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from sqlalchemy import func, select

import synnefo_backends
from synnefo_core.context import RequestContext
from synnefo_network import ranges
from synnefo_network.models import AddressRow, NetworkRow, SubnetRow


@dataclass(frozen=True)
class SubnetUse:
    """Of a subnet's pools, how many addresses there are; of the subnet, how many are taken."""

    id: str
    name: str
    ip_version: int
    cidr: str
    total: int
    used: int


@dataclass(frozen=True)
class NetworkUse:
    """The subnets of a network with what is taken of them."""

    id: str
    name: str
    project_id: str
    subnets: tuple[SubnetUse, ...]


def list_zones(context: RequestContext) -> list[str]:
    """Return the availability zones in which networks can be: those of the clusters."""
    return [zone.name for zone in synnefo_backends.zones(context)]


def address_use(context: RequestContext, network_ids: Sequence[str] = ()) -> list[NetworkUse]:
    """Return what is taken of some networks, or of all that have subnets, in two statements."""
    subnets = (
        select(SubnetRow, NetworkRow.name, NetworkRow.project_id)
        .join(NetworkRow, NetworkRow.id == SubnetRow.network_id)
        .order_by(NetworkRow.id, SubnetRow.id)
    )
    taken = select(AddressRow.subnet_id, func.count()).group_by(AddressRow.subnet_id)
    if network_ids:
        subnets = subnets.where(NetworkRow.id.in_(network_ids))
        of_these = select(SubnetRow.id).where(SubnetRow.network_id.in_(network_ids))
        taken = taken.where(AddressRow.subnet_id.in_(of_these))
    found: dict[str, NetworkUse] = {}
    with context.reading() as session:
        used: dict[str, int] = dict(list(session.execute(taken)))
        for row, name, project_id in session.execute(subnets):
            had = found.get(row.network_id)
            before = had.subnets if had else ()
            shown = (*before, _subnet(row, used.get(row.id, 0)))
            found[row.network_id] = NetworkUse(row.network_id, name, project_id, shown)
    return list(found.values())


def _subnet(row: SubnetRow, used: int) -> SubnetUse:
    pools = [(first, last) for first, last in row.pools]
    spans = ranges.spans(ip_network(row.cidr), pools)
    total = sum(last - first + 1 for first, last in spans)
    return SubnetUse(row.id, row.name, row.ip_version, row.cidr, total, used)
