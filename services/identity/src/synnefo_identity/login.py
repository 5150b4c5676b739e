# SPDX-License-Identifier: Apache-2.0
"""Logins: from a name and a password, or a token, to a proof of who it is.

The answer to a wrong name, a wrong password, a disabled user and an unknown domain is one and the
same, after the same work and not before the :mod:`floor <synnefo_identity.floor>`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import (
    Assertion,
    AuthUnavailable,
    Expired,
    NotResponsible,
    PasswordLogin,
    Rejected,
)
from synnefo_core.errors import NotFound, Unauthenticated, Unavailable
from synnefo_identity import floor, lockout, methods, provisioning, references, tokens
from synnefo_identity.models import ApplicationCredentialRow, UserRow
from synnefo_identity.provisioning import Account
from synnefo_identity.references import Reference
from synnefo_identity.tokens import Proof

log = logging.getLogger(__name__)

PASSWORD = "password"  # noqa: S105  # the method's name
APPLICATION_CREDENTIAL = "application_credential"
TOKEN = "token"  # noqa: S105  # the method's name


@dataclass(frozen=True)
class Secret:
    """An application credential, by its id or by its name and its user, and its secret."""

    id: str | None
    name: str | None
    user: Reference
    secret: str = field(repr=False)
    source: str = ""


@dataclass(frozen=True)
class Credentials:
    """A name and a password as they came, and the address that they came from."""

    user: Reference
    password: str = field(repr=False)
    source: str = ""


def with_password(context: RequestContext, credentials: Credentials) -> Proof:
    """Ask the login methods in their order.

    Raises:
        Unauthenticated: None vouches for an enabled user, the password has ended, or there
            were too many failures.
        Unavailable: None does, and one could not be asked.
        TooManyRequests: Too many log in at once.
    """
    with floor.under_refusals(context):
        return _with_password(context, credentials)


def _with_password(context: RequestContext, credentials: Credentials) -> Proof:
    login = _login(context, credentials)
    counted = lockout.key(login.user_id or f"{login.name}@{login.domain_id}", credentials.source)
    lockout.require_open(context, counted)
    try:
        assertion = _ask(context, login)
    except Unauthenticated as refusal:
        if not isinstance(refusal.__cause__, Expired):
            lockout.note(context, counted)
        raise
    lockout.forgive(context, counted)
    user_id = _account(context, assertion, credentials.user)
    if user_id is None:
        log.info("login refused", extra={"login_method": assertion.method})
        raise Unauthenticated
    return Proof(user_id=user_id, methods=(PASSWORD,))


def with_application_credential(context: RequestContext, secret: Secret) -> Proof:
    """Take the secret of an application credential.

    Raises:
        Unauthenticated: It is wrong, has ended, or belongs to nobody who may log in.
        TooManyRequests: Too many log in at once.
    """
    with floor.under_refusals(context):
        return _with_application_credential(context, secret)


def _with_application_credential(context: RequestContext, secret: Secret) -> Proof:
    found = _credential(context, secret)
    counted = lockout.key(found.id if found else secret.id or secret.name or "", secret.source)
    lockout.require_open(context, counted)
    _, passwords = methods.store(context.cloud)
    with methods.bounded():
        # Compared in any case, so that the time tells nothing.
        is_right = passwords.verify(found.id if found else "", secret.secret)
    has_ended = found and found.expires_at is not None and found.expires_at <= context.now()
    if found is None or not is_right or has_ended:
        lockout.note(context, counted)
        log.info("login refused", extra={"login_method": APPLICATION_CREDENTIAL})
        raise Unauthenticated
    return Proof(found.user_id, (APPLICATION_CREDENTIAL,), credential_id=found.id)


def _credential(context: RequestContext, secret: Secret) -> Any:
    row = ApplicationCredentialRow
    query: Any = select(row.id, row.user_id, row.expires_at)
    with context.reading() as session:
        if secret.id is not None:
            return session.execute(query.where(row.id == secret.id)).first()
        user = references.find(session, UserRow, secret.user)
        user_id = user.id if user else ""
        return session.execute(query.where(row.name == secret.name, row.user_id == user_id)).first()


def with_token(context: RequestContext, text: str) -> Proof:
    """Take a valid token for a proof; the new token ends with it.

    Raises:
        NotFound: It is not valid; Keystone says so, and clients rely on it.
    """
    token = tokens.check(context, text)
    if token is None:
        raise NotFound("token")
    return tokens.renewed(token, (TOKEN,))


def _login(context: RequestContext, credentials: Credentials) -> PasswordLogin:
    who = credentials.user
    with context.reading() as session:
        user = references.find(session, UserRow, who)
    return PasswordLogin(
        name=user.name if user else who.name or "",
        domain_id=user.domain_id if user else who.domain_id or "",
        user_id=user.id if user else None,
        password=credentials.password,
    )


def _ask(context: RequestContext, login: PasswordLogin) -> Assertion:
    """Return the first method's assertion."""
    silent: AuthUnavailable | None = None
    for name, method in methods.methods(context.cloud):
        if method.authenticator is None:
            continue
        try:
            with methods.bounded():
                return method.authenticator.authenticate(login)
        except NotResponsible:
            continue
        except Expired as cause:
            raise Unauthenticated(
                "the password is expired and needs to be changed for user: "
                f"{login.user_id or login.name}"
            ) from cause
        except Rejected as cause:
            log.info("login refused", extra={"login_method": name})
            raise Unauthenticated from cause
        except AuthUnavailable as cause:
            log.warning("login method failed", extra={"login_method": name, "problem": str(cause)})
            silent = cause
    if silent is not None:
        msg = "a directory of users does not answer; try again later"
        raise Unavailable(msg) from silent
    log.info("login refused", extra={"login_method": "any"})
    raise Unauthenticated


def _account(context: RequestContext, assertion: Assertion, who: Reference) -> str | None:
    """Return the enabled user that an assertion is about, who must be the one that was named."""
    account = provisioning.find(context, assertion)
    if account is None and who.id is None:
        account = provisioning.create(
            context, assertion, domain_id=who.domain_id, domain_name=who.domain_name
        )
    if account is None or not account.is_enabled or not _is_named(account, who):
        return None
    provisioning.enter(context, account, assertion)
    return account.user_id


def _is_named(account: Account, who: Reference) -> bool:
    """Tell whether an account is what a request named: by its id, or by its domain.

    Names are the method's business: in a directory people may have other ones.
    """
    if who.id is not None:
        return account.user_id == who.id
    if who.domain_id is not None:
        return account.domain_id == who.domain_id
    return account.domain_name == who.domain_name
