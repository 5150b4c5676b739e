# SPDX-License-Identifier: Apache-2.0
"""Ports as values, of their rows and of what other rows tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from synnefo_core.values import made
from synnefo_network import addresses, port_security
from synnefo_network.models import NetworkRow, PortRow
from synnefo_network.values import AddressPair, ExtraDhcpOption, FixedIp, Port

OF_PORT = (
    "id",
    "network_id",
    "project_id",
    "name",
    "description",
    "mac",
    "device_id",
    "device_owner",
    "is_admin_up",
    "is_temporary",
    "is_awaited",
    "is_secured",
    "dns_name",
    "dns_domain",
    "revision",
    "created_at",
    "updated_at",
)
"""What is told of a port as it is in its row."""
OF_NETWORK = {
    "name": "network_name",
    "is_external": "is_external",
    "mode": "mode",
    "link": "link",
    "dns_domain": "dns_suffix",
}
"""What it tells of its network, and how it calls that."""
_NAMES = (*OF_PORT, *OF_NETWORK.values())
_of_port, _of_network = attrgetter(*OF_PORT), attrgetter(*OF_NETWORK)


def changed(session: Session, row: PortRow) -> Port:
    """Return a port that is there as a value, with what it has in this transaction."""
    network = session.get_one(NetworkRow, row.network_id)
    given = addresses.of_ports(session, [row.id]).get(row.id, ())
    groups = port_security.groups_of(session, [row.id]).get(row.id, {})
    return shown(row, network, given, groups=groups)


def shown(row: Any, network: Any, given: Sequence[FixedIp], *, groups: Mapping[str, str]) -> Port:
    """Return a port as a value: of its row and its network's; of floating IPs it knows nothing."""
    told = (*_of_port(row), *_of_network(network))
    return of_columns(told, row, given, groups=groups)


def of_columns(
    columns: Iterable[Any],
    row: Any,
    given: Sequence[FixedIp],
    *,
    groups: Mapping[str, str],
    floating: Sequence[tuple[str, str]] = (),
) -> Port:
    """Return a port as a value.

    Args:
        columns: Begins with those of :data:`OF_PORT` and :data:`OF_NETWORK`.
        row: Has the others of the port's row under their names.
        given: Its addresses.
        groups: The names of its groups by their ids.
        floating: Addresses of its own with the floating IPs that stand for them.
    """
    pairs, options = row.address_pairs, row.dhcp_options
    port = made(
        Port,
        _NAMES,
        columns,
        fixed_ips=tuple(given),
        floating_ips=tuple(floating),
        security_group_ids=tuple(groups),
        security_group_names=tuple(groups.values()),
        # Nearly no port has any of these.
        address_pairs=tuple(AddressPair(ip, mac) for mac, ip in pairs) if pairs else (),
        dhcp_options=tuple(ExtraDhcpOption(*option) for option in options) if options else (),
    )
    return replace(port, dns_suffix=port.dns_domain) if port.dns_domain else port
