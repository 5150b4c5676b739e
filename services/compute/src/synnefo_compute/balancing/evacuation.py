# SPDX-License-Identifier: Apache-2.0
"""Emptying a cluster."""

from __future__ import annotations

import synnefo_backends
from synnefo_compute.balancing import prospects
from synnefo_compute.balancing.outlook import Outlook
from synnefo_compute.balancing.plans import Move, Plan, Stay
from synnefo_core.context import RequestContext


def plan(context: RequestContext, name: str, *, may_stop: bool) -> Plan:
    """Return how all servers of a cluster would go elsewhere, the largest first.

    Raises:
        NotFound: There is no such cluster.
        Unbuilt: It hands no instances to others.
        Unavailable: It can't be reached now: then nothing leaves it.
    """
    backend = synnefo_backends.find(context, name)
    synnefo_backends.require_reachable(context, backend.id)
    found = prospects.of_cluster(context, backend, may_stop=may_stop)
    outlook = Outlook(context)
    moves: list[Move] = []
    stays: list[Stay] = []
    for each in found:
        target_id, reason = ("", each.problem) if each.problem else outlook.choose(each)
        if not target_id:
            stays.append(each.stay(backend.name, reason))
            continue
        outlook.move(each, target_id)
        moves.append(Move(each.server_id, each.name, backend.name, outlook.name(target_id)))
    return Plan(tuple(moves), tuple(stays), outlook.silent)
