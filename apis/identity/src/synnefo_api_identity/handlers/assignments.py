# SPDX-License-Identifier: Apache-2.0
"""Who has which role on what. One set of handlers for users and groups on all three targets.

Those called "below" are for roles that the projects below a target inherit.

Source: Identity API reference, "Projects", "Domains", "System Role Assignments", "Roles" and
"OS-INHERIT".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.views import assignments, links, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_identity import GROUP, SYSTEM, USER, Scope, ScopeKind


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    found = synnefo_identity.list_assignments(context, requests.question(query))
    has_names = requests.is_set(query, "include_names")
    names = synnefo_identity.names_of(context, found) if has_names else None
    shown = [assignments.assignment(context, each, names) for each in found]
    return links.listed(context, "role_assignments", shown)


def granted(context: RequestContext, **path: str) -> Json:
    return _granted(context, path, is_inherited=False)


def grant(context: RequestContext, role_id: str, **path: str) -> None:
    synnefo_identity.grant_role(context, _actor(path), _target(path), role_id)


def check(context: RequestContext, role_id: str, **path: str) -> None:
    synnefo_identity.require_role(context, _actor(path), _target(path), role_id)


def revoke(context: RequestContext, role_id: str, **path: str) -> None:
    synnefo_identity.revoke_role(context, _actor(path), _target(path), role_id)


def granted_below(context: RequestContext, **path: str) -> Json:
    return _granted(context, path, is_inherited=True)


def grant_below(context: RequestContext, role_id: str, **path: str) -> None:
    actor, target = _actor(path), _target(path)
    synnefo_identity.grant_role(context, actor, target, role_id, is_inherited=True)


def check_below(context: RequestContext, role_id: str, **path: str) -> None:
    actor, target = _actor(path), _target(path)
    synnefo_identity.require_role(context, actor, target, role_id, is_inherited=True)


def revoke_below(context: RequestContext, role_id: str, **path: str) -> None:
    actor, target = _actor(path), _target(path)
    synnefo_identity.revoke_role(context, actor, target, role_id, is_inherited=True)


def _granted(context: RequestContext, path: Mapping[str, str], *, is_inherited: bool) -> Json:
    found = synnefo_identity.list_granted_roles(
        context, _actor(path), _target(path), is_inherited=is_inherited
    )
    return links.listed(context, "roles", [things.role(context, role) for role in found])


def _actor(path: Mapping[str, str]) -> tuple[str, str]:
    """Return the user or the group that a path names."""
    return (USER, path["user_id"]) if "user_id" in path else (GROUP, path["group_id"])


def _target(path: Mapping[str, str]) -> Scope:
    """Return the project or the domain that a path names, or else the system."""
    for kind in (ScopeKind.PROJECT, ScopeKind.DOMAIN):
        if f"{kind}_id" in path:
            return Scope(kind, path[f"{kind}_id"])
    return SYSTEM
