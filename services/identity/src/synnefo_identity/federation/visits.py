# SPDX-License-Identifier: Apache-2.0
"""Logins by what a server in front says of who came."""

from __future__ import annotations

import logging

from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import (
    Assertion,
    AuthUnavailable,
    NotResponsible,
    Rejected,
    Visit,
)
from synnefo_core.errors import Unauthenticated, Unavailable
from synnefo_identity import floor, provisioning
from synnefo_identity.federation import providers
from synnefo_identity.payload import Way
from synnefo_identity.tokens import Proof

log = logging.getLogger(__name__)


def with_visit(context: RequestContext, visit: Visit, way: Way) -> Proof:
    """Log in whoever came through the server in front.

    Raises:
        NotFound: There is no such way.
        Unauthenticated: Nobody was logged in there, or not anybody who may come in.
        Unavailable: It could not be found out.
    """
    with floor.under_refusals(context):
        assertion = vouched(context, visit, way)
        proof = proven(context, assertion, way)
        if proof is None:
            log.info("login refused", extra={"login_method": assertion.method})
            raise Unauthenticated
    return proof


def proven(context: RequestContext, assertion: Assertion, way: Way) -> Proof | None:
    """Let in whom an assertion is about, None when that is nobody here.

    Raises:
        Unauthenticated: The user may not come in.
    """
    account = provisioning.find(context, assertion) or provisioning.create(context, assertion)
    if account is None:
        return None
    if not account.is_enabled:
        log.info("login refused", extra={"login_method": assertion.method})
        raise Unauthenticated
    provisioning.enter(context, account, assertion)
    came = Way(way.protocol, assertion.method)
    return Proof(user_id=account.user_id, methods=(way.protocol,), way=came)


def vouched(context: RequestContext, visit: Visit, way: Way) -> Assertion:
    """Return the first assertion of the methods that a way names.

    Raises:
        NotFound: There is no such way.
        Unauthenticated: None vouches.
        Unavailable: One could not find out, and no other vouches.
    """
    silent: AuthUnavailable | None = None
    for name, browser in providers.browsers(context.cloud, way):
        try:
            return browser.vouch(visit)
        except NotResponsible:
            continue
        except Rejected as cause:
            log.warning("login refused", extra={"login_method": name, "problem": str(cause)})
            raise Unauthenticated from cause
        except AuthUnavailable as cause:
            log.warning("login method failed", extra={"login_method": name, "problem": str(cause)})
            silent = cause
    if silent is not None:
        msg = "a directory of users does not answer; try again later"
        raise Unavailable(msg) from silent
    log.info("login refused", extra={"login_method": way.protocol})
    raise Unauthenticated
