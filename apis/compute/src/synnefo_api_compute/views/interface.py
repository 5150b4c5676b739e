# SPDX-License-Identifier: Apache-2.0
"""How the network cards of servers are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import TAGS_OF_INTERFACES
from synnefo_core.contracts.api import Version
from synnefo_network import Port


def full(port: Port, version: Version) -> dict[str, Any]:
    """Show a card; there are no tags of cards here."""
    shown: dict[str, Any] = {
        "port_state": port.status,
        "port_id": port.id,
        "net_id": port.network_id,
        "mac_addr": port.mac,
        "fixed_ips": [
            {"subnet_id": fixed.subnet_id, "ip_address": fixed.ip} for fixed in port.fixed_ips
        ],
    }
    return {**shown, "tag": None} if version >= TAGS_OF_INTERFACES else shown
