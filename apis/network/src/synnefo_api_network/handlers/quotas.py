# SPDX-License-Identifier: Apache-2.0
"""Limits from the ledger. Source: Networking API v2.0, "Quotas", "Quotas details"."""

from __future__ import annotations

from typing import Any

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_network import PRIVATE_NETWORKS

RULE = "network:quota:show"

_UNCOUNTED = ("subnet", "port", "router", "floatingip", "security_group", "security_group_rule")


def _number(limit: int) -> int:
    """Return a limit as Neutron says it: -1 for none."""
    return -1 if limit == UNLIMITED else limit


def show(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Show a project's limits."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    holding = synnefo_quota.left(context, project_id, PRIVATE_NETWORKS)
    return {"quota": dict.fromkeys(_UNCOUNTED, -1) | {"network": _number(holding.limit)}}


def default(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Show the limits of a new project."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    limit = synnefo_quota.resources(context.cloud)[PRIVATE_NETWORKS].resource.project_default
    return {"quota": dict.fromkeys(_UNCOUNTED, -1) | {"network": _number(limit)}}


def detail(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Show a project's limits and how much of them is used."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    holding = synnefo_quota.left(context, project_id, PRIVATE_NETWORKS)
    network = {
        "limit": _number(holding.limit),
        "used": holding.usage - holding.pending,
        "reserved": holding.pending,
    }
    return {"quota": {"network": network}}
