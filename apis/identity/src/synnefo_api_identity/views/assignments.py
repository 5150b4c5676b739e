# SPDX-License-Identifier: Apache-2.0
"""Role assignments as JSON."""

from __future__ import annotations

from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_identity import Assignment, Names, Scope, ScopeKind


def assignment(context: RequestContext, shown: Assignment, names: Names | None) -> Json:
    """Show an assignment, with names when they are given."""
    kind, actor_id = shown.actor
    found = {"assignment": links.of(context, *_path(shown))["self"]}
    if shown.group_id is not None:
        found["membership"] = links.of(context, "groups", shown.group_id, "users", actor_id)["self"]
    if shown.prior_role_id is not None:
        path = ("prior_role", shown.prior_role_id, "implies", shown.role_id)
        found["prior_role"] = links.of(context, *path)["self"]
    scope = _scope(shown.target, names)
    if shown.is_inherited or shown.origin is not None:
        scope["OS-INHERIT:inherited_to"] = "projects"
    return {
        kind: _actor(shown, names),
        "scope": scope,
        "role": {"id": shown.role_id, **({"name": names.roles[shown.role_id]} if names else {})},
        "links": found,
    }


def _path(shown: Assignment) -> tuple[str, ...]:
    """Return where what was given is, of which this may be only a consequence."""
    target = shown.origin or shown.target
    place = ("system",) if target.kind is ScopeKind.SYSTEM else (f"{target.kind}s", target.id)
    kind, actor_id = shown.actor
    holder = ("groups", shown.group_id) if shown.group_id else (f"{kind}s", actor_id)
    path = (*place, *holder, "roles", shown.prior_role_id or shown.role_id)
    if shown.is_inherited or shown.origin is not None:
        return ("OS-INHERIT", *path, "inherited_to_projects")
    return path


def _actor(shown: Assignment, names: Names | None) -> Json:
    kind, actor_id = shown.actor
    if names is None:
        return {"id": actor_id}
    return {"id": actor_id, **_of_domain(names, names.actors[kind].get(actor_id))}


def _scope(target: Scope, names: Names | None) -> Json:
    if target.kind is ScopeKind.SYSTEM:
        return {"system": {"all": True}}
    if names is None:
        return {target.kind.value: {"id": target.id}}
    if target.kind is ScopeKind.DOMAIN:
        return {"domain": {"id": target.id, "name": names.domains.get(target.id, "")}}
    project = _of_domain(names, names.projects.get(target.id))
    return {"project": {"id": target.id, **project}}


def _of_domain(names: Names, found: tuple[str, str] | None) -> Json:
    name, domain_id = found or ("", "")
    return {"name": name, "domain": {"id": domain_id, "name": names.domains.get(domain_id, "")}}
