# SPDX-License-Identifier: Apache-2.0
"""An account as headers."""

from __future__ import annotations

from synnefo_api_object_store.headers import shown_metadata, timestamp
from synnefo_object_store import AccountInfo


def headers(account: AccountInfo) -> dict[str, str]:
    """Return what is told of an account."""
    return {
        "X-Account-Container-Count": str(account.containers),
        "X-Account-Object-Count": str(account.objects),
        "X-Account-Bytes-Used": str(account.bytes),
        "X-Timestamp": timestamp(account.created_at),
        **shown_metadata("account", account.metadata),
    }
