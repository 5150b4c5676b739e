# SPDX-License-Identifier: Apache-2.0
"""What requests about server groups look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synnefo_api_compute.schemas.query import NUMBER, strict
from synnefo_api_compute.schemas.server import COUNT, NAME
from synnefo_api_compute.versions import GROUP_RULES, RANGE, SOFT_GROUPS
from synnefo_compute import GROUP_POLICIES, STRICT_GROUP_POLICIES


def _create(properties: dict[str, Any], required: Sequence[str]) -> dict[str, Any]:
    group = {
        "type": "object",
        "properties": {"name": NAME, **properties},
        "required": ["name", *required],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"server_group": group},
        "required": ["server_group"],
        "additionalProperties": False,
    }


def _listed(policies: Sequence[str]) -> dict[str, Any]:
    items = {"enum": list(policies)}
    policy = {"type": "array", "items": items, "minItems": 1, "maxItems": 1}
    return _create({"policies": policy}, ["policies"])


_RULES: dict[str, Any] = {
    "type": "object",
    "properties": {"max_server_per_host": COUNT},
    "additionalProperties": False,
}

CREATE = {
    RANGE.minimum: _listed(STRICT_GROUP_POLICIES),
    SOFT_GROUPS: _listed(GROUP_POLICIES),
    GROUP_RULES: _create({"policy": {"enum": list(GROUP_POLICIES)}, "rules": _RULES}, ["policy"]),
}

LIST = strict({"limit": NUMBER, "offset": NUMBER}, "all_projects")
