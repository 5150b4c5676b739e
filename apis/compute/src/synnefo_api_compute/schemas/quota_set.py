# SPDX-License-Identifier: Apache-2.0
"""What requests about quotas look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.query import WORD, strict
from synnefo_api_compute.versions import NO_NETWORK_QUOTAS, NO_PERSONALITY, RANGE

NAMES = (
    "cores",
    "fixed_ips",
    "floating_ips",
    "injected_file_content_bytes",
    "injected_file_path_bytes",
    "injected_files",
    "instances",
    "key_pairs",
    "metadata_items",
    "ram",
    "security_group_rules",
    "security_groups",
    "server_group_members",
    "server_groups",
)

NETWORKS = (
    "fixed_ips",
    "floating_ips",
    "networks",
    "security_group_rules",
    "security_groups",
)
"""What is not Nova's since 2.36."""

FILES = ("injected_file_content_bytes", "injected_file_path_bytes", "injected_files")
"""What there is none of since 2.57."""

_LIMIT: dict[str, Any] = {
    "type": ["integer", "string"],
    "pattern": "^(-1|[0-9]{1,9})$",
    "minimum": -1,
    "maximum": 2**31 - 1,
}

_FLAGS = ("0", "1", "f", "t", "false", "true", "off", "on", "n", "y", "no", "yes")

_FLAG: dict[str, Any] = {
    "type": ["boolean", "string"],
    "pattern": f"^(?i:{'|'.join(_FLAGS)})$",
}


def _update(*gone: str) -> dict[str, Any]:
    limits = {name: _LIMIT for name in NAMES if name not in gone}
    quotas = {
        "type": "object",
        "properties": {**limits, "force": _FLAG},
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"quota_set": quotas},
        "required": ["quota_set"],
        "additionalProperties": False,
    }


UPDATE = {
    RANGE.minimum: _update(),
    NO_NETWORK_QUOTAS: _update(*NETWORKS),
    NO_PERSONALITY: _update(*NETWORKS, *FILES),
}

QUERY = strict({"user_id": WORD})
