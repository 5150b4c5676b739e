# SPDX-License-Identifier: Apache-2.0
"""Users.

Source: Identity API reference, "Users".
"""

from __future__ import annotations

from collections.abc import Mapping

from webob import Request

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import links, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    page = requests.page(query)
    found = synnefo_identity.list_users(context, requests.only(query), page)
    shown = [things.user(context, user) for user in found]
    return links.listed(context, "users", shown, query=query, page=page)


def create(context: RequestContext, body: Body) -> Json:
    given = body["user"]
    made = synnefo_identity.create_user(
        context,
        requests.domain_id(context, given),
        requests.values(given, "domain_id"),
        password=given.get("password"),
    )
    return {"user": things.user(context, made)}


def show(context: RequestContext, user_id: str) -> Json:
    return {"user": things.user(context, synnefo_identity.show_user(context, user_id))}


def update(context: RequestContext, user_id: str, body: Body) -> Json:
    given = body["user"]
    values = requests.values(given)
    changed = synnefo_identity.update_user(context, user_id, values, password=given.get("password"))
    return {"user": things.user(context, changed)}


def delete(context: RequestContext, user_id: str) -> None:
    synnefo_identity.delete_user(context, user_id)


def change_password(context: RequestContext, user_id: str, body: Body, request: Request) -> None:
    """Let who knows the old password set a new one; no token is needed, as in Keystone."""
    given = body["user"]
    synnefo_identity.change_password(
        context,
        user_id,
        original=given["original_password"],
        new=given["password"],
        source=request.remote_addr or "",
    )


def projects(context: RequestContext, user_id: str, query: Mapping[str, str]) -> Json:
    page = requests.page(query)
    found = synnefo_identity.list_projects_of_user(context, user_id, requests.only(query), page)
    shown = [things.project(context, each) for each in found]
    path = f"users/{user_id}/projects"
    return links.listed(context, path, shown, key="projects", query=query, page=page)


def groups(context: RequestContext, user_id: str, query: Mapping[str, str]) -> Json:
    page = requests.page(query)
    found = synnefo_identity.list_groups_of_user(context, user_id, requests.only(query), page)
    shown = [things.group(context, each) for each in found]
    path = f"users/{user_id}/groups"
    return links.listed(context, path, shown, key="groups", query=query, page=page)
