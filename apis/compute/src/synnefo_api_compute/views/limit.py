# SPDX-License-Identifier: Apache-2.0
"""How the limits of a project are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import (
    NEVER,
    NO_IMAGE_LIMIT,
    NO_NETWORK_QUOTAS,
    NO_PERSONALITY,
)
from synnefo_core.contracts.api import Version
from synnefo_quota import QuotaSet

MOST = {
    "maxImageMeta": "metadata_items",
    "maxPersonality": "injected_files",
    "maxPersonalitySize": "injected_file_content_bytes",
    "maxSecurityGroupRules": "security_group_rules",
    "maxSecurityGroups": "security_groups",
    "maxServerGroupMembers": "server_group_members",
    "maxServerGroups": "server_groups",
    "maxServerMeta": "metadata_items",
    "maxTotalCores": "cores",
    "maxTotalFloatingIps": "floating_ips",
    "maxTotalInstances": "instances",
    "maxTotalKeypairs": "key_pairs",
    "maxTotalRAMSize": "ram",
}
"""Of which quota the limit is shown."""

USED = {
    "totalCoresUsed": "cores",
    "totalFloatingIpsUsed": "floating_ips",
    "totalInstancesUsed": "instances",
    "totalRAMUsed": "ram",
    "totalSecurityGroupsUsed": "security_groups",
    "totalServerGroupsUsed": "server_groups",
}
"""Of which quota it is shown what is used."""


_GONE = {
    "maxImageMeta": NO_IMAGE_LIMIT,
    "maxPersonality": NO_PERSONALITY,
    "maxPersonalitySize": NO_PERSONALITY,
    "maxSecurityGroupRules": NO_NETWORK_QUOTAS,
    "maxSecurityGroups": NO_NETWORK_QUOTAS,
    "maxTotalFloatingIps": NO_NETWORK_QUOTAS,
    "totalFloatingIpsUsed": NO_NETWORK_QUOTAS,
    "totalSecurityGroupsUsed": NO_NETWORK_QUOTAS,
}
"""The first microversion that knows a figure no more."""


def absolute(quotas: QuotaSet, version: Version, *, is_reserved: bool) -> dict[str, Any]:
    """Show limits and uses, with what is reserved counted as used or not."""
    limits = {shown: quotas[name].limit for shown, name in MOST.items()}
    used = {
        shown: quotas[name].in_use + (quotas[name].reserved if is_reserved else 0)
        for shown, name in USED.items()
    }
    figures = limits | used
    told = {name: n for name, n in figures.items() if version < _GONE.get(name, NEVER)}
    return {"limits": {"rate": [], "absolute": told}}
