# SPDX-License-Identifier: Apache-2.0
"""Application credentials as JSON, never with their secret."""

from __future__ import annotations

from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_identity import ApplicationCredential, KeptRule


def credential(context: RequestContext, shown: ApplicationCredential) -> Json:
    """Show a credential; its end is said without a time zone, as Keystone does."""
    rules = shown.access_rules
    path = ("users", shown.user_id, "application_credentials", shown.id)
    return {
        "id": shown.id,
        "name": shown.name,
        "description": shown.description,
        "user_id": shown.user_id,
        "project_id": shown.project_id,
        "system": None,
        "roles": [{"id": role.id, "name": role.name, "domain_id": None} for role in shown.roles],
        "expires_at": None if shown.expires_at is None else iso_naive(shown.expires_at),
        "unrestricted": shown.is_unrestricted,
        **({} if rules is None else {"access_rules": [rule(each) for each in rules]}),
        "links": links.of(context, *path),
    }


def rule(shown: KeptRule) -> Json:
    """Show an access rule."""
    found = shown.rule
    return {
        "id": shown.id,
        "service": found.service,
        "method": found.method,
        "path": found.path,
    }


def linked_rule(context: RequestContext, user_id: str, shown: KeptRule) -> Json:
    """Show an access rule at its own address."""
    return {**rule(shown), "links": links.of(context, "users", user_id, "access_rules", shown.id)}
