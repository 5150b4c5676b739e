# SPDX-License-Identifier: Apache-2.0
"""Routes of a router beyond those to the subnets that it is connected to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

from synnefo_core.errors import InvalidField
from synnefo_network import ranges
from synnefo_network.attachments import Attachment
from synnefo_network.router_errors import BadRoute
from synnefo_network.router_values import Route

MOST = 64
"""How many a router may have."""


def parse(given: Iterable[Route]) -> list[Route]:
    """Return routes in their usual form.

    Raises:
        BadRoute: Destination and next hop are of different IP versions.
        InvalidField: Something is no range or no address, or a route is there twice.
    """
    parsed: list[Route] = []
    for destination, next_hop in given:
        try:
            target = ip_network(destination, strict=False)
        except ValueError as cause:
            raise InvalidField("routes", str(cause)) from cause
        hop = ranges.parse_address(next_hop, field="routes")
        if hop.version != target.version:
            raise BadRoute(destination, next_hop, "the IP versions differ")
        if (str(target), str(hop)) in parsed:
            raise BadRoute(destination, next_hop, "it is there twice")
        parsed.append((str(target), str(hop)))
    if len(parsed) > MOST:
        raise InvalidField("routes", f"there are more than {MOST}")
    return parsed


def require_reachable(routes: Sequence[Route], attached: Sequence[Attachment]) -> None:
    """Refuse routes whose next hop the router does not reach by itself.

    Raises:
        BadRoute: The next hop is on no subnet of the router's, or is the router.
    """
    cidrs = [ip_network(one.cidr) for one in attached]
    own = {one.ip for one in attached}
    for destination, next_hop in routes:
        if next_hop in own:
            raise BadRoute(destination, next_hop, "the next hop is the router itself")
        if not any(ip_address(next_hop) in cidr for cidr in cidrs):
            raise BadRoute(destination, next_hop, "the router is not connected to the next hop")


def leads_through(routes: Iterable[Sequence[str]], cidr: str) -> bool:
    """Return whether one of some routes has its next hop in a range."""
    network = ip_network(cidr)
    return any(ip_address(next_hop) in network for _, next_hop in routes)
