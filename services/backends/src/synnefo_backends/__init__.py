# SPDX-License-Identifier: Apache-2.0
"""The clusters: which there are, how to talk to them, where a new server goes.

A *backend* is one cluster, driven by a ``synnefo.compute_backend`` driver.
"""

from synnefo_backends.allocator import Demand, NoRoomAnywhere, book, place, release
from synnefo_backends.connections import call
from synnefo_backends.refresh import refresh
from synnefo_backends.registry import (
    Backend,
    add,
    find,
    listing,
    modify,
    remove,
)
from synnefo_backends.zones import Zone, zones

__all__ = [
    "Backend",
    "Demand",
    "NoRoomAnywhere",
    "Zone",
    "add",
    "book",
    "call",
    "find",
    "listing",
    "modify",
    "place",
    "refresh",
    "release",
    "remove",
    "zones",
]
