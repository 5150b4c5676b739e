# SPDX-License-Identifier: Apache-2.0
"""How servers are reached from outside, as far as operators say so (CYC-023).

The cloud neither keeps a DNS zone nor forwards ports: it tells what operators have set up, by
``[compute] fqdn`` and ``port_forwarding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from synnefo_compute.values import Server
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured

_PLUS = "+"


def fqdn(cloud: Cloud, server: Server) -> str:
    """Return a server's name in the DNS; empty where none is given."""
    return str(cloud.config.compute.fqdn).replace("{id}", server.id)


def port_forwarding(cloud: Cloud, server: Server) -> Mapping[str, tuple[str, int]]:
    """Return host and port from which a port of a server is reached, by the port.

    There is nothing for a server without a public address of IPv4.

    Raises:
        Misconfigured: The operator's words are no host and port.
    """
    told: Mapping[str, str] = cloud.config.compute.port_forwarding
    ip = _public_ip(server)
    if not told or not ip:
        return {}
    return {port: _place(words, server, ip) for port, words in sorted(told.items())}


def _public_ip(server: Server) -> str:
    """Return the address of a card that is outside, or else a floating IP."""
    direct = [f.ip for p in server.ports if p.is_external for f in p.fixed_ips if f.version == 4]
    floating = [ip for port in server.ports for _, ip in port.floating_ips]
    return next(iter([*direct, *floating]), "")


def _place(words: str, server: Server, ip: str) -> tuple[str, int]:
    """Read ``HOST:PORT`` or ``HOST:PORT+``, to which the end of the address is added."""
    host, _, number = words.rpartition(":")
    offset = int(IPv4Address(ip)) & 0xFFFF if number.endswith(_PLUS) else 0
    if not host or not number.removesuffix(_PLUS).isdecimal():
        msg = f"[compute] port_forwarding: {words!r} is not HOST:PORT"
        raise Misconfigured(msg)
    return host.replace("{id}", server.id).replace("{ip}", ip), int(
        number.removesuffix(_PLUS)
    ) + offset
