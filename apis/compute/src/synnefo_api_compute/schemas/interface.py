# SPDX-License-Identifier: Apache-2.0
"""What requests about the network cards of a server look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import RANGE, TAGGED_INTERFACES

_ID: dict[str, Any] = {"type": "string", "format": "uuid"}

_FIXED_IPS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": {
        "type": "object",
        "properties": {"ip_address": {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}},
        "required": ["ip_address"],
        "additionalProperties": False,
    },
}

_CARD: dict[str, Any] = {"net_id": _ID, "port_id": _ID, "fixed_ips": _FIXED_IPS}
TAG: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 60,
    "pattern": "^[^,/]*$",
}


def _body(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "interfaceAttachment": {
                "type": "object",
                "properties": properties,
                "additionalProperties": False,
            }
        },
        "additionalProperties": False,
    }


ATTACH = {RANGE.minimum: _body(_CARD), TAGGED_INTERFACES: _body({**_CARD, "tag": TAG})}
