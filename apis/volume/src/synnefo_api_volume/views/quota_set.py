# SPDX-License-Identifier: Apache-2.0
"""How quotas and limits are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from synnefo_quota import QuotaSet

_MOST = {
    "maxTotalVolumes": "volumes",
    "maxTotalSnapshots": "snapshots",
    "maxTotalVolumeGigabytes": "gigabytes",
    "maxTotalBackups": "backups",
    "maxTotalBackupGigabytes": "backup_gigabytes",
}
_USED = {
    "totalVolumesUsed": "volumes",
    "totalSnapshotsUsed": "snapshots",
    "totalGigabytesUsed": "gigabytes",
    "totalBackupsUsed": "backups",
    "totalBackupGigabytesUsed": "backup_gigabytes",
}


def limits(quotas: QuotaSet, project_id: str = "") -> dict[str, Any]:
    """Show the limits; the answer to a change has no id."""
    shown: dict[str, Any] = {"id": project_id} if project_id else {}
    return {"quota_set": shown | {name: quota.limit for name, quota in quotas.items()}}


def full(quotas: QuotaSet, project_id: str) -> dict[str, Any]:
    """Show the limits with what is used and reserved of them."""
    details = {name: asdict(quota) for name, quota in quotas.items()}
    return {"quota_set": {"id": project_id} | details}


def of_class(quotas: QuotaSet, name: str) -> dict[str, Any]:
    """Show the limits of projects for which nobody has set any."""
    limits_of = {each: quota.limit for each, quota in quotas.items()}
    return {"quota_class_set": {"id": name} | limits_of}


def absolute(quotas: QuotaSet) -> dict[str, Any]:
    """Show limits and uses as the limits of a project."""
    most = {shown: quotas[name].limit for shown, name in _MOST.items()}
    used = {shown: quotas[name].in_use for shown, name in _USED.items()}
    return {"limits": {"rate": [], "absolute": most | used}}
