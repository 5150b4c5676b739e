# SPDX-License-Identifier: Apache-2.0
"""Groups.

Source: Identity API reference, "Groups".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import links, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    page = requests.page(query)
    found = synnefo_identity.list_groups(context, requests.only(query), page)
    shown = [things.group(context, group) for group in found]
    return links.listed(context, "groups", shown, query=query, page=page)


def create(context: RequestContext, body: Body) -> Json:
    given = body["group"]
    domain_id = requests.domain_id(context, given)
    values = requests.values(given, "domain_id")
    made = synnefo_identity.create_group(context, domain_id, values)
    return {"group": things.group(context, made)}


def show(context: RequestContext, group_id: str) -> Json:
    return {"group": things.group(context, synnefo_identity.show_group(context, group_id))}


def update(context: RequestContext, group_id: str, body: Body) -> Json:
    values = requests.values(body["group"])
    changed = synnefo_identity.update_group(context, group_id, values)
    return {"group": things.group(context, changed)}


def delete(context: RequestContext, group_id: str) -> None:
    synnefo_identity.delete_group(context, group_id)


def users(context: RequestContext, group_id: str, query: Mapping[str, str]) -> Json:
    page = requests.page(query)
    found = synnefo_identity.list_users_of_group(context, group_id, requests.only(query), page)
    shown = [things.user(context, each) for each in found]
    path = f"groups/{group_id}/users"
    return links.listed(context, path, shown, key="users", query=query, page=page)


def add_user(context: RequestContext, group_id: str, user_id: str) -> None:
    synnefo_identity.add_user_to_group(context, group_id, user_id)


def check_user(context: RequestContext, group_id: str, user_id: str) -> None:
    synnefo_identity.require_user_in_group(context, group_id, user_id)


def remove_user(context: RequestContext, group_id: str, user_id: str) -> None:
    synnefo_identity.remove_user_from_group(context, group_id, user_id)
