# SPDX-License-Identifier: Apache-2.0
"""Logins and tenants as clients of the original know them.

A login without a tenant is one for the user's personal project, whose id is the user's
(docs/decisions/0002). The original took a user's id for the name and a token for the password;
this still works, beside names and passwords.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.legacy import schemas, views
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound, Unauthenticated
from synnefo_core.wsgi.validation import Schema
from synnefo_identity import Credentials, Proof, Reference, Scope

DOMAIN = "default"
"""Version 2.0 knew no domains."""

_LOGIN = Schema(schemas.LOGIN)


def version(context: RequestContext) -> Json:
    return {"version": views.version(context)}


def log_in(context: RequestContext, body: Any, request: Request) -> Json:
    """Log in; without a body, show where everything is to anybody."""
    if not body:
        return {"access": {"serviceCatalog": views.catalog(context)}}
    _LOGIN.check(body)
    auth = body["auth"]
    proof = _prove(context, auth, request.remote_addr or "")
    token = synnefo_identity.issue_token(context, proof, _scope(context, auth, proof))
    return views.access(context, token)


def show(context: RequestContext, token: str, query: Mapping[str, str]) -> Json:
    """Show what a token stands for; with ``belongsTo`` an access token, which is then spent."""
    if "belongsTo" in query:
        spent = synnefo_identity.oauth2.spend(context, token, query["belongsTo"])
        return views.spent(context, *spent)
    if context.claims is None:
        raise Unauthenticated
    return views.access(context, synnefo_identity.show_token(context, token))


def give_back(context: RequestContext, token: str) -> None:
    synnefo_identity.revoke_token(context, token)


def endpoints(context: RequestContext, token: str) -> Json:
    synnefo_identity.show_token(context, token)
    return {"endpoints": views.endpoints(context), "endpoints_links": []}


def tenants(context: RequestContext, query: Mapping[str, str]) -> Json:
    only, page = requests.only(query), requests.page(query)
    found = synnefo_identity.list_projects_of_user(context, context.user_id, only, page)
    return {"tenants": [views.tenant(each) for each in found], "tenants_links": []}


def _prove(context: RequestContext, auth: Mapping[str, Any], source: str) -> Proof:
    try:
        if "token" in auth:
            return synnefo_identity.with_token(context, auth["token"]["id"])
        given = auth["passwordCredentials"]
        name, password = given["username"], given["password"]
        directory = context.cloud.directory
        claims = directory.claims(password) if directory else None
        if claims is not None and claims.user_id == name:
            return synnefo_identity.with_token(context, password)
    except NotFound as cause:
        raise Unauthenticated from cause
    who = Reference(name=name, domain_id=DOMAIN)
    return synnefo_identity.with_password(context, Credentials(who, password, source))


def _scope(context: RequestContext, auth: Mapping[str, Any], proof: Proof) -> Scope:
    """Return the scope of the tenant that is asked for: by id, by name, or one's own."""
    only = proof.credential_id and synnefo_identity.credential_scope(context, proof.credential_id)
    found = _tenant(context, auth, only.id if only else proof.user_id)
    if only and found != only:
        raise Unauthenticated
    return found


def _tenant(context: RequestContext, auth: Mapping[str, Any], default: str) -> Scope:
    if "tenantName" not in auth:
        tenant_id = auth.get("tenantId", default)
        return synnefo_identity.project_scope(context, Reference(id=tenant_id))
    name = auth["tenantName"]
    try:
        # The original's clients give an id here.
        return synnefo_identity.project_scope(context, Reference(id=name))
    except Unauthenticated:
        by_name = Reference(name=name, domain_id=DOMAIN)
        return synnefo_identity.project_scope(context, by_name)
