# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with routers."""

from __future__ import annotations

from synnefo_core.errors import Conflict, Invalid, NotFound


class RouterInUse(Conflict):
    """A router has interfaces."""

    code = "router_in_use"

    def __init__(self, router_id: str) -> None:
        """Say which router."""
        super().__init__(f"router {router_id} still has interfaces")
        self.router_id = router_id


class SubnetsOverlap(Invalid):
    """A router would be connected to an address range twice."""

    code = "subnets_overlap"

    def __init__(self, cidr: str, other: str) -> None:
        """Say which ranges."""
        super().__init__(f"{cidr} overlaps {other}, to which the router is connected already")
        self.cidr, self.other = cidr, other


class NotExternal(Invalid):
    """A network that was to lead outside does not."""

    code = "not_external"

    def __init__(self, network_id: str) -> None:
        """Say which network."""
        super().__init__(f"network {network_id} is not an external network")
        self.network_id = network_id


class BadRoute(Invalid):
    """A route of a router makes no sense."""

    code = "bad_route"

    def __init__(self, destination: str, next_hop: str, problem: str) -> None:
        """Say which route, and what is wrong with it."""
        super().__init__(f"the route to {destination} by {next_hop}: {problem}")
        self.destination, self.next_hop, self.problem = destination, next_hop, problem


class InterfaceNeeded(Conflict):
    """A route leads through an interface that was to go."""

    code = "interface_in_use_by_route"

    def __init__(self, router_id: str, subnet_id: str) -> None:
        """Say which interface."""
        super().__init__(f"routes of router {router_id} lead through subnet {subnet_id}")
        self.router_id, self.subnet_id = router_id, subnet_id


class InterfaceNotFound(NotFound):
    """A router is not connected there."""

    code = "interface_not_found"

    def __init__(self, router_id: str, name: str) -> None:
        """Say where: the id of a subnet or a port."""
        super().__init__(f"interface of router {router_id} on", name)
        self.router_id = router_id
