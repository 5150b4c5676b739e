# SPDX-License-Identifier: Apache-2.0
"""What actions on volumes look like: the one key of the body says which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_volume.schemas import body
from synnefo_api_volume.schemas.volume import METADATA, SIZE
from synnefo_core.wsgi.validation import Schema

ANY: dict[str, Any] = {"type": "object", "minProperties": 1, "maxProperties": 1}

_WORD: dict[str, Any] = {"type": ["string", "null"], "maxLength": 255}
_NOTHING: dict[str, Any] = {
    "type": ["object", "null", "string"],
    "maxProperties": 0,
    "maxLength": 0,
}
_CONNECTOR: dict[str, Any] = {"type": "object", "maxProperties": 64}


def _of(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


_SCHEMAS = {
    "os-extend": _of({"new_size": SIZE}, "new_size"),
    "os-set_bootable": _of({"bootable": body.FLAG}, "bootable"),
    "os-update_readonly_flag": _of({"readonly": body.FLAG}, "readonly"),
    "os-reset_status": {
        **_of({"status": _WORD, "attach_status": _WORD, "migration_status": _WORD}),
        "minProperties": 1,
    },
    "os-force_delete": _NOTHING,
    "os-reserve": _NOTHING,
    "os-unreserve": _NOTHING,
    "os-begin_detaching": _NOTHING,
    "os-roll_detaching": _NOTHING,
    "os-attach": _of(
        {
            "instance_uuid": _WORD,
            "host_name": _WORD,
            "mountpoint": body.NAME,
            "mode": {"enum": ["rw", "ro"]},
        },
        "mountpoint",
    ),
    "os-detach": {**_of({"attachment_id": _WORD}), "type": ["object", "null"]},
    "os-force_detach": {
        **_of({"attachment_id": _WORD, "connector": {**_CONNECTOR, "type": ["object", "null"]}}),
        "type": ["object", "null"],
    },
    "os-initialize_connection": _of({"connector": _CONNECTOR}, "connector"),
    "os-terminate_connection": _of({"connector": _CONNECTOR}, "connector"),
    "os-volume_upload_image": _of(
        {
            "image_name": body.NAME,
            "force": body.FLAG,
            "disk_format": _WORD,
            "container_format": _WORD,
            "visibility": {"enum": ["community", "public", "private", "shared"]},
            "protected": body.FLAG,
        },
        "image_name",
    ),
    "os-set_image_metadata": _of({"metadata": METADATA}, "metadata"),
    "os-show_image_metadata": _NOTHING,
    "os-unset_image_metadata": _of({"key": body.NAME}, "key"),
    "os-retype": _of(
        {"new_type": body.NAME, "migration_policy": {"enum": ["never", "on-demand", None]}},
        "new_type",
    ),
    "os-unmanage": _NOTHING,
    # Nothing is copied by a host, and nobody works on a volume that is moving.
    "os-migrate_volume": _of(
        {"host": body.NAME, "force_host_copy": body.FLAG, "lock_volume": body.FLAG}, "host"
    ),
    "revert": _of({"snapshot_id": body.ID}, "snapshot_id"),
}

UNBUILT = (
    "os-extend_volume_completion",
    "os-migrate_volume_completion",
    "os-reimage",
)
"""Actions that Cinder has and this cloud has not."""

_COMPILED = {name: Schema(schema) for name, schema in _SCHEMAS.items()}


def check(name: str, arguments: object) -> None:
    """Refuse arguments that are not those of an action.

    Raises:
        InvalidField: They do not fit.
    """
    _COMPILED[name].check(arguments, name)
