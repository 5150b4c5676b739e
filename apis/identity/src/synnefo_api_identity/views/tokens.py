# SPDX-License-Identifier: Apache-2.0
"""Tokens as JSON.

Source: Identity API reference, "Authentication and token management".
"""

from __future__ import annotations

from datetime import UTC, datetime

from synnefo_api_identity.views import application_credentials, catalog, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_identity import Credential, Domain, ScopeKind, Token


def token(context: RequestContext, shown: Token, *, has_catalog: bool = True) -> Json:
    """Show what a token stands for, never the token itself."""
    standing, payload = shown.standing, shown.payload
    user = standing.user
    body: Json = {
        "methods": list(payload.methods),
        "user": {
            "id": user.id,
            "name": user.name,
            "domain": _domain(standing.user_domain),
            "password_expires_at": things.ends_at(user),
            **_way(shown),
        },
        "audit_ids": list(payload.audit_ids),
        "issued_at": moment(payload.issued_at),
        "expires_at": moment(payload.expires_at),
    }
    if standing.scope.kind is not ScopeKind.NONE:
        body |= _scope(shown)
        body["roles"] = [{"id": role.id, "name": role.name} for role in standing.roles]
        if standing.credential is not None:
            body["application_credential"] = _credential(standing.credential)
        if has_catalog:
            project_id = standing.project.id if standing.project else None
            body["catalog"] = catalog.catalog(context, project_id, user.id)
    return {"token": body}


def _way(shown: Token) -> Json:
    way = shown.payload.way
    if way is None:
        return {}
    federated = {
        "identity_provider": {"id": way.provider},
        "protocol": {"id": way.protocol},
        "groups": [{"id": group} for group in sorted(shown.standing.groups)],
    }
    return {"OS-FEDERATION": federated}


def _credential(shown: Credential) -> Json:
    found = {"id": shown.id, "name": shown.name, "restricted": not shown.is_unrestricted}
    if shown.rules is None:
        return found
    return {**found, "access_rules": [application_credentials.rule(each) for each in shown.rules]}


def _scope(shown: Token) -> Json:
    standing = shown.standing
    if standing.project is not None and standing.domain is not None:
        project = {"id": standing.project.id, "name": standing.project.name}
        return {"project": {**project, "domain": _domain(standing.domain)}, "is_domain": False}
    if standing.domain is not None:
        return {"domain": _domain(standing.domain)}
    return {"system": {"all": True}}


def _domain(shown: Domain) -> Json:
    return {"id": shown.id, "name": shown.name}


def moment(seconds: float) -> str:
    """Return a moment as Keystone writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
