# SPDX-License-Identifier: Apache-2.0
"""How volumes are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synnefo_api_volume import versions
from synnefo_api_volume.views import link
from synnefo_api_volume.views.service import place
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import Attachment, Summary, Volume

SEE_PLACE = "volume:volume:see_place"


@dataclass(frozen=True)
class Look:
    """What volumes are shown with.

    Attributes:
        version: The microversion.
        sees_place: Whether the caller sees where they lie.
        types: The names of their types, by id.
    """

    version: Version
    sees_place: bool = False
    types: Mapping[str, str] = field(default_factory=dict)


def brief(context: RequestContext, volume: Volume, look: Look) -> dict[str, Any]:
    """Show id and name."""
    del look
    return {
        "id": volume.id,
        "name": volume.name or None,
        "links": link.both(context, f"volumes/{volume.id}"),
    }


def created(context: RequestContext, volume: Volume, look: Look) -> dict[str, Any]:
    """Show what is told of a new volume, and of one that was changed."""
    return {
        **brief(context, volume, look),
        "description": volume.description or None,
        "status": volume.status,
        "size": volume.size_gib,
        "volume_type": look.types.get(volume.type_id),
        "availability_zone": volume.availability_zone,
        "bootable": "true" if volume.is_bootable else "false",
        "encrypted": False,
        "multiattach": volume.is_multiattach,
        "snapshot_id": volume.snapshot_id or None,
        "source_volid": volume.source_volume_id or None,
        "consistencygroup_id": None,
        "replication_status": None,
        "migration_status": (volume.migration_status or None) if look.sees_place else None,
        "metadata": dict(volume.metadata),
        "user_id": volume.user_id,
        "created_at": iso_naive(volume.created_at),
        "updated_at": iso_naive(volume.updated_at),
        "attachments": [_attachment(each, look) for each in volume.attachments if each.attached_at],
        **_of_version(volume, look),
    }


def full(context: RequestContext, volume: Volume, look: Look) -> dict[str, Any]:
    """Show all."""
    shown = created(context, volume, look)
    shown["os-vol-tenant-attr:tenant_id"] = volume.project_id
    if volume.image_metadata:
        shown["volume_image_metadata"] = dict(volume.image_metadata)
    if look.sees_place:
        shown["os-vol-host-attr:host"] = place(volume.store) if volume.store else None
        shown["os-vol-mig-status-attr:migstat"] = volume.migration_status or None
        shown["os-vol-mig-status-attr:name_id"] = None
        if look.version >= versions.PROVIDER_ID:
            shown["provider_id"] = None
        if look.version >= versions.CLUSTER_NAME:
            shown["cluster_name"] = None
    return shown


def _attachment(attachment: Attachment, look: Look) -> dict[str, Any]:
    return {
        "id": attachment.volume_id,
        "attachment_id": attachment.id,
        "volume_id": attachment.volume_id,
        "server_id": attachment.instance_id,
        "host_name": (attachment.host or None) if look.sees_place else None,
        "device": attachment.mountpoint or None,
        "attached_at": iso_naive(attachment.attached_at),
    }


def _of_version(volume: Volume, look: Look) -> dict[str, Any]:
    """Show what a microversion has added."""
    told: dict[str, Any] = {}
    if look.version >= versions.GROUPS:
        told["group_id"] = None
    if look.version >= versions.SHARED_TARGETS:
        told |= {"shared_targets": False, "service_uuid": None}
    if look.version >= versions.TYPE_ID:
        told["volume_type_id"] = volume.type_id or None
    if look.version >= versions.CONSUMES_QUOTA:
        told["consumes_quota"] = True
    return told


def summary(found: Summary, version: Version) -> dict[str, Any]:
    """Show all volumes together."""
    shown: dict[str, Any] = {"total_count": found.count, "total_size": found.size_gib}
    if version >= versions.SUMMARY_METADATA:
        shown["metadata"] = {word: list(values) for word, values in found.metadata.items()}
    return {"volume-summary": shown}
