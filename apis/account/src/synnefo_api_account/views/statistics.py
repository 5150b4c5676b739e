# SPDX-License-Identifier: Apache-2.0
"""How counts are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import synnefo_identity
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_quota import Total


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


def resources(known: Mapping[str, Any], totals: Mapping[str, Total]) -> dict[str, Any]:
    """Show what all projects together use of each resource and may use; None is no limit."""
    return {
        name: {
            "used": totals[name].used,
            "allocated": None if totals[name].allocated == UNLIMITED else totals[name].allocated,
            "unit": owned.resource.unit or None,
            "description": owned.resource.description,
        }
        for name, owned in sorted(known.items())
        if name in totals
    }


def used_by(
    known: Iterable[str],
    people: Mapping[str, Collection[str]],
    used: Mapping[str, Mapping[str, int]],
) -> dict[str, Any]:
    """Show what the users of each login method use; who has several counts for each."""
    return {
        method: {
            name: sum(used[each].get(name, 0) for each in ids if each in used)
            for name in sorted(known)
        }
        for method, ids in sorted(people.items())
    }
