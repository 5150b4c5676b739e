# SPDX-License-Identifier: Apache-2.0
"""Credentials that identity keeps for users.

Source: Identity API reference, "Credentials".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import credentials as views, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext

_KNOWN = ("blob", "type", "user_id", "project_id")


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    found = synnefo_identity.credentials.index(
        context, user_id=query.get("user_id"), kind=query.get("type")
    )
    return links.listed(context, "credentials", [views.credential(context, one) for one in found])


def create(context: RequestContext, body: Body) -> Json:
    wish = body["credential"]
    made = synnefo_identity.credentials.create(
        context,
        user_id=wish.get("user_id") or context.user_id,
        project_id=wish.get("project_id"),
        kind=wish["type"],
        blob=wish["blob"],
    )
    return {"credential": views.credential(context, made)}


def show(context: RequestContext, credential_id: str) -> Json:
    found = synnefo_identity.credentials.show(context, credential_id)
    return {"credential": views.credential(context, found)}


def update(context: RequestContext, credential_id: str, body: Body) -> Json:
    changed = {name: value for name, value in body["credential"].items() if name in _KNOWN}
    after = synnefo_identity.credentials.update(context, credential_id, changed)
    return {"credential": views.credential(context, after)}


def delete(context: RequestContext, credential_id: str) -> None:
    synnefo_identity.credentials.delete(context, credential_id)
