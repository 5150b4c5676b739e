# SPDX-License-Identifier: Apache-2.0
"""How counts are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_identity
from synnefo_quota import Holding


def count(counted: synnefo_identity.accounts.Count) -> dict[str, int]:
    """Show how many users there are."""
    return {"total": counted.total, "active": counted.active}


def detail(counted: synnefo_identity.accounts.Statistics) -> dict[str, Any]:
    """Show them by login methods, too."""
    return {
        "users": count(counted.users),
        "providers": {method: count(each) for method, each in sorted(counted.methods.items())},
        "registrations": counted.registrations,
    }


def resources(
    known: Mapping[str, Any], by_project: Mapping[str, Mapping[str, Holding]]
) -> dict[str, Any]:
    """Show what all projects together use of each resource."""
    used = dict.fromkeys(sorted(known), 0)
    for holdings in by_project.values():
        for name, holding in holdings.items():
            used[name] = used.get(name, 0) + holding.usage
    return {
        name: {
            "used": amount,
            "unit": (known[name].resource.unit or None) if name in known else None,
        }
        for name, amount in used.items()
    }
