# SPDX-License-Identifier: Apache-2.0
"""Users, for those who decide about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import synnefo_identity
from synnefo_api_account.handlers.profile import NAMES
from synnefo_api_account.views import user as view
from synnefo_core.context import RequestContext


def _found(
    context: RequestContext, query: Mapping[str, str]
) -> list[synnefo_identity.accounts.Account]:
    state, limit = query.get("status"), query.get("limit")
    page = synnefo_identity.Page(limit=int(limit) if limit else None, marker=query.get("marker"))
    return list(
        synnefo_identity.accounts.index(
            context,
            state=synnefo_identity.accounts.State(state) if state else None,
            email=query.get("email"),
            page=page,
        )
    )


def index(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /users``."""
    return {"users": [view.brief(account) for account in _found(context, query)]}


def detail(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /users/detail``."""
    return {"users": [view.full(account) for account in _found(context, query)]}


def show(context: RequestContext, user_id: str) -> dict[str, Any]:
    """Answer ``GET /users/{user_id}``."""
    return {"user": view.full(synnefo_identity.accounts.show(context, user_id))}


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /users``: a user who gets in at once, with a password and a token."""
    given = body["user"]
    made = synnefo_identity.accounts.enroll(
        context, given["email"], _names(given), password=given.get("password")
    )
    user_id = made.account.user.id
    proof = synnefo_identity.Proof(user_id=user_id, methods=("password",))
    # By a token of a project nobody could agree to the terms.
    is_free = not synnefo_identity.terms.index(context)
    project = synnefo_identity.Scope(synnefo_identity.ScopeKind.PROJECT, user_id)
    scope = project if is_free else synnefo_identity.UNSCOPED
    token = synnefo_identity.issue_token(context, proof, scope)
    return {"user": {**view.full(made.account), "password": made.password, "token": token.text}}


def update(context: RequestContext, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /users/{user_id}``."""
    given = body["user"]
    values = _names(given) | ({"email": given["email"]} if "email" in given else {})
    account = synnefo_identity.accounts.update(
        context, user_id, values, password=given.get("password")
    )
    return {"user": view.full(account)}


def _names(given: Mapping[str, str]) -> dict[str, str]:
    return {NAMES[name]: text for name, text in given.items() if name in NAMES}


def act(context: RequestContext, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /users/{user_id}/action``."""
    ((action, argument),) = body.items()
    ACTIONS[action](context, user_id, argument)
    return {"user": view.full(synnefo_identity.accounts.show(context, user_id))}


def _reason(argument: Any) -> str:
    """Return why; the original's clients may say it in a string."""
    return str((argument.get("reason") if isinstance(argument, dict) else argument) or "")


def _sign_terms(context: RequestContext, user_id: str, _argument: Any) -> None:
    version = synnefo_identity.terms.show(context).version
    synnefo_identity.terms.agree(context, user_id, version)


ACTIONS: Mapping[str, Callable[[RequestContext, str, Any], object]] = {
    "accept": lambda context, user_id, _: synnefo_identity.accounts.accept(context, user_id),
    "reject": lambda context, user_id, why: synnefo_identity.accounts.reject(
        context, user_id, _reason(why)
    ),
    "activate": lambda context, user_id, _: synnefo_identity.accounts.activate(context, user_id),
    "deactivate": lambda context, user_id, why: synnefo_identity.accounts.deactivate(
        context, user_id, _reason(why)
    ),
    "renewToken": lambda context, user_id, _: synnefo_identity.accounts.end_tokens(
        context, user_id
    ),
    "signTerms": _sign_terms,
    "setDefaultProject": lambda context, user_id, to: synnefo_identity.accounts.choose_project(
        context, user_id, to["project_id"]
    ),
}
