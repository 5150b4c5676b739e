# SPDX-License-Identifier: Apache-2.0
"""Sending nodes what they lack: a part of each in turn, so that none waits for another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select

from synnefo_core.context import RequestContext
from synnefo_core.contracts import nodes
from synnefo_core.db.among import among
from synnefo_network.nodes import (
    documents,
    facts,
    router_documents,
    router_facts,
    signing,
    versions,
)
from synnefo_network.nodes.models import About, LackRow
from synnefo_network.nodes.versions import AT_ONCE, LIFE_S, Document, Letter, Place


def send_some(context: RequestContext) -> bool:
    """Send each node that lacks documents some of them; return whether there was any."""
    with context.reading() as session:
        lacking = list(session.execute(select(LackRow.cluster, LackRow.node).distinct()))
    for cluster, node in lacking:
        _send(context, cluster, node)
    return bool(lacking)


def _send(context: RequestContext, cluster: str, node: str) -> None:
    theirs = (LackRow.cluster == cluster, LackRow.node == node)
    query = select(LackRow.kind, LackRow.thing_id, LackRow.known).where(*theirs)
    known: dict[str, dict[str, int]] = {about: {} for about in About}
    with context.reading() as session:
        for row in session.execute(query.order_by(LackRow.thing_id).limit(AT_ONCE)):
            known[row.kind][row.thing_id] = row.known
    for about, send in _SENDERS.items():
        if known[about]:
            send(context, cluster, node, known[about])
    ids = [thing_id for some in known.values() for thing_id in some]
    with context.unit_of_work() as session:
        session.execute(delete(LackRow).where(*theirs, among(LackRow.thing_id, ids)))


def _send_ports(context: RequestContext, cluster: str, node: str, known: Mapping[str, int]) -> None:
    signer = signing.signer(context, nodes.PURPOSE)
    found = documents.letters(context, list(known))
    versions.send(context, signer, [letter for letter in found if letter.is_new])
    missing = _missing(context, cluster, found, known, facts.render_gone)
    versions.send(context, signer, missing, node=node)


def _send_routers(
    context: RequestContext, cluster: str, node: str, known: Mapping[str, int]
) -> None:
    found = router_documents.letters(context, list(known))
    router_documents.send(context, [letter for letter in found if letter.is_new])
    missing = _missing(context, cluster, found, known, router_facts.render_gone)
    router_documents.send(context, missing, node=node)


_SENDERS: Mapping[About, Callable[[RequestContext, str, str, Mapping[str, int]], None]] = {
    About.PORT: _send_ports,
    About.ROUTER: _send_routers,
}


def _missing(
    context: RequestContext,
    cluster: str,
    found: Iterable[Letter],
    known: Mapping[str, int],
    render_gone: Callable[..., Document],
) -> list[Letter]:
    """Return what a node of a cluster lacks and was not sent to all nodes just now."""
    there = {each.place.thing_id: each for each in found if each.place.cluster == cluster}
    now = context.now()
    missing = []
    for thing_id, version in known.items():
        letter = there.get(thing_id)
        if letter is None:  # nobody here remembers it
            gone = render_gone(
                thing_id, version=max(version + 1, int(now * 1000)), expires_at=now + LIFE_S
            )
            letter = Letter(Place(thing_id, cluster), gone)
        if not letter.is_new:
            missing.append(letter)
    return missing


def behind(context: RequestContext) -> dict[tuple[str, str], int]:
    """Return how many documents nodes lack, by cluster and name."""
    query = select(LackRow.cluster, LackRow.node, func.count()).group_by(
        LackRow.cluster, LackRow.node
    )
    with context.reading() as session:
        rows: list[Any] = list(session.execute(query))
    return {(cluster, node): number for cluster, node, number in rows}
