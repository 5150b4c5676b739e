# SPDX-License-Identifier: Apache-2.0
"""Looking at the networks of a cluster from both sides at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_backends import Backend
from synnefo_core import underway
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError
from synnefo_core.contracts.networks import ClusterNetwork
from synnefo_core.db.among import among
from synnefo_network import cluster_differences, cluster_networks, reservations
from synnefo_network.cluster_differences import Difference, Recorded
from synnefo_network.devices import OWN
from synnefo_network.models import AddressRow, NetworkRow, PortRow
from synnefo_network.presence_models import COMING, LEAVING, PresenceRow
from synnefo_network.presences import facet, has_networks, is_used


@dataclass(frozen=True)
class Survey:
    """What differs in a cluster; with a ``problem`` that is not known."""

    backend: Backend
    networks: tuple[Difference, ...] = ()
    pools: tuple[Difference, ...] = ()
    problem: str = ""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All of it."""
        return (*self.networks, *self.pools)


def survey(context: RequestContext, backend: Backend, *, network_id: str = "") -> Survey:
    """Compare the networks of a cluster, or one of them, with what is known here.

    Rows are read after the cluster was asked, too: what changed meanwhile is left for the next
    time. A cluster that does not answer has no differences but a problem.
    """
    if not has_networks(context, backend.id):
        return Survey(backend)
    before = _recorded(context, backend.id, network_id)
    begin = cluster_networks.name_of(context.cloud, network_id)
    try:
        found = synnefo_backends.call(
            context, backend.id, lambda driver: facet(driver).networks(begin)
        )
    except DriverError as cause:
        return Survey(backend, problem=str(cause) or type(cause).__name__)
    known = _known(context, backend.id, found, network_id)
    settled = {name: each for name, each in known.items() if before.get(name, each) == each}
    there = [each for each in found if each.name in settled or each.name not in known]
    awaited = _awaited(context, backend.id, settled.values())
    networks = cluster_differences.of_networks(
        settled, there, own_tag=cluster_networks.OWN_TAG, awaited=awaited
    )
    pools = (
        difference
        for each in there
        if (of_it := settled.get(each.name)) and of_it.state and not of_it.is_busy
        for difference in cluster_differences.of_pools(_with_used(context, of_it, each), each)
    )
    return Survey(backend, tuple(networks), tuple(pools))


def _known(
    context: RequestContext,
    backend_id: str,
    found: Iterable[ClusterNetwork],
    network_id: str,
) -> dict[str, Recorded]:
    """Return what is known of a cluster's networks, also of those that should not be there."""
    known = dict(_recorded(context, backend_id, network_id))
    strange = {
        cluster_networks.id_of(context.cloud, each.name): each.name
        for each in found
        if each.name not in known
    }
    with context.reading() as session:
        ours = select(NetworkRow.id).where(NetworkRow.id.in_(list(strange)))
        for other in session.scalars(ours):
            known[strange[other]] = Recorded(other, strange[other])
    return known


def _recorded(context: RequestContext, backend_id: str, network_id: str) -> Mapping[str, Recorded]:
    """Return what is known of the networks in a cluster, by their names there."""
    query = select(PresenceRow).where(PresenceRow.backend_id == backend_id)
    if network_id:
        query = query.where(PresenceRow.network_id == network_id)
    with context.reading() as session:
        rows = session.scalars(query).all()
        busy = underway.subjects(session, [row.network_id for row in rows])
        known = [_of(context, session, row, is_leaving=row.network_id in busy) for row in rows]
    return {each.name: each for each in known}


def _of(
    context: RequestContext, session: Session, row: PresenceRow, *, is_leaving: bool
) -> Recorded:
    query = (
        select(AddressRow.ip)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .where(PortRow.network_id == row.network_id, PortRow.device_owner.startswith(OWN))
    )
    own = frozenset(session.scalars(query))
    copied = reservations.held(session, row.network_id, row.backend_id)
    return Recorded(
        network_id=row.network_id,
        name=cluster_networks.name_of(context.cloud, row.network_id),
        state=row.state,
        is_busy=(row.state == LEAVING and is_leaving)
        or (row.state == COMING and bool(row.job_ids)),
        own=frozenset(cluster_networks.inside(own - copied, row.cidr)),
        copied=copied,
        put=frozenset(row.reserved),
    )


def _with_used(context: RequestContext, known: Recorded, found: ClusterNetwork) -> Recorded:
    """Return what is known with those addresses reserved there that cards have; few are reserved."""
    query = (
        select(AddressRow.ip)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .where(
            PortRow.network_id == known.network_id,
            ~PortRow.device_owner.startswith(OWN),
            among(AddressRow.ip, sorted(found.reserved)),
        )
    )
    with context.reading() as session:
        return replace(known, used=frozenset(session.scalars(query)))


def _awaited(context: RequestContext, backend_id: str, known: Iterable[Recorded]) -> frozenset[str]:
    """Return those of some networks that are on their way to where servers need them."""
    coming = [each.network_id for each in known if each.state == COMING]
    with context.reading() as session:
        return frozenset(each for each in coming if is_used(session, each, backend_id))
