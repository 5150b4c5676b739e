# SPDX-License-Identifier: Apache-2.0
"""How quotas are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from synnefo_api_compute.schemas.quota_set import FILES, NETWORKS
from synnefo_api_compute.versions import NO_NETWORK_QUOTAS, NO_PERSONALITY
from synnefo_core.contracts.api import Version
from synnefo_quota import QuotaSet


def limits(quotas: QuotaSet, version: Version, project_id: str = "") -> dict[str, Any]:
    """Show the limits; the answer to a change has no id."""
    quotas = _told(quotas, version)
    shown: dict[str, Any] = {"id": project_id} if project_id else {}
    return {"quota_set": shown | {name: quota.limit for name, quota in quotas.items()}}


def full(quotas: QuotaSet, version: Version, project_id: str) -> dict[str, Any]:
    """Show the limits with what is used and reserved of them."""
    details = {name: asdict(quota) for name, quota in _told(quotas, version).items()}
    return {"quota_set": {"id": project_id} | details}


def _told(quotas: QuotaSet, version: Version) -> QuotaSet:
    gone = (NETWORKS if version >= NO_NETWORK_QUOTAS else ()) + (
        FILES if version >= NO_PERSONALITY else ()
    )
    return {name: quota for name, quota in quotas.items() if name not in gone}
