# SPDX-License-Identifier: Apache-2.0
"""Sending nodes what they lack: a part of each in turn, so that none waits for another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_network.nodes import documents, facts, signing
from synnefo_network.nodes.documents import AT_ONCE, LIFE_S, Letter, Place
from synnefo_network.nodes.models import LackRow


def send_some(context: RequestContext) -> bool:
    """Send each node that lacks documents some of them; return whether there was any."""
    with context.reading() as session:
        nodes = list(session.execute(select(LackRow.cluster, LackRow.node).distinct()))
    for cluster, node in nodes:
        _send(context, cluster, node)
    return bool(nodes)


def _send(context: RequestContext, cluster: str, node: str) -> None:
    theirs = (LackRow.cluster == cluster, LackRow.node == node)
    query = select(LackRow.port_id, LackRow.known).where(*theirs).order_by(LackRow.port_id)
    with context.reading() as session:
        rows = session.execute(query.limit(AT_ONCE))
        known = {row.port_id: row.known for row in rows}
    signer = signing.signer(context)
    found = documents.letters(context, list(known))
    new = [letter for letter in found if letter.is_new]
    documents.send(context, signer, new)
    there = {letter.place.port_id: letter for letter in found if letter.place.cluster == cluster}
    missing = [
        there.get(port_id) or _gone(context, Place(port_id, cluster), version)
        for port_id, version in known.items()
    ]
    documents.send(context, signer, [each for each in missing if not each.is_new], node=node)
    with context.unit_of_work() as session:
        session.execute(delete(LackRow).where(*theirs, among(LackRow.port_id, known)))


def _gone(context: RequestContext, place: Place, known: int) -> Letter:
    """Return what ends a port that nobody here remembers."""
    now = context.now()
    version = max(known + 1, int(now * 1000))
    document = facts.render_gone(place.port_id, version=version, expires_at=now + LIFE_S)
    return Letter(place, document)


def behind(context: RequestContext) -> dict[tuple[str, str], int]:
    """Return how many documents nodes lack, by cluster and name."""
    query = select(LackRow.cluster, LackRow.node, func.count()).group_by(
        LackRow.cluster, LackRow.node
    )
    with context.reading() as session:
        rows: list[Any] = list(session.execute(query))
    return {(cluster, node): number for cluster, node, number in rows}
