# SPDX-License-Identifier: Apache-2.0
"""How commissions are shown."""

from __future__ import annotations

from typing import Any

from synnefo_core.clock import iso
from synnefo_quota import Commission, Resolution


def full(commission: Commission) -> dict[str, Any]:
    """Show a pending commission."""
    return {
        "serial": commission.serial,
        "name": commission.name,
        "issue_time": iso(commission.issued_at),
        "provisions": [
            {
                "holder": provision.holder,
                "source": provision.source or None,
                "resource": provision.resource,
                "quantity": provision.quantity,
            }
            for provision in commission.provisions
        ],
    }


def resolution(outcome: Resolution) -> dict[str, Any]:
    """Show what became of many."""
    return {
        "accepted": list(outcome.accepted),
        "rejected": list(outcome.rejected),
        "failed": [[serial, {"code": code}] for serial, code in outcome.failed],
    }
