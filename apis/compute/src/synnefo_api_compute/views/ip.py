# SPDX-License-Identifier: Apache-2.0
"""How addresses are shown."""

from __future__ import annotations

from typing import Any

from synnefo_compute import Server


def by_network(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Show a server's addresses by the names of their networks, and nothing else of them."""
    addresses: dict[str, list[dict[str, Any]]] = {}
    for port in server.ports:
        shown = addresses.setdefault(port.network_name, [])
        shown += [{"addr": fixed.ip, "version": fixed.version} for fixed in port.fixed_ips]
    return addresses
