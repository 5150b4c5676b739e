# SPDX-License-Identifier: Apache-2.0
"""On which node of the cluster a new instance goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synnefo_backend_ganeti.options import Defaults
from synnefo_backend_ganeti.rapi import Node
from synnefo_core.contracts.compute import BackendBusy


@dataclass(frozen=True)
class Placement:
    """A node, or the program that finds one."""

    node: str | None = None
    iallocator: str | None = None


def emptiest(nodes: Sequence[Node]) -> Placement:
    """Return the node with most memory free.

    Raises:
        BackendBusy: No node takes new instances now.
    """
    usable = [node for node in nodes if node.is_usable and node.free_ram_mib is not None]
    if not usable:
        raise BackendBusy("all nodes are offline, drained or not for instances")
    return Placement(node=max(usable, key=lambda node: node.free_ram_mib or 0).name)


def choose(nodes: Sequence[Node], *, defaults: Defaults) -> Placement:
    """Leave the choice to the iallocator, unless there is nothing to choose.

    On a cluster of one node ``hail`` never finds room, since nothing could take
    over if that node failed.

    Raises:
        BackendBusy: No node takes new instances now.
    """
    usable = [node for node in nodes if node.is_usable]
    match usable:
        case []:
            raise BackendBusy("all nodes are offline, drained or not for instances")
        case [only]:
            return Placement(node=only.name)
        case _:
            return Placement(iallocator=defaults.iallocator)
