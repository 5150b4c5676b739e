# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with floating IPs."""

from __future__ import annotations

from synnefo_core.errors import Conflict, NotFound


class Unreachable(NotFound):
    """No router leads from a subnet to the network outside."""

    code = "unreachable"

    def __init__(self, network_id: str, subnet_id: str) -> None:
        """Say from where to where."""
        super().__init__(f"router from subnet {subnet_id} to the external network", network_id)
        self.network_id, self.subnet_id = network_id, subnet_id


class AlreadyTranslated(Conflict):
    """An address has another floating IP of the same network."""

    code = "already_translated"

    def __init__(self, port_id: str, fixed_ip: str, other: str) -> None:
        """Say which address, and which floating IP it has."""
        super().__init__(f"{fixed_ip} of port {port_id} has the floating IP {other} already")
        self.port_id, self.fixed_ip, self.other = port_id, fixed_ip, other


class GatewayNeeded(Conflict):
    """Floating IPs are reached through the gateway that was to go."""

    code = "gateway_in_use"

    def __init__(self, router_id: str) -> None:
        """Say of which router."""
        super().__init__(f"floating IPs are reached through the gateway of router {router_id}")
        self.router_id = router_id


class InterfaceTranslated(Conflict):
    """Floating IPs stand for addresses behind the interface that was to go."""

    code = "interface_in_use_by_floating_ip"

    def __init__(self, router_id: str, subnet_id: str) -> None:
        """Say which interface."""
        super().__init__(
            f"floating IPs stand for addresses of subnet {subnet_id} behind router {router_id}"
        )
        self.router_id, self.subnet_id = router_id, subnet_id


class ExternalNetworkInUse(Conflict):
    """Routers or floating IPs have addresses of a network outside."""

    code = "external_network_in_use"

    def __init__(self, network_id: str) -> None:
        """Say which network."""
        super().__init__(f"routers or floating IPs have addresses of external network {network_id}")
        self.network_id = network_id
