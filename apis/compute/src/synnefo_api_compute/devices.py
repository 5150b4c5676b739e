# SPDX-License-Identifier: Apache-2.0
"""What a request says of the disks of a new server.

Source: docs.openstack.org/api-ref/compute, "Create server", and docs.openstack.org/nova, "Block device
mapping in nova".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_api_compute.handlers.references import last_part
from synnefo_compute import DiskWish
from synnefo_core.errors import InvalidField, Unbuilt

FIELD, OLD_FIELD = "block_device_mapping_v2", "block_device_mapping"

_OWN = ("image", "local")
_TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})


def wishes(asked: Mapping[str, Any]) -> Sequence[DiskWish]:
    """Return the volumes that a new server is to have for disks.

    Raises:
        InvalidField: What is said of one can't be.
        Unbuilt: One is to be a disk of the node's.
    """
    if asked.get(FIELD) and asked.get(OLD_FIELD):
        raise InvalidField(FIELD, f"is not understood together with {OLD_FIELD}")
    if asked.get(OLD_FIELD):
        image_id = last_part(asked.get("imageRef") or "")
        old = [each for each in asked[OLD_FIELD] if not each.get("no_device")]
        return [_old(each, is_root=not image_id and not index) for index, each in enumerate(old)]
    found = (each for each in asked.get(FIELD, []) if not each.get("no_device"))
    return [_wish(each) for each in found if not _is_own(each, asked)]


def _is_own(device: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Say whether a device is what imageRef says: clients send both."""
    source = device.get("source_type")
    target = device.get(
        "destination_type", "volume" if source in ("volume", "snapshot") else "local"
    )
    if target == "volume":
        return False
    if (source, target) != _OWN or not _is_root(device):
        what = "a block device of the node's that is not the server's own disk"
        raise Unbuilt(what)
    if device.get("tag"):
        what = "a tag of the server's own disk"
        raise Unbuilt(what)
    if device.get("uuid") != last_part(asked.get("imageRef") or ""):
        raise InvalidField(FIELD, "the boot device must be of the image in imageRef")
    return True


def _wish(device: Mapping[str, Any]) -> DiskWish:
    source, source_id = device.get("source_type", ""), device.get("uuid") or ""
    if not source:
        raise InvalidField(FIELD, "each device needs a source_type")
    if bool(source_id) == (source == "blank"):
        raise InvalidField(FIELD, "each device needs a uuid, unless it is blank")
    size = device.get("volume_size")
    if size is None and source in ("image", "blank"):
        raise InvalidField(FIELD, f"a volume of source_type {source} needs a volume_size")
    return DiskWish(
        source=source,
        source_id=source_id,
        is_root=_is_root(device),
        size_gib=None if size is None else int(size),
        type=device.get("volume_type") or "",
        device=device.get("device_name") or "",
        tag=device.get("tag") or "",
        deletes_on_termination=device.get("delete_on_termination", False),
    )


def _is_root(device: Mapping[str, Any]) -> bool:
    return str(device.get("boot_index")) == "0"


def _old(device: Mapping[str, Any], *, is_root: bool) -> DiskWish:
    """Return what the first form means: without an image the first device is started from."""
    snapshot_id, volume_id = device.get("snapshot_id"), device.get("volume_id")
    size = device.get("volume_size")
    return DiskWish(
        source="snapshot" if snapshot_id else "volume",
        source_id=snapshot_id or volume_id or "",
        is_root=is_root,
        size_gib=int(size) if size not in (None, "") else None,
        device=device.get("device_name") or "",
        deletes_on_termination=str(device.get("delete_on_termination", "")).lower() in _TRUE,
    )
