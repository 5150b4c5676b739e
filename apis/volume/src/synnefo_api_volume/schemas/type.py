# SPDX-License-Identifier: Apache-2.0
"""What requests about types look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query

CREATE = body.of(
    "volume_type",
    {
        "name": body.NAME,
        "description": body.TEXT,
        "extra_specs": {**body.SPECS, "type": ["object", "null"]},
        "os-volume-type-access:is_public": body.FLAG,
    },
    "name",
)

UPDATE = body.of(
    "volume_type",
    {
        "name": {**body.NAME, "type": ["string", "null"]},
        "description": body.TEXT,
        "is_public": body.FLAG,
    },
)

LIST = query.of({**query.PAGE, "is_public": query.WORD, "extra_specs": query.TEXT})

SPECS = body.whole("extra_specs", body.SPECS)
SPEC: dict[str, Any] = {**body.SPECS, "minProperties": 1, "maxProperties": 1}

_PROJECT: dict[str, Any] = {
    "type": "object",
    "properties": {"project": body.ID},
    "required": ["project"],
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {"addProjectAccess": _PROJECT, "removeProjectAccess": _PROJECT},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

DEFAULT = body.of("default_type", {"volume_type": body.NAME}, "volume_type")
