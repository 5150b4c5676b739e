# SPDX-License-Identifier: Apache-2.0
"""Renewal: a new token, and none of the older ones is good any more (AST-038)."""

from __future__ import annotations

from synnefo_core.context import RequestContext
from synnefo_identity import claims, login
from synnefo_identity.accounts import enrolment
from synnefo_identity.application_credentials import require_unrestricted
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.tokens import Token


def renew(context: RequestContext, token: str) -> Token:
    """End all tokens of the caller and return another one, which lives no longer than this one.

    It is for the same project, without one for the personal one.

    Raises:
        Forbidden: It is of an application credential, which must not end its user's tokens.
        Unauthenticated: The terms of use were not agreed to.
    """
    with context.reading() as session:
        require_unrestricted(context, session)
    proof = login.with_token(context, token)
    scope = Scope(ScopeKind.PROJECT, context.project_id or context.user_id)
    claims.issue(context, proof, scope)  # refused before anything is ended
    enrolment.end_tokens(context, context.user_id)
    return claims.issue(context, proof, scope)
