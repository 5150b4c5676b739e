# SPDX-License-Identifier: Apache-2.0
"""Putting right what differs between networks here and in a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import update

import synnefo_backends
from synnefo_core import abreast
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import BackendError
from synnefo_core.contracts.driver import DriverError
from synnefo_core.errors import CloudError
from synnefo_network import claims, cluster_networks, presences, reservations
from synnefo_network.cluster_differences import (
    Difference,
    Halted,
    Hanging,
    Missing,
    Orphan,
    Parted,
    Reservations,
)
from synnefo_network.cluster_surveys import survey
from synnefo_network.models import NetworkRow
from synnefo_network.presence_models import COMING, LEAVING, PresenceRow
from synnefo_network.presences import facet, find

log = logging.getLogger(__name__)

TASK, EVERY_S = "network.reconcile", 60.0
"""The task that looks at the networks of all clusters, and how often it does."""
PATIENCE_S = 30.0
MOST = 100
"""So many differences of a cluster are repaired in a round."""

MOVES, LOOK_EVERY_S = 600, 0.2
"""So often a person at a terminal has it looked whether a network is there."""

AUTOMATIC = frozenset(each.kind for each in (Missing, Hanging, Parted, Halted, Reservations))
"""What is repaired without asking; the rest is for a person to judge."""


def run(context: RequestContext) -> None:
    """Repair what differs in the clusters that answer."""
    up = [backend for backend in synnefo_backends.listing(context) if backend.is_up]
    abreast.each(lambda backend: look(context, backend.id), up, name=TASK, patience_s=PATIENCE_S)


def look(context: RequestContext, backend_id: str, *, network_id: str = "") -> int:
    """Repair what differs in a cluster, or of one network there; return how much was."""
    seen = survey(context, synnefo_backends.find(context, backend_id), network_id=network_id)
    if seen.problem:
        about = {"backend": seen.backend.name, "problem": seen.problem}
        log.warning("networks not reconciled", extra=about)
    found = [each for each in seen.differences if each.kind in AUTOMATIC]
    return sum(_repaired(context, backend_id, each) for each in found[:MOST])


def _repaired(context: RequestContext, backend_id: str, difference: Difference) -> bool:
    try:
        return repair(context, backend_id, difference)
    except (CloudError, DriverError) as cause:
        about = {"network": difference.network_id, "problem": str(cause)}
        log.warning("network not repaired", extra=about)
        return False


def repair(
    context: RequestContext, backend_id: str, difference: Difference, *, is_awaited: bool = False
) -> bool:
    """Repair one difference; return whether something was done.

    Args:
        context: The worker's.
        backend_id: The cluster.
        difference: What differs.
        is_awaited: Whether to wait until the cluster has done it.

    Raises:
        DriverError: The cluster did not answer, or refused, or takes too long.
    """
    make = _REPAIRS.get(type(difference))
    if make is None:
        return False
    is_done, job_ids = make(context, backend_id, difference)
    if is_awaited:
        for job_id in job_ids:
            synnefo_backends.succeed(context, backend_id, job_id)
        if isinstance(difference, Missing | Hanging | Halted):
            _await(context, backend_id, difference.network_id)
    return is_done


_Done = tuple[bool, tuple[str, ...]]


def _come_again(context: RequestContext, backend_id: str, difference: Difference) -> _Done:
    """Have it looked at anew, and made or connected again."""
    with context.unit_of_work() as session:
        row = session.get(PresenceRow, (difference.network_id, backend_id), with_for_update=True)
        if row is None or (row.state == LEAVING and not isinstance(difference, Halted)):
            return False, ()
        row.state, row.job_ids, row.tries = COMING, [], 0
        is_deleted = session.get(NetworkRow, difference.network_id) is None
    if not is_deleted:
        presences.reach(context, backend_id, [difference.network_id])
    return True, ()


def _await(context: RequestContext, backend_id: str, network_id: str) -> None:
    with context.reading() as session:
        if session.get(NetworkRow, network_id) is None:
            return
    for _ in range(MOVES):
        if presences.reach(context, backend_id, [network_id]):
            return
        context.cloud.clock.wait(LOOK_EVERY_S)
    msg = "the network takes too long to come"
    raise BackendError(msg)


def _take_in(context: RequestContext, backend_id: str, parted: Difference) -> _Done:
    """Know of one that is there; what is unused of such leaves like others."""
    name = cluster_networks.name_of(context.cloud, parted.network_id)
    found = find(context, backend_id, name)
    if found is None:
        return False, ()
    values = {
        "network_id": parted.network_id,
        "backend_id": backend_id,
        "cidr": found.cidr,
        "state": COMING,
        "looked_at": context.now(),
    }
    with context.unit_of_work() as session:
        if session.get(NetworkRow, parted.network_id) is None:
            return False, ()
        claims.insert_unless_taken(session, PresenceRow, values)
    presences.reach(context, backend_id, [parted.network_id])
    return True, ()


def _remove(context: RequestContext, backend_id: str, orphan: Difference) -> _Done:
    """Remove one that is tagged as ours and of no network; only ever by hand."""
    if not isinstance(orphan, Orphan) or not orphan.is_ours:
        return False, ()
    with context.reading() as session:
        network_id = cluster_networks.id_of(context.cloud, orphan.name)
        if session.get(NetworkRow, network_id) is not None:
            return False, ()
    log.warning("stray network removed", extra={"network": orphan.name})
    job_ids = synnefo_backends.call(
        context, backend_id, lambda backend: facet(backend).withdraw(orphan.name)
    )
    return True, job_ids


def _reserve(context: RequestContext, backend_id: str, difference: Difference) -> _Done:
    """Have both sides reserve the same addresses."""
    if not isinstance(difference, Reservations):
        return False, ()
    network_id, job_ids = difference.network_id, tuple[str, ...]()
    with context.unit_of_work() as session:
        network = session.get(NetworkRow, network_id)
        if network is None:
            return False, ()
        refused = reservations.hold(
            context, session, network, keeper=backend_id, ips=difference.taken
        )
        reservations.free(session, network_id, keeper=backend_id, ips=difference.freed)
    if refused:
        about = {"network": network_id, "addresses": refused}
        log.error("addresses are reserved in a cluster that are in use", extra=about)
    if difference.wanted or difference.kept:
        name = cluster_networks.name_of(context.cloud, network_id)
        job_ids = synnefo_backends.call(
            context,
            backend_id,
            lambda backend: facet(backend).reserve(
                name, add=difference.wanted, remove=difference.kept
            ),
        )
        _note_put(context, backend_id, difference)
    return True, job_ids


def _note_put(context: RequestContext, backend_id: str, done: Reservations) -> None:
    """Remember what the cloud has reserved; what is not true is found out by the next look."""
    with context.unit_of_work() as session:
        row = session.get(PresenceRow, (done.network_id, backend_id), with_for_update=True)
        if row is not None:
            reserved = {*row.reserved, *done.wanted} - {*done.kept}
            session.execute(
                update(PresenceRow)
                .where(
                    PresenceRow.network_id == done.network_id,
                    PresenceRow.backend_id == backend_id,
                )
                .values(reserved=sorted(reserved))
            )


_REPAIRS: Mapping[type[Difference], Callable[[RequestContext, str, Any], _Done]] = {
    Missing: _come_again,
    Hanging: _come_again,
    Halted: _come_again,
    Parted: _take_in,
    Orphan: _remove,
    Reservations: _reserve,
}
