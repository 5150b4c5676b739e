# SPDX-License-Identifier: Apache-2.0
"""The volumes of a server.

Source: docs.openstack.org/api-ref/compute, "Servers with volume attachments (servers,
os-volume_attachments)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.versions import CHANGED_TERMINATION
from synnefo_api_compute.views import volume as view
from synnefo_compute import VolumeWish
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import Invalid, Unbuilt


def index(
    context: RequestContext, server_id: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-volume_attachments``."""
    found = synnefo_compute.list_volumes(context, server_id)[int(query.get("offset", 0)) :]
    part = found[: int(query.get("limit", 0)) or None]
    return {"volumeAttachments": [view.full(each, version) for each in part]}


def show(
    context: RequestContext, server_id: str, volume_id: str, version: Version
) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-volume_attachments/{volume_id}``."""
    found = synnefo_compute.show_volume(context, server_id, volume_id)
    return {"volumeAttachment": view.full(found, version)}


def create(
    context: RequestContext, server_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``POST /servers/{server_id}/os-volume_attachments``; the volume tells when it is in use."""
    asked = body["volumeAttachment"]
    wish = VolumeWish(
        asked["volumeId"],
        device=asked.get("device") or "",
        tag=asked.get("tag", ""),
        deletes_on_termination=asked.get("delete_on_termination", False),
    )
    given = synnefo_compute.attach_volume(context, server_id, wish)
    return {"volumeAttachment": view.given(given, version)}


def update(
    context: RequestContext,
    server_id: str,
    volume_id: str,
    body: dict[str, Any],
    version: Version,
) -> None:
    """Answer ``PUT /servers/{server_id}/os-volume_attachments/{volume_id}``.

    No volume takes the place of another: that is for who moves volumes between stores.
    """
    asked = body["volumeAttachment"]
    if version < CHANGED_TERMINATION or asked["volumeId"] != volume_id:
        context.cloud.policy.require(context, synnefo_compute.SWAP_VOLUME)
        synnefo_compute.show_volume(context, server_id, volume_id)
        what = "putting one volume in the place of another"
        raise Unbuilt(what)
    had = view.full(synnefo_compute.show_volume(context, server_id, volume_id), CHANGED_TERMINATION)
    for name in asked.keys() - {"delete_on_termination"}:
        if asked[name] != had[name]:
            msg = f"only delete_on_termination of a volume can be changed, not {name}"
            raise Invalid(msg)
    if "delete_on_termination" in asked:
        synnefo_compute.update_volume(
            context,
            server_id,
            volume_id,
            deletes_on_termination=asked["delete_on_termination"],
        )


def delete(context: RequestContext, server_id: str, volume_id: str) -> None:
    """Answer ``DELETE /servers/{server_id}/os-volume_attachments/{volume_id}``."""
    synnefo_compute.detach_volume(context, server_id, volume_id)
