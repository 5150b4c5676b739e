# SPDX-License-Identifier: Apache-2.0
"""The login methods of this cloud, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterator
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
from synnefo_core.errors import InvalidField, TooManyRequests
from synnefo_identity.models import LinkRow


def methods(cloud: Cloud) -> list[tuple[str, AuthMethod]]:
    """Return the methods by name, in order."""
    return [
        (name, cast(AuthMethod, cloud.driver("auth", name))) for name in cloud.config.auth.methods
    ]


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


def prepare(cloud: Cloud, password: str) -> PreparedPassword:
    """Hash a new password; slow, so not inside of a transaction.

    Raises:
        InvalidField: It breaks a rule.
        TooManyRequests: Too many are being hashed.
    """
    _, passwords = store(cloud)
    try:
        with bounded():
            return passwords.prepare(password)
    except Rejected as cause:
        raise InvalidField("password", str(cause)) from cause


def keep(cloud: Cloud, session: Session, user_id: str, prepared: PreparedPassword) -> None:
    """Give a user a password, in the caller's transaction."""
    method, passwords = store(cloud)
    passwords.store(user_id, prepared)
    if session.get(LinkRow, (method, user_id)) is None:
        session.add(LinkRow(method=method, subject=user_id, user_id=user_id))


def forget(cloud: Cloud, user_id: str) -> None:
    """Remove a user's passwords from all methods that keep any, in the caller's transaction."""
    for _, method in methods(cloud):
        if method.passwords is not None:
            method.passwords.remove(user_id)
