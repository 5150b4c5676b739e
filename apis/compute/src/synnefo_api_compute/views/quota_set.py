# SPDX-License-Identifier: Apache-2.0
"""How quotas are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from synnefo_compute import QuotaSet


def limits(quotas: QuotaSet, project_id: str = "") -> dict[str, Any]:
    """Show the limits; the answer to a change has no id."""
    shown: dict[str, Any] = {"id": project_id} if project_id else {}
    return {"quota_set": shown | {name: quota.limit for name, quota in quotas.items()}}


def full(quotas: QuotaSet, project_id: str) -> dict[str, Any]:
    """Show the limits with what is used and reserved of them."""
    details = {name: asdict(quota) for name, quota in quotas.items()}
    return {"quota_set": {"id": project_id} | details}
