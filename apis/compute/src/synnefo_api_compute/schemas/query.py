# SPDX-License-Identifier: Apache-2.0
"""What queries have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.versions import RANGE, STRICT
from synnefo_core.contracts.api import Version

NUMBER: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{1,9}$"}
WORD: dict[str, Any] = {"type": "string", "maxLength": 255}


def strict(properties: Mapping[str, Any], *unread: str) -> dict[Version, dict[str, Any]]:
    """Return the schemas of a query: from 2.75 on it has no parameter that nobody knows.

    Args:
        properties: The schemas of parameters by their names.
        unread: Names of others that are known but not looked at.
    """
    known = {**{name: {} for name in unread}, **properties}
    loose: dict[str, Any] = {"type": "object", "properties": known}
    return {RANGE.minimum: loose, STRICT: {**loose, "additionalProperties": False}}
