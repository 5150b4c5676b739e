# SPDX-License-Identifier: Apache-2.0
"""Users, projects, domains, groups, roles and policy documents as JSON."""

from __future__ import annotations

from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_identity import Document, Domain, Group, Project, Role, User


def user(context: RequestContext, shown: User) -> Json:
    """Show a user."""
    default = shown.default_project_id
    return {
        **shown.extra,
        "id": shown.id,
        "name": shown.name,
        "domain_id": shown.domain_id,
        "enabled": shown.is_enabled,
        "email": shown.email,
        "description": shown.description,
        **({"default_project_id": default} if default else {}),
        "password_expires_at": ends_at(shown),
        "options": {},
        "links": links.of(context, "users", shown.id),
    }


def ends_at(shown: User) -> str | None:
    """Show when a user's password ends; without a time zone, as Keystone does."""
    ends = shown.password_expires_at
    return None if ends is None else iso_naive(ends)


def project(context: RequestContext, shown: Project) -> Json:
    """Show a project."""
    return {
        **shown.extra,
        "id": shown.id,
        "name": shown.name,
        "domain_id": shown.domain_id,
        "parent_id": shown.parent_id or shown.domain_id,
        "is_domain": False,
        "enabled": shown.is_enabled,
        "description": shown.description,
        "tags": list(shown.tags),
        "options": {},
        "links": links.of(context, "projects", shown.id),
    }


def domain(context: RequestContext, shown: Domain) -> Json:
    """Show a domain."""
    return {
        **shown.extra,
        "id": shown.id,
        "name": shown.name,
        "enabled": shown.is_enabled,
        "description": shown.description,
        "tags": [],
        "options": {},
        "links": links.of(context, "domains", shown.id),
    }


def acting_domain(context: RequestContext, shown: Domain) -> Json:
    """Show a domain as the project that is above all of its projects."""
    return {
        **domain(context, shown),
        "domain_id": None,
        "parent_id": None,
        "is_domain": True,
        "links": links.of(context, "projects", shown.id),
    }


def group(context: RequestContext, shown: Group) -> Json:
    """Show a group."""
    return {
        **shown.extra,
        "id": shown.id,
        "name": shown.name,
        "domain_id": shown.domain_id,
        "description": shown.description,
        "links": links.of(context, "groups", shown.id),
    }


def policy(context: RequestContext, shown: Document) -> Json:
    """Show a policy document."""
    return {
        **shown.extra,
        "id": shown.id,
        "type": shown.type,
        "blob": shown.blob,
        "links": links.of(context, "policies", shown.id),
    }


def role(context: RequestContext, shown: Role) -> Json:
    """Show a role."""
    return {
        **shown.extra,
        "id": shown.id,
        "name": shown.name,
        "domain_id": None,
        "description": shown.description,
        "options": {"immutable": True} if shown.is_builtin else {},
        "links": links.of(context, "roles", shown.id),
    }
