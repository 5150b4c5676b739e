# SPDX-License-Identifier: Apache-2.0
"""What requests about keypairs look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.schemas.query import NUMBER, WORD, strict
from synnefo_api_compute.versions import KEYPAIR_TYPES, KEYPAIRS_OF_OTHERS, KEYS_OF_OWN, RANGE
from synnefo_compute import SSH, X509

_NEW: dict[str, Any] = {
    "name": {"type": "string", "pattern": r"^[a-zA-Z0-9_. @-]{1,255}$"},
    "public_key": {"type": "string", "minLength": 1, "maxLength": 16384},
}
_TYPE: dict[str, Any] = {"type": {"enum": [SSH, X509]}}
_USER: dict[str, Any] = {"user_id": {"type": "string", "minLength": 1, "maxLength": 64}}


def _create(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "keypair": {
                "type": "object",
                "properties": properties,
                "required": ["name", *required],
                "additionalProperties": False,
            }
        },
        "required": ["keypair"],
        "additionalProperties": False,
    }


CREATE = {
    RANGE.minimum: _create(_NEW),
    KEYPAIR_TYPES: _create(_NEW | _TYPE),
    KEYPAIRS_OF_OTHERS: _create(_NEW | _TYPE | _USER),
    # No pair is made here any more.
    KEYS_OF_OWN: _create(_NEW | _TYPE | _USER, "public_key"),
}

_OWNER: dict[str, Any] = {"user_id": {"type": "string", "maxLength": 64}}

OF = strict(_OWNER)

LIST = strict({"limit": NUMBER, "marker": WORD, **_OWNER})
