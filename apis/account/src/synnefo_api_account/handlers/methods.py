# SPDX-License-Identifier: Apache-2.0
"""Login methods of an account: the caller's own, and anybody's for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from webob import Request

import synnefo_identity
from synnefo_api_account.views import method as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField

WEBSSO = "/identity/v3/auth/OS-FEDERATION/identity_providers/{provider}/protocols/{protocol}/websso"


def mine(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /methods``."""
    return view.methods(synnefo_identity.links.index(context, context.user_id))


def of_user(context: RequestContext, user_id: str) -> dict[str, Any]:
    """Answer ``GET /users/{user_id}/methods``."""
    return view.methods(synnefo_identity.links.index(context, user_id))


def add(context: RequestContext, method: str, body: dict[str, Any], request: Request) -> None:
    """Answer ``POST /methods/{method}``: by a password or by a voucher."""
    is_switch = body.get("switch", False)
    if "voucher" in body:
        synnefo_identity.links.add_with_voucher(
            context, method, body["voucher"], is_switch=is_switch
        )
    elif "name" in body:
        source = request.remote_addr or ""
        credentials = synnefo_identity.links.Credentials(body["name"], body["password"], source)
        synnefo_identity.links.add_with_password(context, method, credentials, is_switch=is_switch)
    elif is_switch:
        raise InvalidField("switch", "a password of this cloud is changed, not switched")
    else:
        synnefo_identity.links.add_own_password(context, method, body["password"])


def begin_trip(context: RequestContext, method: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /methods/{method}/trip``: where a browser shows who it is elsewhere."""
    way, asking = synnefo_identity.links.request_voucher(
        context, method, is_switch=body.get("switch", False)
    )
    path = WEBSSO.format(provider=way.provider, protocol=way.protocol)
    query = urlencode({"origin": body["origin"], "asking": asking})
    return {"url": f"{context.cloud.public_url}{path}?{query}"}


def remove(context: RequestContext, method: str, query: Mapping[str, str]) -> None:
    """Answer ``DELETE /methods/{method}[?subject=]``."""
    remove_of_user(context, context.user_id, method, query)


def remove_of_user(
    context: RequestContext, user_id: str, method: str, query: Mapping[str, str]
) -> None:
    """Answer ``DELETE /users/{user_id}/methods/{method}[?subject=]``."""
    subject = query.get("subject", "")
    synnefo_identity.links.remove(context, user_id, method, subject=subject)


def register(
    context: RequestContext, method: str, body: dict[str, Any], request: Request
) -> dict[str, Any]:
    """Answer ``POST /methods/{method}/registrations``: who has no account wants one."""
    newcomer = synnefo_identity.accounts.Newcomer(
        voucher=body["voucher"],
        email=body.get("email", ""),
        given_name=body.get("first_name", ""),
        family_name=body.get("last_name", ""),
        terms_version=body.get("terms_version"),
    )
    source = request.remote_addr or ""
    account = synnefo_identity.accounts.sign_up_newcomer(context, method, newcomer, source=source)
    return {"status": "pending_verification" if account is None else account.state}
