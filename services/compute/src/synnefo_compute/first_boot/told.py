# SPDX-License-Identifier: Apache-2.0
"""The whole that a guest learns at its first boot: who it is, who may log in, where it is."""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import ipaddress
import re
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import synnefo_backends
import synnefo_network
from synnefo_compute.first_boot import keeping
from synnefo_compute.first_boot.wishes import InjectedFile
from synnefo_compute.key_material import SSH
from synnefo_compute.models import KeypairRow, ServerRow
from synnefo_core.context import RequestContext
from synnefo_network import Port, Subnet

MOST_HOSTNAME = 63

_UNFIT = re.compile(r"[^a-z0-9-]+")
_SALT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_crypt_lock = threading.Lock()


@dataclass(frozen=True)
class Address:
    """An address of a card.

    Attributes:
        ip: Without a prefix.
        prefix_bits: How long the network's part is.
        gateway: Empty for none.
        dns: Servers, in their order.
        routes: Destinations (CIDR) and next hops.
        is_dhcp: Whether the subnet says that it can be had by DHCP, too.
    """

    ip: str
    prefix_bits: int
    gateway: str = ""
    dns: tuple[str, ...] = ()
    routes: tuple[tuple[str, str], ...] = ()
    is_dhcp: bool = False

    @property
    def version(self) -> int:
        """4 or 6."""
        return ipaddress.ip_address(self.ip).version


@dataclass(frozen=True)
class Card:
    """A network card, known in the guest by its MAC address."""

    id: str
    network_id: str
    mac: str
    mtu: int
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Told:
    """What a guest is told.

    Attributes:
        server_id: By this a first boot is known from others.
        public_keys: By their names.
        password_hash: Of the administrator, as in /etc/shadow; empty to leave it alone.
        password: The same in clear, for those who asked for a config drive; else empty.
        user_data: As its owner wrote them.
    """

    server_id: str
    project_id: str
    name: str
    hostname: str
    zone: str
    metadata: Mapping[str, str]
    public_keys: Mapping[str, str] = field(default_factory=dict)
    password_hash: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    user_data: bytes = field(default=b"", repr=False)
    files: Sequence[InjectedFile] = ()
    cards: Sequence[Card] = ()


def of_server(context: RequestContext, row: ServerRow) -> Told:
    """Return all that the guest of a server is told."""
    with context.reading() as session:
        wishes = keeping.kept(context.cloud, session, row.id)
        keypair = session.get(KeypairRow, (row.user_id, row.key_name)) if row.key_name else None
    is_ssh = keypair is not None and keypair.type == SSH
    return Told(
        server_id=row.id,
        project_id=row.project_id,
        name=row.name,
        hostname=row.hostname or hostname(row.name, row.id),
        zone=synnefo_backends.zones_of_backends(context).get(row.backend_id, ""),
        metadata=dict(row.metadata_),
        public_keys={keypair.name: keypair.public_key.strip()} if keypair and is_ssh else {},
        password_hash=password_hash(wishes.password) if wishes.password else "",
        password=wishes.password if row.has_config_drive else "",
        user_data=base64.b64decode(wishes.user_data),
        files=wishes.files,
        cards=cards_of(context, {row.id: synnefo_network.ports_of_one(context, row.id)})[row.id],
    )


def hostname(name: str, server_id: str) -> str:
    """Return a host name that is as much like a server's name as the DNS allows."""
    fit = _UNFIT.sub("-", name.lower()).strip("-")[:MOST_HOSTNAME].strip("-")
    return fit or f"server-{server_id}"[:MOST_HOSTNAME]


def password_hash(password: str) -> str:
    """Return what /etc/shadow says of a password: SHA-512 with a salt (crypt(5)).

    Python has no crypt any more; the system's library does. Its answer lies where the next call
    puts another.
    """
    salt = "$6$" + "".join(secrets.choice(_SALT) for _ in range(16))
    crypt = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1").crypt
    crypt.restype, crypt.argtypes = ctypes.c_char_p, (ctypes.c_char_p, ctypes.c_char_p)
    with _crypt_lock:
        hashed: bytes = crypt(password.encode(), salt.encode())
    return hashed.decode()


def cards_of(context: RequestContext, ports: Mapping[str, Sequence[Port]]) -> dict[str, list[Card]]:
    """Return the cards of servers, whose ports are given by their ids."""
    every = [port for some in ports.values() for port in some]
    subnets = {
        subnet_id: synnefo_network.show_subnet(context, subnet_id)
        for subnet_id in {fixed.subnet_id for port in every for fixed in port.fixed_ips}
    }
    sizes = {
        network_id: synnefo_network.show_network(context, network_id).mtu
        for network_id in {port.network_id for port in every}
    }
    return {
        server_id: [
            Card(
                id=port.id,
                network_id=port.network_id,
                mac=port.mac,
                mtu=sizes[port.network_id],
                addresses=tuple(_addresses(port, subnets)),
            )
            for port in some
        ]
        for server_id, some in ports.items()
    }


def _addresses(port: Port, subnets: Mapping[str, Subnet]) -> Iterable[Address]:
    for fixed in port.fixed_ips:
        subnet = subnets[fixed.subnet_id]
        yield Address(
            ip=fixed.ip,
            prefix_bits=ipaddress.ip_network(subnet.cidr).prefixlen,
            gateway=subnet.gateway_ip or "",
            dns=subnet.dns_servers,
            routes=subnet.host_routes,
            is_dhcp=subnet.is_dhcp_enabled,
        )
