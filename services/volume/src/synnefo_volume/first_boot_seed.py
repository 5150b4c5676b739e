# SPDX-License-Identifier: Apache-2.0
"""The small disk beside the one that a server starts from, which tells the guest who it is.

Nodes make it, under the ticket of the disk, and leave it when the disk goes: the server may have moved.
So it is the cloud that removes it: with the server, with the disk, or when the one loses the other.
"""

from __future__ import annotations

from synnefo_blocks import volumes
from synnefo_core.context import RequestContext
from synnefo_volume.engine import storage_of
from synnefo_volume.models import VolumeRow

SEED = "-seed"
"""It lies beside the disk under the disk's name with this behind it."""


def remove_seed(context: RequestContext, volume_id: str) -> None:
    """Remove the seed beside a volume, whose server is gone or has it no more; no error without one."""
    with context.reading() as session:
        row = session.get(VolumeRow, volume_id)
    if row is not None:
        _delete(context, row.store, volume_id + SEED)


def remove_with(context: RequestContext, store: str, volume_id: str) -> None:
    """Remove the head of a volume and the seed beside it, if they are there."""
    for name in (volume_id + SEED, volume_id):
        _delete(context, store, name)


def _delete(context: RequestContext, store: str, name: str) -> None:
    cloud = context.cloud
    cloud.offload.run(volumes.delete, storage_of(cloud, store), name)
