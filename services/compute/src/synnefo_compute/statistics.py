# SPDX-License-Identifier: Apache-2.0
"""How many servers there are, of which sizes, in which clusters and of which images (CYC-095)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext

CACHED_S = 60.0
"""For so long the number that anybody may ask for is not counted anew."""

MOST_IMAGES = 100
"""So many of the images that have most servers are told."""


@dataclass(frozen=True)
class Amount:
    """So many servers, and what they have in all."""

    servers: int
    vcpus: int
    ram_mib: int
    disk_gib: int


@dataclass(frozen=True)
class Size:
    """A size, and how many servers have it."""

    vcpus: int
    ram_mib: int
    disk_gib: int
    servers: int


@dataclass(frozen=True)
class Statistics:
    """The servers that there are.

    Attributes:
        states: By ``vm_state``.
        clusters: By the name of the cluster and ``vm_state``; clusters without servers too.
        sizes: The commonest first.
        images: How many servers began as an image, by its id; those with most.
    """

    states: Mapping[str, Amount]
    clusters: Mapping[str, Mapping[str, Amount]]
    sizes: Sequence[Size]
    images: Mapping[str, int]


class _Spawned:
    """How many servers were ever asked for, as this process last counted."""

    def __init__(self) -> None:
        self.number, self.counted_at = 0, float("-inf")


def spawned(context: RequestContext) -> int:
    """Return how many servers were ever asked for, a minute ago at most."""
    cache = context.cloud.shared("compute.spawned", _Spawned)
    now = context.cloud.clock.monotonic()
    if now - cache.counted_at >= CACHED_S:
        cache.counted_at = now  # whoever asks meanwhile gets the number of before
        with context.reading() as session:
            cache.number = session.scalar(select(func.count()).select_from(ServerRow)) or 0
    return cache.number


def statistics(context: RequestContext, *, backend: str = "") -> Statistics:
    """Count the servers, or those in one cluster.

    Raises:
        NotFound: There is no cluster of this name or id.
    """
    which: list[ColumnElement[bool]] = [ServerRow.is_deleted.is_(False)]
    with context.reading(is_snapshot=True) as session:
        if backend:
            clusters = [synnefo_backends.find(context, backend)]
            which.append(ServerRow.backend_id == clusters[0].id)
        else:
            clusters = synnefo_backends.listing(context)
        by_cluster: dict[str, dict[str, Amount]] = {each.id: {} for each in clusters}
        for cluster, state, *sums in _grouped(
            session, which, ServerRow.backend_id, ServerRow.vm_state
        ):
            by_cluster[cluster][state] = _amount(sums)
        return Statistics(
            states={
                state: _amount(sums)
                for state, *sums in _grouped(session, which, ServerRow.vm_state)
            },
            clusters={each.name: by_cluster[each.id] for each in clusters},
            sizes=_sizes(session, which),
            images=_images(session, which),
        )


def _grouped(
    session: Session, which: Sequence[ColumnElement[bool]], *columns: Any
) -> Sequence[Any]:
    sums = ServerRow.vcpus, ServerRow.ram_mib, ServerRow.disk_gib
    query = select(*columns, func.count(), *map(func.sum, sums)).where(*which)
    return session.execute(query.group_by(*columns).order_by(*columns)).all()


def _amount(sums: Sequence[Any]) -> Amount:
    return Amount(*map(int, sums))


def _sizes(session: Session, which: Sequence[ColumnElement[bool]]) -> Sequence[Size]:
    columns = ServerRow.vcpus, ServerRow.ram_mib, ServerRow.disk_gib
    rows = _grouped(session, which, *columns)
    sizes = [Size(vcpus, ram_mib, disk, count) for vcpus, ram_mib, disk, count, *_ in rows]
    return sorted(sizes, key=lambda size: -size.servers)


def _images(session: Session, which: Sequence[ColumnElement[bool]]) -> Mapping[str, int]:
    query = (
        select(ServerRow.image_id, func.count())
        .where(*which, ServerRow.image_id != "")
        .group_by(ServerRow.image_id)
        .order_by(func.count().desc(), ServerRow.image_id)
        .limit(MOST_IMAGES)
    )
    return dict(session.execute(query).all())
