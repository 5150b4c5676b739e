# SPDX-License-Identifier: Apache-2.0
"""Looking at a cluster's servers from both sides at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

import synnefo_backends
from synnefo_backends import Backend
from synnefo_compute import names
from synnefo_compute.reconcile import recorded
from synnefo_compute.reconcile.differences import Difference, compare
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend, Instance
from synnefo_core.contracts.driver import DriverError

ORPHAN_GRACE_S = 120.0
"""So old an instance without a server must be: one that is being made is not forgotten yet."""


@dataclass(frozen=True)
class Survey:
    """What differs in a cluster; with a ``problem`` that is not known.

    Attributes:
        servers: How many servers were compared.
        instances: How many instances the cluster has under names of ours.
    """

    backend: Backend
    differences: tuple[Difference, ...] = ()
    problem: str = ""
    servers: int = 0
    instances: int = 0


def survey(context: RequestContext, backend: Backend, part: str = "") -> Survey:
    """Compare the servers of a cluster whose ids begin with ``part``.

    The rows are read before and after the cluster is asked; those that changed meanwhile are
    left for the next time. A cluster that does not answer has no differences but a problem.
    """
    begun = context.now()
    before = recorded.of_backend(context, backend.id, part)
    begin = names.prefix(context.cloud) + part
    try:
        instances, lacking = synnefo_backends.call(context, backend.id, partial(_seen, begin))
    except DriverError as cause:
        return Survey(backend, problem=str(cause) or type(cause).__name__)
    after = recorded.of_backend(context, backend.id, part)
    server_id = partial(names.server_id, context.cloud)
    strange = {server_id(instance.name) for instance in instances} - {*before, *after}
    elsewhere = recorded.elsewhere(context, strange)
    found = compare(
        [each for each in after.values() if each == before.get(each.id)],
        instances,
        server_id=server_id,
        known={*before, *after, *elsewhere},
        elsewhere=recorded.settled(context, elsewhere, since=begun),
        lacking=lacking,
        made_before=context.now() - ORPHAN_GRACE_S,
    )
    return Survey(backend, differences=tuple(found), servers=len(after), instances=len(instances))


def _seen(
    begin: str, backend: ComputeBackend
) -> tuple[list[Instance], Mapping[str, Collection[str]]]:
    """Return a cluster's instances, and the cards that their guests lack."""
    lacking = backend.cards.lacking(begin) if backend.cards else {}
    return backend.inventory.instances(begin), lacking
