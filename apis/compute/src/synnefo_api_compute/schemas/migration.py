# SPDX-License-Identifier: Apache-2.0
"""What queries for migrations look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.query import NUMBER, WORD
from synnefo_api_compute.versions import (
    CHANGES_BEFORE,
    MIGRATION_OWNERS,
    MIGRATION_PAGES,
    RANGE,
)
from synnefo_core.contracts.api import Version

_FILTERS = dict.fromkeys(
    ("hidden", "host", "instance_uuid", "migration_type", "source_compute", "status"), WORD
)
_PAGE = {**_FILTERS, "limit": NUMBER, "marker": WORD, "changes-since": WORD}
_BEFORE = {**_PAGE, "changes-before": WORD}


def _only(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


LIST: dict[Version, dict[str, Any]] = {
    RANGE.minimum: {"type": "object", "properties": _FILTERS},
    MIGRATION_PAGES: _only(_PAGE),
    CHANGES_BEFORE: _only(_BEFORE),
    MIGRATION_OWNERS: _only({**_BEFORE, "project_id": WORD, "user_id": WORD}),
}
