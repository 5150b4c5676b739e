# SPDX-License-Identifier: Apache-2.0
"""What requests about transfers look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query
from synnefo_api_volume.schemas.volume import FILTERS
from synnefo_api_volume.versions import RANGE, TRANSFERS_WITH_SNAPSHOTS

_NEW: dict[str, Any] = {"volume_id": body.ID, "name": body.TEXT}

CREATE = {
    RANGE.minimum: body.of("transfer", _NEW, "volume_id"),
    TRANSFERS_WITH_SNAPSHOTS: body.of("transfer", {**_NEW, "no_snapshots": body.FLAG}, "volume_id"),
}

ACCEPT = body.of("accept", {"auth_key": body.NAME}, "auth_key")

LIST = query.of({**FILTERS, "volume_id": query.WORD})
