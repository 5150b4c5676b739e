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
    context: RequestContext,
    server_id: str,
    nics: Sequence[PlugRequest] | None,
    *,
    policy: str,
    groups: Sequence[str] | None = None,
) -> list[Port]:
    """Give a server its cards, in the caller's unit of work; without ``nics`` by a policy.

    Without a policy it is on the only network that the project can use, if there is one. ``groups``
    are names or ids of the security groups of new ports; None for the project's default one.

    Raises:
        InvalidField: A network, port or security group is not there for the caller.
        AmbiguousGroup: Several security groups have the same name.
        AmbiguousNetwork: None is named and the project can use several networks.
    """
    if nics is None and policy == NONE:
        return []
    ids = None if groups is None else _group_ids(context, groups)
    try:
        ports = _plug(context, server_id, nics, ids)
    except NotFound as cause:
        name = "networks"
        raise InvalidField(name, str(cause)) from cause
    if ports or nics or policy != AUTO:
        return ports
    return _plug(context, server_id, [PlugRequest(network_id=_new_network(context))], ids)


def _group_ids(context: RequestContext, groups: Sequence[str]) -> list[str]:
    try:
        return synnefo_network.find_security_groups(context, groups)
    except NotFound as cause:
        name = "security_groups"
        raise InvalidField(name, str(cause)) from cause


def _plug(
    context: RequestContext,
    server_id: str,
    nics: Sequence[PlugRequest] | None,
    group_ids: Sequence[str] | None,
) -> list[Port]:
    return synnefo_network.plug(
        context,
        device_id=server_id,
        device_owner=cards.OWNER,
        requests=nics,
        security_group_ids=group_ids,
    )


def _new_network(context: RequestContext) -> str:
    network = synnefo_network.create_network(context, NetworkSpec(name=NETWORK))
    cidr = context.cloud.config.compute.auto_network
    spec = SubnetSpec(network_id=network.id, cidr=cidr, name=SUBNET, ip_version=4)
    synnefo_network.create_subnet(context, spec)
    return network.id
