# SPDX-License-Identifier: Apache-2.0
"""The clusters: which there are, how to talk to them, where a new server goes.

A *backend* is one cluster, driven by a ``synnefo.compute_backend`` driver.
"""

from synnefo_backends.aggregates import (
    Aggregate,
    add_cluster as add_to_aggregate,
    create as create_aggregate,
    delete as delete_aggregate,
    listing as list_aggregates,
    modify as modify_aggregate,
    remove_cluster as remove_from_aggregate,
    set_metadata as set_aggregate_metadata,
    show as show_aggregate,
)
from synnefo_backends.allocator import (
    NoRoomAnywhere,
    Verdict,
    candidates,
    judge,
    place,
    rebook,
    serves,
    weigh,
    why,
)
from synnefo_backends.awaited import succeed
from synnefo_backends.bookings import book, clusters_of, leave, release, servers_booked, stay
from synnefo_backends.connections import (
    call,
    disk_template,
    has_facet,
    rescue_media,
    volume_template,
)
from synnefo_backends.occupancy import Occupancy, Occupied, find_occupied, occupied, together
from synnefo_backends.refresh import refresh
from synnefo_backends.registry import (
    Backend,
    add,
    find,
    id_of,
    listing,
    modify,
    remove,
    require_reachable,
)
from synnefo_backends.working import CLUSTER, WORKER, Service, services
from synnefo_backends.zones import Zone, zones, zones_of_backends
from synnefo_core.contracts.placement import Candidate, Company, Demand

__all__ = [
    "CLUSTER",
    "WORKER",
    "Aggregate",
    "Backend",
    "Candidate",
    "Company",
    "Demand",
    "NoRoomAnywhere",
    "Occupancy",
    "Occupied",
    "Service",
    "Verdict",
    "Zone",
    "add",
    "add_to_aggregate",
    "book",
    "call",
    "candidates",
    "clusters_of",
    "create_aggregate",
    "delete_aggregate",
    "disk_template",
    "find",
    "find_occupied",
    "has_facet",
    "id_of",
    "judge",
    "leave",
    "list_aggregates",
    "listing",
    "modify",
    "modify_aggregate",
    "occupied",
    "place",
    "rebook",
    "refresh",
    "release",
    "remove",
    "remove_from_aggregate",
    "require_reachable",
    "rescue_media",
    "servers_booked",
    "serves",
    "services",
    "set_aggregate_metadata",
    "show_aggregate",
    "stay",
    "succeed",
    "together",
    "volume_template",
    "weigh",
    "why",
    "zones",
    "zones_of_backends",
]
