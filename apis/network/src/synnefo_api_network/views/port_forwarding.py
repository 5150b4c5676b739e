# SPDX-License-Identifier: Apache-2.0
"""Port forwardings in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_network import PortForwarding, Ports


def shown(forwarding: PortForwarding) -> dict[str, Any]:
    """Return a port forwarding as Neutron shows it; a port of several is None."""
    return {
        "id": forwarding.id,
        "internal_port_id": forwarding.port_id,
        **in_floating_ip(forwarding),
    }


def in_floating_ip(forwarding: PortForwarding) -> dict[str, Any]:
    """Return what a floating IP tells of one of its port forwardings."""
    return {
        "protocol": forwarding.protocol,
        "internal_ip_address": forwarding.fixed_ip,
        "internal_port": _single(forwarding.inside),
        "internal_port_range": _span(forwarding.inside),
        "external_port": _single(forwarding.outside),
        "external_port_range": _span(forwarding.outside),
        "description": forwarding.description,
    }


def _single(ports: Ports) -> int | None:
    return ports.first if ports.first == ports.last else None


def _span(ports: Ports) -> str:
    return f"{ports.first}:{ports.last}"
