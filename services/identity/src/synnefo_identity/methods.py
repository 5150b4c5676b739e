# SPDX-License-Identifier: Apache-2.0
"""The login methods of this cloud, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.auth import (
    AuthBusy,
    AuthMethod,
    PasswordStore,
    PreparedPassword,
    Rejected,
)
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Invalid, InvalidField, TooManyRequests
from synnefo_identity.models import LinkRow


def methods(cloud: Cloud) -> list[tuple[str, AuthMethod]]:
    """Return the methods by name, in order."""
    return [(name, find(cloud, name)) for name in cloud.config.auth.methods]


def find(cloud: Cloud, name: str) -> AuthMethod:
    """Return a configured method."""
    return cast(AuthMethod, cloud.driver("auth", name))


def store(cloud: Cloud) -> tuple[str, PasswordStore]:
    """Return where passwords of the cloud's own users are kept, with its method's name.

    Raises:
        Misconfigured: No method keeps passwords.
    """
    for name, method in methods(cloud):
        if method.passwords is not None:
            return name, method.passwords
    msg = "no login method of [auth] methods keeps passwords"
    raise Misconfigured(msg)


@contextmanager
def bounded() -> Iterator[None]:
    """Word a method's refusal to do more at once as everybody's.

    Raises:
        TooManyRequests: The method is busy.
    """
    try:
        yield
    except AuthBusy as cause:
        raise TooManyRequests(str(cause)) from cause


def choose(cloud: Cloud, password: str, *, subject: str | None = None) -> PreparedPassword:
    """Hash a password that a person chose; slow, so not inside of a transaction.

    Args:
        cloud: The cloud.
        password: The new one.
        subject: Who changes the own password; None when an administrator sets it.

    Raises:
        Invalid: It breaks a rule of the site.
        InvalidField: It can't be a password at all.
        TooManyRequests: Too many are being hashed.
    """
    prepared = prepare(cloud, password)
    _, passwords = store(cloud)
    try:
        with bounded():
            passwords.check(password, subject=subject)
    except Rejected as cause:
        raise Invalid(str(cause)) from cause
    return prepared


def prepare(cloud: Cloud, password: str) -> PreparedPassword:
    """Hash a password or another secret; slow, so not inside of a transaction.

    Raises:
        InvalidField: It can't be one.
        TooManyRequests: Too many are being hashed.
    """
    _, passwords = store(cloud)
    try:
        with bounded():
            return passwords.prepare(password)
    except Rejected as cause:
        raise InvalidField("password", str(cause)) from cause


def keep(
    cloud: Cloud,
    session: Session,
    user_id: str,
    prepared: PreparedPassword,
    *,
    must_change: bool = False,
) -> None:
    """Give a user a password, in the caller's transaction."""
    _, passwords = store(cloud)
    passwords.store(user_id, prepared, must_change=must_change)
    link(cloud, session, user_id)


def link(cloud: Cloud, session: Session, user_id: str) -> None:
    """Let a user log in by the password that is kept; a second time does nothing."""
    method, _ = store(cloud)
    if session.get(LinkRow, (method, user_id)) is None:
        now = cloud.clock.now()
        session.add(LinkRow(method=method, subject=user_id, user_id=user_id, linked_at=now))


def ends(cloud: Cloud, user_ids: Sequence[str]) -> Mapping[str, float]:
    """Return when passwords end, of those that do."""
    _, passwords = store(cloud)
    if not (passwords.may_end or cloud.config.identity.change_passwords_first):
        return {}
    states = passwords.states(user_ids)
    return {who: s.expires_at for who, s in states.items() if s.expires_at is not None}


def forget(cloud: Cloud, user_id: str) -> None:
    """Remove a user's passwords from all methods that keep any, in the caller's transaction."""
    for _, method in methods(cloud):
        if method.passwords is not None:
            method.passwords.remove(user_id)
