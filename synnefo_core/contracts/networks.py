# SPDX-License-Identifier: Apache-2.0
"""The facet of compute backends whose clusters have networks of their own.

It is a part of the contract :mod:`synnefo_core.contracts.compute`, and optional. A card names such a
network (:attr:`~synnefo_core.contracts.compute.NicSpec.network`) instead of a mode and a link; it must
be there, and connected to the nodes' groups, before the job of the card begins.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, BackendError


class NetworkMissing(BackendError):
    """The cluster has no network of this name."""


@dataclass(frozen=True)
class NetworkSpec:
    """A network to be made.

    Attributes:
        name: Its name in the cluster; derived from our id, so making it twice is seen.
        cidr: Its range of IPv4: from /16 to /30, as Ganeti has it.
        gateway: An address of it, or None.
        cidr6: Its range of IPv6, or empty.
        gateway6: Likewise.
        mac_prefix: Three bytes, or empty; whoever gives a card no MAC lets it begin so.
        mode: "bridged", "routed", "openvswitch"; empty for the cluster's default.
        link: The bridge or routing table on the nodes; empty for the cluster's default.
        tags: The cluster's tags.
        reserved: Addresses of ``cidr`` that the cluster gives to no card by itself.
    """

    name: str
    cidr: str
    gateway: str | None = None
    cidr6: str = ""
    gateway6: str = ""
    mac_prefix: str = ""
    mode: str = ""
    link: str = ""
    tags: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterNetwork:
    """A network as the cluster has it.

    Attributes:
        reserved: Addresses that the cluster gives to no card by itself: its first, last and
            gateway's, and those that somebody has reserved.
        unconnected: The groups of nodes to which it is not connected.
        instances: How many instances have cards on it.
    """

    name: str
    cidr: str
    gateway: str | None = None
    mac_prefix: str = ""
    tags: tuple[str, ...] = ()
    reserved: frozenset[str] = frozenset()
    unconnected: tuple[str, ...] = ()
    instances: int = 0

    @property
    def is_connected(self) -> bool:
        """Whether cards of all nodes can be on it."""
        return not self.unconnected


class Networks(ABC):
    """Make networks, connect them to the nodes, and remove them.

    What changes something submits as many jobs as it needs, which depend on one another, and returns
    their ids; none when there is nothing to do. What is there counts, not who has made it: each
    may be called again at any moment. What is wrong is told as by
    :class:`~synnefo_core.contracts.compute.Lifecycle`.
    """

    @abstractmethod
    def network(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> ClusterNetwork:
        """Return one network.

        Raises:
            NetworkMissing: There is none of this name.
        """

    @abstractmethod
    def networks(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[ClusterNetwork]:
        """Return all networks whose name starts with ``prefix``, in the order of names."""

    @abstractmethod
    def bring(self, spec: NetworkSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        """Submit that a network is made if it is not there, and connected to all groups of nodes.

        One that is there stays as it is but for its connections.
        """

    @abstractmethod
    def withdraw(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        """Submit that a network is disconnected and removed; a job of one in use fails."""

    @abstractmethod
    def reserve(
        self,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> tuple[str, ...]:
        """Submit that addresses are reserved, or are no more; the same once more succeeds."""
