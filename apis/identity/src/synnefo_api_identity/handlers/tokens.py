# SPDX-License-Identifier: Apache-2.0
"""Logins, and tokens in the hands of their owners and of services.

Source: Identity API reference, "Authentication and token management".
"""

from __future__ import annotations

from collections.abc import Mapping

from webob import Request

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.rendered import rendered
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import catalog, links, things, tokens
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Forbidden, Invalid

_SUBJECT = "X-Subject-Token"
_VARY = {"Vary": "X-Auth-Token"}
_JSON = "application/json"


def create(
    context: RequestContext, body: Body, query: Mapping[str, str], request: Request
) -> Reply:
    auth = body["auth"]
    proof = requests.proof(context, auth["identity"], request.remote_addr or "")
    with context.reading():  # one connection for both
        scope = requests.scope(context, auth.get("scope"), proof)
        token = synnefo_identity.issue_token(context, proof, scope)
    shown = tokens.token(context, token, has_catalog="nocatalog" not in query)
    return Reply(shown, status=201, headers={_SUBJECT: token.text, **_VARY})


def show(context: RequestContext, request: Request, query: Mapping[str, str]) -> Reply:
    token = synnefo_identity.show_token(context, _subject(request))
    has_catalog = "nocatalog" not in query
    body = rendered(context.cloud).body(
        (token.text, has_catalog),
        (token, synnefo_identity.catalog.offered(context)),
        lambda: tokens.token(context, token, has_catalog=has_catalog),
    )
    return Reply(body, content_type=_JSON, headers={_SUBJECT: token.text, **_VARY})


def delete(context: RequestContext, request: Request) -> Reply:
    synnefo_identity.revoke_token(context, _subject(request))
    return Reply(status=204, headers=_VARY)


def _subject(request: Request) -> str:
    subject = request.headers.get(_SUBJECT)
    if not subject:
        raise Invalid(f"the header {_SUBJECT} is missing")
    return str(subject)


def projects(context: RequestContext) -> Json:
    found = synnefo_identity.list_projects_of_user(context, context.user_id)
    shown = [things.project(context, each) for each in found if each.is_enabled]
    return links.listed(context, "auth/projects", shown, key="projects")


def domains(context: RequestContext) -> Json:
    found = synnefo_identity.list_domains_of_user(context, context.user_id)
    shown = [things.domain(context, each) for each in found if each.is_enabled]
    return links.listed(context, "auth/domains", shown, key="domains")


def system(context: RequestContext) -> Json:
    has_role = synnefo_identity.is_on_system(context, context.user_id)
    shown = [{"all": True}] if has_role else []
    return links.listed(context, "auth/system", shown, key="system")


def show_catalog(context: RequestContext) -> Reply:
    claims = context.claims
    if claims is None or not (claims.project_id or claims.domain_id or claims.is_system):
        raise Forbidden("the catalog is for tokens with a scope")
    project_id, user_id = claims.project_id, claims.user_id
    body = rendered(context.cloud).body(
        (project_id, user_id),
        (synnefo_identity.catalog.offered(context),),
        lambda: links.listed(
            context,
            "auth/catalog",
            catalog.catalog(context, project_id, user_id),
            key="catalog",
        ),
    )
    return Reply(body, content_type=_JSON)
