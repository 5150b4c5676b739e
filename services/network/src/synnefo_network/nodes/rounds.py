# SPDX-License-Identifier: Apache-2.0
"""The task that tells nodes what has changed, and those that were away what they lack."""

from __future__ import annotations

import logging
from weakref import WeakSet

from sqlalchemy import delete

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_network.nodes import catching_up, changes, documents, router_documents, spots, versions
from synnefo_network.nodes.models import ChangeRow

log = logging.getLogger(__name__)

TASK, EVERY_S = "network.tell_nodes", 1.0

_FOLDED = 10_000
"""So many changes are looked at together."""


def run(context: RequestContext) -> None:
    """Send what is new, then a part of what each node lacks, until there is neither."""
    try:
        while tell_changes(context) | catching_up.send_some(context):
            pass
    except documents.OwnerAbsent as cause:
        _complain(context.cloud, str(cause))
    else:
        _complained.discard(context.cloud)


_complained: WeakSet[Cloud] = WeakSet()
"""Of whom it was said already that nobody knows where devices are: the task comes each second."""


def _complain(cloud: Cloud, problem: str) -> None:
    if cloud not in _complained:
        log.warning("nodes are told nothing of ports: %s", problem)
    _complained.add(cloud)


def tell_changes(context: RequestContext) -> bool:
    """Send the documents that changes concern, each once; return whether there were changes.

    The changes are forgotten last: who ends in the middle does it again, and finds nothing new in
    what was sent already.
    """
    with context.reading() as session:
        some = changes.first(session, _FOLDED)
        if not some:
            return False
        ports = changes.ports_of(session, some) if versions.clusters(session) else set()
        routers = changes.routers_of(session, some) if spots.gateways(session) else set()
    if routers:
        router_documents.refresh(context, sorted(routers))
    if ports:
        documents.refresh(context, sorted(ports))
    with context.unit_of_work() as session:
        session.execute(delete(ChangeRow).where(ChangeRow.id.in_([each.id for each in some])))
    return True
