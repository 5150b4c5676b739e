# SPDX-License-Identifier: Apache-2.0
"""Documents about routers for tests."""

from __future__ import annotations

from synnefo_core.contracts.gateways import GatewayDocument, Leg
from synnefo_core.contracts.nodes import Mode, Network


def network(color: str, prefix: str, *, link: str, mode: Mode = Mode.BRIDGED) -> Network:
    return Network(color, mode, link, 1400, prefix)


def leg(net: Network, *addresses: str) -> Leg:
    """Return a router's card in a network: its MAC ends with :fe."""
    return Leg(f"{net.id}-leg", net, f"{net.mac_prefix}:00:00:fe", addresses)


def outside(number: int, *addresses: str) -> Leg:
    """Return the card of router ``number`` in the external network."""
    net = network("world", "02:00:ff", link="br-ext")
    return Leg(f"world-{number}", net, f"02:00:ff:00:00:{number:02x}", addresses)


def router(number: int = 1, **changes) -> GatewayDocument:
    """Return the document of a router between network red and the world."""
    told = {
        "router": f"router-{number}",
        "version": 1,
        "expires_at": 4e9,
        "node": "gate",
        "legs": (
            leg(network("red", "02:00:01", link="br-red"), "10.0.0.254/24", "2001:db8:1::fe/64"),
        ),
        "outside": outside(number, f"203.0.113.{number}/24", f"2001:db8:f::{number}/64"),
        "next_hops": ("203.0.113.254", "2001:db8:f::fe"),
    }
    return GatewayDocument(**(told | changes))
