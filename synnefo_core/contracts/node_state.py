# SPDX-License-Identifier: Apache-2.0
"""The facet of compute backends that tell of their nodes.

It is a part of the contract :mod:`synnefo_core.contracts.compute`, and optional.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S


@dataclass(frozen=True)
class NodeState:
    """A node of a cluster; figures are None while it does not tell them.

    Attributes:
        name: The cluster's.
        role: The cluster's word: "master", "candidate", "regular", …
        is_offline: Whether the cluster takes it for dead.
        is_drained: Whether it is to get no instances.
        vcpus: Processors.
        ram_mib: Memory.
        free_ram_mib: What is left of it.
        disk_mib: Disk space.
        free_disk_mib: What is left of it.
        instances: How many have it as their primary node.
    """

    name: str
    role: str = ""
    is_offline: bool = False
    is_drained: bool = False
    vcpus: int | None = None
    ram_mib: int | None = None
    free_ram_mib: int | None = None
    disk_mib: int | None = None
    free_disk_mib: int | None = None
    instances: int | None = None


class NodeStates(ABC):
    """See the nodes."""

    @abstractmethod
    def all(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[NodeState]:
        """Return all nodes in the order of their names, with figures of now."""
