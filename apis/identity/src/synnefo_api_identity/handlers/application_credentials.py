# SPDX-License-Identifier: Apache-2.0
"""Application credentials and their access rules.

Source: Identity API reference, "Application Credentials".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import application_credentials as views, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def index(context: RequestContext, user_id: str, query: Mapping[str, str]) -> Json:
    found = synnefo_identity.list_application_credentials(context, user_id, name=query.get("name"))
    shown = [views.credential(context, each) for each in found]
    path = f"users/{user_id}/application_credentials"
    return links.listed(context, path, shown, key="application_credentials")


def create(context: RequestContext, user_id: str, body: Body) -> Json:
    wish = requests.credential_wish(body["application_credential"])
    made, secret = synnefo_identity.create_application_credential(context, user_id, wish)
    return {"application_credential": {**views.credential(context, made), "secret": secret}}


def show(context: RequestContext, user_id: str, credential_id: str) -> Json:
    found = synnefo_identity.show_application_credential(context, user_id, credential_id)
    return {"application_credential": views.credential(context, found)}


def delete(context: RequestContext, user_id: str, credential_id: str) -> None:
    synnefo_identity.delete_application_credential(context, user_id, credential_id)


def rules(context: RequestContext, user_id: str) -> Json:
    found = synnefo_identity.list_access_rules(context, user_id)
    shown = [views.linked_rule(context, user_id, each) for each in found]
    return links.listed(context, f"users/{user_id}/access_rules", shown, key="access_rules")


def show_rule(context: RequestContext, user_id: str, rule_id: str) -> Json:
    found = synnefo_identity.show_access_rule(context, user_id, rule_id)
    return {"access_rule": views.linked_rule(context, user_id, found)}


def delete_rule(context: RequestContext, user_id: str, rule_id: str) -> None:
    synnefo_identity.delete_access_rule(context, user_id, rule_id)
