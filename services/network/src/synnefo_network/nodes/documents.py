# SPDX-License-Identifier: Apache-2.0
"""The documents of ports: made of what the network and the owners of devices say."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.guests import Guest
from synnefo_core.contracts.nodes import PURPOSE, InvalidDocument, PortDocument
from synnefo_network.nodes import facts, signing, versions
from synnefo_network.nodes.models import About
from synnefo_network.nodes.versions import AT_ONCE, Letter, Place, clusters

log = logging.getLogger(__name__)


class OwnerAbsent(Exception):
    """Nobody can say where devices are, which does not mean that they are nowhere."""


def refresh(context: RequestContext, port_ids: Sequence[str]) -> int:
    """Send the documents of ports to the clusters where they are, as far as they are new.

    Returns:
        How many were sent.

    Raises:
        Misconfigured: There is no key to sign with.
        OwnerAbsent: Nobody says where devices are.
    """
    signer, number = signing.signer(context, PURPOSE), 0
    for first in range(0, len(port_ids), AT_ONCE):
        some = port_ids[first : first + AT_ONCE]
        new = [letter for letter in letters(context, some) if letter.is_new]
        # A server that has moved is known where it is before it is forgotten where it was.
        new.sort(key=lambda letter: letter.document.is_gone)
        versions.send(context, signer, new)
        number += len(new)
    return number


def letters(context: RequestContext, port_ids: Collection[str]) -> list[Letter]:
    """Return the documents of ports, whose versions grow now where they say something new.

    Raises:
        OwnerAbsent: Nobody says where devices are.
    """
    with context.unit_of_work() as session:
        versions.alone(session)
        known = versions.rows(session, port_ids)
        wanted = _wanted(context, session, port_ids)
        for place in known.keys() - wanted.keys():
            wanted[place] = facts.render_gone(place.thing_id, version=0, expires_at=0.0)
        return versions.given(context, About.PORT, wanted=wanted, known=known)


def _guests(context: RequestContext, device_ids: Collection[str]) -> dict[str, Guest]:
    """Return what the owners of devices say of them."""
    if not device_ids:
        return {}
    answers = context.cloud.plugins.hook.guests(context=context, device_ids=device_ids)
    if not answers:
        raise OwnerAbsent("nobody knows where devices are: is the compute service installed?")
    return {device: guest for answer in answers for device, guest in answer.items()}


def _wanted(
    context: RequestContext, session: Session, port_ids: Collection[str]
) -> dict[Place, PortDocument]:
    """Return the documents that there should be, without versions."""
    told_of, found = clusters(session), facts.facts_of(session, port_ids)
    guests = _guests(context, {each.device for each in found.values()})
    wanted: dict[Place, PortDocument] = {}
    for port_id, known in found.items():
        guest = guests.get(known.device)
        if guest is None:
            continue
        try:
            document = facts.render(known, guest, version=0, expires_at=0.0)
        except InvalidDocument as cause:
            log.error("a port has no document: %s", cause, extra={"port": port_id})  # noqa: TRY400  # no trace
            continue
        wanted |= {Place(port_id, cluster): document for cluster in guest.clusters & told_of}
    return wanted
