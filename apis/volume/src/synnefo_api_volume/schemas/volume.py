# SPDX-License-Identifier: Apache-2.0
"""What requests about volumes look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query

SIZE: dict[str, Any] = {
    "type": ["integer", "string"],
    "pattern": "^[0-9]{1,9}$",
    "minimum": 1,
    "maximum": 2**31 - 1,
}
_REFERENCE: dict[str, Any] = {"type": ["string", "null"], "maxLength": 255}
_UNREAD: dict[str, Any] = {"type": ["string", "null"], "maxLength": 255}

METADATA: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"minLength": 1, "maxLength": 255},
    "additionalProperties": {"type": "string", "maxLength": 255},
    "maxProperties": 128,
}

ABOUT: dict[str, Any] = {
    "name": body.TEXT,
    "description": body.LONG_TEXT,
    "display_name": body.TEXT,
    "display_description": body.LONG_TEXT,
    "metadata": {**METADATA, "type": ["object", "null"]},
}

_NEW: dict[str, Any] = {
    **ABOUT,
    "size": {**SIZE, "type": ["integer", "string", "null"]},
    "volume_type": _REFERENCE,
    "availability_zone": _REFERENCE,
    "snapshot_id": _REFERENCE,
    "source_volid": _REFERENCE,
    "imageRef": _REFERENCE,
    "image_id": _REFERENCE,
    "backup_id": _REFERENCE,
    "consistencygroup_id": _REFERENCE,
    "group_id": _REFERENCE,
    "multiattach": body.FLAG,
    # Older clients send what no cloud reads.
    **dict.fromkeys(
        ("status", "attach_status", "user_id", "project_id", "source_replica"), _UNREAD
    ),
}

CREATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "volume": {"type": "object", "properties": _NEW, "additionalProperties": False},
        "OS-SCH-HNT:scheduler_hints": {"type": ["object", "null"]},
    },
    "required": ["volume"],
    "additionalProperties": False,
}

UPDATE = body.of("volume", ABOUT)

FILTERS: dict[str, Any] = {
    **query.PAGE,
    "all_tenants": query.WORD,
    "with_count": query.WORD,
    "project_id": query.WORD,
    "user_id": query.WORD,
    "id": query.TEXT,
    "name": query.WORD,
    "name~": query.WORD,
    "description~": query.WORD,
    "display_name": query.WORD,
    "status": query.WORD,
    "status~": query.WORD,
    "metadata": query.TEXT,
    "created_at": query.WORD,
    "updated_at": query.WORD,
}
"""What every list of the project's things is chosen by."""

LIST = query.of(
    {
        **FILTERS,
        "size": query.NUMBER,
        "bootable": query.WORD,
        "multiattach": query.WORD,
        "availability_zone": query.WORD,
        "migration_status": query.WORD,
        "volume_type_id": query.WORD,
        "source_volid": query.WORD,
        "snapshot_id": query.WORD,
        "glance_metadata": query.TEXT,
        "group_id": query.WORD,
    }
)

DELETE = query.of({"cascade": query.WORD, "force": query.WORD})
SUMMARY = query.of({"all_tenants": query.WORD})

ITEMS = body.whole("metadata", METADATA)
ITEM = body.whole("meta", {**METADATA, "minProperties": 1, "maxProperties": 1})
