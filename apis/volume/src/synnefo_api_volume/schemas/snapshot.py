# SPDX-License-Identifier: Apache-2.0
"""What requests about snapshots look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query
from synnefo_api_volume.schemas.volume import ABOUT, FILTERS
from synnefo_api_volume.versions import RANGE, SNAPSHOTS_OF_ATTACHED

_NEW: dict[str, Any] = {
    **ABOUT,
    # A snapshot of nothing is one of a volume that is not there.
    "volume_id": {"type": ["string", "null"], "maxLength": 64},
    "force": {**body.FLAG, "type": ["boolean", "string", "null"]},
}
_TRUE: dict[str, Any] = {
    **body.FLAG,
    "pattern": "^(?i:1|t|true|on|y|yes)$",
    "not": {"const": False},
}

CREATE = {
    RANGE.minimum: body.of("snapshot", _NEW, "volume_id"),
    # A snapshot of a volume in use is taken without being forced; it can't be asked not to be.
    SNAPSHOTS_OF_ATTACHED: body.of("snapshot", {**_NEW, "force": _TRUE}, "volume_id"),
}

UPDATE = body.of("snapshot", ABOUT)

LIST = query.of({**FILTERS, "volume_id": query.WORD})

ACTION = body.OVERRIDE
