# SPDX-License-Identifier: Apache-2.0
"""How the volumes of servers are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from synnefo_api_compute import versions
from synnefo_compute import ServerVolume
from synnefo_core.contracts.api import Version


def full(volume: ServerVolume, version: Version) -> dict[str, Any]:
    """Show a volume of a server's; later versions call the attachment by its own ids."""
    shown = _shown(volume, version)
    if version < versions.ATTACHMENT_IDS:
        return {"id": volume.volume_id, **shown}
    return {**shown, "attachment_id": volume.attachment_id, "bdm_uuid": volume.id}


def given(volume: ServerVolume, version: Version) -> dict[str, Any]:
    """Show a volume that a server is being given."""
    return {"id": volume.volume_id, **_shown(volume, version)}


def _shown(volume: ServerVolume, version: Version) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "serverId": volume.server_id,
        "volumeId": volume.volume_id,
        "device": volume.device,
    }
    if version >= versions.TAGS_OF_VOLUMES:
        shown["tag"] = volume.tag or None
    if version >= versions.TERMINATION:
        shown["delete_on_termination"] = volume.deletes_on_termination
    return shown


def of_server(volumes: Iterable[ServerVolume], version: Version) -> list[dict[str, Any]]:
    """Show the volumes of a server as a part of it."""
    if version < versions.MORE_ATTRIBUTES:
        return [{"id": each.volume_id} for each in volumes]
    return [
        {"id": each.volume_id, "delete_on_termination": each.deletes_on_termination}
        for each in volumes
    ]


def root_device(volumes: Iterable[ServerVolume]) -> str | None:
    """Return what the device is called from which a server starts; None if nobody said."""
    return next((each.device for each in volumes if each.boot_index == 0), None)
