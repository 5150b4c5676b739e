# SPDX-License-Identifier: Apache-2.0
"""What requests about the volumes of a server look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.schemas.interface import TAG
from synnefo_api_compute.schemas.query import NUMBER, strict
from synnefo_api_compute.versions import (
    CHANGED_TERMINATION,
    RANGE,
    TAGGED_VOLUMES,
    TERMINATION,
)

_ID: dict[str, Any] = {"type": "string", "format": "uuid"}
_DEVICE: dict[str, Any] = {
    "type": ["string", "null"],
    "pattern": "(^/dev/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*$",
    "maxLength": 255,
}

_VOLUME: dict[str, Any] = {"volumeId": _ID, "device": _DEVICE}
_TAGGED = {**_VOLUME, "tag": TAG}
_GOING = {**_TAGGED, "delete_on_termination": {"type": "boolean"}}
_SWAP: dict[str, Any] = {"volumeId": _ID}
_CHANGE = {
    "volumeId": _ID,
    "device": {"type": ["string", "null"]},
    "tag": TAG,
    "serverId": _ID,
    "id": _ID,
    "delete_on_termination": {"type": "boolean"},
}


def _body(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "volumeAttachment": {
                "type": "object",
                "properties": properties,
                "required": ["volumeId"],
                "additionalProperties": False,
            }
        },
        "required": ["volumeAttachment"],
        "additionalProperties": False,
    }


ATTACH = {
    RANGE.minimum: _body(_VOLUME),
    TAGGED_VOLUMES: _body(_TAGGED),
    TERMINATION: _body(_GOING),
}
UPDATE = {RANGE.minimum: _body(_SWAP), CHANGED_TERMINATION: _body(_CHANGE)}
LIST = strict({"limit": NUMBER, "offset": NUMBER})
