# SPDX-License-Identifier: Apache-2.0
"""How full the clusters are: their own sizes beside what is booked on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_backends.bookings import Booked, booked
from synnefo_backends.registry import Backend, find, listing
from synnefo_core.context import RequestContext


@dataclass(frozen=True)
class Occupancy:
    """A cluster, or several together, and what is booked; sizes in MiB."""

    count: int
    vcpus: int
    ram_mib: int
    disk_mib: int
    booked: Booked


@dataclass(frozen=True)
class Occupied:
    """A cluster and how full it is."""

    backend: Backend
    occupancy: Occupancy


def occupied(context: RequestContext) -> list[Occupied]:
    """Return all clusters in the order of their names."""
    taken = booked(context)
    return [_of(backend, taken.get(backend.id, Booked())) for backend in listing(context)]


def find_occupied(context: RequestContext, name_or_id: str) -> Occupied:
    """Return a cluster.

    Raises:
        NotFound: None has this name or id.
    """
    backend = find(context, name_or_id)
    return _of(backend, booked(context).get(backend.id, Booked()))


def together(clusters: Iterable[Occupied]) -> Occupancy:
    """Return how full those of the clusters are together that may have new servers."""
    each = [cluster.occupancy for cluster in clusters if cluster.backend.is_enabled]
    return Occupancy(
        count=len(each),
        vcpus=sum(one.vcpus for one in each),
        ram_mib=sum(one.ram_mib for one in each),
        disk_mib=sum(one.disk_mib for one in each),
        booked=Booked(
            servers=sum(one.booked.servers for one in each),
            vcpus=sum(one.booked.vcpus for one in each),
            ram_mib=sum(one.booked.ram_mib for one in each),
            disk_mib=sum(one.booked.disk_mib for one in each),
        ),
    )


def _of(backend: Backend, taken: Booked) -> Occupied:
    sizes = Occupancy(1, backend.vcpus, backend.ram_mib, backend.disk_mib, taken)
    return Occupied(backend, sizes)
