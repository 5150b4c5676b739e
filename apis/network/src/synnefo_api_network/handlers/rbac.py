# SPDX-License-Identifier: Apache-2.0
"""RBAC policies of networks. Source: Networking API v2.0, "RBAC Policies"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk
from synnefo_api_network.schemas.rbac import FIELDS
from synnefo_core.context import RequestContext
from synnefo_network import RbacPolicy

_TYPE = "network"


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List RBAC policies."""
    found = []
    if _TYPE in query.get("object_type", [_TYPE]):
        found = synnefo_network.list_rbac_policies(context, filters.listing(query, FIELDS))
    return filters.page(context, request, query, "rbac_policies", [_shown(one) for one in found])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Open networks to others."""
    return bulk.create(context, body, "rbac_policy", _create, plural="rbac_policies")


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    made = synnefo_network.create_rbac_policy(
        context,
        network_id=asked["object_id"],
        action=asked["action"],
        target=asked["target_tenant"],
    )
    return _shown(made)


def show(context: RequestContext, policy_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show an RBAC policy."""
    view = _shown(synnefo_network.show_rbac_policy(context, policy_id))
    return {"rbac_policy": filters.one(context, view, query)}


def update(context: RequestContext, policy_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Open a network to another project instead."""
    target = body["rbac_policy"].get("target_tenant")
    if target is None:
        return show(context, policy_id, {})
    changed = synnefo_network.update_rbac_policy(context, policy_id, target=target)
    return {"rbac_policy": _shown(changed)}


def delete(context: RequestContext, policy_id: str) -> None:
    """Close a network again."""
    synnefo_network.delete_rbac_policy(context, policy_id)


def _shown(policy: RbacPolicy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "tenant_id": policy.project_id,
        "project_id": policy.project_id,
        "object_type": _TYPE,
        "object_id": policy.network_id,
        "action": policy.action,
        "target_tenant": policy.target,
    }
