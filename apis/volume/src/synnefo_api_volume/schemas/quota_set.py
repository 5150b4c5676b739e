# SPDX-License-Identifier: Apache-2.0
"""What requests about quotas look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query

NAMES = (
    "volumes",
    "snapshots",
    "gigabytes",
    "backups",
    "backup_gigabytes",
    "groups",
    "per_volume_gigabytes",
)

_LIMIT: dict[str, Any] = {
    "type": ["integer", "string"],
    "pattern": "^(-1|[0-9]{1,9})$",
    "minimum": -1,
    "maximum": 2**31 - 1,
}

UPDATE = body.of(
    "quota_set",
    {
        **dict.fromkeys(NAMES, _LIMIT),
        "force": body.FLAG,
        "tenant_id": body.ID,
        "skip_validation": body.FLAG,
    },
)

SHOW = query.of({"usage": query.WORD})
LIMITS = query.of({"project_id": query.WORD, "tenant_id": query.WORD})
