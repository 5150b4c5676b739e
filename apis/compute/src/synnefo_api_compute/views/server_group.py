# SPDX-License-Identifier: Apache-2.0
"""How server groups are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import GROUP_OWNERS, GROUP_RULES
from synnefo_compute import ServerGroup
from synnefo_core.contracts.api import Version


def full(group: ServerGroup, version: Version) -> dict[str, Any]:
    """Show all."""
    shown: dict[str, Any] = {
        "id": group.id,
        "name": group.name,
        "members": list(group.members),
    }
    if version >= GROUP_OWNERS:
        shown |= {"project_id": group.project_id, "user_id": group.user_id}
    if version < GROUP_RULES:
        return shown | {"policies": [group.policy], "metadata": {}}
    rules = {"max_server_per_host": group.most_per_node} if group.most_per_node else {}
    return shown | {"policy": group.policy, "rules": rules}
