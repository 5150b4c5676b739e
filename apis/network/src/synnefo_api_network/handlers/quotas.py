# SPDX-License-Identifier: Apache-2.0
"""Limits from the ledger. Source: Networking API v2.0, "Quotas", "Quotas details"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Unbuilt
from synnefo_network import (
    FLOATING_IPS,
    PRIVATE_NETWORKS,
    ROUTERS,
    SECURITY_GROUPS,
    SECURITY_RULES,
)

RULE = "network:quota:show"

COUNTED = {
    "network": PRIVATE_NETWORKS,
    "router": ROUTERS,
    "floatingip": FLOATING_IPS,
    "security_group": SECURITY_GROUPS,
    "security_group_rule": SECURITY_RULES,
}
"""What the ledger counts, by Neutron's names."""

UNCOUNTED = ("subnet", "port")
"""What has no limit here."""

_NO_LIMIT = -1


def _number(limit: int) -> int:
    """Return a limit as Neutron says it: -1 for none."""
    return _NO_LIMIT if limit == UNLIMITED else limit


def _with_uncounted(limits: Mapping[str, int]) -> dict[str, Any]:
    return {"quota": {**dict.fromkeys(UNCOUNTED, _NO_LIMIT), **limits}}


def show(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Show a project's limits."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    held = {name: synnefo_quota.left(context, project_id, known) for name, known in COUNTED.items()}
    return _with_uncounted({name: _number(holding.limit) for name, holding in held.items()})


def default(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Show the limits of a project for which nobody has set any."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    return _with_uncounted(_defaults(context))


def _defaults(context: RequestContext) -> dict[str, int]:
    known = synnefo_quota.resources(context.cloud)
    return {
        name: _number(known[resource].resource.project_default)
        for name, resource in COUNTED.items()
    }


def detail(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Show a project's limits and how much of them is used, as far as it is counted."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    shown = {}
    for name, resource in COUNTED.items():
        holding = synnefo_quota.left(context, project_id, resource)
        shown[name] = {
            "limit": _number(holding.limit),
            "used": holding.usage - holding.pending,
            "reserved": holding.pending,
        }
    return {"quota": shown}


def update(context: RequestContext, project_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Set limits of a project."""
    asked = {name: int(limit) for name, limit in body["quota"].items()}
    _set(context, project_id, asked)
    return show(context, project_id)


def delete(context: RequestContext, project_id: str) -> None:
    """Give a project the limits back that it has by default."""
    _set(context, project_id, _defaults(context))


def _set(context: RequestContext, project_id: str, limits: Mapping[str, int]) -> None:
    synnefo_quota.require_people(context.cloud, project_ids=[project_id])
    for name, limit in limits.items():
        if name in UNCOUNTED and limit != _NO_LIMIT:
            what = f"a limit of {name}"
            raise Unbuilt(what)
    with context.unit_of_work():
        for name in sorted(limits.keys() & COUNTED.keys()):
            amount = UNLIMITED if limits[name] == _NO_LIMIT else limits[name]
            synnefo_quota.set_limit_by_hand(
                context, project_id=project_id, resource=COUNTED[name], limit=amount
            )
