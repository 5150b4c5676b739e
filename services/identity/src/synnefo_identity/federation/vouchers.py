# SPDX-License-Identifier: Apache-2.0
"""Vouchers: what a browser brings to show that its user is somebody elsewhere, too.

Who wants to link an identity asks first, logged in; the browser takes that along to the login and
comes back with a voucher for that account alone. So an attacker's identity is not linked to
somebody's account by a page that the attacker makes their browser open. Who has no account gets a
voucher that is good for registering only.
"""

from __future__ import annotations

from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import Assertion
from synnefo_identity.federation import envelopes

LASTS_S = 600
_ASKING = "asking for a voucher"
_FOR_ACCOUNT = "voucher for an account"
_FOR_NEWCOMER = "voucher for who has no account"


def ask(context: RequestContext, user_id: str) -> str:
    """Return what makes a login end with a voucher for an account."""
    return envelopes.seal(context, _ASKING, {"user": user_id}, lasts_s=LASTS_S)


def asked(context: RequestContext, sealed: str) -> str | None:
    """Return the account that a voucher was asked for, None when that is not valid."""
    content = envelopes.unseal(context, _ASKING, sealed)
    return content["user"] if content else None


def issue(context: RequestContext, assertion: Assertion, *, user_id: str = "") -> str:
    """Return a voucher for an account, or without one for who registers."""
    purpose = _FOR_ACCOUNT if user_id else _FOR_NEWCOMER
    content = {
        "user": user_id,
        "method": assertion.method,
        "subject": assertion.subject,
        "attributes": dict(assertion.attributes),
        "groups": list(assertion.groups),
        "forced": sorted(assertion.forced),
        "issuer": assertion.issuer,
    }
    return envelopes.seal(context, purpose, content, lasts_s=LASTS_S)


def redeem(context: RequestContext, voucher: str, *, user_id: str = "") -> Assertion | None:
    """Return what a voucher vouches for, None when it is not valid for this account."""
    purpose = _FOR_ACCOUNT if user_id else _FOR_NEWCOMER
    content = envelopes.unseal(context, purpose, voucher)
    if content is None or content["user"] != user_id:
        return None
    return Assertion(
        method=content["method"],
        subject=content["subject"],
        attributes=content["attributes"],
        groups=tuple(content["groups"]),
        forced=frozenset(content["forced"]),
        issuer=content["issuer"],
    )
