# SPDX-License-Identifier: Apache-2.0
"""What queries for the actions of a server look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.query import NUMBER, WORD
from synnefo_api_compute.versions import ACTION_PAGES, CHANGES_BEFORE, RANGE
from synnefo_core.contracts.api import Version

_PAGE = {"limit": NUMBER, "marker": WORD, "changes-since": WORD}

LIST: dict[Version, dict[str, Any]] = {
    RANGE.minimum: {"type": "object"},
    ACTION_PAGES: {"type": "object", "properties": _PAGE, "additionalProperties": False},
    CHANGES_BEFORE: {
        "type": "object",
        "properties": {**_PAGE, "changes-before": WORD},
        "additionalProperties": False,
    },
}
