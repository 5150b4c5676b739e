# SPDX-License-Identifier: Apache-2.0
"""What the parts of a path mean."""

from __future__ import annotations

RESELLER = "AUTH_"


def account_id(account: str) -> str:
    """Return the project of an account in a path; ``AUTH_`` before it is optional."""
    return account.removeprefix(RESELLER)
