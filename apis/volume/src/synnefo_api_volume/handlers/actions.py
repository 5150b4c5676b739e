# SPDX-License-Identifier: Apache-2.0
"""Actions on a volume: the one key of the body says which.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume actions (volumes, action)".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import synnefo_volume
from synnefo_api_volume import versions
from synnefo_api_volume.handlers import uploads
from synnefo_api_volume.schemas import action as schema
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import service
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply, Version
from synnefo_core.errors import Invalid, NotFound, Unbuilt

Action = Callable[[RequestContext, str, Any], Reply | None]


def _extend(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.extend_volume(context, volume_id, int(asked["new_size"]))


def _set_bootable(context: RequestContext, volume_id: str, asked: Any) -> Reply:
    synnefo_volume.set_bootable(context, volume_id, is_set(asked["bootable"]))
    return Reply(status=200)


def _set_readonly(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.set_readonly(context, volume_id, is_set(asked["readonly"]))


def _reset_status(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.reset_volume_status(
        context,
        volume_id,
        status=asked.get("status") or "",
        attach_status=asked.get("attach_status") or "",
        migration_status=asked.get("migration_status"),
    )


def _force_delete(context: RequestContext, volume_id: str, _asked: Any) -> None:
    synnefo_volume.delete_volume(context, volume_id, is_forced=True)


def _reserve(context: RequestContext, volume_id: str, _asked: Any) -> None:
    synnefo_volume.reserve_volume(context, volume_id)


def _unreserve(context: RequestContext, volume_id: str, _asked: Any) -> None:
    synnefo_volume.unreserve_volume(context, volume_id)


def _begin_detaching(context: RequestContext, volume_id: str, _asked: Any) -> None:
    synnefo_volume.begin_detaching(context, volume_id)


def _roll_detaching(context: RequestContext, volume_id: str, _asked: Any) -> None:
    synnefo_volume.roll_detaching(context, volume_id)


def _attach(context: RequestContext, volume_id: str, asked: Any) -> None:
    if not asked.get("instance_uuid") and not asked.get("host_name"):
        msg = "an attachment needs an instance_uuid or a host_name"
        raise Invalid(msg)
    synnefo_volume.attach_volume(
        context,
        volume_id,
        instance_id=asked.get("instance_uuid") or "",
        host=asked.get("host_name") or "",
        mountpoint=asked["mountpoint"],
        mode=asked.get("mode", "rw"),
    )


def _detach(context: RequestContext, volume_id: str, asked: Any) -> None:
    attachment_id = (asked or {}).get("attachment_id") or ""
    synnefo_volume.detach_volume(context, volume_id, attachment_id=attachment_id)


def _force_detach(context: RequestContext, volume_id: str, asked: Any) -> None:
    attachment_id = (asked or {}).get("attachment_id") or ""
    synnefo_volume.detach_volume(context, volume_id, attachment_id=attachment_id, is_forced=True)


def _initialize(context: RequestContext, volume_id: str, asked: Any) -> Reply:
    found = synnefo_volume.initialize_connection(context, volume_id, asked["connector"])
    return Reply({"connection_info": dict(found)}, status=200)


def _terminate(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.terminate_connection(context, volume_id, asked["connector"])


def _set_image_metadata(context: RequestContext, volume_id: str, asked: Any) -> Reply:
    found = synnefo_volume.set_image_metadata(context, volume_id, asked["metadata"])
    return Reply({"metadata": dict(found)}, status=200)


def _show_image_metadata(context: RequestContext, volume_id: str, _asked: Any) -> Reply:
    found = synnefo_volume.show_volume(context, volume_id).image_metadata
    return Reply({"metadata": dict(found)}, status=200)


def _unset_image_metadata(context: RequestContext, volume_id: str, asked: Any) -> Reply:
    synnefo_volume.remove_image_metadata(context, volume_id, asked["key"])
    return Reply(status=200)


def _revert(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.revert_volume(context, volume_id, asked["snapshot_id"])


def _retype(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.retype_volume(
        context,
        volume_id,
        asked["new_type"],
        may_move=asked.get("migration_policy") == "on-demand",
    )


def _migrate(context: RequestContext, volume_id: str, asked: Any) -> None:
    synnefo_volume.migrate_volume(context, volume_id, service.store_at(asked["host"]))


def _unmanage(context: RequestContext, volume_id: str, _asked: Any) -> None:
    synnefo_volume.unmanage_volume(context, volume_id)


ACTIONS: dict[str, tuple[Action, str]] = {
    "os-extend": (_extend, "volume:volume:extend"),
    "os-set_bootable": (_set_bootable, "volume:volume:update"),
    "os-update_readonly_flag": (_set_readonly, "volume:volume:update"),
    "os-reset_status": (_reset_status, "volume:volume:reset_status"),
    "os-force_delete": (_force_delete, "volume:volume:force_delete"),
    "os-reserve": (_reserve, "volume:volume:attach"),
    "os-unreserve": (_unreserve, "volume:volume:attach"),
    "os-begin_detaching": (_begin_detaching, "volume:volume:attach"),
    "os-roll_detaching": (_roll_detaching, "volume:volume:attach"),
    "os-attach": (_attach, "volume:volume:attach"),
    "os-detach": (_detach, "volume:volume:attach"),
    "os-force_detach": (_force_detach, "volume:volume:force_detach"),
    "os-initialize_connection": (_initialize, "volume:volume:connect"),
    "os-terminate_connection": (_terminate, "volume:volume:connect"),
    "os-volume_upload_image": (uploads.upload, "volume:volume:upload"),
    "os-set_image_metadata": (_set_image_metadata, "volume:volume:update"),
    "os-show_image_metadata": (_show_image_metadata, "volume:volume:show"),
    "os-unset_image_metadata": (_unset_image_metadata, "volume:volume:update"),
    "os-retype": (_retype, "volume:volume:retype"),
    "os-unmanage": (_unmanage, "volume:volume:unmanage"),
    "os-migrate_volume": (_migrate, "volume:volume:migrate"),
    "revert": (_revert, "volume:volume:revert"),
}
"""The call and the policy rule of each action."""

SINCE = {"revert": versions.REVERT}
"""The first microversion that knows an action."""


def dispatch(
    context: RequestContext, volume_id: str, body: dict[str, Any], version: Version
) -> Reply | None:
    """Answer ``POST /volumes/{volume_id}/action``."""
    ((name, arguments),) = body.items()
    if name in schema.UNBUILT:
        what = f"the action {name}"
        raise Unbuilt(what)
    if version < SINCE.get(name, versions.RANGE.minimum):
        noun = "action"
        raise NotFound(noun, name)
    if name not in ACTIONS:
        msg = f"there is no such action: {name[:255]}"
        raise Invalid(msg)
    call, rule = ACTIONS[name]
    context.cloud.policy.require(context, rule)
    schema.check(name, arguments)
    return call(context, volume_id, arguments)
