# SPDX-License-Identifier: Apache-2.0
"""Which servers have a disk of their own in a store of the cloud, and what its requests reserve.

Where the flavor's disk template is the one of the cluster's volumes, a new server's disk is a thin clone
of its image: a volume that the cluster is shown a ticket for. Of any other template the cluster makes
the disk itself, and nothing but the cluster knows what is on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_backends
import synnefo_volume
from synnefo_compute import volumes
from synnefo_compute.models import ServerRow
from synnefo_compute.volumes import ServerVolume
from synnefo_core.context import RequestContext


def reserve(context: RequestContext, row: ServerRow, *, template: str) -> Mapping[str, Any]:
    """Reserve the disk of a new server; return what its saga has to know, nothing without one.

    Raises:
        Conflict: No store keeps disks.
        InvalidField: The image cannot be a disk.
    """
    if not row.disk_gib or not template:
        return {}
    if template != synnefo_backends.volume_template(context, row.backend_id):
        return {}
    store = synnefo_volume.reserve_own_disk(
        context, row.id, size_gib=row.disk_gib, image_id=row.image_id
    )
    return {"has_own_disk": True, "image_store": store}


def reserve_rewriting(context: RequestContext, row: ServerRow) -> Mapping[str, Any]:
    """Reserve that a server's disk begins again; return what its saga has to know.

    Raises:
        InvalidField: The image cannot be a disk.
    """
    if not synnefo_volume.has_own_disk(context, row.id):
        return {}
    store = synnefo_volume.reserve_rewriting(context, row.id, row.image_id)
    return {"has_own_disk": True, "image_store": store}


def remove_seed(context: RequestContext, server_id: str) -> None:
    """Remove what told the guest of a server who it is; the instance is gone, the volume stays."""
    with context.reading() as session:
        had = volumes.of_one(session, server_id)
    for one in had:
        remove_seed_beside(context, one)


def remove_seed_beside(context: RequestContext, volume: ServerVolume) -> None:
    """Remove what told a guest who it is, if it started from this volume, which it has no more.

    It is to be done before others may have the volume: theirs has the same name.
    """
    if volume.boot_index == 0:
        synnefo_volume.remove_seed(context, volume.volume_id)


def reserve_growth(context: RequestContext, row: ServerRow) -> Mapping[str, Any]:
    """Return what the saga that lets a server's disk grow has to know."""
    return {"has_own_disk": synnefo_volume.has_own_disk(context, row.id)}
