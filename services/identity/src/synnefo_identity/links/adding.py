# SPDX-License-Identifier: Apache-2.0
"""Link a login method to an account that is there: whoever asks shows to be both."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import (
    Assertion,
    Authenticator,
    AuthUnavailable,
    NotResponsible,
    PasswordLogin,
    Rejected,
)
from synnefo_core.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from synnefo_identity import floor, lockout, methods, provisioning
from synnefo_identity.federation import vouchers
from synnefo_identity.links import overview
from synnefo_identity.links.removal import end_sessions, lock, require_own
from synnefo_identity.method_policies import MethodPolicy
from synnefo_identity.models import LinkRow
from synnefo_identity.payload import Way

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Credentials:
    """What a method elsewhere knows somebody by, and where the request comes from."""

    name: str
    password: str = field(repr=False)
    source: str = ""


def add_own_password(context: RequestContext, method: str, password: str) -> None:
    """Give the caller's account a password of its own.

    Raises:
        Forbidden: The method may not be added.
        Conflict: There is one; it is changed, not added.
        Invalid: It breaks a rule of the site.
        NotFound: No such method keeps passwords here.
    """
    _require(context, method, is_switch=False)
    if methods.store(context.cloud)[0] != method:
        raise _unknown(method)
    prepared = methods.choose(context.cloud, password)
    with context.unit_of_work() as session:
        lock(session, context.user_id)
        if methods.store(context.cloud)[1].state(context.user_id) is not None:
            raise Conflict("the account has a password")
        methods.keep(context.cloud, session, context.user_id, prepared)
        _joined(context, context.user_id, method)
    log.info("login method added", extra={"user": context.user_id, "login_method": method})


def add_with_password(
    context: RequestContext, method: str, credentials: Credentials, *, is_switch: bool = False
) -> None:
    """Link whoever a method elsewhere (LDAP) knows by a name and a password.

    Raises:
        Forbidden: The method may not be added or switched.
        InvalidField: The name or the password is wrong, or there were too many failures.
        Conflict: Somebody else has linked that identity, or the account has as many as it may.
        NotFound: There is no such method.
        Unavailable: The method did not answer.
    """
    _require(context, method, is_switch=is_switch)
    found = methods.find(context.cloud, method)
    if found.authenticator is None or found.passwords is not None:
        raise _unknown(method)
    counted = lockout.key(f"{method}:{credentials.name}", credentials.source)
    login = PasswordLogin(credentials.name, "", None, credentials.password)
    try:
        with floor.under_refusals(context):
            assertion = _asked(context, found.authenticator, login, counted)
    except Unauthenticated as cause:
        # Who asks is known; it is the other identity that is not.
        raise InvalidField("password", "the name or the password is wrong") from cause
    _add(context, assertion, is_switch=is_switch)


def _asked(
    context: RequestContext, authenticator: Authenticator, login: PasswordLogin, counted: str
) -> Assertion:
    """Return what a method says to a name and a password."""
    lockout.require_open(context, counted)
    try:
        with methods.bounded():
            assertion = authenticator.authenticate(login)
    except (Rejected, NotResponsible) as cause:
        lockout.note(context, counted)
        raise Unauthenticated from cause
    except AuthUnavailable as cause:
        msg = "a directory of users does not answer; try again later"
        raise Unavailable(msg) from cause
    lockout.forgive(context, counted)
    return assertion


def request_voucher(
    context: RequestContext, method: str, *, is_switch: bool = False
) -> tuple[Way, str]:
    """Return how the caller's browser shows another identity, and what it says it is for.

    Raises:
        Forbidden: The method may not be added or switched.
        NotFound: There is no such method, or it is not for browsers.
    """
    _require(context, method, is_switch=is_switch)
    browser = methods.find(context.cloud, method).browser
    if browser is None:
        raise _unknown(method)
    return Way(browser.protocol, method), vouchers.ask(context, context.user_id)


def add_with_voucher(
    context: RequestContext, method: str, voucher: str, *, is_switch: bool = False
) -> None:
    """Link whom a browser has shown to be, after the caller asked for it.

    Raises:
        Forbidden: The method may not be added or switched.
        InvalidField: The voucher is forged, too old, or was asked for by somebody else.
        Conflict: Somebody else has linked that identity, or the account has as many as it may.
    """
    _require(context, method, is_switch=is_switch)
    assertion = vouchers.redeem(context, voucher, user_id=context.user_id)
    if assertion is None or assertion.method != method:
        raise InvalidField("voucher", "it is not valid, too old, or for somebody else")
    _add(context, assertion, is_switch=is_switch)


def _require(context: RequestContext, method: str, *, is_switch: bool) -> None:
    """Refuse a method that may not be added, or switched."""
    require_own(context, context.user_id)
    if method not in context.cloud.config.auth.methods:
        raise _unknown(method)
    policy = _policy(context, method)
    if not (policy.switch if is_switch else policy.add):
        msg = f"the login method {method} can't be {'switched' if is_switch else 'added'}"
        raise Forbidden(msg)


def _policy(context: RequestContext, method: str) -> MethodPolicy:
    with context.reading() as session:
        return overview.policy(context.cloud, session, method, context.user_id)


def _add(context: RequestContext, assertion: Assertion, *, is_switch: bool) -> None:
    """Link an identity to the caller's account; one that is linked to it already stays."""
    user_id = context.user_id
    with context.unit_of_work() as session:
        user = lock(session, user_id)
        held = session.get(LinkRow, (assertion.method, assertion.subject))
        if held is not None and held.user_id != user_id:
            raise Conflict("the identity is linked to another account")
        if held is not None:
            return
        _make_room(context, session, assertion.method, is_switch=is_switch)
        if is_switch:
            end_sessions(context, session, user)
        session.add(provisioning.new_link(context, user_id, assertion))
        session.flush()
        _joined(context, user_id, assertion.method)
    log.info("login method added", extra={"user": user_id, "login_method": assertion.method})


def _make_room(context: RequestContext, session: Session, method: str, *, is_switch: bool) -> None:
    """Remove the link that is switched, or see that one more is allowed.

    Raises:
        Conflict: There is none, or several, to switch; or there are as many as may be.
    """
    query = select(LinkRow).where(LinkRow.user_id == context.user_id, LinkRow.method == method)
    rows = session.scalars(query).all()
    if is_switch:
        if len(rows) != 1:
            msg = f"there are {len(rows)} links of {method}, not one that could be switched"
            raise Conflict(msg)
        session.delete(rows[0])
        session.flush()
    elif len(rows) >= _policy(context, method).limit:
        msg = f"an account may have no more identities of {method}"
        raise Conflict(msg)


def _joined(context: RequestContext, user_id: str, method: str) -> None:
    """Put the account into the groups that the method brings."""
    groups = _policy(context, method).add_groups
    if groups:
        provisioning.join(context, user_id, groups)


def _unknown(method: str) -> NotFound:
    noun = "login method"
    return NotFound(noun, method)
