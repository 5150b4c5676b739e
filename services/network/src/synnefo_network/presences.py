# SPDX-License-Identifier: Apache-2.0
"""Where networks are: made in a cluster when the first card needs them there (GNT-024, CYC-058).

========  =========================================================================
state     means
========  =========================================================================
coming    it is to be made, or connected to the rest of the nodes
present   it is there, connected to all nodes: cards can be on it
leaving   nothing uses it any more: it is being removed
========  =========================================================================

What counts is what the cluster has. Whoever needs a network makes moves until it is there; several
who need the same one disturb each other as little as one who died does.

A network leaves in two steps: first the row says so, then it is looked at whether anything uses the
network. Whoever reads that it is present before that has a port and a booking that are seen then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import BackendError, ComputeBackend, Job, JobState
from synnefo_core.contracts.networks import ClusterNetwork, NetworkMissing, Networks, NetworkSpec
from synnefo_network import claims, cluster_networks
from synnefo_network.models import NetworkRow, PortRow
from synnefo_network.ports import SERVERS
from synnefo_network.presence_models import COMING, PRESENT, PresenceRow

TRIES = 3
"""So often jobs are submitted that fail, before whoever needs the network is told."""


class NetworkNotMade(BackendError):
    """A cluster could not make a network, or connect it."""


@dataclass(frozen=True)
class Presence:
    """A network that is in a cluster under a name, with one range of IPv4."""

    network_id: str
    name: str
    cidr: str

    def holds(self, ip: str | None) -> bool:
        """Return whether a card with this address, or without one, can be on it there."""
        return ip is None or ip_address(ip) in ip_network(self.cidr)


def has_networks(context: RequestContext, backend_id: str) -> bool:
    """Return whether a cluster has networks of its own."""
    return synnefo_backends.has_facet(context, backend_id, "networks")


def reach(context: RequestContext, backend_id: str, network_ids: Iterable[str]) -> bool:
    """Make one move towards networks being in a cluster; return whether all of them are.

    Never inside a unit of work.

    Raises:
        NetworkNotMade: The cluster can't.
        BackendError: As the contract says.
    """
    wanted = sorted(set(network_ids))
    if not wanted or not has_networks(context, backend_id):
        return True
    there = present(context, backend_id, wanted)
    missing = [network_id for network_id in wanted if network_id not in there]
    # One after another would take as long as all of them together.
    moved = [_come(context, backend_id, network_id) for network_id in missing]
    return all(moved)


def present(
    context: RequestContext, backend_id: str, network_ids: Collection[str]
) -> Mapping[str, Presence]:
    """Return those of some networks that are in a cluster, by their ids."""
    query = select(PresenceRow.network_id, PresenceRow.cidr).where(
        PresenceRow.network_id.in_(list(network_ids)),
        PresenceRow.backend_id == backend_id,
        PresenceRow.state == PRESENT,
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    return {
        network_id: Presence(network_id, cluster_networks.name_of(context.cloud, network_id), cidr)
        for network_id, cidr in rows
    }


def _come(context: RequestContext, backend_id: str, network_id: str) -> bool:
    """Make one move towards a network being in a cluster; return whether it is."""
    row, spec = _awaited(context, backend_id, network_id)
    if row.state != COMING:
        return row.state == PRESENT
    jobs = jobs_of(context, backend_id, row.job_ids)
    if any(not job.state.is_final for job in jobs):
        return False
    found = find(context, backend_id, spec.name)
    if found is not None and found.is_connected:
        _settle(context, row, state=PRESENT, cidr=found.cidr, job_ids=[], tries=0, problem="")
        return True
    problem = problem_of(jobs)
    if row.tries >= TRIES:
        _settle(context, row, job_ids=[], tries=0, problem=problem)
        raise NetworkNotMade(problem or f"network {spec.name} does not come to be")
    job_ids = synnefo_backends.call(context, backend_id, lambda backend: facet(backend).bring(spec))
    known = {} if found is not None else {"cidr": spec.cidr, "reserved": list(spec.reserved)}
    _settle(context, row, job_ids=list(job_ids), tries=row.tries + 1, problem=problem, **known)
    return False


def _awaited(
    context: RequestContext, backend_id: str, network_id: str
) -> tuple[PresenceRow, NetworkSpec]:
    """Return what is known of a network in a cluster, and what it is to be there."""
    with context.unit_of_work() as session:
        spec = cluster_networks.spec_of(
            context.cloud, session, session.get_one(NetworkRow, network_id)
        )
        row = session.get(PresenceRow, (network_id, backend_id))
        if row is None:
            values = {
                "network_id": network_id,
                "backend_id": backend_id,
                "cidr": spec.cidr,
                "state": COMING,
                "looked_at": context.now(),
            }
            claims.insert_unless_taken(session, PresenceRow, values)
            row = session.get_one(PresenceRow, (network_id, backend_id))
        session.refresh(row)
        session.expunge(row)
        return row, spec


def _settle(context: RequestContext, row: PresenceRow, **values: object) -> None:
    """Write down what was found of a network on its way, unless it goes meanwhile."""
    of_it = [
        PresenceRow.network_id == row.network_id,
        PresenceRow.backend_id == row.backend_id,
        PresenceRow.state == COMING,
    ]
    with context.unit_of_work() as session:
        session.execute(
            update(PresenceRow)
            .where(*of_it)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def facet(backend: ComputeBackend) -> Networks:
    """Return the facet of a cluster that has networks.

    Raises:
        BackendError: It has none.
    """
    if backend.networks is None:
        msg = "the cluster has no networks of its own"
        raise BackendError(msg)
    return backend.networks


def find(context: RequestContext, backend_id: str, name: str) -> ClusterNetwork | None:
    """Return a network as a cluster has it, or None."""
    try:
        return synnefo_backends.call(
            context, backend_id, lambda backend: facet(backend).network(name)
        )
    except NetworkMissing:
        return None


def jobs_of(context: RequestContext, backend_id: str, job_ids: Collection[str]) -> list[Job]:
    """Return those of some jobs that a cluster knows, in their order."""
    if not job_ids:
        return []
    found = synnefo_backends.call(
        context, backend_id, lambda backend: backend.job_queue.jobs(job_ids)
    )
    return [found[job_id] for job_id in job_ids if job_id in found]


def problem_of(jobs: Iterable[Job]) -> str:
    """Return why the first of some jobs failed; empty when none did."""
    failed = (job for job in jobs if job.state is not JobState.SUCCESS)
    return next((job.error or f"the job {job.id} was {job.state.value}" for job in failed), "")


def is_used(session: Session, network_id: str, backend_id: str) -> bool:
    """Return whether a server that is in a cluster, or on its way there, has a port on a network."""
    there = synnefo_backends.servers_booked(backend_id, PortRow.device_id)
    query = select(PortRow.id).where(
        PortRow.network_id == network_id, PortRow.device_owner.startswith(SERVERS), there
    )
    return session.scalar(query.limit(1)) is not None
