# SPDX-License-Identifier: Apache-2.0
"""What requests about heads look like of which volumes can be made."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query
from synnefo_api_volume.schemas.volume import ABOUT

_REFERENCE: dict[str, Any] = {
    "type": "object",
    "properties": {"source-name": body.NAME},
    "required": ["source-name"],
    "additionalProperties": False,
}

CREATE = body.of(
    "volume",
    {
        **ABOUT,
        "host": body.NAME,
        "ref": _REFERENCE,
        "volume_type": body.TEXT,
        "availability_zone": body.TEXT,
        "bootable": body.FLAG,
    },
    "host",
    "ref",
)

LIST = {**query.of({**query.PAGE, "host": query.WORD}), "required": ["host"]}
