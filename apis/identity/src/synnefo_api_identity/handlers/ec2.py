# SPDX-License-Identifier: Apache-2.0
"""The keys of the EC2 and S3 APIs, and the logins of services that speak these.

Source: Identity API reference, "OS-EC2", "s3tokens".
"""

from __future__ import annotations

import synnefo_identity
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import credentials as views, links, tokens
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_identity import Signed, Token


def index(context: RequestContext, user_id: str) -> Json:
    shown = [views.keys(context, one) for one in synnefo_identity.ec2.index(context, user_id)]
    path = f"users/{user_id}/credentials/OS-EC2"
    return links.listed(context, path, shown, key="credentials")


def create(context: RequestContext, user_id: str, body: Body) -> Json:
    made = synnefo_identity.ec2.create(context, user_id, body["tenant_id"])
    return {"credential": views.keys(context, made)}


def show(context: RequestContext, user_id: str, access: str) -> Json:
    found = synnefo_identity.ec2.show(context, user_id, access)
    return {"credential": views.keys(context, found)}


def delete(context: RequestContext, user_id: str, access: str) -> None:
    synnefo_identity.ec2.delete(context, user_id, access)


def login(context: RequestContext, body: Body) -> Reply:
    told = body.get("credentials") or body["ec2Credentials"]
    given = {name: told[name] for name in Signed.__dataclass_fields__ if name in told}
    return _reply(context, synnefo_identity.ec2.with_request(context, Signed(**given)))


def s3_login(context: RequestContext, body: Body) -> Reply:
    told = body["credentials"]
    token = synnefo_identity.ec2.with_text(
        context, told["access"], told["token"], told["signature"]
    )
    return _reply(context, token)


def _reply(context: RequestContext, token: Token) -> Reply:
    return Reply(tokens.token(context, token), headers={"X-Subject-Token": token.text})
