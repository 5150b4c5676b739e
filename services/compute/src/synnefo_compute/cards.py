# SPDX-License-Identifier: Apache-2.0
"""The network cards of a server, one for each of its ports, changed while it is there.

A port is the server's from the request on, but not active before the cluster has the card; a card
that is taken away leaves the port when the cluster has it no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_network
from synnefo_compute import actions, admission, locks, names, states
from synnefo_compute.kinds import ATTACH, DETACH
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import owned
from synnefo_compute.states import Transition
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import NicSpec
from synnefo_core.errors import Forbidden, Invalid, NotFound, Unbuilt
from synnefo_network import AmbiguousNetwork, NoAddressLeft, PlugRequest, Port, Presence

MOST = 8
"""So many cards a server has at most (CYC-011); Ganeti gives an instance no more."""

OWNER = "compute:nova"
"""What kind of device a server is to its ports."""


def attach_card(
    context: RequestContext, server_id: str, request: PlugRequest | None = None
) -> Port:
    """Have a server get one more card; return its port, which becomes active with the card.

    Args:
        context: The caller.
        server_id: The server.
        request: Where; None for the only network that the project can use.

    Raises:
        NotFound: The caller has no such server, network or port.
        InvalidState: It is locked, neither running nor stopped, or something is being done to it.
        Forbidden: It has as many as it can have, or the network is not for the caller's ports.
        Invalid: No network was named and there is not just one, or the network is full.
        PortInUse: The port belongs to a server.
        AddressInUse: The address is taken.
        Unbuilt: Its cluster does not change cards.
    """
    with context.unit_of_work() as session:
        row = _admitted(context, session, server_id, states.ATTACH_INTERFACE)
        if len(synnefo_network.ports_of_one(context, row.id)) >= MOST:
            msg = f"a server has no more than {MOST} network cards"
            raise Forbidden(msg)
        port = _plug(context, row, request)
        admission.begin(context, session, row, states.ATTACH_INTERFACE)
        begin_attaching(context, session, row, port)
        return port


def _plug(context: RequestContext, row: ServerRow, request: PlugRequest | None) -> Port:
    try:
        ports = synnefo_network.plug(
            context,
            device_id=row.id,
            device_owner=OWNER,
            requests=[request] if request else None,
            is_awaited=True,
            project_id=row.project_id,
        )
    except (AmbiguousNetwork, NoAddressLeft) as cause:
        raise Invalid(str(cause)) from cause
    if not ports:
        msg = "no network was named, and none is available"
        raise Invalid(msg)
    return ports[0]


def detach_card(context: RequestContext, server_id: str, port_id: str) -> None:
    """Have a server lose the card of a port; a port that was made for the server goes with it.

    A card that is still on its way turns back.

    Raises:
        NotFound: The caller has no such server, or it no such port.
        InvalidState: It is locked, neither running nor stopped, or something is being done to it.
        Unbuilt: Its cluster does not change cards.
    """
    with context.unit_of_work() as session:
        if _turns_back(context, session, server_id, port_id):
            return
        row = _admitted(context, session, server_id, states.DETACH_INTERFACE)
        ports = synnefo_network.ports_of_one(context, row.id)
        port = next((each for each in ports if each.id == port_id), None)
        if port is None:
            noun = "port"
            raise NotFound(noun, port_id)
        admission.begin(context, session, row, states.DETACH_INTERFACE)
        begin_detaching(context, session, row, card=names.of_card(port.id), port=port)


def _turns_back(context: RequestContext, session: Session, server_id: str, port_id: str) -> bool:
    """Give up what plugs in the card of a port; return whether there was something to give up."""
    row = owned(context, session, server_id)
    coming = [each.id for each in synnefo_network.ports_of_one(context, row.id) if each.is_awaited]
    if row.task_state != states.CONNECTING or port_id not in coming:
        return False
    action = states.DETACH_INTERFACE.action
    locks.require_unlocked(context, row, action)
    # The saga's row before the server's, as its own end locks them.
    is_live = sagas.cancel(context, session, server_id, [ATTACH])
    row = owned(context, session, server_id, is_locked=True)
    if not is_live or row.task_state != states.CONNECTING:
        return False
    row.task_state, row.updated_at = states.DISCONNECTING, context.now()
    actions.record(context, session, row, action, is_done=True)
    return True


def _admitted(
    context: RequestContext, session: Session, server_id: str, transition: Transition
) -> ServerRow:
    row = admission.admitted(context, session, server_id, transition)
    if not can_change(context, row.backend_id):
        what = "changing the network cards of this cluster's servers"
        raise Unbuilt(what)
    return row


def can_change(context: RequestContext, backend_id: str) -> bool:
    """Return whether a cluster changes the cards of its servers."""
    return synnefo_backends.has_facet(context, backend_id, "cards")


def begin_attaching(context: RequestContext, session: Session, row: ServerRow, port: Port) -> None:
    """Have the worker plug in the card of a port that awaits it."""
    row.task_state = states.CONNECTING
    _begin(context, session, row, ATTACH, port_id=port.id, nic=asdict(spec(port)))


def begin_detaching(
    context: RequestContext, session: Session, row: ServerRow, *, card: str, port: Port | None
) -> None:
    """Have the worker take a card away; ``port`` is None where that is not the server's any more."""
    row.task_state = states.DISCONNECTING
    port_id, mac = (port.id, port.mac) if port else ("", "")
    _begin(context, session, row, DETACH, port_id=port_id, card=card, mac=mac)


def _begin(
    context: RequestContext, session: Session, row: ServerRow, kind: str, **about: Any
) -> None:
    data = {**about, "is_running": row.is_active_charged}
    sagas.begin(context, session, kind, subject_id=row.id, data=data)


def spec(port: Port, presence: Presence | None = None) -> NicSpec:
    """Return the card of a port, as a cluster is asked for it in which its network may be."""
    ip = next((fixed.ip for fixed in port.fixed_ips if fixed.version == 4), None)
    is_held = presence is not None and presence.holds(ip)
    return NicSpec(
        name=names.of_card(port.id),
        mac=port.mac,
        ip=ip,
        link=port.link,
        mode=port.mode,
        network=presence.name if presence is not None and is_held else "",
    )


def specs(context: RequestContext, backend_id: str, ports: Sequence[Port]) -> tuple[NicSpec, ...]:
    """Return the cards of ports, as a cluster is asked for them."""
    there = synnefo_network.present(context, backend_id, {port.network_id for port in ports})
    return tuple(spec(port, there.get(port.network_id)) for port in ports)
