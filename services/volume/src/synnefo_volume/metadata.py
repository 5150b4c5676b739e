# SPDX-License-Identifier: Apache-2.0
"""What users say of their volumes and snapshots, and what images said of volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_volume.models import SnapshotRow, VolumeRow
from synnefo_volume.rows import owned

Words = Mapping[str, str]
_Place = Literal["metadata_", "image_metadata"]


def set_volume_metadata(
    context: RequestContext, volume_id: str, items: Words, *, is_replacing: bool = False
) -> Words:
    """Say something of a volume, instead of all before if it is replacing; return all.

    Raises:
        NotFound: The caller has none of this id.
    """
    return _merge(context, VolumeRow, volume_id, items, is_replacing=is_replacing)


def remove_volume_metadata(context: RequestContext, volume_id: str, key: str) -> None:
    """Say something no longer.

    Raises:
        NotFound: The caller has none of this id, or it is not said of it.
    """
    _remove(context, VolumeRow, volume_id, key)


def set_image_metadata(context: RequestContext, volume_id: str, items: Words) -> Words:
    """Say something of what a volume was made of; return all.

    Raises:
        NotFound: The caller has none of this id.
    """
    return _merge(context, VolumeRow, volume_id, items, place="image_metadata")


def remove_image_metadata(context: RequestContext, volume_id: str, key: str) -> None:
    """Say that no longer.

    Raises:
        NotFound: The caller has none of this id, or it is not said of it.
    """
    _remove(context, VolumeRow, volume_id, key, place="image_metadata")


def set_snapshot_metadata(
    context: RequestContext, snapshot_id: str, items: Words, *, is_replacing: bool = False
) -> Words:
    """Say something of a snapshot, instead of all before if it is replacing; return all.

    Raises:
        NotFound: The caller has none of this id.
    """
    return _merge(context, SnapshotRow, snapshot_id, items, is_replacing=is_replacing)


def remove_snapshot_metadata(context: RequestContext, snapshot_id: str, key: str) -> None:
    """Say something no longer.

    Raises:
        NotFound: The caller has none of this id, or it is not said of it.
    """
    _remove(context, SnapshotRow, snapshot_id, key)


def _merge(
    context: RequestContext,
    model: type[VolumeRow | SnapshotRow],
    thing_id: str,
    items: Words,
    *,
    is_replacing: bool = False,
    place: _Place = "metadata_",
) -> Words:
    with context.unit_of_work() as session:
        row = owned(context, session, model, thing_id, is_locked=True)
        words = {**({} if is_replacing else getattr(row, place)), **items}
        setattr(row, place, words)
        row.updated_at = context.now()
        return words


def _remove(
    context: RequestContext,
    model: type[VolumeRow | SnapshotRow],
    thing_id: str,
    key: str,
    *,
    place: _Place = "metadata_",
) -> None:
    with context.unit_of_work() as session:
        row = owned(context, session, model, thing_id, is_locked=True)
        words = dict(getattr(row, place))
        if key not in words:
            noun = "metadata"
            raise NotFound(noun, key)
        del words[key]
        setattr(row, place, words)
        row.updated_at = context.now()
