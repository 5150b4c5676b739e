# SPDX-License-Identifier: Apache-2.0
"""Further addresses of servers' cards, as Nova passed them on: Neutron's ports have them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

import synnefo_network
from synnefo_compute import locks
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound
from synnefo_network import FixedIp, FixedIpRequest, Listing, NoAddressLeft, Port


def add_fixed_ip(context: RequestContext, server_id: str, network_id: str) -> None:
    """Give a server's card on a network one more address there, of IPv4 where it can have one.

    Raises:
        Forbidden: The server is suspended.
        Invalid: No subnet of the network has an address left.
        NotFound: The caller has no such server, or it has no card there.
    """
    with context.unit_of_work() as session:
        locks.require_not_suspended(context, owned(context, session, server_id))
        ports = synnefo_network.ports_of_one(context, server_id)
        port = next((each for each in ports if each.network_id == network_id), None)
        if port is None:
            noun = f"network of server {server_id}"
            raise NotFound(noun, network_id)
        there = Listing(where={"network_id": [network_id]})
        subnets = synnefo_network.list_subnets(context, there)
        subnets.sort(key=lambda each: (each.ip_version, each.id))
        if not any(_has_given(context, session, port, subnet.id) for subnet in subnets):
            msg = f"network {network_id} has no address left"
            raise Invalid(msg)


def _has_given(context: RequestContext, session: Session, port: Port, subnet_id: str) -> bool:
    """Give a port one more address of a subnet; say whether there was one."""
    try:
        with session.begin_nested():
            _put(context, port, port.fixed_ips, FixedIpRequest(subnet_id))
    except NoAddressLeft:
        return False
    return True


def remove_fixed_ip(context: RequestContext, server_id: str, address: str) -> None:
    """Take an address from a server's card.

    Raises:
        Forbidden: The server is suspended.
        Invalid: None of its cards has the address.
        NotFound: The caller has no such server.
    """
    with context.unit_of_work() as session:
        locks.require_not_suspended(context, owned(context, session, server_id))
        for port in synnefo_network.ports_of_one(context, server_id):
            kept = [fixed for fixed in port.fixed_ips if fixed.ip != address]
            if len(kept) < len(port.fixed_ips):
                _put(context, port, kept)
                return
        msg = f"server {server_id} has no address {address}"
        raise Invalid(msg)


def _put(
    context: RequestContext, port: Port, kept: Iterable[FixedIp], *more: FixedIpRequest
) -> None:
    wanted = [*(FixedIpRequest(fixed.subnet_id, fixed.ip) for fixed in kept), *more]
    synnefo_network.update_port(context, port.id, {"fixed_ips": wanted})
