# SPDX-License-Identifier: Apache-2.0
"""Logins at other organisations, and by which ways they come.

Source: Identity API reference, "OS-FEDERATION".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from webob import Request

import synnefo_identity
from synnefo_api_identity.views import federation as view, links, tokens, websso as page
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.contracts.auth import Visit
from synnefo_core.errors import NotFound
from synnefo_identity import Way


def websso(
    context: RequestContext,
    query: Mapping[str, Sequence[str]],
    request: Request,
    protocol_id: str,
    idp_id: str = "",
) -> Reply:
    """Send a browser to log in, or take it back and hand its token to the dashboard."""
    way = Way(protocol_id, idp_id)
    if "origin" in query:
        wish = synnefo_identity.federation.Wish(
            origin=query["origin"][0],
            asking=next(iter(query.get("asking", ())), ""),
            takes_newcomers="voucher" in query.get("newcomers", ()),
        )
        departure = synnefo_identity.federation.begin(
            context, way, wish, page=page.url(context, way)
        )
        headers = {"Location": departure.url, "Set-Cookie": page.cookie(context, departure)}
        return Reply(status=HTTPStatus.FOUND, headers={**headers, **page.UNKEPT})
    cookie = request.cookies.get(synnefo_identity.federation.COOKIE, "")
    back = synnefo_identity.federation.Return(Visit(request.environ), query["state"][0], cookie)
    brought = synnefo_identity.federation.finish(context, way, back)
    headers = {"Set-Cookie": page.no_cookie(context), **page.HEADERS}
    return Reply(page.hand_over(brought), headers=headers, content_type=page.TYPE)


def log_in(context: RequestContext, request: Request, idp_id: str, protocol_id: str) -> Reply:
    """Give a program that came through the server in front an unscoped token."""
    way = Way(protocol_id, idp_id)
    proof = synnefo_identity.federation.with_visit(context, Visit(request.environ), way)
    token = synnefo_identity.issue_token(context, proof, synnefo_identity.UNSCOPED)
    headers = {"X-Subject-Token": token.text, "Vary": "X-Auth-Token", **page.UNKEPT}
    return Reply(tokens.token(context, token), status=HTTPStatus.CREATED, headers=headers)


def index(context: RequestContext) -> Json:
    shown = [
        view.provider(context, each) for each in synnefo_identity.federation.list_providers(context)
    ]
    return links.listed(context, view.PROVIDERS, shown, key="identity_providers")


def show(context: RequestContext, idp_id: str) -> Json:
    found = synnefo_identity.federation.show_provider(context, idp_id)
    return {"identity_provider": view.provider(context, found)}


def protocols(context: RequestContext, idp_id: str) -> Json:
    found = synnefo_identity.federation.show_provider(context, idp_id)
    path = f"{view.PROVIDERS}/{idp_id}/protocols"
    return links.listed(context, path, [view.protocol(context, found)], key="protocols")


def show_protocol(context: RequestContext, idp_id: str, protocol_id: str) -> Json:
    found = synnefo_identity.federation.show_provider(context, idp_id)
    if found.protocol != protocol_id:
        raise NotFound("federated protocol", protocol_id)
    return {"protocol": view.protocol(context, found)}


def mappings(context: RequestContext) -> Json:
    shown = [
        view.mapping(context, each) for each in synnefo_identity.federation.list_providers(context)
    ]
    return links.listed(context, view.MAPPINGS, shown, key="mappings")


def show_mapping(context: RequestContext, mapping_id: str) -> Json:
    found = synnefo_identity.federation.show_provider(context, mapping_id)
    return {"mapping": view.mapping(context, found)}


def service_providers(context: RequestContext) -> Json:
    """Show none: this cloud vouches for nobody in other clouds."""
    return links.listed(context, "OS-FEDERATION/service_providers", [], key="service_providers")
