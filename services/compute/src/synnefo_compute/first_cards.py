# SPDX-License-Identifier: Apache-2.0
"""The network cards of a new server, when its owner names them and when not."""

from __future__ import annotations

from collections.abc import Sequence

import synnefo_network
from synnefo_compute import cards
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound
from synnefo_network import NetworkSpec, PlugRequest, Port, SubnetSpec

AUTO = "auto"
"""A card on the only network that the project can use; if there is none it gets one first."""
NONE = "none"
"""No card."""

NETWORK, SUBNET = "auto_allocated_network", "auto_allocated_subnet_v4"
"""What a network that a project got by itself is called, as Neutron calls it."""


def plug(
    context: RequestContext, server_id: str, nics: Sequence[PlugRequest] | None, *, policy: str
) -> list[Port]:
    """Give a server its cards, in the caller's unit of work; without ``nics`` by a policy.

    Without a policy it is on the only network that the project can use, if there is one.

    Raises:
        InvalidField: A network or port is not there for the caller.
        AmbiguousNetwork: None is named and the project can use several networks.
    """
    if nics is None and policy == NONE:
        return []
    try:
        ports = _plug(context, server_id, nics)
    except NotFound as cause:
        name = "networks"
        raise InvalidField(name, str(cause)) from cause
    if ports or nics or policy != AUTO:
        return ports
    return _plug(context, server_id, [PlugRequest(network_id=_new_network(context))])


def _plug(
    context: RequestContext, server_id: str, nics: Sequence[PlugRequest] | None
) -> list[Port]:
    return synnefo_network.plug(
        context, device_id=server_id, device_owner=cards.OWNER, requests=nics
    )


def _new_network(context: RequestContext) -> str:
    network = synnefo_network.create_network(context, NetworkSpec(name=NETWORK))
    cidr = context.cloud.config.compute.auto_network
    spec = SubnetSpec(network_id=network.id, cidr=cidr, name=SUBNET, ip_version=4)
    synnefo_network.create_subnet(context, spec)
    return network.id
