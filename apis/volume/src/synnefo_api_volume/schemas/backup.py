# SPDX-License-Identifier: Apache-2.0
"""What requests about backups look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query
from synnefo_api_volume.schemas.volume import FILTERS, METADATA
from synnefo_api_volume.versions import BACKUP_METADATA, RANGE

_NEW: dict[str, Any] = {
    "volume_id": body.ID,
    "name": body.TEXT,
    "description": body.LONG_TEXT,
    "container": body.TEXT,
    "incremental": body.FLAG,
    "force": body.FLAG,
    "snapshot_id": {"type": ["string", "null"], "maxLength": 64},
    # All stores are in one zone.
    "availability_zone": body.TEXT,
}
_WORDS: dict[str, Any] = {"metadata": {**METADATA, "type": ["object", "null"]}}
_CHANGES: dict[str, Any] = {"name": body.TEXT, "description": body.LONG_TEXT}

CREATE = {
    RANGE.minimum: body.of("backup", _NEW, "volume_id"),
    BACKUP_METADATA: body.of("backup", {**_NEW, **_WORDS}, "volume_id"),
}

UPDATE = {
    RANGE.minimum: body.of("backup", _CHANGES),
    BACKUP_METADATA: body.of("backup", {**_CHANGES, **_WORDS}),
}

RESTORE = body.of(
    "restore", {"volume_id": {"type": ["string", "null"], "maxLength": 64}, "name": body.TEXT}
)

IMPORT = body.of(
    "backup-record",
    {
        "backup_service": body.NAME,
        "backup_url": {"type": "string", "minLength": 1, "maxLength": 2**18},
    },
    "backup_service",
    "backup_url",
)

ACTION = body.OVERRIDE

LIST = query.of({**FILTERS, "volume_id": query.WORD, "snapshot_id": query.WORD})
