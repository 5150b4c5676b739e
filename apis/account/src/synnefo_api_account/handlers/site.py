# SPDX-License-Identifier: Apache-2.0
"""What pages need around logins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_identity
from synnefo_api_account.views import site as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply


def show(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /site``: what is to be shown, and whether people can register."""
    return {"site": view.full(synnefo_identity.accounts.show_site(context.cloud))}


def services(context: RequestContext) -> list[dict[str, Any]]:
    """Answer ``GET /identity/ui/get_services``: the components that people look at."""
    return view.services(synnefo_identity.components.index(context))


def menu(context: RequestContext) -> list[dict[str, Any]]:
    """Answer ``GET /identity/ui/get_menu``: for who is logged in, or nobody."""
    shown = synnefo_identity.accounts.show_site(context.cloud)
    page = synnefo_identity.accounts.page_url(context.cloud)
    name = context.claims.user_name if context.claims else None
    return view.menu(shown, page, name)


def depart(context: RequestContext, query: Mapping[str, str]) -> Reply:
    """Answer ``GET /weblogin``: send a browser to the login page, for a program that waits."""
    page = synnefo_identity.accounts.departure(
        context.cloud,
        query["next"],
        is_forced="force" in query,
        is_renewed="renew" in query,
    )
    return Reply(status=302, headers={"Location": page, "Cache-Control": "no-store"})


def arrive(context: RequestContext, body: dict[str, Any], request: Request) -> Reply:
    """Answer ``POST /weblogin``: tell the page where the program waits, and with what token."""
    location = synnefo_identity.accounts.arrival(
        context,
        body["next"],
        request.headers.get("X-Auth-Token", ""),
        is_renewed=body.get("renew", False),
    )
    return Reply({"location": location}, headers={"Cache-Control": "no-store"})
