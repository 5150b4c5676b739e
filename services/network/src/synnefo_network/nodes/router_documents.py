# SPDX-License-Identifier: Apache-2.0
"""The documents of routers: made of what the network says, and sent to all gateways of the cluster."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.gateways import PURPOSE, GatewayDocument
from synnefo_core.contracts.nodes import InvalidDocument
from synnefo_network.nodes import router_facts, signing, spots, versions
from synnefo_network.nodes.models import About, SpotRow
from synnefo_network.nodes.versions import AT_ONCE, Letter, Place

log = logging.getLogger(__name__)


def refresh(context: RequestContext, router_ids: Sequence[str]) -> int:
    """Send the documents of routers to the gateways where they are, as far as they are new.

    Returns:
        How many there were.

    Raises:
        Misconfigured: There is no key to sign with.
    """
    number = 0
    for first in range(0, len(router_ids), AT_ONCE):
        some = router_ids[first : first + AT_ONCE]
        with context.reading() as session:
            before = spots.nodes(session, some)
        new = [letter for letter in letters(context, some) if letter.is_new]
        # Unlike a server a router is nowhere twice: first it goes where it was.
        new.sort(key=lambda letter: not letter.document.is_gone)
        send(context, new, before=before)
        number += len(new)
    return number


def send(
    context: RequestContext,
    some: Iterable[Letter],
    *,
    node: str = "",
    before: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Send documents to all gateways of their clusters, or to one.

    Args:
        context: Who sends.
        some: The documents.
        node: The only gateway that they are sent to.
        before: In which cluster and on which node routers were until now: that node is told as well,
            though it says that it is no gateway any more.

    Raises:
        Misconfigured: There is no key to sign with.
    """
    signer = signing.signer(context, PURPOSE)
    with context.reading() as session:
        there = spots.gateways(session)
    for letter in some:
        cluster, former = (before or {}).get(letter.place.thing_id, ("", ""))
        told = dict.fromkeys(there.get(letter.place.cluster, ()))
        if former and cluster == letter.place.cluster:
            told[former] = None
        for each in [node] if node else told:
            versions.send(context, signer, [letter], node=each)


def letters(context: RequestContext, router_ids: Collection[str]) -> list[Letter]:
    """Return the documents of routers, whose versions grow now where they say something new."""
    with context.unit_of_work() as session:
        versions.alone(session)
        known = versions.rows(session, router_ids)
        wanted = _wanted(context, session, router_ids)
        for place in known.keys() - wanted.keys():
            wanted[place] = router_facts.render_gone(place.thing_id, version=0, expires_at=0.0)
        return versions.given(context, About.ROUTER, wanted=wanted, known=known)


def _wanted(
    context: RequestContext, session: Session, router_ids: Collection[str]
) -> dict[Place, GatewayDocument]:
    """Return the documents that there should be, without versions."""
    found = router_facts.facts_of(session, router_ids)
    settled = spots.settle(context, session, router_ids, found)
    link = context.cloud.config.network.gateway_link
    wanted: dict[Place, GatewayDocument] = {}
    for router_id, spot in settled.items():
        try:
            document = router_facts.render(found[router_id], node=spot.node, link=link)
        except InvalidDocument as cause:
            _complain(spot, str(cause))
            continue
        spot.problem = ""
        wanted[Place(router_id, spot.cluster)] = document
    return wanted


def _complain(spot: SpotRow, problem: str) -> None:
    """Write down, and say once, that no gateway can have a router."""
    if spot.problem != problem:
        log.error("a router has no document: %s", problem, extra={"router": spot.router_id})
    spot.problem = problem
