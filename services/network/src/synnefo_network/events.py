# SPDX-License-Identifier: Apache-2.0
"""What clusters say of jobs about their networks: hints where to look (GNT-049, GNT-050).

Whoever waits for a network looks by itself. What an operator did on the cluster (an address reserved, a
network disconnected or removed) is found and repaired at once, not with the next round.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import synnefo_backends
from synnefo_core import metrics
from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.driver import DriverError
from synnefo_core.listening import Listener
from synnefo_network import cluster_networks, cluster_repairs

log = logging.getLogger(__name__)

TOPIC = "network.job"
LONGEST = 255
_FINAL = frozenset({"success", "error", "canceled"})


def hear_jobs(context: RequestContext, messages: Sequence[Message]) -> None:
    """Look once at each network of a cluster of which a job has ended."""
    about = dict.fromkeys(
        (message.sender, network_id)
        for message in messages
        if (network_id := _ended(context, message))
    )
    for sender, network_id in about:
        metrics.NOTICES.labels(TOPIC, _heed(context, sender, network_id)).inc()


def _ended(context: RequestContext, message: Message) -> str:
    """Return the id of the network of which a job has ended; empty if that is not said."""
    network, state = _word(message.payload, "network"), _word(message.payload, "state")
    if not network or not state:
        _warn(message.sender, "it names no network, or no state")
        return ""
    return cluster_networks.id_of(context.cloud, network) if state in _FINAL else ""


def _word(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    is_word = isinstance(value, str) and len(value) <= LONGEST and value.isprintable()
    return str(value) if is_word else ""


def _heed(context: RequestContext, sender: str, network_id: str) -> str:
    """Look at a network of a cluster; return what came of that."""
    backend_id = synnefo_backends.id_of(context, sender)
    if not backend_id:
        _warn(sender, "no cluster is called so")
        return "refused"
    try:
        repaired = cluster_repairs.look(context, backend_id, network_id=network_id)
    except DriverError as cause:
        _warn(sender, str(cause))
        return "unavailable"
    return "repaired" if repaired else "nothing"


def _warn(sender: str, problem: str) -> None:
    log.warning("notice not heeded", extra={"topic": TOPIC, "sender": sender, "problem": problem})


LISTENERS = (Listener(TOPIC, hear_jobs),)
