# SPDX-License-Identifier: Apache-2.0
"""By what lists can be chosen.

Source: docs.openstack.org/api-ref/block-storage/v3, "Resource Filters".
"""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import attachment, backup, query, snapshot, transfer, volume

_LISTS = {
    "volume": volume.LIST,
    "snapshot": snapshot.LIST,
    "backup": backup.LIST,
    "attachment": attachment.LIST,
    "transfer": transfer.LIST,
}
_ABOUT_LISTS = {*query.PAGE, "all_tenants", "with_count"}


def index(query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /resource_filters``."""
    asked = query.get("resource")
    names = [name for name in _LISTS if asked in (None, name)]
    return {"resource_filters": [{"resource": name, "filters": _filters(name)} for name in names]}


def _filters(name: str) -> list[str]:
    known = {word for word in _LISTS[name]["properties"] if not word.endswith("~")}
    return sorted(known - _ABOUT_LISTS)
