# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with floating IPs."""

from __future__ import annotations

from synnefo_core.errors import Conflict, Invalid, NotFound


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


class AddressForwarded(Conflict):
    """Ports of a floating IP lead to an address, which so can have none of its own."""

    code = "address_forwarded"

    def __init__(self, port_id: str, fixed_ip: str) -> None:
        """Say which address."""
        super().__init__(f"port forwardings lead to {fixed_ip} of port {port_id}")
        self.port_id, self.fixed_ip = port_id, fixed_ip


class FloatingIpForwards(Conflict):
    """Ports of a floating IP lead to addresses, so it can't stand for one."""

    code = "floating_ip_forwards"

    def __init__(self, floating_ip_id: str) -> None:
        """Say which floating IP."""
        super().__init__(f"floating IP {floating_ip_id} has port forwardings")
        self.floating_ip_id = floating_ip_id


class FloatingIpTranslates(Conflict):
    """A floating IP stands for an address, so it can have no port forwardings."""

    code = "floating_ip_translates"

    def __init__(self, floating_ip_id: str, port_id: str) -> None:
        """Say which floating IP, and what for."""
        super().__init__(f"floating IP {floating_ip_id} stands for an address of port {port_id}")
        self.floating_ip_id, self.port_id = floating_ip_id, port_id


class ForwardingExists(Invalid):
    """Some of the ports, outside or inside, are in another forwarding of the floating IP."""

    code = "port_forwarding_exists"

    def __init__(self, other: str) -> None:
        """Say in which one."""
        super().__init__(f"port forwarding {other} has some of these ports already")
        self.other = other


class TooManyForwarded(Conflict):
    """More ports of a floating IP would be forwarded than one can have."""

    code = "too_many_forwarded"

    def __init__(self, floating_ip_id: str, most: int) -> None:
        """Say of which floating IP, and how many it can have."""
        super().__init__(f"floating IP {floating_ip_id} can have {most} ports forwarded at most")
        self.floating_ip_id, self.most = floating_ip_id, most
