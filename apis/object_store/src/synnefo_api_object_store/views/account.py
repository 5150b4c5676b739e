# SPDX-License-Identifier: Apache-2.0
"""An account as headers."""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_api_object_store.headers import shown_metadata, shown_settings, timestamp
from synnefo_api_object_store.views.container import POLICY, until
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_object_store import AccountInfo

SETTINGS = {
    "Account-Quota-Bytes": "quota_bytes",
    "Account-Quota-Count": "quota_count",
    "Account-Meta-Quota-Bytes": "quota_bytes",
}
"""Headers, without X-, of an account's settings."""


def policies(limits: Mapping[str, int]) -> dict[str, str]:
    """Return how much the projects may store that pay for an account, and all of them together."""
    total = min(sum(limits.values()), UNLIMITED)
    each = {f"X-Account-Policy-Quota-{project}": str(limit) for project, limit in limits.items()}
    return {"X-Account-Policy-Quota": str(total), **each}


def headers(account: AccountInfo, *, is_owner: bool) -> dict[str, str]:
    """Return what is told of an account."""
    if account.is_guest:
        return {"X-Timestamp": timestamp(account.created_at)}
    policy = f"X-Account-Storage-Policy-{POLICY.capitalize()}"
    return {
        "X-Account-Container-Count": str(account.containers),
        "X-Account-Object-Count": str(account.objects),
        "X-Account-Bytes-Used": str(account.bytes),
        f"{policy}-Container-Count": str(account.containers),
        f"{policy}-Object-Count": str(account.objects),
        f"{policy}-Bytes-Used": str(account.bytes),
        "X-Timestamp": timestamp(account.created_at),
        **until("Account", account.changed_at),
        **shown_settings(SETTINGS, account.settings),
        **shown_metadata("account", account.metadata, is_owner=is_owner),
    }
