# SPDX-License-Identifier: Apache-2.0
"""The clusters: which there are, how to talk to them, where a new server goes.

A *backend* is one cluster, driven by a ``synnefo.compute_backend`` driver.
"""

from synnefo_backends.allocator import Demand, NoRoomAnywhere, book, place, release
from synnefo_backends.connections import call
from synnefo_backends.occupancy import Occupancy, Occupied, find_occupied, occupied, together
from synnefo_backends.refresh import refresh
from synnefo_backends.registry import (
    Backend,
    add,
    find,
    listing,
    modify,
    remove,
)
from synnefo_backends.working import Service, services
from synnefo_backends.zones import Zone, zones

__all__ = [
    "Backend",
    "Demand",
    "NoRoomAnywhere",
    "Occupancy",
    "Occupied",
    "Service",
    "Zone",
    "add",
    "book",
    "call",
    "find",
    "find_occupied",
    "listing",
    "modify",
    "occupied",
    "place",
    "refresh",
    "release",
    "remove",
    "services",
    "together",
    "zones",
]
